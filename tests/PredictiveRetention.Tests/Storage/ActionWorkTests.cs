using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public sealed class SqliteActionWorkTests() : ActionWorkTests(new SqliteUnderTest());

public sealed class PostgresActionWorkTests() : ActionWorkTests(new PostgresUnderTest());

/// <summary>The same claims on both engines.</summary>
public abstract class ActionWorkTests(EngineUnderTest engine) : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 31, 8, 0, 0, TimeSpan.Zero);
    private static readonly Cutoff s_night = new(20_484);
    private static readonly ActionWork s_fresh = new() { CustomerKey = CustomerKey.Hash("a"), PlayId = "win-back" };

    public void Dispose()
    {
        engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_change_is_kept_with_who_what_and_when()
    {
        var address = engine.NewAddress();
        using (var store = RetentionStore.Open(address))
        {
            var first = (await store.Work.ChangeAsync(s_fresh with { Owner = "Ann", Due = "2026-02-01" }, "ann", s_now, s_night))!;
            Assert.NotNull(await store.Work.ChangeAsync(first with { Status = ActionStatus.Done }, "ben", s_now.AddMinutes(1), s_night));
        }
        using var later = RetentionStore.Open(address);
        var kept = Assert.Single(await later.Work.OfCustomerAsync("a"));
        Assert.Equal(("Ann", ActionStatus.Done, "2026-02-01", 2), (kept.Owner, kept.Status, kept.Due, kept.Version));
        Assert.Equal(
            [("ben", "status: open -> done", s_now.AddMinutes(1).ToUnixTimeMilliseconds()),
                ("ann", "owner: none -> Ann; due: none -> 2026-02-01", s_now.ToUnixTimeMilliseconds())],
            (await later.Work.EventsAsync("a")).Select(change => (change.Actor, change.What, change.AtMs)));
    }

    [Fact]
    public async Task A_stale_version_changes_nothing_and_leaves_no_row()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        Assert.NotNull(await store.Work.ChangeAsync(s_fresh with { Owner = "Ann" }, "ann", s_now, s_night));
        Assert.Null(await store.Work.ChangeAsync(s_fresh with { Owner = "Ben" }, "ben", s_now, s_night));
        Assert.Null(await store.Work.ChangeAsync(s_fresh with { Owner = "Ben", Version = 7 }, "ben", s_now, s_night));
        Assert.Equal("Ann", Assert.Single(await store.Work.OfCustomerAsync("a")).Owner);
        Assert.Single(await store.Work.EventsAsync("a"));
    }

    [Fact]
    public async Task Of_many_first_changes_at_once_one_is_taken()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        var answers = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(i => Task.Run(() => store.Work.ChangeAsync(s_fresh with { Owner = $"owner {i}" }, $"actor {i}", s_now, s_night))));
        var taken = Assert.Single(answers, answer => answer is not null)!;
        Assert.Equal(taken, Assert.Single(await store.Work.OfCustomerAsync("a")));
        Assert.Single(await store.Work.EventsAsync("a"));
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("=HYPERLINK(\"x\")")]
    [InlineData("שלום 'quoted'; DROP TABLE action_work")]
    public async Task Any_text_comes_back_as_it_was(string text)
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        await store.Work.ChangeAsync(s_fresh with { Owner = text, Note = text }, "ann", s_now, s_night);
        Assert.Equal((text, text),
            (Assert.Single(await store.Work.OfCustomerAsync("a")).Owner, (await store.Work.OfCustomerAsync("a"))[0].Note));
        Assert.Equal([text], await store.Work.OwnersAsync());
        Assert.Equal(("win-back", ActionStatus.Open, 1),
            Assert.Single(await store.Work.CountsAsync()) is var count ? (count.PlayId, count.Status, count.Customers) : default);
    }
}

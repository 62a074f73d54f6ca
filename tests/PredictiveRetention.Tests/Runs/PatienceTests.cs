using Microsoft.Data.Sqlite;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

public sealed class PatienceTests : IDisposable
{
    private readonly SqliteUnderTest _engine = new();
    private readonly RetentionStore _store;
    private readonly ImpatientClock _clock = new();
    private readonly HeardFaults _heard;

    public PatienceTests()
    {
        _store = RetentionStore.Open(_engine.NewAddress());
        _heard = new HeardFaults(_clock);
    }

    private static Exception Busy => new SqliteException("database is locked", 5);

    public void Dispose()
    {
        _store.Dispose();
        _engine.Dispose();
    }

    [Fact]
    public void A_call_is_made_again_until_it_succeeds_and_what_it_waits_for_stands_meanwhile()
    {
        var calls = 0;
        Assert.Equal("done", Patience().Retry(() => ++calls < 4 ? throw Busy : "done", default));
        Assert.Equal((4, 3), (calls, _clock.Waits.Count));
        Assert.Equal(["begins night run", "ends night run"], _heard.All);
        Assert.Empty(_heard.Faults.All);
    }

    [Fact]
    public void Pauses_grow_to_five_seconds_and_differ_by_a_quarter_at_most()
    {
        var calls = 0;
        Patience().Retry(() => ++calls < 15 ? throw Busy : calls, default);
        var plain = TimeSpan.FromMilliseconds(100);
        foreach (var pause in _clock.Waits)
        {
            Assert.InRange(pause, plain * 0.75, plain * 1.25);
            plain = plain * 2 < TimeSpan.FromSeconds(5) ? plain * 2 : TimeSpan.FromSeconds(5);
        }
        Assert.Contains(_clock.Waits.Select((pause,
            i) => pause / TimeSpan.FromMilliseconds(100 * Math.Pow(2, i))).Take(5), part => Math.Abs(part - 1) > 0.001);
    }

    [Fact]
    public void Patience_ends_with_the_fault_that_did_not_pass_and_it_goes_on_standing()
    {
        var began = _clock.GetUtcNow();
        Assert.Throws<SqliteException>(() => Patience().Retry<int>(() => throw Busy, default));
        Assert.InRange(_clock.GetUtcNow() - began, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(7));
        Assert.Equal("night run", Assert.Single(_heard.Faults.All).Work);
    }

    [Fact]
    public void Patience_is_counted_from_the_fault_and_not_from_what_was_done_before_it()
    {
        var calls = 0;
        Assert.Equal(2, Patience().Retry(() =>
        {
            if (++calls > 1) return calls;
            _clock.Advance(TimeSpan.FromMinutes(3)); // a long stage
            throw Busy;
        }, default));
    }

    [Fact]
    public void The_fault_of_who_still_waits_stands_while_others_go_on()
    {
        var patience = Patience();
        var calls = 0;
        patience.Retry(() =>
        {
            if (++calls == 1) throw Busy;
            Assert.Equal("other", patience.Retry(() => "other", default));
            Assert.Equal("night run", Assert.Single(_heard.Faults.All).Work);
        }, default);
        Assert.Empty(_heard.Faults.All);
    }

    [Fact]
    public void A_fault_that_will_not_pass_is_not_waited_for()
    {
        Assert.Throws<InvalidOperationException>(() => Patience().Retry<int>(() => throw new InvalidOperationException("a bug"), default));
        Assert.Throws<SqliteException>(() => Patience().Retry<int>(() => throw new SqliteException("no such table", 1), default));
        Assert.Empty(_clock.Waits);
        Assert.Empty(_heard.All);
    }

    [Fact]
    public void What_must_not_be_repeated_blindly_is_repeated_only_where_it_is_still_due()
    {
        var (calls, questions) = (0, 0);
        Patience().Retry(() => { if (++calls < 3) throw Busy; }, () => { questions++; return true; }, default);
        Assert.Equal((3, 2), (calls, questions));
        (calls, questions) = (0, 0);
        // The question meets the same database; its answer is that the call was made, though it failed.
        Patience().Retry(() => { calls++; throw Busy; }, () => ++questions < 3 ? throw Busy : false, default);
        Assert.Equal((1, 3), (calls, questions));
    }

    [Fact]
    public void A_cancelled_wait_ends_at_once()
    {
        using var stop = new CancellationTokenSource();
        var settings = new RunSettings { Clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider() }; // nobody moves it
        Assert.ThrowsAny<OperationCanceledException>(() => new Patience(_store, settings).Retry<int>(() =>
        {
            stop.Cancel();
            throw Busy;
        }, stop.Token));
    }

    private Patience Patience() => new(_store, new RunSettings { Clock = _clock, Faults = _heard.Faults });
}

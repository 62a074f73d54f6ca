using System.Data.Common;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

public sealed class SqliteRunDecisionTests() : RunDecisionTests(new SqliteUnderTest());

public sealed class PostgresRunDecisionTests() : RunDecisionTests(new PostgresUnderTest())
{
    /// <summary>
    /// Between reading the pointer and moving it another night was published: it would stay published, and nobody would see it.
    /// </summary>
    [Fact]
    public async Task A_rollback_during_a_publication_waits_for_it_and_takes_the_place_of_the_night_it_published()
    {
        using var store = Shop();
        var (monday, tuesday) = (Night(store).Run.RunId, Night(store, day: 1).Run.RunId);
        var wednesday = Night(store, day: 2, with: Holding).Run.RunId;
        await using var publication = await HalfWayAsync(store, tuesday, wednesday);
        var rollback = Task.Run(() => store.Decisions.RollBackAsync(monday, "anna"));
        await EndAsync(publication, wednesday);
        await rollback;
        Assert.Equal(monday, Current(store));
        Assert.Equal(RunState.Superseded, store.Runs.Find(wednesday)!.State);
        Sound(store);
    }

    [Fact]
    public async Task A_held_night_is_not_published_over_a_later_one_that_was_published_meanwhile()
    {
        using var store = Shop();
        var monday = Night(store).Run.RunId;
        var (tuesday, wednesday) = (Night(store, day: 1, with: Holding).Run.RunId, Night(store, day: 2, with: Holding).Run.RunId);
        await using var publication = await HalfWayAsync(store, monday, wednesday);
        var late = Task.Run(() => store.Decisions.PublishAsync(tuesday, "anna"));
        await EndAsync(publication, wednesday);
        Assert.Equal(Failure.Busy, (await Assert.ThrowsAsync<RetentionException>(() => late)).Failure);
        Assert.Equal(wednesday, Current(store));
        Assert.Equal(RunState.Held, store.Runs.Find(tuesday)!.State);
        Sound(store);
    }

    private static RunSettings Holding(RunSettings settings) => settings with { Guard = NothingPasses };

    /// <summary>A publication that has locked the pointer and not moved it yet, as another process makes it.</summary>
    private static async Task<DbConnection> HalfWayAsync(RetentionStore store, long before, long publishing)
    {
        var connection = store.Engine.Open();
        await SayAsync(connection, "BEGIN; SELECT run_id FROM current_run FOR UPDATE");
        await SayAsync(connection, FormattableString.Invariant($"UPDATE run SET state = 'superseded' WHERE run_id = {before}"));
        await SayAsync(connection,
            FormattableString.Invariant($"UPDATE run SET state = 'published', published_at_ms = 1 WHERE run_id = {publishing}"));
        return connection;
    }

    /// <summary>Once somebody waits for it.</summary>
    private static async Task EndAsync(DbConnection publication, long published)
    {
        const string Waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while (await SayAsync(publication, "SELECT pg_stat_clear_snapshot(); " + Waiting) == 0)
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        await SayAsync(publication, FormattableString.Invariant($"UPDATE current_run SET run_id = {published}; COMMIT"));
    }

    private static async Task<long> SayAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var last = 0L;
        do
            while (await rows.ReadAsync(TestContext.Current.CancellationToken)) if (rows.GetValue(0) is long count) last = count;
        while (await rows.NextResultAsync(TestContext.Current.CancellationToken));
        return last;
    }
}

/// <summary>Held runs, what a person decides about them, and what is told.</summary>
public abstract class RunDecisionTests(EngineUnderTest engine) : NightRunFixture(engine)
{
    protected static readonly GuardBands NothingPasses = new() { MaxMeanShift = -1 };

    [Fact]
    public async Task A_held_night_leaves_readers_where_they_are_until_somebody_publishes_it()
    {
        using var store = Shop();
        var before = Night(store);
        var held = Night(store, day: 1, with: settings => settings with { Guard = NothingPasses });
        Assert.Equal((RunOutcome.Held, RunState.Held), (held.Outcome, held.Run.State));
        Assert.Contains("mean churn probability", held.Run.Error, StringComparison.Ordinal);
        Assert.Equal(before.Run.RunId, Current(store));
        // Asked again, the night does not start over.
        Assert.Equal((RunOutcome.Held, held.Run.RunId), Night(store, day: 1) is var again ? (again.Outcome, again.Run.RunId) : default);

        await store.Decisions.PublishAsync(held.Run.RunId, "anna");
        Assert.Equal(held.Run.RunId, Current(store));
        Assert.Equal(RunState.Superseded, store.Runs.Find(before.Run.RunId)!.State);
        Assert.Equal("anna", (await store.Runs.EventsAsync(held.Run.RunId)).Single(happened => happened.What == "published").Actor);
        Assert.Equal(["run.published", "run.held", "run.published"], Told(store));
        Sound(store);
    }

    [Fact]
    public async Task A_discarded_night_is_gone_and_its_date_may_be_scored_again()
    {
        using var store = Shop();
        Night(store);
        var held = Night(store, day: 1, with: settings => settings with { Guard = NothingPasses });
        await store.Decisions.DiscardAsync(held.Run.RunId, "anna");
        Assert.Empty(store.Predictions.ReadAll(held.Run.RunId));
        Assert.Equal("anna", (await store.Runs.EventsAsync(held.Run.RunId)).Single(happened => happened.What == "discarded").Actor);
        var again = Night(store, day: 1);
        Assert.Equal((RunOutcome.Published, 2), (again.Outcome, again.Run.Attempt));
        Sound(store);
    }

    [Fact]
    public async Task Rolling_back_shows_the_earlier_night_and_the_next_night_publishes_as_usual()
    {
        using var store = Shop();
        var (monday, tuesday) = (Night(store).Run.RunId, Night(store, day: 1).Run.RunId);
        await store.Decisions.RollBackAsync(monday, "anna");
        Assert.Equal(monday, Current(store));
        Assert.Contains(await store.Runs.EventsAsync(monday), happened => happened is { What: "rolled back", Actor: "anna" });
        // The rolled back date is not scored anew behind anna's back.
        Assert.Equal((RunOutcome.AlreadyPublished, tuesday),
            Night(store, day: 1) is var again ? (again.Outcome, again.Run.RunId) : default);
        Assert.Equal(monday, Current(store));
        Sound(store);
        var wednesday = Night(store, day: 2).Run.RunId;
        Assert.Equal(wednesday, Current(store));
        await store.Decisions.RollBackAsync(monday, "anna");
        await store.Decisions.RollBackAsync(wednesday, "anna");
        Assert.Equal(3, Told(store).Count(kind => kind == "run.rolled_back"));
        Sound(store);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_with_the_state_the_run_is_in()
    {
        using var store = Shop();
        var run = Night(store, with: settings => settings with { KeepRuns = 1 }).Run.RunId;
        await RefusedAsync(Failure.Usage, "is published", () => store.Decisions.PublishAsync(run, "anna"));
        await RefusedAsync(Failure.Usage, "is published", () => store.Decisions.DiscardAsync(run, "anna"));
        await RefusedAsync(Failure.Usage, "is published", () => store.Decisions.RollBackAsync(run, "anna"));
        await RefusedAsync(Failure.NotFound, "no run 99", () => store.Decisions.RollBackAsync(99, "anna"));
        Night(store, day: 1, with: settings => settings with { KeepRuns = 1 });
        await RefusedAsync(Failure.Usage, "is dropped", () => store.Decisions.RollBackAsync(run, "anna"));
    }

    [Fact]
    public async Task A_held_night_older_than_the_published_one_cannot_take_readers_back()
    {
        using var store = Shop();
        Night(store);
        var held = Night(store, day: 1, with: settings => settings with { Guard = NothingPasses }).Run.RunId;
        var newer = Night(store, day: 2).Run.RunId;
        await RefusedAsync(Failure.Busy, "would take readers back", () => store.Decisions.PublishAsync(held, "anna"));
        Assert.Equal(newer, Current(store));
    }

    [Fact]
    public void An_event_is_delivered_again_only_when_who_took_it_fell_silent()
    {
        using var store = Shop();
        Night(store);
        var taken = Assert.Single(store.Outbox.Claim("a dispatcher that was killed", 10));
        Assert.Empty(store.Outbox.Claim("another", 10));
        Engine.Execute("UPDATE outbox SET lease_until_ms = 0");
        var again = Assert.Single(store.Outbox.Claim("another", 10));
        Assert.Equal((taken.RunId, taken.Kind, 2), (again.RunId, again.Kind, again.Attempts));
        store.Outbox.RecordDelivery(taken, "a dispatcher that was killed"); // too late: it is not its own any more
        Assert.Equal([""], Engine.Query("SELECT coalesce(delivered_at_ms, 0) FROM outbox").Select(at => at == "0" ? "" : at));
        store.Outbox.RecordDelivery(again, "another");
        Engine.Execute("UPDATE outbox SET lease_until_ms = 0");
        Assert.Empty(store.Outbox.Claim("another", 10));
    }

    private List<string> Told(RetentionStore store)
    {
        _ = store;
        return Engine.Query("SELECT kind FROM outbox ORDER BY run_id, created_at_ms, kind");
    }

    private static async Task RefusedAsync(Failure failure, string says, Func<Task> decide)
    {
        var refused = await Assert.ThrowsAsync<RetentionException>(decide);
        Assert.Equal(failure, refused.Failure);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    protected static void Sound(RetentionStore store) =>
        Assert.All(store.Verifier.Verify(Some.Shop, null, default),
            check => Assert.True(check.Holds, check.Name + ": " + string.Join("; ", check.Broken)));
}

using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

public sealed class SqliteRunDecisionTests() : RunDecisionTests(new SqliteUnderTest());

public sealed class PostgresRunDecisionTests() : RunDecisionTests(new PostgresUnderTest());

/// <summary>Held runs, what a person decides about them, and what is told.</summary>
public abstract class RunDecisionTests(EngineUnderTest engine) : NightRunFixture(engine)
{
    private static readonly GuardBands s_nothingPasses = new() { MaxMeanShift = -1 };

    [Fact]
    public void A_held_night_leaves_readers_where_they_are_until_somebody_publishes_it()
    {
        using var store = Shop();
        var before = Night(store);
        var held = Night(store, day: 1, with: settings => settings with { Guard = s_nothingPasses });
        Assert.Equal((RunOutcome.Held, RunState.Held), (held.Outcome, held.Run.State));
        Assert.Contains("mean churn probability", held.Run.Error, StringComparison.Ordinal);
        Assert.Equal(before.Run.RunId, Current(store));
        // Asked again, the night does not start over.
        Assert.Equal((RunOutcome.Held, held.Run.RunId), Night(store, day: 1) is var again ? (again.Outcome, again.Run.RunId) : default);

        store.Decisions.Publish(held.Run.RunId, "anna");
        Assert.Equal(held.Run.RunId, Current(store));
        Assert.Equal(RunState.Superseded, store.Runs.Find(before.Run.RunId)!.State);
        Assert.Equal("anna", store.Runs.Events(held.Run.RunId).Single(happened => happened.What == "published").Actor);
        Assert.Equal(["run.published", "run.held", "run.published"], Told(store));
        Sound(store);
    }

    [Fact]
    public void A_discarded_night_is_gone_and_its_date_may_be_scored_again()
    {
        using var store = Shop();
        Night(store);
        var held = Night(store, day: 1, with: settings => settings with { Guard = s_nothingPasses });
        store.Decisions.Discard(held.Run.RunId, "anna");
        Assert.Empty(store.Predictions.ReadAll(held.Run.RunId));
        Assert.Equal("anna", store.Runs.Events(held.Run.RunId).Single(happened => happened.What == "discarded").Actor);
        var again = Night(store, day: 1);
        Assert.Equal((RunOutcome.Published, 2), (again.Outcome, again.Run.Attempt));
        Sound(store);
    }

    [Fact]
    public void Rolling_back_shows_the_earlier_night_and_the_next_night_publishes_as_usual()
    {
        using var store = Shop();
        var (monday, tuesday) = (Night(store).Run.RunId, Night(store, day: 1).Run.RunId);
        store.Decisions.RollBack(monday, "anna");
        Assert.Equal(monday, Current(store));
        Assert.Contains(store.Runs.Events(monday), happened => happened is { What: "rolled back", Actor: "anna" });
        // The rolled back date is not scored anew behind anna's back.
        Assert.Equal((RunOutcome.AlreadyPublished, tuesday), Night(store, day: 1) is var again ? (again.Outcome, again.Run.RunId) : default);
        Assert.Equal(monday, Current(store));
        Sound(store);
        var wednesday = Night(store, day: 2).Run.RunId;
        Assert.Equal(wednesday, Current(store));
        store.Decisions.RollBack(monday, "anna");
        store.Decisions.RollBack(wednesday, "anna");
        Assert.Equal(3, Told(store).Count(kind => kind == "run.rolled_back"));
        Sound(store);
    }

    [Fact]
    public void What_makes_no_sense_is_refused_with_the_state_the_run_is_in()
    {
        using var store = Shop();
        var run = Night(store, with: settings => settings with { KeepRuns = 1 }).Run.RunId;
        Refused(Failure.Usage, "is published", () => store.Decisions.Publish(run, "anna"));
        Refused(Failure.Usage, "is published", () => store.Decisions.Discard(run, "anna"));
        Refused(Failure.Usage, "is published", () => store.Decisions.RollBack(run, "anna"));
        Refused(Failure.NotFound, "no run 99", () => store.Decisions.RollBack(99, "anna"));
        Night(store, day: 1, with: settings => settings with { KeepRuns = 1 });
        Refused(Failure.Usage, "is dropped", () => store.Decisions.RollBack(run, "anna"));
    }

    [Fact]
    public void A_held_night_older_than_the_published_one_cannot_take_readers_back()
    {
        using var store = Shop();
        Night(store);
        var held = Night(store, day: 1, with: settings => settings with { Guard = s_nothingPasses }).Run.RunId;
        var newer = Night(store, day: 2).Run.RunId;
        Refused(Failure.Busy, "would take readers back", () => store.Decisions.Publish(held, "anna"));
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
        store.Outbox.Settle(taken, "a dispatcher that was killed"); // too late: it is not its own any more
        Assert.Equal([""], Engine.Query("SELECT coalesce(delivered_at_ms, 0) FROM outbox").Select(at => at == "0" ? "" : at));
        store.Outbox.Settle(again, "another");
        Engine.Execute("UPDATE outbox SET lease_until_ms = 0");
        Assert.Empty(store.Outbox.Claim("another", 10));
    }

    private List<string> Told(RetentionStore store)
    {
        _ = store;
        return Engine.Query("SELECT kind FROM outbox ORDER BY run_id, created_at_ms, kind");
    }

    private static void Refused(Failure failure, string says, Action decide)
    {
        var refused = Assert.Throws<RetentionException>(decide);
        Assert.Equal(failure, refused.Failure);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    private static void Sound(RetentionStore store) =>
        Assert.All(store.Verifier.Verify(Some.Shop, null, default), check => Assert.True(check.Holds, check.Name + ": " + string.Join("; ", check.Broken)));
}

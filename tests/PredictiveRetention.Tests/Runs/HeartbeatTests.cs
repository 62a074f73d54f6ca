using Microsoft.Extensions.Time.Testing;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

public sealed class SqliteHeartbeatTests() : HeartbeatTests(new SqliteUnderTest());

public sealed class PostgresHeartbeatTests() : HeartbeatTests(new PostgresUnderTest());

/// <summary>A beat of the heart is a callback of a timer: what leaves it ends the process, here the test's.</summary>
public abstract class HeartbeatTests(EngineUnderTest engine) : IDisposable
{
    private static readonly TimeSpan s_beat = WorkerLease.Length / 4;
    private readonly FakeTimeProvider _clock = new();

    public void Dispose()
    {
        engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Leases_are_renewed_beat_by_beat_from_when_there_are_any()
    {
        var (store, run, heard) = Begun();
        using var alive = new Heartbeat(store, Settings(heard));
        engine.Execute("UPDATE run SET lease_until_ms = 1");
        _clock.Advance(s_beat);
        Assert.Equal(["1"], engine.Query("SELECT lease_until_ms FROM run"));
        alive.Renew(run.RunId, run.Owner!);
        _clock.Advance(s_beat);
        Assert.NotEqual(["1"], engine.Query("SELECT lease_until_ms FROM run"));
        Assert.Empty(heard.All);
        store.Dispose();
    }

    [Fact]
    public void A_store_that_takes_no_writes_or_is_gone_is_told_once_and_beaten_for_until_it_is_back()
    {
        var (store, run, heard) = Begun();
        using var alive = new Heartbeat(store, Settings(heard));
        alive.Renew(run.RunId, run.Owner!);
        foreach (var (away, back) in new (Action, Action)[] { (engine.MakeReadOnly, engine.MakeWritable),
            (engine.TakeAway, engine.BringBack) })
        {
            away();
            for (var beat = 0; beat < 4; beat++) _clock.Advance(s_beat);
            Assert.Equal(4, heard.Faults.All.Single(fault => fault.Work == Heartbeat.Renewing).Times);
            back();
            // A connection of before may be met once.
            for (var beat = 0; beat < 2; beat++) _clock.Advance(s_beat);
            Assert.Empty(heard.Faults.All);
        }
        Assert.Equal(2, heard.All.Count(told => told == "ends " + Heartbeat.Renewing));
        store.Dispose();
    }

    [Fact]
    public void Whatever_the_store_throws_stays_within_the_beat()
    {
        var (store, run, heard) = Begun();
        using var alive = new Heartbeat(store, Settings(heard));
        alive.Renew(run.RunId, run.Owner!);
        engine.Execute("ALTER TABLE run RENAME TO run_of_old"); // an error no waiting mends
        for (var beat = 0; beat < 3; beat++) _clock.Advance(s_beat);
        var standing = Assert.Single(heard.Faults.All);
        Assert.Equal((Heartbeat.Renewing, 3L), (standing.Work, standing.Times));
        engine.Execute("ALTER TABLE run_of_old RENAME TO run");
        _clock.Advance(s_beat);
        Assert.Empty(heard.Faults.All);
        store.Dispose();
    }

    [Fact]
    public void A_heart_that_has_stopped_beats_no_more_and_leaves_no_fault()
    {
        var (store, run, heard) = Begun();
        var alive = new Heartbeat(store, Settings(heard));
        alive.Renew(run.RunId, run.Owner!);
        engine.TakeAway();
        _clock.Advance(s_beat);
        Assert.NotEmpty(heard.Faults.All);
        alive.Dispose();
        Assert.Empty(heard.Faults.All);
        _clock.Advance(s_beat * 4);
        Assert.Empty(heard.Faults.All);
        engine.BringBack();
        store.Dispose();
    }

    private RunSettings Settings(HeardFaults heard) => new() { Clock = _clock, Faults = heard.Faults };

    private (RetentionStore Store, Run Run, HeardFaults Heard) Begun()
    {
        var store = RetentionStore.Open(engine.NewAddress());
        store.Import(Some.Orders(20));
        var claim = store.Runs.Claim(RunPurpose.Night, SimulatedHistories.End.Date, SimulatedHistories.End, "somebody", again: false);
        return (store, claim.Run, new HeardFaults(_clock));
    }
}

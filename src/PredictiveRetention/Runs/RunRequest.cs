using PredictiveRetention.Insights;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>Which run to make.</summary>
/// <param name="BusinessDate">The date the run is for; one published run a date.</param>
/// <param name="AsOf">What happened from this day on is unknown to the run.</param>
/// <param name="Again">Make a new attempt although the date is published.</param>
/// <param name="WithoutScores">
/// Asked for its figures alone: where every model learnt from days after the as-of, those that need none are counted all the same.
/// </param>
public sealed record RunRequest(RunPurpose Purpose, DateOnly BusinessDate, Cutoff AsOf, bool Again = false, bool WithoutScores = false)
{
    /// <summary>
    /// The night of today: as of today or, where the data ends earlier, the day after the last order. An order dated in the future is a
    /// slip of its source and does not make the data look current.
    /// </summary>
    public static RunRequest Tonight(RetentionStore store, Shop shop, TimeProvider clock, bool again = false)
    {
        var today = shop.Calendar.DayOf(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var lastDay = store.Summaries.Orders(shop, new Cutoff(today))?.LastDay ?? today;
        return new RunRequest(RunPurpose.Night, BusinessCalendar.DateOf(today), new Cutoff(Math.Min(today, lastDay + 1)), again);
    }

    /// <summary>
    /// Scores as they would have been on a past day. Never published to readers, and made anew each time it is asked for.
    /// </summary>
    /// <param name="withoutScores">See <see cref="WithoutScores"/>.</param>
    public static RunRequest Replay(Cutoff asOf, bool withoutScores = false) =>
        new(RunPurpose.Replay, asOf.Date, asOf, Again: true, withoutScores);
}

/// <summary>What a run does not read from the data.</summary>
public sealed record RunSettings
{
    /// <summary>Customers a shard: the unit of work, of memory and of what a crash repeats.</summary>
    public int ShardSize { get; init; } = 20_000;

    /// <summary>
    /// Customers the population cut-offs are taken from. Keys are hashes, so the first in key order are a random sample; smaller shops are
    /// taken whole.
    /// </summary>
    public int SampleSize { get; init; } = 50_000;

    /// <summary>Shards worked on at once.</summary>
    public int Parallelism { get; init; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>Published runs whose predictions are kept.</summary>
    public int KeepRuns { get; init; } = 7;

    public SegmentSettings Segments { get; init; } = new();
    public InsightSettings Insights { get; init; } = new();
    public Playbook Playbook { get; init; } = Playbook.Shipped();

    /// <summary>Part of the revenue that is earned; 1 = value is counted as revenue.</summary>
    public double Margin { get; init; } = 1;

    /// <summary>
    /// What an action must be expected to bring after its cost, currency units. Default null: more than one of its contacts costs.
    /// </summary>
    public double? MinimumWorth { get; init; }

    /// <summary>What plays may take together, how often a customer may be contacted, and who gets no play at all.</summary>
    public ActionSettings Actions { get; init; } = new();

    public GuardBands Guard { get; init; } = new();

    /// <summary>How long to wait while somebody else makes the snapshot, before coming back with <see cref="RunOutcome.Busy"/>.</summary>
    public TimeSpan WaitForOthers { get; init; } = TimeSpan.Zero;

    /// <summary>How long a database that does not answer, or takes no writes, is asked again.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

#pragma warning disable RS0030 // how long something took, never what day it is: that is in the request
    /// <summary>What beats, patience and waiting for others are measured by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where what a run waits for stands meanwhile, and what its heartbeat could not do.</summary>
    public StandingFaults Faults { get; init; } = new(TimeProvider.System);
#pragma warning restore RS0030

    /// <summary>
    /// Told how long each stage took, by whichever thread it ran on: sample, insights sample, snapshot, claim, read, compute, insights,
    /// write, decide, validate, drift, realised, figures, assign, publish (or hold), history, settle, retention.
    /// </summary>
    public Action<string, TimeSpan>? OnTiming { get; init; }

    /// <summary>Told the name of each step as it is passed; tests fail or kill a run here.</summary>
    public Action<string>? OnStep { get; init; }
}

/// <summary>How far a run is, whoever works on it.</summary>
/// <param name="Rate">Customers a second; null before the first shard is done.</param>
public readonly record struct RunProgress(string State, int ShardsDone, int Shards, long CustomersDone, double? Rate = null,
    double? RemainingSeconds = null);

public enum RunOutcome
{
    Published,
    AlreadyPublished,

    /// <summary>Outside its guard bands: waits for a person, readers keep what they have.</summary>
    Held,
    Busy,
}

public sealed record RunResult(RunOutcome Outcome, Run Run)
{
    /// <summary>Null while the run is not validated.</summary>
    public RunHeadline? Headline => Run.Headline;
}

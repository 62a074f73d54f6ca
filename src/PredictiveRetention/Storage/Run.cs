using System.Globalization;

namespace PredictiveRetention.Storage;

/// <summary>A row of the run ledger. <see cref="RunRow"/> says how it is stored.</summary>
public sealed record Run
{
    private RunRecipe? _recipe;
    private RunHeadline? _headline;

    public long RunId { get; init; }
    public RunPurpose Purpose { get; init; }
    public DateOnly BusinessDate { get; init; }
    public int Attempt { get; init; }

    /// <summary>What happened from this business day on is unknown to the run.</summary>
    public Cutoff AsOf { get; init; }
    public RunState State { get; init; }

    /// <summary>Grows with every take-over; who acts with an older one is refused.</summary>
    public long Fence { get; init; }

    /// <summary>Who makes the snapshot or validates. Shards have owners of their own.</summary>
    public string? Owner { get; init; }
    public long LeaseUntilMs { get; init; }
    public long? ExpectedCount { get; init; }
    public string? ModelVersion { get; init; }
    public string? SchemaHash { get; init; }

    /// <summary>
    /// What the run is made with (cut-offs of the segments, horizons, ...); null before its snapshot. Read when it is first asked for.
    /// </summary>
    public RunRecipe? Recipe => _recipe ??= RecipeJson is null ? null : RunRecipe.Read(RecipeJson);

    /// <summary>Its headline numbers, computed inside the run; null before it was validated. Read when it is first asked for.</summary>
    public RunHeadline? Headline => _headline ??= HeadlineJson is null ? null : RunRow.Headline(HeadlineJson);

    /// <summary>The newest import the population was frozen after; null when there was none.</summary>
    public long? InputImport { get; init; }
    public long CreatedAtMs { get; init; }
    public long? FinishedAtMs { get; init; }
    public long? PublishedAtMs { get; init; }

    /// <summary>Whether its figures may be looked at: those of a held night too, or nobody could decide about it.</summary>
    public bool MayBeAskedFor => PublishedAtMs is not null || State == RunState.Held;

    /// <summary>Why it failed or is held.</summary>
    public string? Error { get; init; }

    internal string? RecipeJson { get; init; }
    internal string? HeadlineJson { get; init; }
}

public enum RunPurpose
{
    /// <summary>Published to readers.</summary>
    Night,

    /// <summary>Of a past date, never published to readers.</summary>
    Replay,
}

/// <summary>
/// planned -> scoring -> validating -> published | held; held -> published | discarded; published -> superseded -> dropped; failed from any
/// of the first three. A rollback makes a superseded run published again.
/// </summary>
public enum RunState
{
    Planned,
    Scoring,
    Validating,

    /// <summary>Outside its guard bands: waits for a person, and readers keep what they have.</summary>
    Held,
    Published,
    Superseded,

    /// <summary>Its predictions are gone, its ledger entry stays.</summary>
    Dropped,
    Discarded,
    Failed,
}

/// <summary>open -> claimed -> done; claimed -> open where its holder lets go of it.</summary>
internal enum ShardState
{
    Open,
    Claimed,
    Done,
}

public enum ClaimOutcome
{
    /// <summary>The snapshot or the validation is ours to make, new or taken over.</summary>
    Claimed,

    /// <summary>The run is being scored: whoever asks takes shards.</summary>
    Shared,

    /// <summary>This date is done; nothing to do.</summary>
    AlreadyPublished,

    /// <summary>This date's run is outside its guard bands and waits for a decision.</summary>
    Held,

    /// <summary>Somebody else makes the snapshot or validates.</summary>
    Busy,
}

public sealed record Claim(ClaimOutcome Outcome, Run Run);

/// <summary>A part of a run that is ours until the lease passes.</summary>
/// <param name="Population">Customer keys, ascending.</param>
/// <param name="Fence">Grows each time the shard is taken; only the newest may commit.</param>
public sealed record ShardClaim(long RunId, int Shard, long[] Population, long Fence);

/// <summary>What a shard adds to the headline, in currency units; summed over the shards in their order.</summary>
/// <param name="PChurnTenths">Customers not lost by p_churn: [0, 0.1), [0.1, 0.2), ... [0.9, 1].</param>
/// <param name="Drift">Of a draw of the customers not lost: bins of each column the model is watched by; null where it is not.</param>
public sealed record ShardTotals(
    long Customers, long Lost, double PChurnSum, long HighRisk, double NetRevenue, long Orders, double Clv, double RevenueAtRisk,
    IReadOnlyList<long> PChurnTenths, IReadOnlyList<long[]>? Drift = null);

/// <summary>What is recommended in a run, in currency units.</summary>
/// <param name="Plays">Customers and expected net value by play.</param>
/// <param name="LeftAlone">Customers who would get a play and are left alone for its measure, and what it would have been expected to
/// bring.</param>
/// <param name="ControlGroup">Customers who get no play at all.</param>
public sealed record ActionTotals(
    long Actions, double ExpectedNetValue, double Cost, IReadOnlyList<GroupCount> Plays, IReadOnlyList<GroupCount> LeftAlone,
    long ControlGroup);

/// <summary>A customer a run could not score.</summary>
public sealed record Quarantined(long CustomerKey, string Reason);

/// <summary>How far a run is.</summary>
/// <param name="Customers">Rows of the shards that are done, quarantined ones included.</param>
/// <param name="SinceMs">When the population was frozen; null before.</param>
/// <param name="LastMs">When the last shard so far was finished.</param>
/// <param name="AtWork">Somebody holds a shard, or was here a moment ago.</param>
public sealed record ShardProgress(int Done, int Claimed, int All, long Customers, long Expected, long? SinceMs, long? LastMs, bool AtWork)
{
    /// <summary>Customers a second so far; null before the first shard is done, and while nobody works.</summary>
    public double? Rate => AtWork && Done > 0 && LastMs - SinceMs is > 0 and var ms ? 1000.0 * Customers / ms : null;

    /// <summary>Seconds until the last shard at that rate; null before the first is done.</summary>
    public double? RemainingSeconds => Rate is { } rate ? (Expected - Customers) / rate : null;
}

/// <summary>An entry of a run's record.</summary>
public sealed record RunEvent
{
    public int Seq { get; init; }
    public long AtMs { get; init; }

    /// <summary>The process or person.</summary>
    public string Actor { get; init; } = "";

    /// <summary>claimed, taken over, snapshot, validating, held, published, superseded, rolled back, discarded, failed, dropped.</summary>
    public string What { get; init; } = "";
    public string? Detail { get; init; }
}

/// <summary>Somebody took the run or the shard over: whoever sees this must stop writing at once.</summary>
public sealed class LeaseLostException(long runId, int? shard = null)
    : Exception(
        $"{(shard is { } number ? $"Shard {number.ToString(CultureInfo.InvariantCulture)} of run" : "Run")} "
            + $"{runId.ToString(CultureInfo.InvariantCulture)} was taken over by another process.");

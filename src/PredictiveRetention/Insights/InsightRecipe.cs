using PredictiveRetention.Features;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Insights;

/// <summary>What the figures of a run are counted with, fixed at its snapshot like the rest of its recipe.</summary>
public sealed record InsightRecipe
{
    public required InsightSettings Settings { get; init; }

    /// <summary>Day of the shop's first valid order.</summary>
    public required int FirstOrderDay { get; init; }

    /// <summary>
    /// Cut-offs of past quarters, oldest first: a segment of a past month moves because the customer moved, not because the cut did.
    /// </summary>
    public required IReadOnlyList<QuarterCutoffs> Quarters { get; init; }

    /// <summary>Customers up to this key are in the sample of visits against spend.</summary>
    public long SampleUpTo { get; init; } = long.MaxValue;
}

/// <summary>
/// The cut-offs of one quarter, taken at its first day from whoever was a customer then; scores are those of the recency rule.
/// </summary>
/// <param name="From">First day of the quarter.</param>
/// <param name="TakenOn">The day they were taken; later than From where the shop had too few customers then.</param>
public sealed record QuarterCutoffs(DateOnly From, DateOnly TakenOn, SegmentCutoffs Cutoffs)
{
    /// <summary>Valid orders of the shop before From when they were taken: where an import brought more, they are taken anew.</summary>
    public long Orders { get; init; } = -1;
}

/// <summary>Everything a count needs beside histories.</summary>
internal sealed record InsightContext(
    Cutoff AsOf, SourceCoverage Coverage, Currency Currency, SegmentCutoffs Cutoffs, SegmentSettings Segments, int HorizonDays,
    int ClvHorizonDays, int LostAfterDays, InsightRecipe Recipe)
{
    public MonthGrid Months { get; } = new(AsOf, Recipe.FirstOrderDay, Recipe.Settings.Months);
}

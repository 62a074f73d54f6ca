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

    /// <summary>Null where nothing speaks against the data beginning with the shop.</summary>
    public DataBeginning? Beginning { get; init; }

    /// <summary>Orders the store is known not to hold.</summary>
    public IReadOnlyList<RejectedOrders> Rejected { get; init; } = [];

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
    /// <summary>First orders before this day are probably not the first of their customers; 0 where there are none such.</summary>
    public int NewFromDay { get; } = Recipe.Beginning is { } beginning ? BusinessCalendar.DayNumber(beginning.NewFrom) : 0;

    /// <summary>Why who first ordered in a period cannot be called new; null where they can.</summary>
    /// <param name="startDay">The period's first.</param>
    public string? NotNew(int startDay) => startDay < NewFromDay ? Recipe.Beginning!.Reason : null;

    /// <summary>Why there are no scores; null where there are.</summary>
    public string? NoScores { get; init; }

    public MonthGrid Months { get; } = new(AsOf, Recipe.FirstOrderDay, Recipe.Settings.Months);
}

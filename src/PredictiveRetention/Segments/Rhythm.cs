using PredictiveRetention.Features;

namespace PredictiveRetention.Segments;

/// <summary>
/// How long a customer is silent beside how often that customer buys, without a model: known of every customer and of every past month.
/// </summary>
/// <param name="UsualGapDays">
/// Days between purchase days: the mean of the gaps so far, drawn towards the shop's median gap as if two gaps of that length had been seen
/// too. NaN in runs of earlier versions, which did not keep the median.
/// </param>
/// <param name="Overdue">Silent for longer than a multiple of the usual gap, and than a minimum.</param>
/// <param name="Inactive">Silent for more than a multiple of the churn horizon.</param>
/// <param name="Lost">Silent for so long that no model speaks of the customer.</param>
public readonly record struct Rhythm(float UsualGapDays, bool Overdue, bool Inactive, bool Lost)
{
    /// <summary>The shop's median gap counts as so many gaps of the customer's own.</summary>
    private const int Borrowed = 2;

    public bool StillBuying => !Inactive && !Lost;

    /// <summary>Late for this customer, and not gone: who can be kept.</summary>
    public bool Slipping => Overdue && StillBuying;

    /// <summary>Silent for longer than this is overdue, days; NaN where the usual gap is not known.</summary>
    public static double OverdueAfter(double usualGapDays, SegmentSettings settings) =>
        Math.Max(settings.OverdueFactor * usualGapDays, settings.OverdueMinDays);

    public static Rhythm Of(in CustomerFacts facts, bool lost, SegmentCutoffs cutoffs, SegmentSettings settings)
    {
        var usual = UsualGap(facts, cutoffs);
        var silent = facts.DaysSinceLastOrder;
        return new Rhythm((float)usual, silent > OverdueAfter(usual, settings), silent > cutoffs.InactiveAfterDays, lost);
    }

    public static double UsualGap(in CustomerFacts facts, SegmentCutoffs cutoffs)
    {
        if (cutoffs.MedianGapDays is not { } median) return double.NaN;
        var gaps = Math.Max(0, facts.PurchaseDays - 1);
        var days = gaps > 0 ? facts.DaysSinceFirstOrder - facts.DaysSinceLastOrder : 0;
        return (days + (Borrowed * median)) / (gaps + Borrowed);
    }
}

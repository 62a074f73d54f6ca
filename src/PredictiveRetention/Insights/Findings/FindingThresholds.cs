using System.Globalization;

namespace PredictiveRetention.Insights.Findings;

/// <summary>
/// Where a risk card turns to alert. Conventions of the product until the shop sets its own, and called so where they are shown; they are
/// no benchmarks of other shops.
/// </summary>
public sealed record FindingThresholds
{
    /// <summary>
    /// Acquisition-dependent: more than this part of the last year's revenue comes from customers in their first month. Default 0.5, more
    /// than half.
    /// </summary>
    public double NewRevenueShare { get; init; } = 0.5;

    /// <summary>Constrained CLV: fewer than this part of the customers buy again within 90 days. Default 0.2.</summary>
    public double SecondOrder90d { get; init; } = 0.2;

    /// <summary>
    /// High value not retained: more than this part of the High tier bought nothing in the horizon. Default 0.5, more than half.
    /// </summary>
    public double HighTierChurn { get; init; } = 0.5;

    /// <summary>Cohorts do not mature: fewer than this part of a cohort purchase in the third month after the first. Default 0.1.</summary>
    public double MonthThreeRetention { get; init; } = 0.1;

    /// <summary>
    /// Unstable growth: active customers change by less than this part a month, the whole 95 % interval of the trend below it. Default 0.
    /// </summary>
    public double ActiveTrend { get; init; }

    /// <summary>The name of a threshold in a file and its place here.</summary>
    public static IReadOnlyList<(string Name, Func<FindingThresholds, double> Get, Func<FindingThresholds, double, FindingThresholds> Set,
        double Min, double Max)> All
    { get; } =
    [
        ("new_revenue_share", static all => all.NewRevenueShare, static (all, value) => all with { NewRevenueShare = value }, 0, 1),
        ("second_order_90d", static all => all.SecondOrder90d, static (all, value) => all with { SecondOrder90d = value }, 0, 1),
        ("high_tier_churn", static all => all.HighTierChurn, static (all, value) => all with { HighTierChurn = value }, 0, 1),
        ("month_three_retention", static all => all.MonthThreeRetention, static (all,
            value) => all with { MonthThreeRetention = value }, 0, 1),
        ("active_trend", static all => all.ActiveTrend, static (all, value) => all with { ActiveTrend = value }, -1, 1),
    ];

    /// <summary>Faults in words; none when usable.</summary>
    public IEnumerable<string> Faults() => All.Where(one => !(one.Get(this) >= one.Min && one.Get(this) <= one.Max))
        .Select(one => string.Create(CultureInfo.InvariantCulture,
            $"threshold {one.Name} is {one.Get(this)}, allowed {one.Min} to {one.Max}"));
}

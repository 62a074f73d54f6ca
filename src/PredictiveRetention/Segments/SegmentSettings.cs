using static PredictiveRetention.Invariant;

namespace PredictiveRetention.Segments;

/// <summary>
/// Every number of the taxonomies a shop may choose. Day limits are inclusive and count whole days before the cutoff;
/// shares are of 1.
/// </summary>
public sealed record SegmentSettings
{
    /// <summary>Lifecycle Active: last order at most this many days ago. Default 30; 1 to 3650.</summary>
    public int ActiveDays { get; init; } = 30;

    /// <summary>Lifecycle At Risk: after Active, up to this many days. Default 90; above ActiveDays.</summary>
    public int AtRiskDays { get; init; } = 90;

    /// <summary>Lifecycle Dormant: after At Risk, up to this many days; later is Lost. Default 365; above AtRiskDays.</summary>
    public int DormantDays { get; init; } = 365;

    /// <summary>
    /// New and Newcomer: joined (first order, or first seen before the data begin) less than this many days ago (exclusive). Default 60;
    /// 1 to 3650.
    /// </summary>
    public int NewDays { get; init; } = 60;

    /// <summary>Reactivated: the gap before the last order was at least this many days. Default 90; 1 to 3650.</summary>
    public int ReactivatedGapDays { get; init; } = 90;

    /// <summary>Value tier High: the top share of customers by net revenue. Default 0.20; above 0.</summary>
    public double HighValueShare { get; init; } = 0.20;

    /// <summary>Value tier Low: the bottom share of customers by net revenue. Default 0.20; above 0, with the top at most 1.</summary>
    public double LowValueShare { get; init; } = 0.20;

    /// <summary>Frequency class Regular from this many purchases. Default 2; at least 2.</summary>
    public int RegularOrders { get; init; } = 2;

    /// <summary>Frequency class Power User from this many purchases. Default 5; above RegularOrders.</summary>
    public int PowerUserOrders { get; init; } = 5;

    /// <summary>CLV tier Premium: the top share by predicted CLV. Default 0.10; above 0.</summary>
    public double PremiumShare { get; init; } = 0.10;

    /// <summary>CLV tier Gold: the next share. Default 0.20; above 0.</summary>
    public double GoldShare { get; init; } = 0.20;

    /// <summary>CLV tier Silver: the next share; the rest is Bronze. Default 0.30; above 0, the three at most 1.</summary>
    public double SilverShare { get; init; } = 0.30;

    /// <summary>
    /// Business segment VIP: the top share of the still buying by net revenue of the last 12 months. Default 0.10; above 0, at most 1.
    /// </summary>
    public double VipShare { get; init; } = 0.10;

    /// <summary>
    /// Discount-Driven and Discount Seeker: at least this share of purchases had a discount. Default 0.60; above 0, at most 1.
    /// </summary>
    public double DiscountedOrdersShare { get; init; } = 0.60;

    /// <summary>Discount-Driven: or the discounts are at least this share of the gross amount. Default 0.40; above 0, at most 1.</summary>
    public double DiscountOfGrossShare { get; init; } = 0.40;

    /// <summary>Discount Seeker: at least this many purchases, because one discounted order is no habit. Default 2; at least 1.</summary>
    public int DiscountSeekerOrders { get; init; } = 2;

    /// <summary>Loyalist: at least this many purchases. Default 3; at least 2.</summary>
    public int LoyalistOrders { get; init; } = 3;

    /// <summary>Risk band High above this churn probability. Null (default) is 2/3.</summary>
    public double? HighRiskCut { get; init; }

    /// <summary>
    /// Risk band Medium from this churn probability up to that of High. Null (default) is 1/3, or that of High where it is lower.
    /// </summary>
    public double? MediumRiskCut { get; init; }

    /// <summary>Overdue: silent for longer than this many times the customer's usual gap. Default 2; at least 1.</summary>
    public double OverdueFactor { get; init; } = 2;

    /// <summary>Overdue: and for more than this many days. Default 14; 0 to 3650.</summary>
    public int OverdueMinDays { get; init; } = 14;

    /// <summary>Inactive: silent for more than this many churn horizons. Default 2; at least 1.</summary>
    public double InactiveHorizons { get; init; } = 2;

    /// <summary>
    /// High-value: the top share of the still buying by net revenue of the last 12 months, or by what an order would bring. Default 0.20;
    /// above 0, at most 1.
    /// </summary>
    public double HighSpenderShare { get; init; } = 0.20;

    /// <summary>
    /// Fixed F thresholds in place of quantiles, recommended when over 60 % of the customers have one order:
    /// 1, 2, 3, 5 gives the scores 1 / 2 / 3 / 4-5 / 6+ orders. Null (default) takes the quantiles; must not fall.
    /// </summary>
    public ScoreCuts? FrequencyCuts { get; init; }

    internal double HighRisk => HighRiskCut ?? 2 / 3.0;

    internal double MediumRisk => MediumRiskCut ?? Math.Min(1 / 3.0, HighRisk);

    /// <summary>These settings, or every fault of them in one message.</summary>
    /// <exception cref="RetentionException">A setting is out of its range.</exception>
    public SegmentSettings Checked()
    {
        var faults = Faults().ToList();
        return faults.Count == 0
            ? this
            : throw new RetentionException(Failure.Usage, "The segment settings are not usable: " + string.Join("; ", faults) + ".");
    }

    private IEnumerable<string> Faults() =>
        new[]
        {
            Days(nameof(ActiveDays), ActiveDays, 1),
            Days(nameof(AtRiskDays), AtRiskDays, ActiveDays + 1),
            Days(nameof(DormantDays), DormantDays, AtRiskDays + 1),
            Days(nameof(NewDays), NewDays, 1),
            Days(nameof(ReactivatedGapDays), ReactivatedGapDays, 1),
            Share(nameof(HighValueShare), HighValueShare),
            Share(nameof(LowValueShare), LowValueShare),
            AtMostOne($"{nameof(HighValueShare)} + {nameof(LowValueShare)}", HighValueShare + LowValueShare),
            AtLeast(nameof(RegularOrders), RegularOrders, 2),
            AtLeast(nameof(PowerUserOrders), PowerUserOrders, RegularOrders + 1),
            Share(nameof(PremiumShare), PremiumShare),
            Share(nameof(GoldShare), GoldShare),
            Share(nameof(SilverShare), SilverShare),
            AtMostOne($"{nameof(PremiumShare)} + {nameof(GoldShare)} + {nameof(SilverShare)}", PremiumShare + GoldShare + SilverShare),
            Share(nameof(VipShare), VipShare),
            Share(nameof(DiscountedOrdersShare), DiscountedOrdersShare),
            Share(nameof(DiscountOfGrossShare), DiscountOfGrossShare),
            AtLeast(nameof(DiscountSeekerOrders), DiscountSeekerOrders, 1),
            AtLeast(nameof(LoyalistOrders), LoyalistOrders, 2),
            Share(nameof(HighSpenderShare), HighSpenderShare),
            Factor(nameof(OverdueFactor), OverdueFactor),
            Days(nameof(OverdueMinDays), OverdueMinDays, 0),
            Factor(nameof(InactiveHorizons), InactiveHorizons),
            Probability(nameof(HighRiskCut), HighRiskCut),
            Probability(nameof(MediumRiskCut), MediumRiskCut),
            MediumRisk > HighRisk ? Text($"MediumRiskCut {MediumRisk} is above HighRiskCut {HighRisk}") : null,
            FrequencyCuts is { } cuts && !(cuts.P20 <= cuts.P40 && cuts.P40 <= cuts.P60 && cuts.P60 <= cuts.P80)
                ? Text($"FrequencyCuts {cuts.P20}, {cuts.P40}, {cuts.P60}, {cuts.P80} must not fall")
                : null,
        }.OfType<string>();

    private static string? Days(string name, int value, int min) =>
        value >= min && value <= Horizon.MaxDays ? null : Text($"{name} is {value}, allowed {min} to {Horizon.MaxDays}");

    private static string? AtLeast(string name, int value, int min) =>
        value >= min ? null : Text($"{name} is {value}, allowed {min} or more");

    private static string? Share(string name, double value) =>
        value is > 0 and <= 1 ? null : Text($"{name} is {value}, allowed above 0 to 1");

    private static string? Factor(string name, double value) =>
        value is >= 1 and <= 100 ? null : Text($"{name} is {value}, allowed 1 to 100");

    // 1e-9: 0.7 + 0.2 + 0.1 is a legal 1 although doubles add it up to a little more or less.
    private static string? AtMostOne(string name, double value) =>
        value <= 1 + 1e-9 ? null : Text($"{name} is {value}, allowed 1 at most");

    private static string? Probability(string name, double? value) =>
        value is null or (>= 0 and <= 1) ? null : Text($"{name} is {value}, allowed 0 to 1");
}

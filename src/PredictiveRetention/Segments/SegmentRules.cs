using System.Globalization;
using static PredictiveRetention.Invariant;

namespace PredictiveRetention.Segments;

/// <summary>A taxonomy's rule with the numbers of one run.</summary>
/// <param name="Rule">In a sentence or two.</param>
/// <param name="Segments">Of each segment, in the order of the taxonomy.</param>
/// <param name="FollowsTheShop">Whether its cut-offs are taken from the shop's customers, and so move from quarter to quarter.</param>
public sealed record SegmentRule(string Id, string Name, string Rule, IReadOnlyList<(string Segment, string Rule)> Segments,
    bool FollowsTheShop);

/// <summary>What <see cref="Segmenter"/> does, in words, with the settings and cut-offs it was done with.</summary>
public static class SegmentRules
{
    private const string FirstMatch = "The first that matches, in this order.";

    public static IReadOnlyList<SegmentRule> Describe(SegmentSettings settings, SegmentCutoffs cutoffs, Currency currency)
    {
        var (active, atRisk, dormant) = (settings.ActiveDays, settings.AtRiskDays, settings.DormantDays);
        string[] days = [Text($"last order at most {active} days ago"), Text($"{active + 1} to {atRisk} days ago"),
            Text($"{atRisk + 1} to {dormant} days ago"), Text($"more than {dormant} days ago")];
        var joined = Text($"first order (or first seen, where that was before the data begin) less than {settings.NewDays} days ago");
        var old = Text($"; who was first seen before the data begin, {settings.NewDays} days ago or longer, is Promising");
        var discounted = Text($"at least {100 * settings.DiscountedOrdersShare:0.##} % of the purchases had a discount");
        var overdue = Text($"silent for more than {settings.OverdueFactor:0.##} times the usual gap between orders and more than ")
            + Text($"{settings.OverdueMinDays} days");
        var inactive = Text($"silent for more than {cutoffs.InactiveAfterDays:0.##} days");
        return
        [
            Rule<Lifecycle>(
                "lifecycle", "Lifecycle",
                "By absolute days since the last order, never by quantiles. New is looked at first, then the days.", false,
                $"one purchase, {joined}",
                Text($"{days[0]}, after a gap of {settings.ReactivatedGapDays} days or more"), days[0], days[1], days[2], days[3]),
            new("lifecycle3", "Lifecycle in three states", "New and Reactivated count as Active, Lost as Dormant.",
                Three("New, Reactivated or Active", "At Risk", "Dormant or Lost"), false),
            new(
                "recency", "Recency", "By absolute days since the last purchase, whatever the lifecycle.",
                [(Text($"Recent (up to {active} days)"), days[0]), (Text($"Aging ({active + 1} to {atRisk} days)"), days[1]),
                    (Text($"Dormant (over {atRisk} days)"), Text($"more than {atRisk} days ago"))], false),
            Rule<ValueTier>(
                "value_tier", "Value tier",
                Text($"By net revenue to date: the top {100 * settings.HighValueShare:0.##} % of the shop's buyers, the bottom "
                    + $"{100 * settings.LowValueShare:0.##} %, and those between. Equal values share a tier."), true,
                $"net revenue from {Minor(cutoffs.HighValueMinor)}", $"from {Minor(cutoffs.MidValueMinor)}",
                "less, or nothing left after refunds"),
            Rule<FrequencyClass>(
                "frequency_class", "Frequency class", "By purchases to date.", false,
                settings.RegularOrders == 2 ? "one purchase, or none" : Text($"fewer than {settings.RegularOrders} purchases"),
                Text($"{settings.RegularOrders} to {settings.PowerUserOrders - 1} purchases"),
                Text($"{settings.PowerUserOrders} purchases or more")),
            new(
                "combined", "Lifecycle | value | frequency",
                "Lifecycle in three states, value tier and frequency class together: 27 cells, all listed.",
                [.. CombinedSegment.All.Select(cell => (cell.ToString(), "all three"))], true),
            Rule<ClvTier>(
                "clv_tier", "CLV tier",
                Text($"By predicted CLV: the top {100 * settings.PremiumShare:0.##} %, the next {100 * settings.GoldShare:0.##} %, the "
                    + $"next {100 * settings.SilverShare:0.##} %, the rest."), true,
                $"predicted CLV from {Amount(cutoffs.PremiumClv)}", $"from {Amount(cutoffs.GoldClv)}", $"from {Amount(cutoffs.SilverClv)}",
                "less, or nothing expected"),
            Rule<BusinessSegment>(
                "business_segment", "Business segment",
                FirstMatch + " New is looked at first, then Inactive, At Risk, VIP, Regular. No prediction is asked, so the rule is the "
                    + "same tonight and in every past month.", true,
                Text($"net revenue of the last 12 months from {Minor(cutoffs.VipRevenue12mMinor)}, the top ")
                    + Text($"{100 * settings.VipShare:0.##} % of those still buying"),
                "everybody else", Text($"overdue: {overdue}"), inactive, joined),
            Rule<EngagementSegment>(
                "engagement_segment", "Engagement segment",
                FirstMatch + " Discount-Driven is looked at first, then High-Value Active.", true,
                "value tier High and still buying",
                Text($"{discounted}, or discounts are at least {100 * settings.DiscountOfGrossShare:0.##} % of the gross amount"),
                Text($"overdue ({overdue}) or inactive ({inactive})"), "everybody else"),
            Rule<Persona>(
                "persona", "Persona", FirstMatch, false,
                "has a running subscription", joined,
                Text($"{discounted}, of at least {settings.DiscountSeekerOrders}"),
                Text($"at least {settings.LoyalistOrders} purchases and still buying"), "one purchase, or none that was kept",
                "two purchases or more"),
            Rule<RiskBand>(
                "risk_band", "Risk band (predicted)", "By predicted churn probability. The lost are counted apart.", false,
                Text($"churn probability above {100 * cutoffs.HighRisk:F1} %"), Text($"from {100 * cutoffs.MediumRisk:F1} %"), "less"),
            Rule<RfmSegment>(
                "rfm_segment", "RFM segment",
                $"Scores 1 to 5, 5 best, for days since the last order (cuts {Cuts(cutoffs.Recency)}), purchases (cuts "
                    + $"{Cuts(cutoffs.Frequency)}) and net revenue (cuts {Money(cutoffs.MonetaryMinor)}); equal values share a score. "
                    + $"The three digits name a cell of the grid.", true,
                [.. Enum.GetValues<RfmSegment>().Select(segment => "codes " + string.Join(' ', RfmGrid.Codes[segment])
                    + (segment == RfmSegment.NewCustomers ? old : ""))]),
        ];

        string Minor(double minor) => Amount(minor / currency.MinorPerUnit);
        string Amount(double amount) =>
            amount.ToString("N" + currency.Decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + " "
                + currency.Code;
        string Money(ScoreCuts cuts) => string.Join(", ", new[] { cuts.P20, cuts.P40, cuts.P60, cuts.P80 }.Select(Minor));
    }

    private static SegmentRule Rule<T>(string id, string name, string rule, bool followsTheShop, params string[] segments)
        where T : struct, Enum => new(id, name, rule, [.. SegmentNames.All<T>().Zip(segments)], followsTheShop);

    private static (string, string)[] Three(string active, string atRisk, string dormant) =>
        [(SegmentNames.Name(Lifecycle.Active), active), (SegmentNames.Name(Lifecycle.AtRisk), atRisk),
            (SegmentNames.Name(Lifecycle.Dormant), dormant)];

    private static string Cuts(ScoreCuts cuts) => Text($"{cuts.P20:0.##}, {cuts.P40:0.##}, {cuts.P60:0.##}, {cuts.P80:0.##}");
}

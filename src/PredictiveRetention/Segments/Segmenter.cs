using PredictiveRetention.Features;
using PredictiveRetention.Scoring;

namespace PredictiveRetention.Segments;

/// <summary>
/// Puts one customer into every taxonomy. Each rule is "first match"; the order of the lines
/// is the rule. A missing source matches nothing: without discounts nobody is Discount-Driven, without subscriptions nobody a
/// Subscriber. A customer without a purchase (only zero-value or refunded orders) is never New, has the lifecycle of the
/// last order of any kind, and falls into the lowest value and frequency classes and the persona One-Timer.
/// A lost customer has a risk band like any other; whoever counts risk leaves the lost out.
/// New is whoever joined lately: where a customer was seen before the shop's first order, since then, else since the first purchase.
/// </summary>
public static class Segmenter
{
    public static SegmentAssignment Assign(
        in CustomerFacts facts, in CustomerScore score, SegmentCutoffs cutoffs, SegmentSettings settings)
    {
        var rfm = RfmScore.Score(facts, cutoffs);
        var lifecycle = LifecycleOf(facts, settings);
        var value = ValueTierOf(facts, cutoffs);
        var rhythm = Rhythm.Of(facts, score.Lost, cutoffs, settings);
        return new SegmentAssignment(
            rfm,
            RfmSegmentOf(rfm, facts, settings),
            lifecycle,
            value,
            FrequencyClassOf(facts, settings),
            ClvTierOf(score.Clv, cutoffs),
            BusinessSegmentOf(facts, rhythm, cutoffs, settings),
            EngagementSegmentOf(facts, rhythm, value, settings),
            PersonaOf(facts, rhythm, settings),
            RiskBandOf(score.PChurn, cutoffs),
            rhythm,
            IsHighValue(facts, score, rhythm, cutoffs));
    }

    /// <summary>The grid knows new customers by few orders lately; of somebody seen long before they are a recent buyer's.</summary>
    private static RfmSegment RfmSegmentOf(RfmScore rfm, in CustomerFacts facts, SegmentSettings settings) =>
        RfmGrid.SegmentOf(rfm) is var segment && segment == RfmSegment.NewCustomers && facts.DaysSinceJoined >= settings.NewDays
            ? RfmSegment.Promising
            : segment;

    public static Lifecycle LifecycleOf(in CustomerFacts facts, SegmentSettings settings)
    {
        var days = facts.DaysSinceLastOrder;
        if (facts.Orders == 1 && IsNewcomer(facts, settings)) return Lifecycle.New;

        if (days <= settings.ActiveDays) return facts.LastGapDays >= settings.ReactivatedGapDays ? Lifecycle.Reactivated : Lifecycle.Active;

        return days <= settings.AtRiskDays ? Lifecycle.AtRisk
            : days <= settings.DormantDays ? Lifecycle.Dormant
            : Lifecycle.Lost;
    }

    // Ties share a tier, so a tier can hold more than its share. Whoever returned everything is Low, even in a shop where
    // the cut itself is 0.
    private static ValueTier ValueTierOf(in CustomerFacts facts, SegmentCutoffs cutoffs) =>
        facts.NetRevenueMinor <= 0 ? ValueTier.Low
        : facts.NetRevenueMinor >= cutoffs.HighValueMinor ? ValueTier.High
        : facts.NetRevenueMinor >= cutoffs.MidValueMinor ? ValueTier.Mid
        : ValueTier.Low;

    private static FrequencyClass FrequencyClassOf(in CustomerFacts facts, SegmentSettings settings) =>
        facts.Orders >= settings.PowerUserOrders ? FrequencyClass.PowerUser
        : facts.Orders >= settings.RegularOrders ? FrequencyClass.Regular
        : FrequencyClass.OneTime;

    // As with value: no expected spend is Bronze whatever the cut.
    private static ClvTier ClvTierOf(double clv, SegmentCutoffs cutoffs) =>
        clv <= 0 ? ClvTier.Bronze
        : clv >= cutoffs.PremiumClv ? ClvTier.Premium
        : clv >= cutoffs.GoldClv ? ClvTier.Gold
        : clv >= cutoffs.SilverClv ? ClvTier.Silver
        : ClvTier.Bronze;

    private static BusinessSegment BusinessSegmentOf(
        in CustomerFacts facts, in Rhythm rhythm, SegmentCutoffs cutoffs, SegmentSettings settings) =>
        IsNewcomer(facts, settings) ? BusinessSegment.New
        : !rhythm.StillBuying ? BusinessSegment.Inactive
        : rhythm.Overdue ? BusinessSegment.AtRisk
        : facts.Revenue12mMinor > 0 && facts.Revenue12mMinor >= cutoffs.VipRevenue12mMinor ? BusinessSegment.Vip
        : BusinessSegment.Regular;

    private static EngagementSegment EngagementSegmentOf(
        in CustomerFacts facts, in Rhythm rhythm, ValueTier value, SegmentSettings settings) =>
        BuysOnDiscount(facts, settings) || DiscountsWeighOnGross(facts, settings) ? EngagementSegment.DiscountDriven
        : value == ValueTier.High && rhythm.StillBuying ? EngagementSegment.HighValueActive
        : rhythm.Overdue || !rhythm.StillBuying ? EngagementSegment.AtRiskDormant
        : EngagementSegment.Steady;

    private static Persona PersonaOf(in CustomerFacts facts, in Rhythm rhythm, SegmentSettings settings)
    {
        if (facts.HasActiveSubscription == true) return Persona.Subscriber;

        if (IsNewcomer(facts, settings)) return Persona.Newcomer;

        if (facts.Orders >= settings.DiscountSeekerOrders && BuysOnDiscount(facts, settings)) return Persona.DiscountSeeker;

        return facts.Orders >= settings.LoyalistOrders && rhythm.StillBuying ? Persona.Loyalist
            : facts.Orders >= 2 ? Persona.Returning
            : Persona.OneTimer;
    }

    private static RiskBand RiskBandOf(double pChurn, SegmentCutoffs cutoffs) =>
        pChurn > cutoffs.HighRisk ? RiskBand.High
        : pChurn >= cutoffs.MediumRisk ? RiskBand.Medium
        : RiskBand.Low;

    private static bool IsHighValue(in CustomerFacts facts, in CustomerScore score, in Rhythm rhythm, SegmentCutoffs cutoffs) =>
        rhythm.StillBuying
        && ((facts.Revenue12mMinor > 0 && facts.Revenue12mMinor >= cutoffs.HighRevenue12mMinor)
            || (score.SpendIfOrder > 0 && score.SpendIfOrder >= cutoffs.HighSpendIfOrder));

    private static bool IsNewcomer(in CustomerFacts facts, SegmentSettings settings) =>
        facts.Orders > 0 && facts.TenureDays < settings.NewDays;

    // Comparisons with null are false. Divided, not multiplied: 3.0 / 5 is exactly the double 0.6, 0.6 x n may miss the whole number.
    private static bool BuysOnDiscount(in CustomerFacts facts, SegmentSettings settings) =>
        facts.Orders > 0 && (double?)facts.DiscountedOrders / facts.Orders >= settings.DiscountedOrdersShare;

    private static bool DiscountsWeighOnGross(in CustomerFacts facts, SegmentSettings settings) =>
        facts.GrossMinor > 0 && (double?)facts.DiscountMinor / facts.GrossMinor >= settings.DiscountOfGrossShare;
}

using PredictiveRetention.Features;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Tests.Segments;

/// <summary>An unremarkable regular customer and shop; a test states only what matters.</summary>
internal static class Some
{
    public static CustomerFacts Facts(
        int orders = 2,
        int daysSinceLastOrder = 20,
        int daysSinceFirstOrder = 200,
        long netRevenueMinor = 5_000,
        int? lastGapDays = 40,
        long? grossMinor = null,
        long? discountMinor = null,
        int? discountedOrders = null,
        bool? hasActiveSubscription = null,
        bool? emailConsent = null,
        long revenue12mMinor = 5_000) => new(
        orders,
        orders,
        daysSinceLastOrder,
        daysSinceFirstOrder,
        netRevenueMinor,
        grossMinor,
        discountMinor,
        discountedOrders,
        lastGapDays,
        lastGapDays,
        hasActiveSubscription,
        emailConsent,
        Revenue12mMinor: revenue12mMinor);

    public static CustomerScore Score(double pChurn = 0.4, double clv = 50, double spendIfOrder = 40, bool lost = false) =>
        new(pChurn, clv, spendIfOrder, lost);

    public static SegmentCutoffs Cutoffs() => new()
    {
        Population = 1_000,
        Recency = new ScoreCuts(30, 90, 180, 365),
        Frequency = new ScoreCuts(1, 2, 3, 5),
        MonetaryMinor = new ScoreCuts(1_000, 2_500, 5_000, 10_000),
        HighValueMinor = 10_000,
        MidValueMinor = 1_000,
        PremiumClv = 200,
        GoldClv = 100,
        SilverClv = 30,
        VipRevenue12mMinor = 8_000,
        HighRevenue12mMinor = 6_000,
        HighSpendIfOrder = 100,
        MedianGapDays = 30,
        InactiveAfterDays = 180,
        BaseRate = 0.6,
        HighRisk = 0.8,
        MediumRisk = 0.6,
    };

    public static SegmentAssignment Segments(CustomerFacts? facts = null, CustomerScore? score = null, SegmentSettings? settings = null) =>
        Segmenter.Assign(facts ?? Facts(), score ?? Score(), Cutoffs(), settings ?? new SegmentSettings());
}

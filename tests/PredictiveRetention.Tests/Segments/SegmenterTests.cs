using CsCheck;
using PredictiveRetention.Features;
using PredictiveRetention.Segments;
using Xunit;

namespace PredictiveRetention.Tests.Segments;

public class SegmenterTests
{
    [Theory]
    [InlineData(0, Lifecycle.Active)]
    [InlineData(30, Lifecycle.Active)]
    [InlineData(31, Lifecycle.AtRisk)]
    [InlineData(90, Lifecycle.AtRisk)]
    [InlineData(91, Lifecycle.Dormant)]
    [InlineData(365, Lifecycle.Dormant)]
    [InlineData(366, Lifecycle.Lost)]
    public void Lifecycle_changes_the_day_after_each_limit(int daysSinceLastOrder, Lifecycle lifecycle) =>
        Assert.Equal(
            lifecycle,
            Some.Segments(Some.Facts(daysSinceLastOrder: daysSinceLastOrder, daysSinceFirstOrder: 900)).Lifecycle);

    [Theory]
    [InlineData(1, 59, Lifecycle.New)]
    [InlineData(1, 60, Lifecycle.AtRisk)]
    [InlineData(2, 59, Lifecycle.AtRisk)]
    public void New_has_one_order_less_than_sixty_days_ago(int orders, int daysSinceFirstOrder, Lifecycle lifecycle) =>
        Assert.Equal(
            lifecycle,
            Some.Segments(Some.Facts(orders, daysSinceLastOrder: 45, daysSinceFirstOrder, lastGapDays: null)).Lifecycle);

    [Theory]
    [InlineData(30, 90, Lifecycle.Reactivated)]
    [InlineData(30, 89, Lifecycle.Active)]
    [InlineData(31, 400, Lifecycle.AtRisk)]
    public void Reactivated_came_back_within_thirty_days_after_ninety(int daysSinceLastOrder, int gap, Lifecycle lifecycle) =>
        Assert.Equal(
            lifecycle,
            Some.Segments(Some.Facts(daysSinceLastOrder: daysSinceLastOrder, daysSinceFirstOrder: 900, lastGapDays: gap)).Lifecycle);

    [Theory]
    [InlineData(10_000, ValueTier.High)]
    [InlineData(9_999, ValueTier.Mid)]
    [InlineData(1_000, ValueTier.Mid)]
    [InlineData(999, ValueTier.Low)]
    [InlineData(-5, ValueTier.Low)]
    public void Value_tier_starts_on_its_cut(long netRevenueMinor, ValueTier tier) =>
        Assert.Equal(tier, Some.Segments(Some.Facts(netRevenueMinor: netRevenueMinor)).ValueTier);

    [Theory]
    [InlineData(1, FrequencyClass.OneTime)]
    [InlineData(2, FrequencyClass.Regular)]
    [InlineData(4, FrequencyClass.Regular)]
    [InlineData(5, FrequencyClass.PowerUser)]
    public void Frequency_class_follows_the_orders(int orders, FrequencyClass frequency) =>
        Assert.Equal(frequency, Some.Segments(Some.Facts(orders)).FrequencyClass);

    [Theory]
    [InlineData(200, ClvTier.Premium)]
    [InlineData(100, ClvTier.Gold)]
    [InlineData(30, ClvTier.Silver)]
    [InlineData(29.9, ClvTier.Bronze)]
    [InlineData(0, ClvTier.Bronze)]
    public void Clv_tier_starts_on_its_cut(double clv, ClvTier tier) =>
        Assert.Equal(tier, Some.Segments(score: Some.Score(clv: clv)).ClvTier);

    [Theory]
    [InlineData(0.8, RiskBand.High)]
    [InlineData(0.79, RiskBand.Medium)]
    [InlineData(0.6, RiskBand.Medium)]
    [InlineData(0.59, RiskBand.Low)]
    public void Risk_band_starts_on_its_cut(double pChurn, RiskBand band) =>
        Assert.Equal(band, Some.Segments(score: Some.Score(pChurn)).RiskBand);

    [Theory]
    [InlineData(40, 50, 0.9, 300, BusinessSegment.New)] // new before everything
    [InlineData(200, 500, 0.9, 300, BusinessSegment.Inactive)] // inactive before at risk
    [InlineData(50, 500, 0.8, 300, BusinessSegment.AtRisk)] // at risk before VIP
    [InlineData(50, 500, 0.79, 200, BusinessSegment.Vip)]
    [InlineData(50, 500, 0.79, 199, BusinessSegment.Regular)]
    public void Business_segment_is_the_first_match(int last, int first, double pChurn, double clv, BusinessSegment segment) =>
        Assert.Equal(
            segment,
            Some.Segments(Some.Facts(daysSinceLastOrder: last, daysSinceFirstOrder: first), Some.Score(pChurn, clv)).BusinessSegment);

    [Theory]
    [InlineData(10, 20_000, EngagementSegment.HighValueActive)]
    [InlineData(10, 5_000, EngagementSegment.Other)]
    [InlineData(31, 20_000, EngagementSegment.AtRiskDormant)]
    [InlineData(900, 20_000, EngagementSegment.AtRiskDormant)]
    public void Engagement_segment_without_discounts_is_value_and_lifecycle(int days, long minor, EngagementSegment segment) =>
        Assert.Equal(
            segment,
            Some.Segments(Some.Facts(daysSinceLastOrder: days, daysSinceFirstOrder: 999, netRevenueMinor: minor)).EngagementSegment);

    [Theory]
    [InlineData(3, 0L, true)] // 3 of 5 orders
    [InlineData(2, 0L, false)]
    [InlineData(0, 4_000L, true)] // 40 % of gross
    [InlineData(0, 3_999L, false)]
    [InlineData(null, null, false)] // the shop imports no discounts
    public void Discount_Driven_is_first_and_needs_known_discounts(int? discountedOrders, long? discountMinor, bool driven) =>
        Assert.Equal(
            driven ? EngagementSegment.DiscountDriven : EngagementSegment.HighValueActive,
            Some.Segments(Some.Facts(
                orders: 5,
                netRevenueMinor: 20_000,
                grossMinor: discountMinor is null ? null : 10_000,
                discountMinor: discountMinor,
                discountedOrders: discountedOrders)).EngagementSegment);

    [Fact]
    public void Persona_is_the_first_match()
    {
        var everything = Some.Facts(
            orders: 5, daysSinceLastOrder: 5, daysSinceFirstOrder: 20, discountedOrders: 5, hasActiveSubscription: true);

        Assert.Equal(Persona.Subscriber, PersonaOf(everything));
        Assert.Equal(Persona.Newcomer, PersonaOf(everything = everything with { HasActiveSubscription = false }));
        Assert.Equal(Persona.Newcomer, PersonaOf(everything with { HasActiveSubscription = null }));
        Assert.Equal(Persona.DiscountSeeker, PersonaOf(everything = everything with { DaysSinceFirstOrder = 60 }));
        Assert.Equal(Persona.Loyalist, PersonaOf(everything = everything with { DiscountedOrders = 2 }));
        Assert.Equal(Persona.Loyalist, PersonaOf(everything with { DiscountedOrders = null }));
        Assert.Equal(Persona.Other, PersonaOf(everything with { Orders = 2, DiscountedOrders = 0 }));
        Assert.Equal(Persona.Other, PersonaOf(everything with { DaysSinceLastOrder = 31 }));
        Assert.Equal(Persona.OneTimer, PersonaOf(everything with { Orders = 1, DiscountedOrders = 1 }));
    }

    [Fact]
    public void A_customer_without_a_purchase_is_neither_new_nor_valuable()
    {
        var facts = new CustomerFacts(0, 0, DaysSinceLastOrder: 12, DaysSinceFirstOrder: 0, NetRevenueMinor: 0, 0, 0, 0);

        var one = Some.Segments(facts, Some.Score(0.95, clv: 0));

        Assert.Equal((Lifecycle.Active, ValueTier.Low, FrequencyClass.OneTime), (one.Lifecycle, one.ValueTier, one.FrequencyClass));
        Assert.Equal((ClvTier.Bronze, Persona.Other, BusinessSegment.AtRisk), (one.ClvTier, one.Persona, one.BusinessSegment));
        Assert.Equal((EngagementSegment.Other, "511"), (one.EngagementSegment, one.Rfm.ToString()));
    }

    [Fact]
    public void More_revenue_more_orders_and_a_later_order_never_lower_a_score() =>
        Gen.Select(Gen.Int[0, 20], Gen.Int[0, 800], Gen.Int[-100, 20_000], Gen.Int[0, 20], Gen.Int[0, 800], Gen.Int[0, 20_000])
            .Sample((orders, days, minor, moreOrders, fewerDays, moreMinor) =>
            {
                var before = RfmScore.Score(Some.Facts(orders, days, netRevenueMinor: minor), Some.Cutoffs());
                var after = RfmScore.Score(
                    Some.Facts(orders + moreOrders, Math.Max(0, days - fewerDays), netRevenueMinor: minor + moreMinor), Some.Cutoffs());
                return after.R >= before.R && after.F >= before.F && after.M >= before.M;
            });

    [Fact]
    public void Assign_allocates_nothing()
    {
        var (facts, score, cutoffs, settings) = (Some.Facts(), Some.Score(), Some.Cutoffs(), new SegmentSettings());

        Assert.Equal(0, Allocated.By(() =>
        {
            for (var i = 0; i < 10_000; i++) Segmenter.Assign(facts with { DaysSinceLastOrder = i % 500 }, score, cutoffs, settings);
        }));
    }

    private static Persona PersonaOf(CustomerFacts facts) => Some.Segments(facts).Persona;

    [Fact]
    public void Who_was_seen_long_before_the_data_begin_is_new_in_no_taxonomy()
    {
        var facts = new CustomerFacts(1, 1, DaysSinceLastOrder: 3, DaysSinceFirstOrder: 3, NetRevenueMinor: 1, DaysSinceJoined: 700);
        var assigned = Segmenter.Assign(facts, 0.1, 0, Some.Cutoffs(), new SegmentSettings());
        Assert.Equal((Lifecycle.Active, BusinessSegment.Regular, Persona.OneTimer),
            (assigned.Lifecycle, assigned.BusinessSegment, assigned.Persona));
        Assert.NotEqual(RfmSegment.NewCustomers, assigned.RfmSegment);
        var lately = Segmenter.Assign(facts with { DaysSinceJoined = 30 }, 0.1, 0, Some.Cutoffs(), new SegmentSettings());
        Assert.Equal((Lifecycle.New, BusinessSegment.New, Persona.Newcomer), (lately.Lifecycle, lately.BusinessSegment, lately.Persona));
    }
}

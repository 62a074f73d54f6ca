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
    [InlineData(0.81, RiskBand.High)]
    [InlineData(0.8, RiskBand.Medium)]
    [InlineData(0.6, RiskBand.Medium)]
    [InlineData(0.59, RiskBand.Low)]
    public void Risk_band_starts_on_its_cut(double pChurn, RiskBand band) =>
        Assert.Equal(band, Some.Segments(score: Some.Score(pChurn)).RiskBand);

    [Theory]
    [InlineData(59, 59, 9_000, BusinessSegment.New)] // new before everything
    [InlineData(181, 500, 9_000, BusinessSegment.Inactive)] // inactive before at risk
    [InlineData(61, 61, 9_000, BusinessSegment.AtRisk)] // usually every 20 days (0 own, 2 of the shop's 30, three): at risk before VIP
    [InlineData(40, 60, 8_000, BusinessSegment.Vip)]
    [InlineData(40, 60, 7_999, BusinessSegment.Regular)]
    public void Business_segment_is_the_first_match_and_asks_no_prediction(int last, int first, long minor, BusinessSegment segment)
    {
        var facts = Some.Facts(daysSinceLastOrder: last, daysSinceFirstOrder: first, revenue12mMinor: minor);
        Assert.Equal([segment, segment],
            new[] { 0.01, 0.99 }.Select(pChurn => Some.Segments(facts, Some.Score(pChurn, clv: 9_999 * pChurn)).BusinessSegment));
    }

    [Theory]
    [InlineData(3, 20, 50, (30 + 60) / 4.0)] // two gaps of 15 days, and two of the shop's 30
    [InlineData(1, 20, 20, 30)] // none of one's own
    [InlineData(0, 20, 50, 30)] // nothing was kept of what was ordered
    public void Usual_gap_is_ones_own_drawn_towards_the_shops(int purchases, int last, int first, double days) =>
        Assert.Equal(days, Some.Segments(Some.Facts(purchases, last, first)).Rhythm.UsualGapDays, 5);

    [Theory]
    [InlineData(45, false)] // (30 + 60) / 4 = 22.5 days, twice
    [InlineData(46, true)]
    public void Overdue_begins_after_twice_the_usual_gap(int silent, bool overdue)
    {
        var rhythm = Some.Segments(Some.Facts(orders: 3, daysSinceLastOrder: silent, daysSinceFirstOrder: silent + 30)).Rhythm;
        Assert.Equal((overdue, overdue), (rhythm.Overdue, rhythm.Slipping));
    }

    [Theory]
    [InlineData(14, false)]
    [InlineData(15, true)]
    public void Nobody_is_overdue_within_a_fortnight(int silent, bool overdue) => Assert.Equal(overdue,
        Some.Segments(Some.Facts(orders: 61, daysSinceLastOrder: silent, daysSinceFirstOrder: silent + 60)).Rhythm.Overdue);

    [Fact]
    public void Who_is_inactive_or_lost_is_overdue_and_does_not_slip()
    {
        var inactive = Some.Segments(Some.Facts(daysSinceLastOrder: 181, daysSinceFirstOrder: 300)).Rhythm;
        var lost = Some.Segments(Some.Facts(daysSinceLastOrder: 150, daysSinceFirstOrder: 150), Some.Score(lost: true)).Rhythm;
        Assert.Equal((true, false, false), (inactive.Overdue, inactive.Slipping, inactive.StillBuying));
        Assert.Equal((true, false, false), (lost.Overdue, lost.Slipping, lost.StillBuying));
    }

    [Theory]
    [InlineData(6_000, 10, true)] // by what was spent
    [InlineData(5_999, 100, true)] // by what an order would bring
    [InlineData(5_999, 99, false)]
    [InlineData(0, 0, false)]
    public void High_value_asks_no_figure_that_contains_the_risk(long minor, double spend, bool high) => Assert.Equal([high, high],
        new[] { 0.01, 0.99 }.Select(pChurn =>
            Some.Segments(Some.Facts(revenue12mMinor: minor), Some.Score(pChurn, 1_000 * pChurn, spend)).HighValue));

    [Fact]
    public void Money_of_who_buys_adds_up_to_what_an_order_would_bring_and_of_who_has_gone_is_none_at_risk()
    {
        var score = Some.Score(0.25, spendIfOrder: 80);
        Assert.Equal(new CustomerMoney(60, 20, 0), CustomerMoney.Of(score, new Rhythm(30, false, false, false)));
        Assert.Equal(new CustomerMoney(60, 0, 20), CustomerMoney.Of(score, new Rhythm(30, true, true, false)));
        Assert.Equal(default, CustomerMoney.Of(score with { Lost = true }, new Rhythm(30, true, true, true)));
    }

    [Theory]
    [InlineData(10, 20_000, EngagementSegment.HighValueActive)]
    [InlineData(10, 5_000, EngagementSegment.Steady)]
    [InlineData(100, 20_000, EngagementSegment.HighValueActive)] // late, and not gone
    [InlineData(100, 5_000, EngagementSegment.AtRiskDormant)]
    [InlineData(900, 20_000, EngagementSegment.AtRiskDormant)]
    public void Engagement_segment_without_discounts_is_value_and_rhythm(int days, long minor, EngagementSegment segment) =>
        Assert.Equal(
            segment,
            Some.Segments(Some.Facts(daysSinceLastOrder: days, daysSinceFirstOrder: days + 30, netRevenueMinor: minor)).EngagementSegment);

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
        Assert.Equal(Persona.Returning, PersonaOf(everything with { Orders = 2, DiscountedOrders = 0 }));
        Assert.Equal(Persona.Loyalist, PersonaOf(everything with { DaysSinceLastOrder = 180, DaysSinceFirstOrder = 400 }));
        Assert.Equal(Persona.Returning, PersonaOf(everything with { DaysSinceLastOrder = 181, DaysSinceFirstOrder = 400 }));
        Assert.Equal(Persona.OneTimer, PersonaOf(everything with { Orders = 1, DiscountedOrders = 1 }));
    }

    [Fact]
    public void A_customer_without_a_purchase_is_neither_new_nor_valuable()
    {
        var facts = new CustomerFacts(0, 0, DaysSinceLastOrder: 12, DaysSinceFirstOrder: 0, NetRevenueMinor: 0, 0, 0, 0);

        var one = Some.Segments(facts, Some.Score(0.95, clv: 0));

        Assert.Equal((Lifecycle.Active, ValueTier.Low, FrequencyClass.OneTime), (one.Lifecycle, one.ValueTier, one.FrequencyClass));
        Assert.Equal((ClvTier.Bronze, Persona.OneTimer, BusinessSegment.Regular), (one.ClvTier, one.Persona, one.BusinessSegment));
        Assert.Equal((EngagementSegment.Steady, "511"), (one.EngagementSegment, one.Rfm.ToString()));
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
        var assigned = Segmenter.Assign(facts, Some.Score(0.1, 0), Some.Cutoffs(), new SegmentSettings());
        Assert.Equal((Lifecycle.Active, BusinessSegment.Regular, Persona.OneTimer),
            (assigned.Lifecycle, assigned.BusinessSegment, assigned.Persona));
        Assert.NotEqual(RfmSegment.NewCustomers, assigned.RfmSegment);
        var lately = Segmenter.Assign(facts with { DaysSinceJoined = 30 }, Some.Score(0.1, 0), Some.Cutoffs(), new SegmentSettings());
        Assert.Equal((Lifecycle.New, BusinessSegment.New, Persona.Newcomer), (lately.Lifecycle, lately.BusinessSegment, lately.Persona));
    }
}

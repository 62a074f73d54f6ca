using PredictiveRetention.Features;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Scoring;
using PredictiveRetention.Tests.Segments;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks;

public class AudienceTests
{
    // Some.Facts and Some.Score: 2 orders, the last 20 and the first 200 days ago, 50.00 net, p_churn 0.4, CLV 50, 40 if an order.
    [Theory]
    [InlineData("{ lifecycle: Active }", true)]
    [InlineData("{ lifecycle: At Risk }", false)]
    [InlineData("{ lifecycle: [at-risk, ACTIVE] }", true)]
    [InlineData("{ value_tier: Mid }", true)]
    [InlineData("{ value_tier: [High, Low] }", false)]
    [InlineData("{ frequency_class: Regular }", true)]
    [InlineData("{ clv_tier: Silver }", true)]
    [InlineData("{ business_segment: Regular }", true)]
    [InlineData("{ engagement_segment: Steady }", true)]
    [InlineData("{ persona: Returning }", true)]
    [InlineData("{ rfm_segment: [Promising, Need Attention, New Customers] }", true)]
    [InlineData("{ risk_band: Low }", true)]
    [InlineData("{ orders: 2 }", true)]
    [InlineData("{ orders: [1, 3] }", false)]
    [InlineData("{ orders: { min: 2 } }", true)]
    [InlineData("{ orders: { max: 2 } }", true)]
    [InlineData("{ orders: { min: 3 } }", false)]
    [InlineData("{ orders: { max: 1 } }", false)]
    [InlineData("{ days_since_last_order: { min: 20, max: 20 } }", true)]
    [InlineData("{ days_since_first_order: { min: 200, max: 200 } }", true)]
    [InlineData("{ p_churn: { min: 0.4, max: 0.4 } }", true)]
    [InlineData("{ clv: { min: 50, max: 50 } }", true)]
    [InlineData("{ revenue_at_risk: { min: 15.9, max: 16.1 } }", true)]
    [InlineData("{ net_revenue: { min: 50, max: 50 } }", true)]
    [InlineData("{ r_score: 5 }", true)]
    [InlineData("{ f_score: 2 }", true)]
    [InlineData("{ m_score: 3 }", true)]
    [InlineData("{ lost: false }", true)]
    [InlineData("{ lost: true }", false)]
    [InlineData("{ lifecycle: Active, orders: { min: 3 } }", false)]
    [InlineData("{ any: [{ orders: 9 }, { lifecycle: Active, value_tier: Mid }] }", true)]
    [InlineData("{ any: [{ orders: 9 }, { lifecycle: Active, value_tier: High }] }", false)]
    [InlineData("{ orders: 2, any: [{ orders: 9 }] }", false)]
    [InlineData("{ not: { orders: 2 } }", false)]
    [InlineData("{ not: { orders: 2, value_tier: High } }", true)]
    [InlineData("{ not: { any: [{ orders: 9 }, { orders: 8 }] } }", true)]
    public void A_rule_holds_when_all_of_it_holds(string audience, bool included) =>
        Assert.Equal(included, Includes(audience, Some.Facts()));

    [Theory]
    [InlineData("{ has_active_subscription: true }", null, false)]
    [InlineData("{ has_active_subscription: false }", null, false)]
    [InlineData("{ has_active_subscription: [true, false] }", null, false)]
    [InlineData("{ not: { has_active_subscription: true } }", null, true)]
    [InlineData("{ has_active_subscription: true }", true, true)]
    [InlineData("{ has_active_subscription: true }", false, false)]
    [InlineData("{ has_active_subscription: false }", false, true)]
    [InlineData("{ has_active_subscription: [true, false] }", false, true)]
    public void A_condition_on_an_unknown_fact_is_false(string audience, bool? subscribed, bool included) =>
        Assert.Equal(included, Includes(audience, Some.Facts(hasActiveSubscription: subscribed)));

    [Fact]
    public void The_first_order_of_a_customer_without_a_purchase_is_unknown() =>
        Assert.False(Includes("{ days_since_first_order: { max: 30 } }", Some.Facts(orders: 0, daysSinceFirstOrder: 0)));

    [Theory]
    [InlineData("{ value_tier: Low }", false)]
    [InlineData("{ value_tier: Low, lifecycle: Dormant }", false)]
    [InlineData("{ value_tier: Low, lifecycle: [Dormant, Lost] }", true)]
    [InlineData("{ value_tier: Low, lost: true }", true)]
    [InlineData("{ value_tier: Low, lost: [true, false] }", true)]
    [InlineData("{ value_tier: Low, any: [{ orders: 99 }, { lost: true }] }", true)]
    [InlineData("{ value_tier: Low, not: { lifecycle: Lost } }", false)]
    [InlineData("{ value_tier: Low, not: { orders: 99 } }", false)]
    public void Lost_customers_are_included_only_when_the_play_says_so(string audience, bool included) =>
        Assert.Equal(
            included,
            Includes(
                audience,
                Some.Facts(daysSinceLastOrder: 900, daysSinceFirstOrder: 999, netRevenueMinor: 1),
                Some.Score(lost: true)));

    [Theory]
    [InlineData(0.4, 0.3, true)]
    [InlineData(0.4, 0.301, false)]
    [InlineData(0.4, 0.9, false)]
    [InlineData(0.4, null, false)] // no night says what it was
    public void Risk_is_raised_by_points_since_a_night_of_some_days_ago(double now, double? before, bool included)
    {
        var play = SomePlay.Play(SomePlay.Yaml(audience: "{ risk_raised: { points: 10, days: 28 } }"));
        var (facts, score) = (Some.Facts(), Some.Score(pChurn: now));
        var earlier = new EarlierRisk(new Dictionary<int, double?[]> { [7] = [0.0, 0.0], [28] = [0.9, before] }) { Customer = 1 };
        var candidate = new Candidate(facts, score, Some.Segments(facts, score), 100, earlier);

        Assert.Equal(included, play.Audience.Includes(candidate));
        Assert.False(play.Audience.Includes(candidate with { Earlier = null }));
        Assert.Equal("churn probability raised by at least 10 points in 28 days and not lost", play.Audience.ToString());
    }

    [Fact]
    public void A_rule_reads_as_a_sentence() =>
        Assert.Equal(
            "lifecycle is Dormant or Lost and orders at least 2 and (churn probability 0.5 to 1 or R score is 1 or 2) "
            + "and not (an active subscription)",
            SomePlay.Play(SomePlay.Yaml(
                audience: "{ lifecycle: [Dormant, Lost], orders: { min: 2 }, any: [{ p_churn: { min: 0.5, max: 1 } }, { r_score: [1, 2] "
                    + "}], "
                + "not: { has_active_subscription: true } }")).Audience.ToString());

    private static bool Includes(string audience, CustomerFacts facts, CustomerScore? score = null)
    {
        var scored = score ?? Some.Score();
        var candidate = new Candidate(facts, scored, Some.Segments(facts, scored), MinorPerUnit: 100);
        return SomePlay.Play(SomePlay.Yaml(audience: audience)).Audience.Includes(candidate);
    }
}

using PredictiveRetention.Segments;
using Xunit;

namespace PredictiveRetention.Tests.Segments;

public sealed class SegmentRulesTests
{
    private static readonly SegmentCutoffs s_cutoffs = new()
    {
        Population = 10, Recency = new ScoreCuts(10, 20, 30, 40), Frequency = new ScoreCuts(1, 1, 2, 4),
        MonetaryMinor = new ScoreCuts(100, 200, 300, 400),
        HighValueMinor = 54_321, MidValueMinor = 1_234, PremiumClv = 99.5, GoldClv = 50, SilverClv = 10,
        VipRevenue12mMinor = 7_725, BaseRate = 0.4,
        HighRisk = 0.7, MediumRisk = 0.4, InactiveAfterDays = 180,
    };

    [Fact]
    public void Every_taxonomy_says_its_rule_with_the_numbers_of_the_run()
    {
        var rules = SegmentRules.Describe(new SegmentSettings { NewDays = 45 }, s_cutoffs, Currency.Parse("GBP")).ToDictionary(rule =>
            rule.Id);
        Assert.Equal(SegmentNames.All<Lifecycle>(), rules["lifecycle"].Segments.Select(segment => segment.Segment));
        Assert.Contains("less than 45 days ago", rules["lifecycle"].Segments[0].Rule, StringComparison.Ordinal);
        Assert.Contains("543.21 GBP", rules["value_tier"].Segments[0].Rule, StringComparison.Ordinal);
        Assert.Contains("77.25 GBP", rules["business_segment"].Segments[0].Rule, StringComparison.Ordinal);
        Assert.Contains("70.0 %", rules["risk_band"].Segments[0].Rule, StringComparison.Ordinal);
        Assert.Contains("555", rules["rfm_segment"].Segments[0].Rule, StringComparison.Ordinal);
        Assert.Equal(27, rules["combined"].Segments.Count);
        Assert.All(rules.Values,
            rule => Assert.All(rule.Segments, segment => Assert.True(segment.Segment.Length > 0 && segment.Rule.Length > 0, rule.Id)));
    }
}

using System.Text.Json;
using PredictiveRetention.Features;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
using Xunit;

namespace PredictiveRetention.Tests.Segments;

public class SegmentCutoffsTests
{
    [Fact]
    public void Thresholds_interpolate_linearly_between_neighbours()
    {
        var cutoffs = From([.. Enumerable.Range(1, 11).Select(i => (Some.Facts(netRevenueMinor: i * 100), Some.Score(clv: i)))]);

        Assert.Equal(new ScoreCuts(300, 500, 700, 900), cutoffs.MonetaryMinor);
        Assert.Equal((900.0, 300.0), (cutoffs.HighValueMinor, cutoffs.MidValueMinor));
        Assert.Equal((10.0, 8.0, 5.0), (cutoffs.PremiumClv, cutoffs.GoldClv, cutoffs.SilverClv));
    }

    [Fact]
    public void A_cut_at_a_whole_position_is_exactly_that_customers_value()
    {
        // 90 x 0.7 is a hair under 63 in double: the cut would be a hair under the customer it is.
        var clv = Enumerable.Range(0, 91).Select(i => i * 1.1).ToArray();

        Assert.Equal(clv[63], From([.. clv.Select(value => (Some.Facts(), Some.Score(clv: value)))]).GoldClv);
    }

    [Fact]
    public void Tiers_of_a_thousand_distinct_customers_have_their_shares()
    {
        (CustomerFacts Facts, CustomerScore Score)[] shop =
            [.. Enumerable.Range(1, 1_000).Select(i => (Some.Facts(netRevenueMinor: i * 7), Some.Score(clv: i * 0.37)))];
        var cutoffs = From(shop);
        var assigned = shop.Select(one => Segmenter.Assign(one.Facts, one.Score, cutoffs, new SegmentSettings())).ToList();

        Assert.Equal(200, assigned.Count(one => one.ValueTier == ValueTier.High));
        Assert.Equal(600, assigned.Count(one => one.ValueTier == ValueTier.Mid));
        Assert.Equal(100, assigned.Count(one => one.ClvTier == ClvTier.Premium));
        Assert.Equal(200, assigned.Count(one => one.ClvTier == ClvTier.Gold));
        Assert.Equal(300, assigned.Count(one => one.ClvTier == ClvTier.Silver));
    }

    [Fact]
    public void Risk_cuts_are_a_third_and_two_thirds_whatever_the_shops_own_rate()
    {
        var cutoffs = From((Some.Facts(), Some.Score(0.5)), (Some.Facts(), Some.Score(0.7)), (Some.Facts(), Some.Score(1, lost: true)));

        Assert.Equal(0.6, cutoffs.BaseRate!.Value, 12);
        Assert.Equal((2 / 3.0, 1 / 3.0), (cutoffs.HighRisk, cutoffs.MediumRisk));
    }

    [Fact]
    public void A_shop_may_cut_elsewhere()
    {
        var cutoffs = From(new SegmentSettings { HighRiskCut = 0.9, MediumRiskCut = 0.3 }, (Some.Facts(), Some.Score(0.5)));

        Assert.Equal((0.9, 0.3, 0.5), (cutoffs.HighRisk, cutoffs.MediumRisk, cutoffs.BaseRate));
    }

    [Fact]
    public void Medium_never_starts_above_high()
    {
        var cutoffs = From(new SegmentSettings { HighRiskCut = 0.2 }, (Some.Facts(), Some.Score(0.9)));

        Assert.Equal((0.2, 0.2), (cutoffs.HighRisk, cutoffs.MediumRisk));
    }

    [Fact]
    public void Fixed_frequency_cuts_score_one_two_three_to_five_and_more_orders()
    {
        var cutoffs = From(new SegmentSettings { FrequencyCuts = new ScoreCuts(1, 2, 3, 5) }, (Some.Facts(), Some.Score()));

        Assert.Equal(
            [1, 2, 3, 4, 4, 5],
            new[] { 1, 2, 3, 4, 5, 6 }.Select(orders => RfmScore.Score(Some.Facts(orders: orders), cutoffs).F));
    }

    [Fact]
    public void Who_is_worth_most_is_found_among_the_still_buying()
    {
        (CustomerFacts, CustomerScore)[] buying =
            [.. Enumerable.Range(1, 11).Select(i => (Some.Facts(revenue12mMinor: i * 100), Some.Score(spendIfOrder: i)))];
        var cutoffs = From(
        [
            .. buying, (Some.Facts(daysSinceLastOrder: 181, revenue12mMinor: 99_999), Some.Score(spendIfOrder: 999)),
            (Some.Facts(revenue12mMinor: 99_999), Some.Score(spendIfOrder: 999, lost: true)),
        ]);

        Assert.Equal((1_000.0, 900.0, 9.0), (cutoffs.VipRevenue12mMinor, cutoffs.HighRevenue12mMinor, cutoffs.HighSpendIfOrder));
        Assert.Equal(180, cutoffs.InactiveAfterDays);
    }

    [Fact]
    public void One_customer_is_the_top_of_the_shop()
    {
        var (facts, score) = (Some.Facts(), Some.Score());
        var cutoffs = From((facts, score));
        var one = Segmenter.Assign(facts, score, cutoffs, new SegmentSettings());

        Assert.Equal(1, cutoffs.Population);
        Assert.Equal((ValueTier.High, ClvTier.Premium, "511"), (one.ValueTier, one.ClvTier, one.Rfm.ToString()));
    }

    [Fact]
    public void Equal_customers_share_every_segment()
    {
        var shop = Enumerable.Repeat((Some.Facts(), Some.Score()), 50).ToArray();
        var cutoffs = From(shop);

        Assert.Single(shop.Select(one => Segmenter.Assign(one.Item1, one.Item2, cutoffs, new SegmentSettings())).Distinct());
        Assert.Equal(new ScoreCuts(5_000, 5_000, 5_000, 5_000), cutoffs.MonetaryMinor);
    }

    [Fact]
    public void An_empty_shop_has_cutoffs_and_no_base_rate()
    {
        var cutoffs = From();

        Assert.Equal((0, null), (cutoffs.Population, cutoffs.BaseRate));
        Assert.Equal((2 / 3.0, 1 / 3.0, 90), (cutoffs.HighRisk, cutoffs.MediumRisk, cutoffs.MedianGapDays!.Value));
        Assert.Equal(default, cutoffs.Recency);
    }

    [Fact]
    public void Customers_without_a_purchase_do_not_move_the_thresholds()
    {
        (CustomerFacts, CustomerScore)[] buyers = [.. Enumerable.Range(1, 20).Select(i => (Some.Facts(orders: i), Some.Score(clv: i)))];
        var others = Enumerable.Repeat((Some.Facts(orders: 0, netRevenueMinor: 0), Some.Score(clv: 0)), 100);

        Assert.Equal(From(buyers), From([.. buyers, .. others]));
    }

    [Fact]
    public void Cutoffs_come_back_from_JSON_unchanged()
    {
        var cutoffs = From(
            [.. Enumerable.Range(1, 37).Select(i => (Some.Facts(orders: i, netRevenueMinor: i * 31), Some.Score(clv: i / 3.0)))]);

        Assert.Equal(cutoffs, JsonSerializer.Deserialize<SegmentCutoffs>(JsonSerializer.Serialize(cutoffs)));
    }

    [Fact]
    public void Scores_of_other_customers_or_without_a_value_are_a_bug()
    {
        Assert.Throws<ArgumentException>(() => SegmentCutoffs.From([Some.Facts()], [], new SegmentSettings(), 90, null));
        Assert.Throws<ArgumentException>(() => From((Some.Facts(), Some.Score(double.NaN))));
    }

    private static SegmentCutoffs From(params (CustomerFacts Facts, CustomerScore Score)[] customers) =>
        From(new SegmentSettings(), customers);

    private static SegmentCutoffs From(SegmentSettings settings, params (CustomerFacts Facts, CustomerScore Score)[] customers) =>
        SegmentCutoffs.From(
            customers.Select(one => one.Facts).ToArray(), customers.Select(one => one.Score).ToArray(), settings, 90, null);
}

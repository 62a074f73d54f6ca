using PredictiveRetention.Features;
using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Insights.WhatIf;
using PredictiveRetention.Models;
using PredictiveRetention.Playbooks;
using Xunit;

namespace PredictiveRetention.Tests.Insights;

/// <summary>Sentences that published reports got wrong, numbered as in the list of them; on their own numbers.</summary>
public class WrongFigureTests
{
    private static readonly HandMade s_shop = HandMade.GoodPulse();

    private static string Says(string id) => s_shop.Card(id).Answer;

    private static WhatIfResult Ask(WhatIfRequest request, double margin = 1) =>
        WhatIfCalculator.Answer(s_shop.Context(margin), s_shop.Figures, request);

    [Fact]
    public void Wrong_figure_01_a_CLV_of_0_beside_revenue_is_an_alert()
    {
        Assert.Equal(CardState.Ok, s_shop.Card("000.clv_average").State);
        var nothing = HandMade.GoodPulse().Ratio("concentration", "mean_value", 0, 93_358, 93_358, "clv");
        Assert.Equal(CardState.Alert, nothing.Card("000.clv_average").State);
    }

    [Fact]
    public void Wrong_figure_02_churn_names_its_horizon_population_and_dates() =>
        Assert.StartsWith(
            "96.00 % of 50,000 customers bought nothing in [2018-06-01, 2018-08-30), 90 days: 48,000 of those with a purchase in the 365 "
                + "days before. Observed, not predicted.", Says("000.churn_rate"), StringComparison.Ordinal);

    [Fact]
    public void Wrong_figure_03_the_interpretation_is_of_numbers_and_the_top_segment_has_a_count()
    {
        var words = Says("000.interpretation");
        Assert.Contains("93,358 customers have placed 96,478 orders", words, StringComparison.Ordinal);
        Assert.DoesNotContain("healthy", words, StringComparison.Ordinal);
        Assert.StartsWith("RFM segment At Risk is the largest: 30,000 customers (32.13 %)", Says("000.rfm_top_segment"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_figure_04_the_most_frequent_persona_and_the_churners_have_counts()
    {
        Assert.StartsWith("Persona One-Timer is the most frequent persona: 88,000 (94.26 % of all customers).",
            Says("000.persona_most_frequent"), StringComparison.Ordinal);
        Assert.StartsWith("Persona One-Timer has most of the expected churners: 54,000 (96.43 %", Says("000.persona_churners"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_figure_07_and_08_the_repeat_rate_is_3_00_percent_everywhere()
    {
        foreach (var id in new[] { "000.interpretation", "002.northstar", "002.one_time_and_returning", "002.kpi_2_funnel" })
        {
            Assert.Contains("3.00 %", Says(id), StringComparison.Ordinal);
            Assert.DoesNotContain("0.03 %", Says(id), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Wrong_figure_09_one_time_to_regular_has_all_customers_below_the_line() =>
        Assert.StartsWith(
            "One-time to regular: 3.00 %, 2,801 of all 93,358 customers have two purchases or more. Regular to power user: 0.68 %, 19 of "
                + "those 2,801", Says("002.kpi_2_funnel"), StringComparison.Ordinal);

    [Fact]
    public void Wrong_figure_10_and_35_an_order_is_worth_revenue_over_orders_in_the_shops_currency() =>
        Assert.Contains("160.58 BRL an order", Says("002.northstar"), StringComparison.Ordinal);

    [Fact]
    public void Wrong_figure_11_and_14_what_regulars_spend_is_theirs()
    {
        var words = Says("002.one_time_and_returning");
        Assert.Contains("160.87 BRL each", words, StringComparison.Ordinal);
        Assert.Contains("326.89 BRL each, 2.03 times as much", words, StringComparison.Ordinal);
        Assert.Contains("(small group of 19), 0.10 %", words.Replace(" customers", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("4.92 times as much", words, StringComparison.Ordinal); // 791.63 over 160.87: the printed shares are rounded
    }

    [Fact]
    public void Wrong_figure_12_a_point_of_the_repeat_rate_is_a_hundredth_of_all_customers_at_the_value_of_a_second_order()
    {
        var answer = Ask(new WhatIfRequest { ConversionPoints = 1, Margin = 0.3, CostPerContact = 0.1, Incentive = 0, Response = 0.02 });
        Assert.Equal(93_358, answer.Base);
        Assert.Equal(90_557, answer.Eligible);
        Assert.Equal(933.58, answer.Asked.Customers, 1e-9);
        Assert.Equal(150, answer.ValuePerCustomer, 1e-9);
        Assert.Equal(933.58 * 150, answer.Asked.Revenue, 1e-6);
        Assert.Equal(933.58 * 150 * 0.3, answer.Asked.Margin, 1e-6);
        Assert.Equal(933.58 / 0.02 * 0.1, answer.Asked.Cost, 1e-6);
        Assert.Equal(answer.Asked.Margin - answer.Asked.Cost, answer.Asked.Net, 1e-9);
        Assert.True(answer.Reachable);
        Assert.Contains("now 3.00 % (2,801 of 93,358 customers), are 934 more", answer.Says.Answer, StringComparison.Ordinal);
        Assert.Contains("90,557 with one purchase: 1.03 % of them", answer.Says.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_figure_13_from_3_to_5_percent_are_1867_customers_and_from_3_07_they_are_1802()
    {
        Assert.Equal(1866.9, Ask(new WhatIfRequest { RepeatRate = 0.05 }).Asked.Customers, 1e-6);
        Assert.Equal(1801.8094, Ask(new WhatIfRequest { RepeatRate = 0.05, From = 0.0307 }).Asked.Customers, 1e-6);
    }

    [Fact]
    public void Wrong_figure_16_value_tiers_are_shown_exactly() =>
        Assert.Contains("436.30 BRL, 113.90 BRL and 39.50 BRL. High is 11.05 times Low.", Says("002.kpi_4_concentration"),
            StringComparison.Ordinal);

    [Fact]
    public void Wrong_figure_17_and_18_dormant_says_by_which_rule()
    {
        Assert.Contains(
            "Value tier High, Dormant (over 90 days) since the last purchase: 11,300 customers, 4,900,000.00 BRL revenue to date, "
                + "45,200.00 BRL CLV", Says("002.dormant_and_recent_high"), StringComparison.Ordinal);
        Assert.Contains("Dormant after that; New and Reactivated count as Active, Lost as Dormant", Says("002.lifecycle_order"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_figure_19_and_20_lifecycle_is_by_days_and_shares_of_revenue_and_customers_are_apart()
    {
        var words = Says("002.lifecycle_order");
        Assert.Contains("never on ranks: Active up to 30, At Risk up to 90", words, StringComparison.Ordinal);
        Assert.Contains("Dormant 10,392,354.00 BRL (67.08 %; 62,358 customers, 66.79 %)", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_figure_21_a_months_average_is_over_months() =>
        Assert.StartsWith("671,963.48 BRL a month on average over 23 complete calendar months; most in 2017-11",
            Says("002.monthly_revenue"), StringComparison.Ordinal);

    [Fact]
    public void Wrong_figure_22_and_24_month_1_retention_is_one_weighted_number_with_its_range()
    {
        var words = Says("002.kpi_1_month_1_retention");
        Assert.StartsWith("0.48 % of 87,000 customers purchased in the calendar month after", words, StringComparison.Ordinal);
        Assert.Contains("range from 0.20 % to 0.70 %", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_figure_26_to_29_without_a_source_there_is_no_channel_and_no_review()
    {
        Assert.Equal(CardState.NotAvailable, s_shop.Card("002.delivery_and_reviews").State);
        Assert.Equal(CardState.NotAvailable, s_shop.Card("002.channels").State);
        var known = HandMade.GoodPulse()
            .Ratio("kpis", "largest_channel_share", 5_700, 9_000, 9_000, note: "online")
            .Value("kpis", "hhi", 0.5, 9_000)
            .Ratio("kpis", "channel_coverage", 9_000, 93_358, 93_358);
        Assert.StartsWith(
            "The acquisition channel is known of 9.64 % of customers; the others are Unknown, never guessed. Of the known, 63.33 % came "
                + "by online (5,700 of 9,000)", known.Card("002.channels", known.Context(sources: DataSource.Acquisition)).Answer,
                    StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_figure_30_and_31_a_win_back_is_worth_what_is_expected_and_costs_something()
    {
        var answer = Ask(new WhatIfRequest { RecoverDormant = 0.10 });
        Assert.Equal(11_300, answer.Base);
        Assert.Equal(1_130, answer.Asked.Customers, 1e-9);
        Assert.Equal(200, answer.ValuePerCustomer, 1e-9); // expected of an order, not the 433.60 of the past
        Assert.False(answer.Reachable); // the play does not win back 10 %
        // One in a hundred orders anyway: what is 5 points for somebody as likely to order as not is hardly any for them.
        Assert.Equal(new ExpectedUplift(0.05, "").With(0.01) - 0.01, answer.Response, 1e-12);
        Assert.Equal(11_300 * answer.Response, answer.Most.Customers, 1e-9);
        Assert.True(answer.Most.Cost > 11_300 * 0.02);
        Assert.Contains("out of reach", answer.Says.Answer, StringComparison.Ordinal);
        Assert.Contains("is past and not what can be recovered", answer.Says.Answer, StringComparison.Ordinal);
        Assert.Contains(answer.Assumptions,
            words => words.Contains("adds for somebody like the mean of them: Assumption until measured", StringComparison.Ordinal));
    }

    [Fact]
    public void Wrong_figure_32_two_targets_of_one_KPI_are_refused_with_both_lines()
    {
        const string Text = """
            targets:
              - { kpi: repeat_rate, target: 0.05, by: 2019-08-30, source: Action list }
              - { metric: repeat_rate, target: 0.06, by: 2019-08-30, source: OKR }
            """;
        var fault = Assert.Throws<RetentionException>(() => Targets.Parse("targets.yaml", Text));
        Assert.Contains("targets.yaml:3:5: targets[1]: repeat_rate has a target of 0.05 already, in line 2", fault.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_figure_34_a_benchmark_is_only_what_the_shop_entered_with_its_source()
    {
        var fault = Assert.Throws<RetentionException>(() => Targets.Parse("t.yaml",
            "benchmarks:\n  - { kpi: repeat_rate, from: 0.2, to: 0.4 }\n"));
        Assert.Contains("source: is missing", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(s_shop.Cards(),
            card => card.Answer.Contains("industry", StringComparison.OrdinalIgnoreCase)
                || (card.Answer.Contains("benchmark", StringComparison.OrdinalIgnoreCase)
                    && !card.Answer.Contains("not a benchmark", StringComparison.Ordinal)));
    }

    [Fact]
    public void Wrong_figure_38_concentration_is_neither_good_nor_bad()
    {
        foreach (var id in new[] { "000.clv_concentration", "002.kpi_4_concentration", "003.clv_tiers" })
            Assert.Contains("ood or bad by itself", Says(id).Replace("good nor bad", "good or bad", StringComparison.Ordinal),
                StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_figure_39_the_return_on_dormant_customers_is_open_until_measured() =>
        Assert.Contains("Whether the return is high or low is known once an effect is measured", Says("004.dormant_value"),
            StringComparison.Ordinal);

    [Fact]
    public void Wrong_figure_40_predicted_and_rule_are_told_apart()
    {
        Assert.Contains("predicted", Says("004.at_risk"), StringComparison.Ordinal);
        Assert.Contains("19,000 of 60,000 customers still buying are slipping (31.67 %)", Says("004.at_risk"), StringComparison.Ordinal);
        Assert.Contains("By prediction instead", Says("004.at_risk"), StringComparison.Ordinal);
        Assert.Contains("by the recency rule, not a fitted model",
            s_shop.Card("004.at_risk", s_shop.Context(level: ModelLevel.RecencyRule)).Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_figure_41_a_segment_never_stands_without_its_namespace()
    {
        Assert.Contains("lifecycle At Risk, value tier High and one-time", Says("002.urgent"), StringComparison.Ordinal);
        Assert.Contains("2,600,000.00 BRL to date", Says("002.urgent"), StringComparison.Ordinal);
        Assert.Contains("30,000.00 BRL (predicted)", Says("002.urgent"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("conversion_points", 0.0, null, null)]
    [InlineData("conversion_points", 98.0, null, null)]
    [InlineData("repeat_rate", null, 0.02, null)]
    [InlineData("repeat_rate", null, 5.0, null)]
    [InlineData("recover_dormant", null, null, 0.0)]
    [InlineData("recover_dormant", null, null, 1.5)]
    [InlineData("conversion_points", null, null, null)]
    [InlineData("conversion_points", 1.0, 0.05, null)]
    public void What_cannot_be_is_refused_by_name(string parameter, double? points, double? rate, double? dormant) =>
        Assert.Equal(parameter,
            Assert.Throws<WhatIfException>(() => Ask(new WhatIfRequest
            {
                ConversionPoints = points, RepeatRate = rate,
                RecoverDormant = dormant
            })).Parameter);

    [Fact]
    public void A_metric_without_a_figure_is_said_to_be_missing() =>
        Assert.Throws<RetentionException>(() => WhatIfCalculator.Answer(new HandMade().Context(), new HandMade().Figures,
            new WhatIfRequest { ConversionPoints = 1 }));

    [Fact]
    public void Every_threshold_has_a_range_and_a_fault_outside_it() =>
        Assert.Throws<RetentionException>(() => (new InsightSettings()
            with
        { Thresholds = new FindingThresholds { NewRevenueShare = 2 } }).Checked());
}

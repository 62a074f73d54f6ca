using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Segments;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Insights;

/// <summary>What docs/requirements.md says and nothing else proves.</summary>
public class RequirementTests
{
    private static readonly IReadOnlyList<Figure> s_figures = SomeShop.Figures(SomeShop.People(300, 11));

    private static IEnumerable<Figure> Rows(string view, string metric) =>
        s_figures.Where(figure => figure.View == view && figure.Metric == metric);

    private static double Kpi(string metric) => Rows("kpis", metric).Single().Value!.Value;

    // ---- rows of the reports

    [Fact]
    public void The_persona_table_has_count_share_revenue_order_value_risk_CLV_and_churners_of_every_persona()
    {
        foreach (var metric in new[] { "customers", "customer_share", "revenue", "aov", "p_churn", "clv_per_customer",
            "expected_churner_share", "repeat_rate", "tenure_days" })
            Assert.Equal(SegmentNames.All<Persona>(), Rows("by_persona", metric).Select(figure => figure.D1));
        Assert.Equal(1, Rows("by_persona", "customer_share").Sum(figure => figure.Value!.Value), 1e-9);
        Assert.Equal(1, Rows("by_persona", "expected_churner_share").Sum(figure => figure.Value!.Value), 1e-9);
    }

    [Fact]
    public void All_11_RFM_segments_have_their_revenue_and_CLV()
    {
        foreach (var metric in new[] { "customers", "revenue", "clv" })
            Assert.Equal(SegmentNames.All<RfmSegment>(), Rows("by_rfm_segment", metric).Select(figure => figure.D1));
        Assert.Equal(11, SegmentNames.All<RfmSegment>().Count);
    }

    [Fact]
    public void The_migration_matrix_has_of_every_segment_where_its_customers_went()
    {
        foreach (var from in Rows("moves_rfm_segment", "moved_share").GroupBy(figure => (figure.D1, figure.D2)))
            Assert.Equal(1, from.Sum(move => move.Value!.Value), 1e-9);
        Assert.Equal(12, Rows("moves_rfm_segment", "moved").Select(figure => figure.D1).Distinct().Count());
    }

    [Fact]
    public void Quartiles_of_risk_rise_within_every_business_segment_and_its_tenths_hold_everybody()
    {
        foreach (var segment in SegmentNames.All<BusinessSegment>().Append("All"))
        {
            var quartiles = Rows("risk_quartiles", "risk_quartile").Where(figure => figure.D1 == segment).ToList();
            Assert.Equal(["25", "50", "75"], quartiles.Select(figure => figure.D2));
            Assert.Equal(quartiles.Select(figure => figure.Value).Order(), quartiles.Select(figure => figure.Value));
            Assert.Equal(quartiles[0].Customers,
                (long)Rows("risk_distribution", "risk_customers").Where(figure => figure.D1 == segment).Sum(figure => figure.Value!.Value));
        }
    }

    [Fact]
    public void Customers_active_on_the_last_day_are_those_active_in_the_last_30_days()
    {
        var last = SomeShop.AsOf.Minus(1).ToString();
        Assert.Equal(Kpi("active_30d"),
            Rows("daily_active", "daily_active").Where(figure => figure.D1 == last).Sum(figure => figure.Value!.Value));
        Assert.Equal(365, Rows("daily_active", "daily_active").Select(figure => figure.D1).Distinct().Count());
    }

    [Fact]
    public void Consistency_of_a_segment_and_month_is_its_buyers_over_its_customers()
    {
        var shares = Rows("months_by_engagement_segment", "month_active_share").Where(figure => figure.Value is not null).ToList();
        Assert.True(shares.Count > 20);
        foreach (var share in shares)
        {
            Assert.Equal(Month("month_buyers"), share.Numerator);
            Assert.Equal(Month("month_customers"), share.Denominator);
            Assert.InRange(share.Value!.Value, 0, 1);

            double? Month(string metric) =>
                Rows("months_by_engagement_segment", metric).Single(figure => (figure.D1, figure.D2) == (share.D1, share.D2)).Numerator;
        }
    }

    [Fact]
    public void All_27_combined_cells_are_listed_with_their_customers_and_revenue()
    {
        Assert.Equal(27, Rows("by_combined", "customers").Count());
        Assert.Equal(Kpi("customers"), Rows("by_combined", "customers").Sum(figure => figure.Value!.Value));
        Assert.Equal(Kpi("revenue"), Rows("by_combined", "revenue").Sum(figure => figure.Value!.Value), 1e-6);
        Assert.Equal(Kpi("revenue"), Rows("by_combined_channel", "revenue").Sum(figure => figure.Value!.Value), 1e-6);
        Assert.Contains(Rows("by_channel", "customers"), figure => figure is { D1: "Unknown", Value: > 0 });
    }

    [Fact]
    public void The_Lorenz_curve_rises_from_nothing_to_everything()
    {
        foreach (var measure in new[] { "revenue", "clv" })
        {
            var curve = Rows("lorenz", "cumulative_share")
                .Where(figure => figure.D1 == measure)
                .Select(figure => figure.Value!.Value)
                .ToList();
            Assert.Equal(21, curve.Count);
            Assert.Equal((0, 1), (curve[0], Math.Round(curve[^1], 9)));
            Assert.All(curve.Zip(curve.Skip(1)), pair => Assert.True(pair.First <= pair.Second + 1e-12));
        }
    }

    [Fact]
    public void Every_objective_has_one_primary_KPI_with_a_figure()
    {
        foreach (var objective in new[] { "O1", "O2", "O3", "O4" })
            Assert.Single(OkrKpi.All, kpi => kpi.Objective == objective && kpi.Primary);
        Assert.All(OkrKpi.All, kpi => Assert.Contains(kpi.Metric, ViewCatalogue.Find(kpi.View)!.Metrics));
    }

    [Fact]
    public void The_report_of_actions_has_a_play_for_every_one_that_is_an_action_upon_customers() => Assert.Equal(
        [
            "at-risk-early-warning", "high-value-retention", "loyalist-repeat-incentive", "loyalty-programme", "mid-value-spend-threshold",
            "one-timer-reactivation", "post-purchase-nurture", "regular-to-power-user", "subscriber-cross-sell",
            "win-back-dormant-high-value",
        ],
        Playbook.Shipped().Plays.Select(play => play.Id).Order(StringComparer.Ordinal));

    [Fact]
    public void Tables_by_age_and_region_have_CLV_margin_repeat_rate_and_delivery()
    {
        foreach (var view in new[] { "by_age_group", "by_region", "by_country", "by_first_category", "by_age_gender" })
            foreach (var metric in new[] { "clv", "clv_per_customer", "margin_rate", "repeat_rate", "delivery_days", "late_rate" })
                Assert.Contains(metric, ViewCatalogue.Find(view)!.Metrics);
        Assert.Equal(Kpi("customers"), Rows("by_age_gender", "customers").Sum(figure => figure.Value!.Value));
    }

    [Fact]
    public void Delivered_orders_are_binned_by_days_and_reviewed_ones_have_a_mean_over_orders()
    {
        Assert.Equal(Rows("kpis", "delivery_days").Single().Denominator,
            Rows("delivery_review", "bin_orders").Sum(figure => figure.Value!.Value));
        Assert.All(Rows("delivery_review", "bin_review").Where(figure => figure.Value is not null),
            figure => Assert.InRange(figure.Value!.Value, 1, 5));
        Assert.InRange(Rows("kpis", "spearman").Single(figure => figure.D1 == "delivery days and review score").Value!.Value, -1, 1);
    }

    // ---- figures that published reports got wrong

    [Fact]
    public void Wrong_figure_05_a_rate_of_months_or_segments_is_a_ratio_of_sums()
    {
        foreach (var metric in new[] { "month_aov", "month_retention", "month_p_churn", "month_open_rate", "month_visits_per_customer" })
        {
            Assert.Equal(Aggregation.RatioOfSums, MetricCatalogue.Get(metric).Aggregation);
            foreach (var month in Rows("months", metric).Where(figure => figure.Value is not null))
            {
                var parts = Rows("months_by_business_segment", metric).Where(figure => figure.D1 == month.D1).ToList();
                Assert.Equal(month.Value!.Value, parts.Sum(part => part.Numerator!.Value) / parts.Sum(part => part.Denominator!.Value),
                    1e-9);
                if (parts.All(part => part.Denominator > 0 || part.Numerator == 0))
                    Assert.True(month.Value <= parts.Max(part => part.Value) + 1e-9,
                        $"{metric} of {month.D1} is above each of its segments");
            }
        }
    }

    [Fact]
    public void Wrong_figure_06_customers_of_a_month_are_all_segments_from_none_up_to_the_total()
    {
        foreach (var month in Rows("months", "month_customers").Where(figure => figure.Value is not null))
        {
            var parts = Rows("months_by_business_segment", "month_customers").Where(figure => figure.D1 == month.D1).ToList();
            Assert.Equal(SegmentNames.All<BusinessSegment>(), parts.Select(part => part.D2));
            Assert.Equal(month.Value, parts.Sum(part => part.Value));
        }
    }

    [Fact]
    public void Wrong_figure_15_cells_of_recency_and_value_are_the_tiers_and_the_tiers_are_the_total()
    {
        foreach (var metric in new[] { "revenue", "customers" })
        {
            foreach (var tier in Rows("by_value_tier", metric))
                Assert.Equal(tier.Value!.Value,
                    Rows("by_recency_value", metric).Where(cell => cell.D2 == tier.D1).Sum(cell => cell.Value!.Value), 1e-6);
            foreach (var bucket in Rows("by_recency", metric))
                Assert.Equal(bucket.Value!.Value,
                    Rows("by_recency_value", metric).Where(cell => cell.D1 == bucket.D1).Sum(cell => cell.Value!.Value), 1e-6);
            foreach (var view in new[] { "by_value_tier", "by_lifecycle", "by_lifecycle3", "by_channel", "by_frequency_class" })
                Assert.Equal(Kpi(metric), Rows(view, metric).Sum(figure => figure.Value!.Value), 1e-6);
        }
    }

    [Fact]
    public void Wrong_figure_23_a_cohort_of_one_is_marked_small_and_sets_no_range()
    {
        var start = SomeShop.AsOf.Day - 200;
        List<Person> people = [new(HistoryOf.Customer(1), [new Order(start - 40, 1000), new Order(start, 1000)], [], [], [])];
        for (var key = 2; key <= 61; key++)
            people.Add(new(HistoryOf.Customer(key),
                key % 10 == 0 ? [new Order(start, 1000), new Order(start + 31, 1000)] : [new Order(start, 1000)], [], [], []));
        var figures = SomeShop.Figures(people);
        var alone = figures.First(figure => figure is { View: "cohorts_month", Metric: "retention", D2: "0" });
        Assert.Equal((1, FigureState.Small), (alone.Denominator!.Value, alone.State));
        Assert.True(figures.Single(figure => figure is { View: "cohort_average_month", Metric: "retention_high", D1: "1" }).Value < 0.5);
        // weighted, so it counts as one of 61
        Assert.Equal(61, figures.Single(figure => figure is { View: "cohort_average_month", Metric: "retention", D1: "1" }).Denominator);
    }

    [Fact]
    public void Wrong_figure_25_the_period_ends_with_the_last_order_and_is_said_once() =>
        Assert.Contains("Everything before 2018-08-30; the last order is of 2018-08-29. Valid orders only.",
            HandMade.GoodPulse().Card("002.northstar").Answer, StringComparison.Ordinal);

    [Fact]
    public void Wrong_figure_27_the_channel_of_an_order_is_not_the_channel_a_customer_came_by()
    {
        var figures = SomeShop.Figures(SomeShop.People(50, 3), coverage: new SourceCoverage(DataSource.Orders | DataSource.Channels));
        var row = Assert.Single(figures, figure => figure.View == "by_channel");
        Assert.Equal((FigureState.NotAvailable, "not available: the shop has imported no acquisition channels"), (row.State, row.Note));
    }

    [Fact]
    public void Wrong_figure_28_means_of_channels_come_with_their_size_and_claim_nothing()
    {
        var shop = HandMade.GoodPulse()
            .Ratio("kpis", "largest_channel_share", 5_700, 9_000, 9_000, note: "online")
            .Value("kpis", "hhi", 0.5, 9_000)
            .Ratio("kpis", "channel_coverage", 9_000, 93_358, 93_358)
            .Ratio("by_channel", "revenue_per_customer", 950_000, 5_700, 5_700, "online")
            .Ratio("by_channel", "revenue_per_customer", 1_900, 11, 11, "other");
        var words = shop.Card("002.channels", shop.Context(sources: DataSource.Acquisition)).Answer;
        Assert.Contains("other 172.73 BRL (small group of 11)", words, StringComparison.Ordinal);
        Assert.EndsWith("Means without an interval: small differences say nothing about quality.", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_figure_29_a_review_score_is_of_orders_not_a_mean_of_groups_and_says_what_it_rests_on()
    {
        var score = Rows("kpis", "review_score").Single();
        Assert.Equal(score.Value!.Value,
            Rows("by_region", "review_score").Sum(figure => figure.Numerator ?? 0)
                / Rows("by_region", "review_score").Sum(figure => figure.Denominator ?? 0), 1e-9);
        Assert.Equal(score.Denominator, Rows("kpis", "review_coverage").Single().Numerator);
    }

    [Fact]
    public void Wrong_figure_33_orders_times_order_value_is_the_revenue_of_every_group()
    {
        foreach (var view in Dimension.All.Select(dimension => "by_" + dimension.Id).Append("kpis"))
            foreach (var aov in Rows(view, "aov").Where(figure => figure.Value is not null))
            {
                Assert.Equal(Of("revenue"), Of("orders") * aov.Value!.Value, 1e-6);

                double Of(string metric) =>
                    Rows(view, metric).Single(figure => (figure.D1, figure.D2, figure.D3) == (aov.D1, aov.D2, aov.D3)).Value!.Value;
            }
    }

    [Fact]
    public void Wrong_figure_36_recency_says_how_many_days_each_bucket_spans()
    {
        Assert.Equal(["Recent (up to 30 days)", "Aging (31 to 90 days)", "Dormant (over 90 days)"],
            Rows("by_recency", "customers").Select(figure => figure.D1));
        Assert.EndsWith("The buckets cover unequal spans of time.", HandMade.GoodPulse().Card("002.dormant_and_recent_high").Answer,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_figure_37_countries_regions_ages_and_tiers_are_defined()
    {
        Assert.Equal(["Unknown", "BR", "GB", "JP"],
            Rows("by_country", "customers")
                .Select(figure => figure.D1)
                .OrderBy(name => name.Length == 2)
                .ThenBy(name => name, StringComparer.Ordinal));
        Assert.Equal(["North America", "Europe", "Asia", "Australia/Oceania", "Africa", "South America", "Unknown"],
            Rows("by_region", "customers").Select(figure => figure.D1));
        Assert.Equal(["Young (under 35)", "Middle-aged (35 to 54)", "Senior (55 and over)", "Unknown"],
            Rows("by_age_group", "customers").Select(figure => figure.D1));
        Assert.Equal(["Premium", "Gold", "Silver", "Bronze"], Rows("by_clv_tier", "clv").Select(figure => figure.D1));
    }
}

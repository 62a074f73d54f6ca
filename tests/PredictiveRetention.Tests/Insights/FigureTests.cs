using CsCheck;
using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Insights;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Insights;

/// <summary>What must hold of the figures of any shop.</summary>
public class FigureTests
{
    private static readonly string[] s_additive = ["customers", "orders", "purchases", "revenue", "revenue_12m", "repeat_customers", "clv",
        "expected_churners", "revenue_at_risk", "active_30d"];

    [Fact]
    public void Groups_of_every_dimension_add_up_to_the_whole_shop() => Gen.Int[1, 1_000_000].Sample(seed =>
    {
        var figures = SomeShop.Figures(SomeShop.People(150, seed), settings: new InsightSettings { TextValues = 1 });
        foreach (var view in Dimension.All.Select(dimension => "by_" + dimension.Id))
        {
            if (figures.Any(figure => figure.View == view && figure.State == FigureState.NotAvailable && figure.Metric == "customers"))
                continue;
            foreach (var metric in s_additive.Where(metric => figures.Any(figure => figure.View == view && figure.Metric == metric)))
                Close(Total(figures, metric),
                    figures.Where(figure => figure.View == view && figure.Metric == metric).Sum(figure => figure.Value!.Value),
                    $"{view} {metric}");
        }
    }, iter: 10);

    [Fact]
    public void Ratios_of_a_group_are_of_sums_and_never_sums_of_ratios() => Gen.Int[1, 1_000_000].Sample(seed =>
    {
        var figures = SomeShop.Figures(SomeShop.People(150, seed));
        foreach (var metric in MetricCatalogue.OfGroups.Where(metric => metric.Aggregation == Aggregation.RatioOfSums && !metric.OfTotal))
        {
            var total = figures.Single(figure => figure.View == "kpis" && figure.Metric == metric.Id);
            var parts = figures.Where(figure => figure.View == "by_lifecycle" && figure.Metric == metric.Id).ToList();
            if (total.State == FigureState.NotAvailable) continue;
            Close(total.Numerator!.Value, parts.Sum(part => part.Numerator!.Value), metric.Id);
            Close(total.Denominator!.Value, parts.Sum(part => part.Denominator!.Value), metric.Id);
            Close(total.Value!.Value, total.Numerator!.Value / total.Denominator!.Value, metric.Id);
        }
    }, iter: 10);

    [Fact]
    public void Months_add_up_to_the_totals_and_segments_to_their_month() => Gen.Int[1, 1_000_000].Sample(seed =>
    {
        var figures = SomeShop.Figures(SomeShop.People(150, seed), settings: new InsightSettings { Months = 12 });
        Close(Total(figures, "orders"),
            figures.Where(figure => figure.View == "months" && figure.Metric == "month_orders").Sum(figure => figure.Numerator!.Value),
            "orders");
        Close(Total(figures, "revenue"),
            figures.Where(figure => figure.View == "months" && figure.Metric == "month_revenue").Sum(figure => figure.Numerator!.Value),
            "revenue");
        Close(Total(figures, "customers"),
            figures.Where(figure => figure.View == "months" && figure.Metric == "month_new_customers")
                .Sum(figure => figure.Numerator!.Value), "new customers");
        foreach (var taxonomy in Taxonomy.All)
            foreach (var metric in new[] { "month_customers", "month_orders", "month_buyers", "month_visits_per_customer",
                "month_open_rate", "month_retention" })
                foreach (var month in figures.Where(figure => figure.View == "months" && figure.Metric == metric
                    && figure.Numerator is not null && !figure.D1.StartsWith("before", StringComparison.Ordinal)))
                {
                    var parts = figures.Where(figure => figure.View == "months_by_" + taxonomy.Id && figure.Metric == metric
                        && figure.D1 == month.D1)
                        .ToList();
                    Close(month.Numerator!.Value, parts.Sum(part => part.Numerator!.Value), $"{taxonomy.Id} {metric} {month.D1}");
                    if (month.Denominator is { } denominator)
                        Close(denominator, parts.Sum(part => part.Denominator!.Value), $"{taxonomy.Id} {metric} {month.D1}");
                }
    }, iter: 5);

    [Fact]
    public void Moves_end_in_the_segments_of_the_month_and_cohorts_hold_every_buyer() => Gen.Int[1, 1_000_000].Sample(seed =>
    {
        var figures = SomeShop.Figures(SomeShop.People(150, seed));
        foreach (var taxonomy in Taxonomy.Followed)
            foreach (var end in figures.Where(figure => figure.View == "moves_" + taxonomy.Id && figure.Metric == "moved")
                .GroupBy(figure => (figure.D1, figure.D3)))
                Close(figures.Single(figure => figure.View == "months_by_" + taxonomy.Id && figure.Metric == "month_customers"
                    && figure.D1 == end.Key.D1 && figure.D2 == end.Key.D3).Value!.Value, end.Sum(move => move.Value!.Value),
                        end.Key.ToString());
        foreach (var unit in new[] { "month", "quarter" })
            Close(Total(figures, "buyers"),
                figures.Where(figure => figure.View == "by_cohort_" + unit && figure.Metric == "customers" && figure.D1 != "no purchase")
                    .Sum(figure => figure.Value!.Value), unit);
    }, iter: 5);

    [Fact]
    public void Shards_counted_apart_give_the_same_figures() => Gen.Int[1, 1_000_000].Sample(seed =>
    {
        var people = SomeShop.People(120, seed);
        var (one, many) = (SomeShop.Figures(people), SomeShop.Figures(people, parts: 7));
        Assert.Equal(one.Count, many.Count);
        foreach (var (a, b) in one.Zip(many))
        {
            Assert.Equal((a.View, a.Metric, a.D1, a.D2, a.D3, a.Customers, a.State, a.Note),
                (b.View, b.Metric, b.D1, b.D2, b.D3, b.Customers, b.State, b.Note));
            Close(a.Value ?? 0, b.Value ?? 0, $"{a.View} {a.Metric}");
        }
    }, iter: 5);

    /// <summary>Nothing looks into the future: what happens on the day of the as-of or later changes no figure.</summary>
    [Fact]
    public void What_happens_from_the_as_of_on_changes_nothing() => Gen.Int[1, 1_000_000].Sample(seed =>
    {
        var (known, whole) = (SomeShop.People(120, seed), SomeShop.People(120, seed, daysAfter: 60));
        Assert.True(
            whole.Sum(person => person.Orders.Length
                + person.Refunds.Length) > known.Sum(person => person.Orders.Length + person.Refunds.Length),
                    "nothing was planted after the as-of");
        Assert.Equal(SomeShop.Figures(known), SomeShop.Figures(whole));
    }, iter: 5);

    [Fact]
    public void A_missing_source_is_not_available_and_never_zero()
    {
        var figures = SomeShop.Figures(SomeShop.People(100, 1), coverage: new SourceCoverage(DataSource.Orders));
        foreach (var metric in MetricCatalogue.OfGroups.Where(metric => metric.Needs != DataSource.Orders))
        {
            var figure = figures.Single(figure => figure.View == "kpis" && figure.Metric == metric.Id);
            Assert.Equal((FigureState.NotAvailable, null, null), (figure.State, figure.Value, figure.Numerator));
            Assert.StartsWith("not available: the shop has imported no ", figure.Note, StringComparison.Ordinal);
        }
        Assert.Single(figures, figure => figure.View == "by_channel");
    }

    [Fact]
    public void A_month_that_has_not_ended_is_blank_and_a_small_group_is_marked()
    {
        var figures = SomeShop.Figures(SomeShop.People(100, 1));
        Assert.All(figures.Where(figure => figure.View == "months" && figure.D1 == "2024-03"),
            figure => Assert.Equal((FigureState.Incomplete, null), (figure.State, figure.Value)));
        Assert.All(figures.Where(figure => figure.View == "cohorts_month" && figure.D1 == "2024-01" && figure.D2 == "2"),
            figure => Assert.Equal((FigureState.Incomplete, null), (figure.State, figure.Value)));
        foreach (var figure in figures.Where(figure => figure.Value is not null && figure.Customers is not null))
            Assert.Equal(figure.Customers < 30 || figure.Denominator < 30 ? FigureState.Small : FigureState.Ok, figure.State);
    }

    /// <summary>Three customers whose figures can be counted on fingers.</summary>
    [Fact]
    public void Figures_of_three_customers_are_as_counted_by_hand()
    {
        var day = SomeShop.AsOf.Day; // 2024-03-20
        Person Of(long key, Order[] orders, params Refund[] refunds) => new(HistoryOf.Customer(key), orders, refunds, [], []);
        var figures = SomeShop.Figures(
        [
            Of(1, [new Order(day - 400, 10_000, OrderKey: 1), new Order(day - 375, 20_000, OrderKey: 2),
                new Order(day - 10, 30_000, OrderKey: 3)]),
            Of(2, [new Order(day - 100, 5_000, OrderKey: 4)], new Refund(day - 90, 5_000, 4)),
            Of(3, [new Order(day - 50, 0, OrderKey: 5), new Order(day - 50, 8_000, OrderKey: 6)], new Refund(day - 20, 3_000, 6)),
        ]);
        double Kpi(string metric) => figures.Single(figure => figure.View == "kpis" && figure.Metric == metric).Value!.Value;
        Assert.Equal(3, Kpi("customers"));
        Assert.Equal(2, Kpi("buyers"));
        Assert.Equal(6, Kpi("orders"));
        Assert.Equal(4, Kpi("purchases"));
        Assert.Equal(650, Kpi("revenue")); // 600 + 0 + 50
        Assert.Equal(650 / 6.0, Kpi("aov"), 9);
        Assert.Equal(1 / 3.0, Kpi("repeat_rate"), 9);
        Assert.Equal(350, Kpi("revenue_12m")); // 300 + 0 + 50
        Assert.Equal(1, Kpi("active_30d"));
        Assert.Equal(80 / 730.0, Kpi("refund_rate"), 9);
        Assert.Equal(1 / 1.0, Kpi("second_order_60d"), 9); // of the one first seen 60 days ago or more who is a buyer
        Assert.Equal(0.5, figures.Single(figure => figure.View == "second_order" && figure.D1 == "30").Value!.Value);
        // 90 days ago the first two had purchased within the year (the second's refund came that day); only the first has again.
        Assert.Equal(0.5, Kpi("churn_rate"));
        Assert.Equal(1, figures.Single(figure => figure.View == "churn" && figure.D1 == "lifecycle" && figure.D2 == "New").Value);
    }

    private static double Total(IReadOnlyList<Figure> figures, string metric) =>
        figures.Single(figure => figure.View == "kpis" && figure.Metric == metric).Value!.Value;

    private static void Close(double expected, double found, string what) =>
        Assert.True(Math.Abs(expected - found) <= 1e-9 * Math.Max(1, Math.Abs(expected)), $"{what}: {expected:R} and {found:R}");
}

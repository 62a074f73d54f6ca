using PredictiveRetention.Features;
using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Insights.Okr;
using Xunit;

namespace PredictiveRetention.Tests.Insights;

/// <summary>What is said where there is nothing, or too little, to say it of.</summary>
public class NothingLeftTests
{
    [Theory]
    [InlineData("action_roi", true)]
    [InlineData("clv_share", true)]
    [InlineData("total_clv_share", true)]
    [InlineData("revenue_share", true)]
    [InlineData("top_share", true)]
    [InlineData("active_revenue_share", true)]
    [InlineData("aov", false)]
    [InlineData("review_score", false)]
    [InlineData("retention", false)]
    public void An_amount_of_money_below_the_line_is_no_number_of_anything(string metric, bool isMoney) =>
        Assert.Equal(isMoney, MetricCatalogue.Get(metric).BottomIsMoney);

    [Fact]
    public void An_average_order_value_is_above_zero_or_says_why_there_is_none()
    {
        var figures = SomeShop.Figures(SomeShop.People(150, 11)).Where(figure => figure.Metric is "aov" or "month_aov").ToList();
        Assert.All(figures.Where(figure => figure.Value is not null), figure => Assert.True(figure.Value > 0, $"{figure}"));
        var none = figures.Where(figure => figure is { Denominator: > 0, Numerator: <= 0, State: FigureState.NotAvailable }).ToList();
        Assert.NotEmpty(none);
        Assert.All(none, figure => Assert.Equal("no orders worth anything after refunds", figure.Note));
    }

    [Fact]
    public void A_trend_is_of_the_months_that_have_an_average_order_value()
    {
        const string Monthly = "months_by_business_segment";
        var figures = SomeShop.Figures(SomeShop.People(150, 11));
        var trends = figures.Where(figure => figure is { Metric: "trend_months", D1: "month_aov", D2: "business_segment" }).ToList();
        Assert.NotEmpty(trends);
        var months = figures.Where(figure => figure is { View: Monthly, Metric: "month_aov", Value: not null })
            .ToLookup(figure => figure.D2);
        Assert.All(trends, trend => Assert.Equal(months[trend.D3].Count(), trend.Value));
    }

    [Theory]
    [InlineData(-0.001, Unit.Money, "0.00 BRL")]
    [InlineData(0.001, Unit.Money, "0.00 BRL")]
    [InlineData(0, Unit.Share, "0.00 points")]
    [InlineData(-0.00001, Unit.Share, "0.00 points")]
    [InlineData(-0.5, Unit.Money, "-0.50 BRL")]
    [InlineData(0.0123, Unit.Share, "+1.23 points")]
    public void A_change_that_rounds_to_nothing_went_neither_up_nor_down(double change, Unit unit, string expected) =>
        Assert.Equal(expected, NumberWords.Change(change, unit, Currency.Parse("BRL")));

    [Theory]
    [InlineData("money", -0.001, "0.00 BRL")]
    [InlineData("share", -0.0001, "0.0 %")]
    [InlineData("count", -0.2, "0")]
    [InlineData("coefficient", -0.0001, "0.000")]
    [InlineData("money", -12.5, "-12.50 BRL")]
    public void The_command_line_shows_no_negative_zero_either(string unit, double value, string expected) =>
        Assert.Equal(expected, FigureText.Write(unit, value, Currency.Parse("BRL")));

    [Fact]
    public void Few_orders_of_many_customers_are_not_called_a_small_group()
    {
        var shop = new HandMade().Ratio("by_business_segment", "aov", 8_000, 100, 389, "VIP")
            .Ratio("by_business_segment", "aov", 60, 3, 2_689, "Inactive");
        shop.Figures.Add(shop.Figures[^1] with { State = FigureState.Small });
        shop.Figures.RemoveAt(shop.Figures.Count - 2);
        Assert.Equal(
            "Business segment VIP: 80.00 BRL an order, all revenue over all 100 orders of its 389 customers to date."
                + " The others, small groups at the end whatever their figure: Inactive 20.00 BRL (few orders: 3).",
            shop.Card("001.highest_aov").Answer);
    }

    [Fact]
    public void Small_groups_are_spoken_of_where_there_are_any_and_come_last()
    {
        var shop = new HandMade().Ratio("by_business_segment", "aov", 8_000, 100, 389, "VIP")
            .Ratio("by_business_segment", "aov", 4_000, 100, 400, "Regular");
        Assert.EndsWith("The others: Regular 40.00 BRL.", shop.Card("001.highest_aov").Answer, StringComparison.Ordinal);
        shop.Ratio("by_business_segment", "aov", 700, 10, 12, "New");
        Assert.EndsWith(
            "The others, small groups at the end whatever their figure: Regular 40.00 BRL and New 70.00 BRL (small group of 12).",
            shop.Card("001.highest_aov").Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void The_share_by_rule_names_what_it_is_a_share_of() => Assert.Contains(
        "19,000 of 60,000 customers still buying are slipping (31.67 %)",
        HandMade.GoodPulse().Card("004.at_risk").Answer, StringComparison.Ordinal);

    [Fact]
    public void A_score_is_of_its_reviews_and_a_delivery_time_of_its_deliveries()
    {
        var shop = HandMade.GoodPulse().Ratio("kpis", "review_score", 33_600, 8_174, 4_951)
            .Ratio("kpis", "delivery_days", 64_300, 16_507, 4_951);
        var book = new FigureBook(shop.Figures, new SourceCoverage((DataSource)~0));
        var lines = OkrTracker.Track(book, Targets.None, Currency.Parse("BRL"), HandMade.AsOf, _ => []);
        Assert.Contains("(n = 8,174)", lines.Single(line => line.Kpi.Id == "review_score").Says, StringComparison.Ordinal);
        Assert.Contains("(n = 16,507)", lines.Single(line => line.Kpi.Id == "delivery_days").Says, StringComparison.Ordinal);
        Assert.Contains("(n = 93,358)", lines.Single(line => line.Kpi.Id == "revenue_per_customer").Says, StringComparison.Ordinal);
    }
}

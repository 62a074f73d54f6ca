using PredictiveRetention.Exports;
using PredictiveRetention.Features;
using PredictiveRetention.Insights;
using Xunit;

namespace PredictiveRetention.Tests.Insights;

public sealed class FigureQuestionTests
{
    private static readonly SourceCoverage s_ordersOnly = new(DataSource.Orders);

    private static readonly Figure[] s_byRecency =
    [
        Figure("by_recency", "aov", "Recent (up to 30 days)", 12.5), Figure("by_recency", "aov", "Aging (31 to 90 days)", 10),
        Figure("by_recency", "revenue", "Recent (up to 30 days)", 125),
    ];

    [Theory]
    [InlineData("aov", null, "kpis", "aov")]
    [InlineData("aov", "lifecycle", "by_lifecycle", "aov")]
    [InlineData("aov", "value_tier,recency", "by_recency_value", "aov")]
    [InlineData("aov", "combined", "by_combined", "aov")]
    [InlineData("aov", "month", "months", "month_aov")]
    [InlineData("revenue", "business_segment, month", "months_by_business_segment", "month_revenue")]
    [InlineData("month_revenue", null, "months", "month_revenue")]
    [InlineData("retention", null, "cohorts_month", "retention")]
    [InlineData("retention", "period", "cohort_average_month", "retention")]
    [InlineData("churn_rate", "persona", "churn", "churn_rate")]
    public void A_metric_grouped_is_found_where_it_is(string metric, string? groupBy, string view, string found)
    {
        var question = FigureQuestion.Parse(metric, groupBy, []);
        Assert.Equal((view, found), (question.View.Id, Assert.Single(question.Metrics)));
    }

    [Theory]
    [InlineData("repeat_rat", null, "repeat_rate")]
    [InlineData("aov", "lifecicle", "lifecycle")]
    [InlineData("churn_rate", "personna", "persona")]
    public void A_mistyped_name_is_answered_with_the_nearest_and_those_there_are(string metric, string? groupBy, string nearest)
    {
        var fault = Assert.Throws<UnknownNameException>(() => FigureQuestion.Parse(metric, groupBy, []));
        Assert.Equal(Failure.Usage, fault.Failure);
        Assert.Contains($"Did you mean '{nearest}'?", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Known: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Asking_for_one_group_is_asking_by_group()
    {
        Assert.Equal("by_persona", FigureQuestion.Parse("aov", null, [("persona", "Loyalist")]).View.Id);
        Assert.Equal("cohorts_month", FigureQuestion.Parse("retention", null, [("cohort", "2023-01")]).View.Id);
        Assert.Throws<UnknownNameException>(() => FigureQuestion.Parse("gini", "lifecycle", []));
    }

    [Theory]
    [InlineData("recency", "RECENT")]
    [InlineData("Recency", "recent (up to 30 days)")]
    public void Labels_are_compared_in_any_case_and_without_their_bounds(string dimension, string value) =>
        Assert.Equal(12.5,
            Assert.Single(FigureQuestion.Parse("aov", "recency", [(dimension, value)]).Answer(s_byRecency, s_ordersOnly)).Value);

    [Fact]
    public void A_filter_that_is_not_there_lists_what_is()
    {
        var value = Assert.Throws<UnknownNameException>(() => FigureQuestion.Parse("aov", "recency", [("recency", "Ageing")])
            .Answer(s_byRecency, s_ordersOnly));
        Assert.Equal("recency", value.Parameter);
        Assert.Contains("Allowed: Recent (up to 30 days), Aging (31 to 90 days).", value.Message, StringComparison.Ordinal);
        Assert.Equal("colour",
            Assert.Throws<UnknownNameException>(() => FigureQuestion.OfView("by_recency", [], [("colour", "red")])
                .Answer(s_byRecency, s_ordersOnly)).Parameter);
    }

    [Fact]
    public void What_has_no_source_says_so_and_has_no_value()
    {
        var row = Assert.Single(FigureQuestion.Parse("open_rate", "recency", [("recency", "Recent")]).Answer(s_byRecency, s_ordersOnly));
        Assert.Equal(("notAvailable", "not available: the shop has imported no e-mail events"), (row.State, row.Note));
        Assert.Null(row.Value);
        Figure[] none = [new("by_gender", "customers", "", "", "", null, null, null, null, FigureState.NotAvailable,
            "not available: the shop has imported no genders")];
        Assert.Equal("not available: the shop has imported no genders",
            Assert.Single(FigureQuestion.Parse("aov", "gender", []).Answer(none, s_ordersOnly)).Note);
    }

    [Fact]
    public void Csv_is_invariant_and_no_label_is_a_formula()
    {
        Figure[] figures = [Figure("by_channel", "aov", "=1+1", -1234.5), Figure("by_channel", "aov", "@home", 0.25),
            Figure("by_channel", "aov", "a, \"b\"", null)];
        var question = FigureQuestion.Parse("aov", "channel", []);
        using var text = new StringWriter();
        Csv.Write(FigureFile.Table(question.View.Dimensions, question.Answer(figures, s_ordersOnly)), text);
        Assert.Equal(
            "channel,metric,value,numerator,denominator,customers,state,note\n'=1+1,aov,-1234.5,,,7,ok,\n'@home,aov,0.25,,,7,ok,\n\"a, "
                + "\"\"b\"\"\",aov,,,,7,ok,\n", text.ToString());
    }

    [Theory]
    [InlineData("money", 1234.5, "1,234.50 GBP")]
    [InlineData("share", 0.1234, "12.3 %")]
    [InlineData("count", 1234, "1,234")]
    [InlineData("rate", 0.00123, "0.00123")]
    public void Values_are_said_with_their_unit(string unit, double value, string text) =>
        Assert.Equal(text, FigureText.Write(unit, value, Currency.Parse("GBP")));

    private static Figure Figure(string view, string metric, string label, double? value) =>
        new(view, metric, label, "", "", null, null, value, 7, FigureState.Ok);
}

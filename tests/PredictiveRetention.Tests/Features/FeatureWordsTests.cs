using System.Text.RegularExpressions;
using PredictiveRetention.Features;
using Xunit;

namespace PredictiveRetention.Tests.Features;

public partial class FeatureWordsTests
{
    private static readonly Currency s_pounds = Currency.Parse("GBP");

    public static TheoryData<string> Names => [.. FeatureRegistry.All.Select(feature => feature.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Say_AbsentZeroOneAndMany_ReadsLikeASentence(string name)
    {
        var definition = FeatureRegistry.All[FeatureRegistry.IndexOf(name)];
        double[] values = [double.NaN, definition.WhenAbsent, 0, 1, 3, 2.4, 0.37, 1234.5, definition.Unit is "share" or "" ? -0.6 : 7];
        foreach (var value in values)
            foreach (var others in new Func<string, double>?[] { null, _ => double.NaN, _ => 0, _ => 1, _ => 31.4 })
            {
                var words = definition.Say(value, s_pounds, others);
                Assert.False(string.IsNullOrWhiteSpace(words), $"{name} {value}: nothing is said");
                Assert.Equal(words.Trim(), words);
                Assert.DoesNotMatch(NoNumber(), words);
                Assert.DoesNotMatch(WrongPlural(), words);
            }
        // A phrase that ignored its value would say the same of everybody.
        Assert.NotEqual(definition.Say(1, s_pounds),
            definition.Say(definition.Unit switch { "share" or "" => -0.6, "0/1" => 0, _ => 7 }, s_pounds));
    }

    [Fact]
    public void Say_Absent_IsWhatTheIndicatorSays()
    {
        foreach (var feature in FeatureRegistry.All.Where(feature => feature.Indicator is not null))
            foreach (var absent in new[] { double.NaN, feature.WhenAbsent })
                Assert.Equal(Of(feature.Indicator!).Say(0, s_pounds), feature.Say(absent, s_pounds));
    }

    [Fact]
    public void Every_theme_has_a_feature_and_every_indicator_is_a_yes_or_no()
    {
        Assert.Equal(Enum.GetValues<Theme>(), FeatureRegistry.All.Select(feature => feature.Theme).Distinct().Order());
        Assert.All(FeatureRegistry.All.Where(feature => feature.Indicator is not null),
            feature => Assert.Equal("0/1", Of(feature.Indicator!).Unit));
    }

    [Theory]
    [InlineData("days_since_last_order", 94, "no order for 94 days")]
    [InlineData("days_since_last_order", 1, "ordered yesterday")]
    [InlineData("days_since_last_order", 94, "no order for 94 days, usually every 31", "gap_mean", 31.2)]
    [InlineData("days_since_last_order", 12, "ordered 12 days ago, usually every 31 days", "gap_mean", 31.2)]
    [InlineData("days_since_last_order", 2, "no order for 2 days, usually every day", "gap_mean", 1)]
    [InlineData("spend_90d", 1234.5, "spent 1,234.50 GBP in the last 90 days")]
    [InlineData("spend_90d", 0, "spent nothing in the last 90 days")]
    [InlineData("orders_90d", 3, "3 orders in the last 90 days, 1 in the 90 before", "orders_trend_90d", 2)]
    [InlineData("orders_90d", 0, "no order in the last 90 days, none in the 90 before", "orders_trend_90d", 0)]
    [InlineData("orders_90d", 1, "1 order in the last 90 days")]
    [InlineData("orders_trend_90d", 2, "3 orders in the last 90 days, 1 in the 90 before", "orders_90d", 3)]
    [InlineData("orders_trend_90d", -1, "1 order fewer in the last 90 days than in the 90 before")]
    [InlineData("spend_trend_90d", -0.5, "spent 66.7 % less in the last 90 days than in the 90 before")]
    [InlineData("spend_trend_90d", 0.5, "spent 3 times as much in the last 90 days as in the 90 before")]
    [InlineData("spend_trend_90d", -1, "spent nothing in the last 90 days, unlike in the 90 before")]
    [InlineData("overdue_ratio", 3, "silent for 3 times the usual pause between orders")]
    [InlineData("overdue_ratio", 0.4, "silent for 40 % of the usual pause between orders")]
    [InlineData("overdue_ratio", -1, "ordered on one day only")]
    [InlineData("monetary_total", -12, "got back 12.00 GBP more than was spent")]
    [InlineData("first_season_sin", 0, "first ordered in January", "first_season_cos", 1)]
    [InlineData("first_season_sin", -0.707, "first ordered in November", "first_season_cos", 0.707)]
    [InlineData("last_late", 1, "last delivery came late")]
    [InlineData("emails_opened_90d", 1, "opened 1 e-mail in the last 90 days")]
    [InlineData("active_months_12", 6, "ordered in 6 of the last twelve months")]
    [InlineData("active_months_12", 12, "ordered in each of the last twelve months")]
    [InlineData("units_mean", 2697.5, "2,698 units an order on average")]
    [InlineData("tickets_90d", 2, "2 support tickets in the last 90 days")]
    public void Say_IsWhatAColleagueWouldSay(string name, double value, string words, string? companion = null, double of = 0) =>
        Assert.Equal(words, Of(name).Say(value, s_pounds, companion is null ? null : other => other == companion ? of : double.NaN));

    [Theory]
    [InlineData("gap_mean", 31, Theme.Rhythm)]
    [InlineData("gap_mean", -1, Theme.Frequency)]
    [InlineData("orders_90d", 0, Theme.Frequency)]
    public void ThemeOf_AnAbsentValue_IsThatOfItsIndicator(string name, float value, Theme theme)
    {
        Assert.Equal(theme, Of(name).ThemeOf(value));
        Assert.Equal(theme, new FeatureSchema(["frequency", name]).ThemeOf(1, value));
    }

    [Fact]
    public void Say_Money_HasTheDecimalsOfTheCurrency() =>
        Assert.Equal("spent 1,235 JPY in the last 30 days", Of("spend_30d").Say(1234.6, Currency.Parse("JPY")));

    private static FeatureDefinition Of(string name) => FeatureRegistry.All[FeatureRegistry.IndexOf(name)];

    [GeneratedRegex(@"NaN|∞|Infinity|(^|[ (])-\d|--|\{|\}")]
    private static partial Regex NoNumber();

    /// <summary>'1 orders', '3 order', and 'no orders' which belongs to the plural. Money and months of a dozen are no counts.</summary>
    [GeneratedRegex(@"(?<![\d.,])1 (support )?(orders|days|months|refunds|channels|units|e-mails|visits|tickets|years)\b"
        + @"|(?<![\d.,])([02-9]|\d*[\d.,]\d+) (support )?(order|day|month|refund|channel|unit|e-mail|visit|ticket|year)\b"
        + @"|(?<![\d.,])0 orders|\bno orders")]
    private static partial Regex WrongPlural();
}

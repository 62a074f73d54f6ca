using System.Text.RegularExpressions;
using PredictiveRetention.Features;
using Xunit;

namespace PredictiveRetention.Tests.Features;

public partial class FeatureWordsTests
{
    private static readonly Currency s_pounds = Currency.Parse("GBP");

    private static readonly double[] s_values = [0, 0.05, 0.37, 0.5, 1, 1.3, 2, 2.4, 3, 4, 6, 7, 12, 25, 40, 61, 90, 200, 400, 1234.5];
    private static readonly double[] s_below = [-0.6, -1, -12];
    private static readonly string[] s_mayBeBelow = ["monetary_total", "orders_trend_90d", "spend_trend_90d", "spend_trend_365d"];

    public static TheoryData<string> Said => [.. FeatureRegistry.All.Where(feature => feature.IsSaid).Select(feature => feature.Name)];

    /// <summary>What nobody would tell the one who must phone the customer.</summary>
    private static readonly string[] s_unsaid =
    [
        // amounts that are much to one shop and little to another
        "monetary_mean", "btyd_monetary", "order_value_last", "order_value_first", "order_value_max", "units_mean", "margin_mean",
        // statistics
        "gap_median", "gap_std", "gap_cv", "gap_min", "recency_share", "orders_per_year", "order_value_cv", "orders_decayed_30d",
        "orders_decayed_90d", "orders_decayed_180d", "spend_decayed_90d", "spend_decayed_180d", "first_season_sin", "first_season_cos",
        "weekend_share", "top_category_share", "top_channel_share",
        // that there is a value, which another feature says better
        "has_purchase", "has_repeat", "has_two_gaps", "has_more_than_three", "has_repeat_order", "has_quantity", "has_margin", "has_year",
        "has_refund", "has_category", "has_channel", "has_delivery", "has_promise", "has_email", "has_opened", "has_visit",
        "has_subscription", "has_ended_subscription",
        // what the shop does, what says nothing of leaving, and what is nobody's business
        "emails_sent_90d", "subscription_age_days", "subscription_amount", "age_years", "has_birth_year",
    ];

    [Fact]
    public void Every_feature_is_said_or_not_said_on_purpose()
    {
        Assert.Equal(s_unsaid.Order(), FeatureRegistry.All.Where(feature => !feature.IsSaid).Select(feature => feature.Name).Order());
        // All that are said are in the table of leanings below.
        var leanings = typeof(FeatureWordsTests).GetMethod(nameof(LeaningOf_IsThatOfTheWords))!
            .GetCustomAttributes(typeof(InlineDataAttribute), false)
            .Select(row => (string)((InlineDataAttribute)row).Data[0]!)
            .Distinct();
        Assert.Equal(Said.Select(row => row.Data).Order(), leanings.Order());
        foreach (var feature in FeatureRegistry.All.Where(feature => !feature.IsSaid))
        {
            Assert.All(s_values, value => Assert.Equal(Leaning.Neither, feature.LeaningOf((float)value, Standing.Unknown)));
            Assert.Throws<ArgumentException>(() => feature.Say(1, Leaning.Raises, s_pounds));
        }
    }

    /// <summary>Nothing beside the value is at hand.</summary>
    [Theory]
    [InlineData("frequency", 1, Leaning.Raises)]
    [InlineData("frequency", 3, Leaning.Either)]
    [InlineData("frequency", 5, Leaning.Lowers)]
    [InlineData("days_since_last_order", 20, Leaning.Lowers)]
    [InlineData("days_since_last_order", 45, Leaning.Either)]
    [InlineData("days_since_last_order", 61, Leaning.Raises)]
    [InlineData("tenure_days", 20, Leaning.Raises)]
    [InlineData("tenure_days", 100, Leaning.Neither)]
    [InlineData("tenure_days", 800, Leaning.Lowers)]
    [InlineData("monetary_total", -12, Leaning.Raises)]
    [InlineData("monetary_total", 0, Leaning.Neither)]
    [InlineData("monetary_total", 2002.59, Leaning.Lowers)]
    [InlineData("zero_value_orders", 0, Leaning.Neither)]
    [InlineData("zero_value_orders", 1, Leaning.Raises)]
    [InlineData("btyd_frequency", 0, Leaning.Raises)]
    [InlineData("btyd_frequency", 2, Leaning.Either)]
    [InlineData("btyd_frequency", 4, Leaning.Lowers)]
    [InlineData("btyd_recency", 90, Leaning.Neither)]
    [InlineData("btyd_recency", 400, Leaning.Lowers)]
    [InlineData("gap_mean", 12, Leaning.Lowers)]
    [InlineData("gap_mean", 50, Leaning.Either)]
    [InlineData("gap_mean", 120, Leaning.Raises)]
    [InlineData("gap_mean", -1, Leaning.Neither)]
    [InlineData("gap_max", 30, Leaning.Neither)]
    [InlineData("gap_max", 200, Leaning.Lowers)]
    [InlineData("gap_last", 60, Leaning.Neither)]
    [InlineData("gap_recent_trend", 2, Leaning.Neither)]
    [InlineData("overdue_ratio", 3, Leaning.Neither)]
    [InlineData("overdue_longest", 0.5, Leaning.Lowers)]
    [InlineData("overdue_longest", 1, Leaning.Neither)]
    [InlineData("overdue_longest", 1.5, Leaning.Raises)]
    [InlineData("orders_30d", 0, Leaning.Neither)]
    [InlineData("orders_30d", 1, Leaning.Neither)]
    [InlineData("orders_30d", 2, Leaning.Lowers)]
    [InlineData("orders_90d", 0, Leaning.Neither)]
    [InlineData("orders_90d", 1, Leaning.Neither)]
    [InlineData("orders_90d", 3, Leaning.Lowers)]
    [InlineData("orders_180d", 1, Leaning.Raises)]
    [InlineData("orders_180d", 2, Leaning.Lowers)]
    [InlineData("orders_365d", 2, Leaning.Raises)]
    [InlineData("orders_365d", 3, Leaning.Lowers)]
    [InlineData("spend_30d", 0, Leaning.Neither)]
    [InlineData("spend_30d", 9.5, Leaning.Lowers)]
    [InlineData("spend_90d", 0, Leaning.Neither)]
    [InlineData("spend_90d", 9.5, Leaning.Lowers)]
    [InlineData("spend_180d", 0, Leaning.Neither)]
    [InlineData("spend_180d", 9.5, Leaning.Lowers)]
    [InlineData("spend_365d", 0, Leaning.Neither)]
    [InlineData("spend_365d", 9.5, Leaning.Lowers)]
    [InlineData("active_months_12", 0, Leaning.Neither)]
    [InlineData("active_months_12", 2, Leaning.Raises)]
    [InlineData("active_months_12", 3, Leaning.Lowers)]
    [InlineData("orders_trend_90d", -1, Leaning.Raises)]
    [InlineData("orders_trend_90d", 0, Leaning.Neither)]
    [InlineData("orders_trend_90d", 2, Leaning.Lowers)]
    [InlineData("spend_trend_90d", -1, Leaning.Neither)]
    [InlineData("spend_trend_90d", -0.5, Leaning.Raises)]
    [InlineData("spend_trend_90d", 0, Leaning.Neither)]
    [InlineData("spend_trend_90d", 0.5, Leaning.Lowers)]
    [InlineData("spend_trend_365d", -0.5, Leaning.Raises)]
    [InlineData("spend_trend_365d", 0.05, Leaning.Neither)]
    [InlineData("spend_trend_365d", 0.5, Leaning.Lowers)]
    [InlineData("order_value_trend", 0.6, Leaning.Raises)]
    [InlineData("order_value_trend", 1, Leaning.Neither)]
    [InlineData("order_value_trend", 1.5, Leaning.Lowers)]
    [InlineData("orders_same_season", 0, Leaning.Raises)]
    [InlineData("orders_same_season", 2, Leaning.Lowers)]
    [InlineData("spend_same_season", 0, Leaning.Raises)]
    [InlineData("spend_same_season", 20, Leaning.Lowers)]
    [InlineData("discounted_share", 0, Leaning.Lowers)]
    [InlineData("discounted_share", 0.3, Leaning.Neither)]
    [InlineData("discounted_share", 0.8, Leaning.Raises)]
    [InlineData("discount_rate", 0, Leaning.Lowers)]
    [InlineData("discount_rate", 0.05, Leaning.Neither)]
    [InlineData("discount_rate", 0.2, Leaning.Raises)]
    [InlineData("last_discounted", 0, Leaning.Neither)]
    [InlineData("last_discounted", 1, Leaning.Raises)]
    [InlineData("refunds", 0, Leaning.Neither)]
    [InlineData("refunds", 2, Leaning.Raises)]
    [InlineData("refund_rate", 0, Leaning.Neither)]
    [InlineData("refund_rate", 0.3, Leaning.Raises)]
    [InlineData("refunded_total", 0, Leaning.Neither)]
    [InlineData("refunded_total", 40.88, Leaning.Raises)]
    [InlineData("refunded_365d", 0, Leaning.Neither)]
    [InlineData("refunded_365d", 40.88, Leaning.Raises)]
    [InlineData("days_since_last_refund", 12, Leaning.Raises)]
    [InlineData("days_since_last_refund", 300, Leaning.Neither)]
    [InlineData("categories", 0, Leaning.Neither)]
    [InlineData("categories", 1, Leaning.Raises)]
    [InlineData("categories", 3, Leaning.Lowers)]
    [InlineData("channels", 1, Leaning.Neither)]
    [InlineData("channels", 2, Leaning.Lowers)]
    [InlineData("delivery_days_mean", 2, Leaning.Lowers)]
    [InlineData("delivery_days_mean", 6, Leaning.Neither)]
    [InlineData("delivery_days_mean", 12, Leaning.Raises)]
    [InlineData("delivery_days_last", 2, Leaning.Lowers)]
    [InlineData("delivery_days_last", 12, Leaning.Raises)]
    [InlineData("late_share", 0, Leaning.Neither)]
    [InlineData("late_share", 0.5, Leaning.Raises)]
    [InlineData("last_late", 0, Leaning.Neither)]
    [InlineData("last_late", 1, Leaning.Raises)]
    [InlineData("review_mean", 2.5, Leaning.Raises)]
    [InlineData("review_mean", 3.5, Leaning.Neither)]
    [InlineData("review_mean", 4.5, Leaning.Lowers)]
    [InlineData("review_last", 1, Leaning.Raises)]
    [InlineData("review_last", 5, Leaning.Lowers)]
    [InlineData("review_min", 1, Leaning.Raises)]
    [InlineData("review_min", 5, Leaning.Neither)]
    [InlineData("has_review", 0, Leaning.Neither)]
    [InlineData("has_review", 1, Leaning.Lowers)]
    [InlineData("emails_opened_90d", 0, Leaning.Neither)]
    [InlineData("emails_opened_90d", 3, Leaning.Lowers)]
    [InlineData("emails_clicked_90d", 0, Leaning.Neither)]
    [InlineData("emails_clicked_90d", 3, Leaning.Lowers)]
    [InlineData("email_open_rate_365d", 0, Leaning.Raises)]
    [InlineData("email_open_rate_365d", 0.6, Leaning.Lowers)]
    [InlineData("days_since_last_open", 7, Leaning.Lowers)]
    [InlineData("days_since_last_open", 45, Leaning.Neither)]
    [InlineData("days_since_last_open", 90, Leaning.Raises)]
    [InlineData("visits_30d", 0, Leaning.Raises)]
    [InlineData("visits_30d", 2, Leaning.Lowers)]
    [InlineData("visits_90d", 0, Leaning.Raises)]
    [InlineData("visits_90d", 2, Leaning.Lowers)]
    [InlineData("days_since_last_visit", 3, Leaning.Lowers)]
    [InlineData("days_since_last_visit", 90, Leaning.Raises)]
    [InlineData("tickets_90d", 0, Leaning.Neither)]
    [InlineData("tickets_90d", 2, Leaning.Raises)]
    [InlineData("subscription_active", 0, Leaning.Neither)]
    [InlineData("subscription_active", 1, Leaning.Lowers)]
    [InlineData("subscription_cancelled", 0, Leaning.Neither)]
    [InlineData("subscription_cancelled", 1, Leaning.Raises)]
    [InlineData("subscription_trial", 0, Leaning.Neither)]
    [InlineData("subscription_trial", 1, Leaning.Raises)]
    [InlineData("subscription_ended_days", 30, Leaning.Raises)]
    [InlineData("subscription_ended_days", 500, Leaning.Neither)]
    public void LeaningOf_IsThatOfTheWords(string name, double value, Leaning leaning) =>
        Assert.Equal(leaning, Of(name).LeaningOf((float)value, Standing.Unknown));

    /// <summary>What else is known of the customer turns words round, or takes them away.</summary>
    [Theory]
    [InlineData("days_since_last_order", 3, Leaning.Lowers, 17)]
    [InlineData("days_since_last_order", 12, Leaning.Either, 5)]
    [InlineData("days_since_last_order", 20, Leaning.Lowers, 17)]
    [InlineData("days_since_last_order", 32, Leaning.Raises, 17)]
    [InlineData("days_since_last_order", 113, Leaning.Raises, 25)]
    [InlineData("days_since_last_order", 113, Leaning.Lowers, 300)]
    [InlineData("days_since_last_order", 250, Leaning.Either, 300)]
    [InlineData("overdue_ratio", 0.5, Leaning.Lowers, 17)]
    [InlineData("overdue_ratio", 3, Leaning.Raises, 17)]
    [InlineData("gap_last", 60, Leaning.Raises, 25)]
    [InlineData("gap_last", 26, Leaning.Neither, 25)]
    [InlineData("gap_last", 9, Leaning.Lowers, 25)]
    [InlineData("gap_recent_trend", 2, Leaning.Raises, 25)]
    [InlineData("gap_recent_trend", 0.4, Leaning.Lowers, 25)]
    [InlineData("gap_recent_trend", 2, Leaning.Neither, 25, 3)]
    [InlineData("gap_last", 9, Leaning.Neither, 25, 20, 700, 90)]
    [InlineData("tenure_days", 700, Leaning.Lowers, 25, 20, 700, 90)]
    [InlineData("tenure_days", 700, Leaning.Neither, 25, 20, 700, 500)]
    [InlineData("tenure_days", 700, Leaning.Neither, 0, 1)]
    [InlineData("gap_mean", 20, Leaning.Lowers, 20, 20, 700, 30)]
    [InlineData("gap_mean", 20, Leaning.Neither, 20, 20, 700, 50)]
    [InlineData("gap_mean", 20, Leaning.Neither, 0, 2)]
    [InlineData("gap_max", 100, Leaning.Neither, 40, 20, 700, 10)]
    [InlineData("gap_max", 100, Leaning.Lowers, 40, 20, 700, 70)]
    [InlineData("gap_max", 100, Leaning.Neither, 40, 20, 700, 130)]
    [InlineData("overdue_longest", 0.1, Leaning.Neither, 40, 20, 700, 10)]
    [InlineData("orders_trend_90d", -2, Leaning.Neither, 40, 20, 700, 130)]
    [InlineData("orders_trend_90d", -2, Leaning.Raises, 40, 20, 700, 70)]
    [InlineData("orders_90d", 2, Leaning.Raises, 12)]
    [InlineData("orders_90d", 6, Leaning.Lowers, 12)]
    [InlineData("orders_90d", 2, Leaning.Neither, 12, 20, 40)]
    [InlineData("orders_365d", 1, Leaning.Neither, 0, 1, 40)]
    [InlineData("monetary_total", 12.91, Leaning.Neither, 0, 1)]
    [InlineData("btyd_frequency", 0, Leaning.Neither, 0, 1, 3)]
    [InlineData("orders_trend_90d", 1, Leaning.Neither, 0, 1, 40)]
    [InlineData("active_months_12", 1, Leaning.Neither, 0, 1, 40)]
    [InlineData("discounted_share", 1, Leaning.Neither, 0, 1)]
    public void LeaningOf_IsByWhatTheCustomerDoesOtherwise(string name, float value, Leaning leaning, float gap, float orders = 20,
        float tenure = 700, float silent = float.NaN) => Assert.Equal(leaning,
            Of(name).LeaningOf(value, Standing.OfGap(gap) with { Orders = orders, TenureDays = tenure, SilentDays = silent }));

    [Theory]
    [MemberData(nameof(Said))]
    public void Say_WhatLeans_ReadsLikeASentence(string name)
    {
        var definition = Of(name);
        var words = new HashSet<string>();
        foreach (var value in s_mayBeBelow.Contains(name) ? s_values.Concat(s_below) : s_values)
            foreach (var gap in new[] { double.NaN, 1, 12, 31.4, 300 })
                foreach (var toward in new[] { Leaning.Raises, Leaning.Lowers })
                {
                    if ((definition.LeaningOf((float)value, Standing.OfGap((float)gap)) & toward) == 0) continue;
                    var said = definition.Say(value, toward, s_pounds, other => other == "gap_mean" ? gap : double.NaN);
                    Assert.False(string.IsNullOrWhiteSpace(said), $"{name} {value}: nothing is said");
                    Assert.Equal(said.Trim(), said);
                    Assert.DoesNotMatch(NoNumber(), said);
                    Assert.DoesNotMatch(WrongPlural(), said);
                    Assert.InRange(said.Length, 5, 90);
                    words.Add(said);
                }
        // A phrase that ignored its value would say the same of everybody.
        Assert.True(words.Count > 1 || definition.Unit == "0/1", $"{name}: {string.Join("; ", words)}");
    }

    [Fact]
    public void Say_Absent_IsRefused_AndLeansNoWay()
    {
        foreach (var feature in FeatureRegistry.All.Where(feature => feature.Indicator is not null))
            foreach (var absent in new[] { float.NaN, feature.WhenAbsent })
            {
                Assert.Equal(Leaning.Neither, feature.LeaningOf(absent, Standing.Unknown));
                Assert.Throws<ArgumentException>(() => feature.Say(absent, Leaning.Raises, s_pounds));
            }
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
    [InlineData("days_since_last_order", -1, "ordered yesterday")]
    [InlineData("days_since_last_order", 94, "no order for 94 days, on average every 31", "gap_mean", 31.2)]
    [InlineData("days_since_last_order", -12, "ordered 12 days ago, on average every 31 days", "gap_mean", 31.2)]
    [InlineData("days_since_last_order", -36, "ordered 36 days ago", "gap_mean", 31.2)]
    [InlineData("days_since_last_order", 2, "no order for 2 days, on average every day", "gap_mean", 1)]
    [InlineData("days_since_last_order", 250, "no order for 250 days", "gap_mean", 300)]
    [InlineData("overdue_ratio", 3, "no order for 94 days, on average every 31", "gap_mean", 31.2)]
    [InlineData("frequency", 1, "ordered only once so far")]
    [InlineData("frequency", 3, "only 3 orders so far")]
    [InlineData("frequency", -3, "3 orders so far")]
    [InlineData("btyd_frequency", 2, "came back only twice so far")]
    [InlineData("btyd_frequency", -12, "came back 12 times so far")]
    [InlineData("tenure_days", -800, "customer for 2 years")]
    [InlineData("tenure_days", -400, "customer for 13 months")]
    [InlineData("tenure_days", 20, "new customer, first ordered 20 days ago")]
    [InlineData("spend_90d", -1234.5, "spent 1,234.50 GBP in the last 90 days")]
    [InlineData("orders_90d", 2, "only 2 orders in the last 90 days, on average every 12 days", "gap_mean", 12)]
    [InlineData("orders_90d", -3, "3 orders in the last 90 days")]
    [InlineData("orders_365d", 1, "only 1 order in the last year")]
    [InlineData("orders_trend_90d", -2, "3 orders in the last 90 days, 1 in the 90 before", "orders_90d", 3)]
    [InlineData("gap_last", 60, "the last order came after 60 days, on average 25", "gap_mean", 25)]
    [InlineData("gap_recent_trend", 2, "lately orders every 50 days, on average 25", "gap_mean", 25)]
    [InlineData("gap_mean", 75, "orders on average only every 75 days")]
    [InlineData("order_value_trend", 0.6, "the last three orders were 40 % smaller than usual")]
    [InlineData("first_season_sin", 0, null)]
    [InlineData("last_late", 1, "the last delivery came late")]
    [InlineData("emails_opened_90d", -1, "opened 1 e-mail in the last 90 days")]
    [InlineData("email_open_rate_365d", 0.08, "opened only 8 % of the e-mails of the last year")]
    [InlineData("active_months_12", -6, "ordered in 6 of the last twelve months")]
    [InlineData("active_months_12", -12, "ordered in each of the last twelve months")]
    [InlineData("active_months_12", 2, "ordered in only 2 of the last twelve months")]
    [InlineData("tickets_90d", 2, "2 support tickets in the last 90 days")]
    public void Say_IsWhatAColleagueWouldSay(string name, double value, string? words, string? companion = null, double of = 0)
    {
        // A value written below 0 is said as what lowers the risk.
        var toward = value < 0 ? Leaning.Lowers : Leaning.Raises;
        var standing = companion == "gap_mean" ? Standing.OfGap((float)of) : Standing.Unknown;
        Assert.Equal(words is not null, (Of(name).LeaningOf((float)Math.Abs(value), standing) & toward) != 0);
        if (words is not null) Assert.Equal(words, Say(name, Math.Abs(value), toward, companion, of));
    }

    [Theory]
    [InlineData(-0.5, "spent 67 % less in the last 90 days than in the 90 before")]
    [InlineData(0.5, "spent 3 times as much in the last 90 days as in the 90 before")]
    [InlineData(0.2, "spent 50 % more in the last 90 days than in the 90 before")]
    [InlineData(1, "began to spend again in the last 90 days")]
    [InlineData(-0.999, "spent next to nothing in the last 90 days, unlike in the 90 before")]
    public void Say_AChangeOfSpending_IsWhatAColleagueWouldSay(double change, string words) =>
        Assert.Equal(words, Say("spend_trend_90d", change, change < 0 ? Leaning.Raises : Leaning.Lowers));

    [Fact]
    public void Say_FallingQuarters_NamesBoth_AndMoneyGivenBack()
    {
        Assert.Equal("2 orders in the last 90 days, 5 in the 90 before", Say("orders_trend_90d", -3, Leaning.Raises, "orders_90d", 2));
        Assert.Equal("3 orders in the last 90 days, none in the 90 before", Say("orders_trend_90d", 3, Leaning.Lowers, "orders_90d", 3));
        Assert.Equal("no order for 94 days", Of("days_since_last_order").Say(94, Leaning.Raises, s_pounds, _ => 31, isGapTold: true));
        Assert.Equal("1 order fewer in the last 90 days than in the 90 before", Say("orders_trend_90d", -1, Leaning.Raises));
        Assert.Equal("got back 12.00 GBP more than was spent", Say("monetary_total", -12, Leaning.Raises));
    }

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
        Assert.Equal("spent 1,235 JPY in the last 30 days", Of("spend_30d").Say(1234.6, Leaning.Lowers, Currency.Parse("JPY")));

    private static string Say(string name, double value, Leaning toward, string? companion = null, double of = 0) =>
        Of(name).Say(value, toward, s_pounds, companion is null ? null : other => other == companion ? of : double.NaN);

    private static FeatureDefinition Of(string name) => FeatureRegistry.All[FeatureRegistry.IndexOf(name)];

    [GeneratedRegex(@"NaN|∞|Infinity|(^|[ (])-\d|--|\{|\}")]
    private static partial Regex NoNumber();

    /// <summary>'1 orders', '3 order', and 'no orders' which belongs to the plural. Money and months of a dozen are no counts.</summary>
    [GeneratedRegex(@"(?<![\d.,])1 (support )?(orders|days|months|refunds|channels|units|e-mails|visits|tickets|years)\b"
        + @"|(?<![\d.,])([02-9]|\d*[\d.,]\d+) (support )?(order|day|month|refund|channel|unit|e-mail|visit|ticket|year)\b"
        + @"|(?<![\d.,])0 orders|\bno orders")]
    private static partial Regex WrongPlural();
}

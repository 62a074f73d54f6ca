using System.Globalization;
using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Presentation.Writing;
using Xunit;

namespace PredictiveRetention.Service.Tests.Presentation;

public sealed class WriterTests
{
    [Theory]
    [InlineData("INR", null, "₹1,28,57,994")]
    [InlineData("BRL", null, "R$12,857,994")]
    [InlineData("GBP", null, "£12,857,994")]
    [InlineData("EUR", null, "€12,857,994")]
    [InlineData("USD", null, "$12,857,994")]
    [InlineData("EUR", "de-DE", "12.857.994 €")]
    [InlineData("BRL", "pt-BR", "R$ 12.857.994")]
    [InlineData("PLN", null, "PLN 12,857,994")]
    public void Money_is_written_as_the_workspace_writes_it(string currency, string? culture, string expected) =>
        Assert.Equal(expected, Plain(Of(currency, culture).Money(12_857_994)));

    [Fact]
    public void Decimals_are_the_currencys_and_a_minus_stands_before_the_sign()
    {
        Assert.Equal("-£1,234.50", Of("GBP").Exact(-1234.5));
        Assert.Equal("¥1,235", Plain(Of("JPY").Exact(1234.6)).Replace('￥', '¥'));
        Assert.Equal("£0", Of("GBP").Money(-0.2));
    }

    [Theory]
    [InlineData("sv-SE", "0,00")]
    [InlineData("nb-NO", "0,00")]
    [InlineData("de-DE", "0,00")]
    [InlineData("en-GB", "0.00")]
    public void No_zero_is_negative_however_a_culture_writes_the_minus(string culture, string expected) =>
        Assert.Equal(expected, Of("EUR", culture).Number(-0.001, 2));

    [Fact]
    public void A_zero_of_a_stored_sentence_loses_its_sign()
    {
        var card = new Card(
            "x", "001", CardKind.Question, "x", "Inactive -0.00 EUR a month and VIP -0.10 EUR.", CardState.Ok, [],
            [new CardNumber("a", -0.001, "-0.00 EUR"), new CardNumber("b", -0.1, "-0.10 EUR")]);
        Assert.Equal("Inactive €0.00 a month and VIP -€0.10.", Plain(Of("EUR").Sentence(card)));
    }

    [Theory]
    [InlineData("en-IE", "1,000", 1000.0)]
    [InlineData("en-IE", "1,234.5", 1234.5)]
    [InlineData("en-IE", "0,5", 0.5)]
    [InlineData("en-IE", "2500", 2500.0)]
    [InlineData("en-IN", "1,28,57,994", 12_857_994.0)]
    [InlineData("de-DE", "1.000", 1000.0)]
    [InlineData("de-DE", "1.234,5", 1234.5)]
    [InlineData("de-DE", "0,5", 0.5)]
    [InlineData("de-DE", "0.5", 0.5)]
    [InlineData("de-DE", "0.125", 0.125)] // no thousands begin with a 0
    [InlineData("en-IE", "0,125", 0.125)]
    [InlineData("en-IE", "-0,125", -0.125)]
    [InlineData("fr-FR", "1 234,5", 1234.5)]
    [InlineData("de-CH", "1'234.5", 1234.5)]
    [InlineData("en-IE", " -3 ", -3.0)]
    [InlineData("en-IE", "1,00,0", null)]
    [InlineData("en-IE", "much", null)]
    [InlineData("en-IE", "", null)]
    [InlineData("en-IE", "NaN", null)]
    public void A_number_is_read_as_the_workspace_writes_it(string culture, string text, double? expected) =>
        Assert.Equal(expected, Of("EUR", culture).NumberOf(text));

    [Theory]
    [InlineData(0.030003, "3.0 %")]
    [InlineData(0.0048, "0.48 %")]
    [InlineData(-0.125, "-12.5 %")]
    [InlineData(0, "0.0 %")]
    public void A_share_is_percent_and_never_a_fraction(double share, string expected) =>
        Assert.Equal(expected, Plain(Of("GBP").Share(share)));

    [Theory]
    [InlineData("money", 12_345_678, "£12.3 M")]
    [InlineData("count", 45_000, "45 k")]
    [InlineData("share", 0.25, "25 %")]
    [InlineData("days", 4.5, "4.50")]
    public void An_axis_is_short(string unit, double value, string expected) => Assert.Equal(expected, Plain(Of("GBP").Axis(unit, value)));

    [Fact]
    public void Periods_and_times_are_written_in_the_shops_zone_which_is_named()
    {
        var writer = new Writer(CultureInfo.GetCultureInfo("en-IN"), Currency.Parse("INR"),
            TimeZoneInfo.FindSystemTimeZoneById("Asia/Kolkata"));
        Assert.Equal("1 Oct 2026 02:30 Asia/Kolkata", writer.Time(new DateTimeOffset(2026, 9, 30, 21, 0, 0, TimeSpan.Zero)));
        Assert.Equal("Oct 2026", writer.Period("2026-10"));
        Assert.Equal("2 Oct 2026", writer.Period("2026-10-02"));
        Assert.Equal("VIP", writer.Period("VIP"));
    }

    [Fact]
    public void A_stored_sentence_has_its_numbers_rewritten_and_nothing_else()
    {
        var card = new Card(
            "x", "000", CardKind.Finding, "x", "12,345 customers paid 1,234,567.50 INR (3.00 %) up to 2026-11-25; day 3 of 30.",
            CardState.Ok,
            [new CardFigure("kpis", "revenue", "", "", "", 1234567.5, "1,234,567.50 INR"),
                new CardFigure("kpis", "customers", "", "", "", 12345, "12,345")],
            [new CardNumber("share", 0.03, "3.00 %"), new CardNumber("as-of", 0, "2026-11-25"), new CardNumber("day", 3, "3")]);
        Assert.Equal("12,345 customers paid ₹12,34,567.50 (3.00 %) up to 2026-11-25; day 3 of 30.", Plain(Of("INR").Sentence(card)));
        Assert.Equal("12.345 customers paid 1.234.567,50 INR (3,00 %) up to 2026-11-25; day 3 of 30.",
            Plain(new Writer(CultureInfo.GetCultureInfo("de-DE"), Currency.Parse("INR"), TimeZoneInfo.Utc).Sentence(card))
                .Replace("₹", "INR", StringComparison.Ordinal));
    }

    [Fact]
    public void The_pseudo_language_marks_a_text_and_leaves_its_places_alone()
    {
        var text = new Localiser(CultureInfo.GetCultureInfo(Localiser.Pseudo))["{0} customers", "12"];
        Assert.StartsWith("[12 ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("customers", text, StringComparison.Ordinal);
        Assert.True(text.Length > "[12 customers]".Length);
        Assert.Equal("12 customers", new Localiser(CultureInfo.GetCultureInfo("en"))["{0} customers", "12"]);
    }

    private static Writer Of(string currency, string? culture = null) =>
        new(culture is null ? WorkspaceCulture.For(Currency.Parse(currency)) : WorkspaceCulture.For(culture), Currency.Parse(currency),
            TimeZoneInfo.Utc);

    private static string Plain(string text) => text.Replace('\u00A0', ' ').Replace('\u202F', ' ');
}

using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>Amounts as price lists and people write them.</summary>
public sealed class WrittenNumberTests
{
    [Theory]
    [InlineData("12,-", ',', 12)]
    [InlineData("12,--", ',', 12)]
    [InlineData("1.299,-", ',', 1299)]
    [InlineData("kr 99,-", ',', 99)]
    [InlineData("99,- kr.", ',', 99)]
    [InlineData("€ 45,-", ',', 45)]
    [InlineData("-45,-", ',', -45)]
    [InlineData("12.-", '.', 12)]
    [InlineData("CHF 12.-", '.', 12)]
    [InlineData("49.–", '.', 49)]
    [InlineData("49.—", '.', 49)]
    [InlineData("1'250.-", '.', 1250)]
    [InlineData("12.-", ',', 12)]
    [InlineData("12-", ',', -12)]
    [InlineData("12,00-", ',', -12)]
    [InlineData("1.234,56-", ',', -1234.56)]
    [InlineData("1\u202F234,56\u00A0€", ',', 1234.56)]
    [InlineData("1\u2009234.56", '.', 1234.56)]
    [InlineData("١٬٢٣٤٫٥٦", '.', 1234.56)]
    [InlineData("१२,३४५.६७", '.', 12345.67)]
    [InlineData("￥１，２３４", '.', 1234)]
    [InlineData("1 234,50 Kč", ',', 1234.5)]
    [InlineData("12 500 Ft", ',', 12500)]
    [InlineData("45,50 lei", ',', 45.5)]
    [InlineData("99,90 zł", ',', 99.9)]
    [InlineData("199 SEK", ',', 199)]
    [InlineData("1.250,00 TL", ',', 1250)]
    [InlineData("₺1.250,00", ',', 1250)]
    [InlineData("1 250,50 грн.", ',', 1250.5)]
    [InlineData("1 250,50 руб.", ',', 1250.5)]
    [InlineData("R$ 1.250,50", ',', 1250.5)]
    [InlineData("US$12.50", '.', 12.5)]
    [InlineData("S/. 12.50", '.', 12.5)]
    [InlineData("CHF 1’250.50", '.', 1250.5)]
    [InlineData("kr. 1.299,50", ',', 1299.5)]
    [InlineData("￥1,200-", '.', 1200)]
    [InlineData("900円-", '.', 900)]
    [InlineData("▲1,200", '.', -1200)]
    [InlineData("△ 50", '.', -50)]
    [InlineData("$(12.50)", '.', -12.5)]
    [InlineData("(€ 12,50)", ',', -12.5)]
    [InlineData("12,50 eur", ',', 12.5)]
    [InlineData("99 usd", '.', 99)]
    [InlineData("0.500", '.', 0.5)]
    public void An_amount_is_read(string text, char mark, double amount) =>
        Assert.Equal((decimal)amount, decimal.Parse(WrittenNumber.Plain(text, mark)!, System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("12abc", '.')]
    [InlineData("12 x", '.')]
    [InlineData("-", '.')]
    [InlineData(",-", ',')]
    [InlineData("1,23", '.')]
    [InlineData("12-3", '.')]
    [InlineData("12,-5", ',')]
    [InlineData("5 kg", '.')]
    [InlineData("0.500", ',')]
    [InlineData("0,250", '.')]
    [InlineData("$(12.50", '.')]
    public void What_is_no_amount_is_none(string text, char mark) => Assert.Null(WrittenNumber.Plain(text, mark));

    [Theory]
    [InlineData("12,-;1.299,-;29,95", ",", "1200 129900 2995")]
    [InlineData("1.299,-;2.499,-", ",", "129900 249900")]
    [InlineData("CHF 12.-;49.–;1'250.-;19.90", ".", "1200 4900 125000 1990")]
    [InlineData("1,250.-;2,499.-", ".", "125000 249900")]
    [InlineData("٩٩٫٥٠;١٢٫٢٥", ".", "9950 1225")]
    public void A_dash_shows_the_decimal_mark_of_its_column(string amounts, string mark, string minor)
    {
        using var import = new Import
        {
            Currency = amounts.StartsWith("CHF", StringComparison.Ordinal) ? "CHF" : "EUR",
            Orders = "customer_id;order_id;ordered_at;amount\n"
                + string.Concat(amounts.Split(';').Select((amount, i) => $"a;{i};2024-01-01;{amount}\n")),
        };
        Assert.Equal(minor, string.Join(' ', import.Stored.Select(order => order.AmountMinor)));
        Assert.Equal(mark, import.Source.Mapping.Files[0].Columns.Single(column => column.Field == "amount").Format);
    }
}

using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>The Stripe payments export: charges in UTC, currencies in lower case.</summary>
public sealed class StripePresetTests
{
    private const string Charges = """
        id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Mode,Status,Refunded date (UTC),Customer ID,Customer Email,Disputed Amount
        ch_1,2024-01-10 23:30:00,100.00,0.00,eur,true,Live,Paid,,cus_1,Zoe@example.com,
        ch_2,2024-01-11 08:00:00,50.00,20.00,eur,true,Live,Refunded,2024-01-20 08:00:00,cus_1,zoe@example.com,
        ch_3,2024-01-12 08:00:00,70.00,0.00,eur,false,Live,Failed,,cus_1,zoe@example.com,
        ch_4,2024-01-13 08:00:00,30.00,30.00,eur,true,Live,Refunded,,,Max@example.com,
        ch_5,2024-01-14 08:00:00,5.00,0.00,usd,true,Live,Paid,,cus_1,zoe@example.com,
        ch_6,2024-01-15 08:00:00,6.00,0.00,eur,true,Live,Paid,,,,
        ch_7,2024-01-16 08:00:00,7.00,0.00,eur,true,Test,Paid,,cus_1,zoe@example.com,
        ch_8,2024-01-17 08:00:00,8.00,0.00,eur,true,Live,Paid,,cus_1,zoe@example.com,8.00

        """;

    [Fact]
    public void Stripe_charges_are_orders_and_those_not_collected_are_no_sale()
    {
        using var import = Account();
        Assert.Equal("EUR", import.Source.ShopCurrency);
        Assert.Equal(
            [("ch_1", "cus_1", 10000L, true), ("ch_2", "cus_1", 5000L, true), ("ch_3", "cus_1", 7000L, false),
                ("ch_4", "max@example.com", 3000L, true), ("ch_7", "cus_1", 700L, false), ("ch_8", "cus_1", 800L, true)],
            import.Stored.Select(order => (order.OrderId, order.CustomerId, order.AmountMinor, order.IsValid)));
        Assert.Equal(1, import.Note("charges under dispute").Count);
    }

    [Fact]
    public void Stripe_times_are_utc_whatever_the_shops_time_zone()
    {
        using var import = Account();
        Assert.Equal(
            DateTimeOffset.Parse("2024-01-10T23:30:00Z", System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(),
            import.Stored[0].OrderedAtMs);
        Assert.Equal(
            [("ch_2-refund", "2024-01-20T08:00"), ("ch_4-refund", "2024-01-13T08:00")],
            import.Source.Refunds()
                .Select(refund => (refund.RefundId,
                    DateTimeOffset.FromUnixTimeMilliseconds(refund.RefundedAtMs)
                        .ToString("yyyy-MM-ddTHH:mm", System.Globalization.CultureInfo.InvariantCulture))));
        Assert.Equal(1, import.Note("refunds without a date").Count);
    }

    [Fact]
    public void Stripe_every_cent_is_stored_or_rejected()
    {
        using var import = Account();
        var money = import.Quality.Money.ToDictionary(money => money.Currency);
        Assert.Equal((221.00m, 215.00m, 6.00m), (money["EUR"].Read, money["EUR"].Stored, money["EUR"].LeftOut));
        Assert.Equal((5m, 5m), (money["USD"].Read, money["USD"].LeftOut));
        Assert.Equal(2, import.Rejects().Count);
        Assert.Equal("charge", import.Source.Mapping.Files[0].Grain);
    }

    [Theory]
    [InlineData("lost", 3000L, "2024-02-20")]
    [InlineData("won", 0L, "")]
    [InlineData("under_review", 0L, "")]
    [InlineData("needs_response", 0L, "")]
    [InlineData("warning_closed", 0L, "")]
    public void Stripe_dispute_takes_the_money_when_it_is_lost(string status, long back, string day)
    {
        using var import = new Import
        {
            Preset = "stripe",
            Orders = "id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Customer ID,Disputed Amount,Dispute Date "
                + $"(UTC),Dispute Status\nch_1,2024-02-01 10:00,40.00,10.00,eur,Paid,cus_1,40.00,2024-02-20 10:00,{status}\n",
        };
        Assert.Equal(back, import.Source.Refunds().Where(refund => refund.RefundId == "ch_1-dispute").Sum(refund => refund.AmountMinor));
        if (day.Length > 0)
            Assert.Equal(day, DateTimeOffset.FromUnixTimeMilliseconds(
                import.Source.Refunds().Single(refund => refund.RefundId == "ch_1-dispute").RefundedAtMs)
                .ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Single(import.Quality.Notes, note => note.Note.StartsWith("charges ", StringComparison.Ordinal));
    }

    [Fact]
    public void Stripe_charge_in_another_currency_is_worth_what_it_was_settled_for()
    {
        using var import = new Import
        {
            Preset = "stripe",
            Orders = "id,Created date (UTC),Amount,Amount Refunded,Currency,Converted Amount,Converted Amount Refunded,Converted "
                + "Currency,Status,Customer ID\nch_1,2024-02-01 10:00,40.00,0.00,eur,40.00,0.00,eur,Paid,cus_1\n"
                + "ch_2,2024-02-02 10:00,50.00,10.00,usd,46.10,9.22,eur,Paid,cus_2\n",
        };
        Assert.Equal([4000L, 4610L], import.Stored.Select(order => order.AmountMinor));
        Assert.Equal(922, Assert.Single(import.Source.Refunds()).AmountMinor);
        Assert.Equal("EUR", Assert.Single(import.Quality.Money).Currency);
    }

    private static Import Account() =>
        new() { Preset = "stripe", Currency = null, Calendar = BusinessCalendar.InZone("Asia/Tokyo"), Orders = Charges };
}

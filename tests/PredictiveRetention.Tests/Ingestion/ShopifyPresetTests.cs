using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>The Shopify orders export: a row per line item, the order's own cells in its first row only.</summary>
public sealed class ShopifyPresetTests
{
    private const string Header =
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount "
            + "Code,Discount Amount,"
        + "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Shipping City,Shipping Zip,Shipping Country,Billing "
        + "Country,Notes,Cancelled at,Refunded Amount,Id,Source\n";

    private const string Orders = Header
        + "#1001,Ana@Example.com,paid,2024-03-01 10:15:00 -0500,fulfilled,yes,USD,40.00,5.00,3.50,48.50,SPRING,10.00,2024-03-01 10:14:00 "
        + "-0500,2,Mug,15.00,MUG,Boston,'02101,US,US,\"ring, twice\nthen wait\",,0.00,5001,web\n"
        + "#1001,Ana@Example.com,,,,,,,,,,,,2024-03-01 10:14:00 -0500,1,\"Bag, \"\"large\"\"\",20.00,BAG,,,,,,,,,\n"
        + "#1002,bo@example.com,partially_refunded,2024-03-02 09:00:00 -0500,fulfilled,no,USD,20.00,0.00,0.00,20.00,,0.00,2024-03-02 "
        + "09:00:00 -0500,1,Bag,20.00,BAG,Lyon,'69001,FR,FR,,,5.00,5002,pos\n"
        + "#1003,bo@example.com,refunded,2024-03-03 09:00:00 -0500,,no,USD,30.00,0.00,0.00,30.00,,0.00,2024-03-03 09:00:00 "
        + "-0500,1,Hat,30.00,HAT,Lyon,'69001,FR,FR,,2024-03-05 09:00:00 -0500,30.00,5003,web\n"
        + "#1004,,paid,2024-03-04 09:00:00 -0500,,no,USD,9.00,0.00,0.00,9.00,,0.00,2024-03-04 09:00:00 "
        + "-0500,1,Pin,9.00,PIN,,,,,,,1.00,5004,pos\n"
        + "#1004,,,,,,,,,,,,,2024-03-04 09:00:00 -0500,1,Pin,9.00,PIN,,,,,,,,,\n"
        + "#1005,ana@example.com,voided,,,yes,USD,8.00,0.00,0.00,8.00,,0.00,2024-03-06 09:00:00 "
        + "-0500,1,Pin,8.00,PIN,Quebec,,CA,CA,,,0.00,5005,web\n"
        + "#1006,ana@example.com,paid,,,yes,CAD,8.00,0.00,0.00,8.00,,0.00,2024-03-06 09:00:00 "
        + "-0500,1,Pin,8.00,PIN,Quebec,,CA,CA,,,0.00,5006,web\n"
        + "#1002,bo@example.com,paid,2024-03-02 09:00:00 -0500,fulfilled,no,USD,20.00,0.00,0.00,20.00,,0.00,2024-03-02 09:00:00 "
        + "-0500,1,Bag,20.00,BAG,Lyon,'69001,FR,FR,,,5.00,5002,pos\n";

    [Fact]
    public void Shopify_lines_of_an_order_are_one_order_worth_its_total()
    {
        using var import = Shop();
        var orders = import.Stored;
        Assert.Equal(["#1001", "#1002", "#1003", "#1005"], orders.Select(order => order.OrderId));
        Assert.Equal(
            new OrderRow("ana@example.com", "#1001", Utc("2024-03-01T15:14:00Z"), 4850, "USD", DiscountMinor: 1000, Status: "paid",
                Channel: "web", Quantity: 3), orders[0]);
        Assert.False(orders[3].IsValid);
        Assert.Equal(1, import.Note("further lines of an order").Count);
        Assert.Equal(new QualityNote("orders whose amount includes taxes or shipping", 1, 2), import.Note("orders whose amount"));
    }

    [Fact]
    public void Shopify_refunds_are_dated_by_the_cancellation_or_the_end_of_the_file_never_by_the_order()
    {
        using var import = Shop();
        Assert.Equal(
            [new RefundRow("bo@example.com", "#1002-refund", Utc("2024-03-06T14:00:00Z"), 500, "USD", "#1002"),
                new RefundRow("bo@example.com", "#1003-refund", Utc("2024-03-05T14:00:00Z"), 3000, "USD", "#1003")],
            import.Source.Refunds());
        Assert.Equal(1, import.Note("refunds without a date").Count);
    }

    [Fact]
    public void Shopify_customers_are_e_mail_addresses_and_guests_are_rejected()
    {
        using var import = Shop();
        Assert.Equal(
            [new CustomerRow("ana@example.com", Country: "CA", City: "Quebec", ConsentEmail: true, Email: "ana@example.com"),
                new CustomerRow("bo@example.com", Country: "FR", City: "Lyon", ConsentEmail: false, Email: "bo@example.com")],
            import.Source.Customers());
        var quality = import.Quality;
        Assert.Equal(
            ["currency CAD, the shop keeps USD and has no rate", "guest order: no e-mail address to attribute it to",
                "line of an order that is not stored", "order name of an earlier line"],
            quality.Rejected.Select(reason => reason.Reason).Order());
        Assert.Equal(3, quality.Rejected.Single(reason => reason.Reason.StartsWith("guest", StringComparison.Ordinal)).ExampleLine - 4);
    }

    [Fact]
    public void Shopify_money_read_is_stored_or_rejected()
    {
        using var import = Shop();
        var money = import.Quality.Money.ToDictionary(money => money.Currency);
        Assert.Equal((94.50m, 71.50m, 23.00m), (money["USD"].Read, money["USD"].Stored, money["USD"].Rejected));
        Assert.Equal((8m, 0m, 8m), (money["CAD"].Read, money["CAD"].Stored, money["CAD"].Rejected));
        Assert.Equal(9, import.Quality.RowsRead);
        // Orders, further lines and rejects are all there is.
        Assert.Equal(9, import.Stored.Count + import.Note("further lines").Count + import.Quality.RowsRejected);
    }

    [Fact]
    public void Shopify_export_given_to_the_generic_preset_names_the_preset_that_fits()
    {
        using var import = new Import { Orders = Orders };
        Assert.Contains("--preset shopify", import.Refused().Message, StringComparison.Ordinal);
    }

    private static long Utc(string time) =>
        DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private static Import Shop() => new() { Preset = "shopify", Currency = null, Orders = Orders };
}

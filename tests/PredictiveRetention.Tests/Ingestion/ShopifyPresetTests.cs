using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>The Shopify orders export: a row per line item, the order's own cells in its first row only.</summary>
public sealed class ShopifyPresetTests
{
    private const string Header =
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount "
            + "Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Shipping City,Shipping "
            + "Zip,Shipping Country,Billing "
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
    public void Shopify_refunds_have_no_date_and_are_taken_off_on_the_day_of_their_order()
    {
        using var import = Shop();
        Assert.Equal(
            [new RefundRow("bo@example.com", "#1002-refund", Utc("2024-03-02T14:00:00Z"), 500, "USD", "#1002", IsUndated: true),
                new RefundRow("bo@example.com", "#1003-refund", Utc("2024-03-03T14:00:00Z"), 3000, "USD", "#1003", IsUndated: true)],
            import.Source.Refunds());
        Assert.Equal(2, import.Note("refunds without a date").Count);
    }

    [Fact]
    public void Shopify_orders_that_were_cancelled_are_no_sale_whatever_was_paid()
    {
        using var import = Shop();
        Assert.Equal(("cancelled", false), (import.Stored[2].Status, import.Stored[2].IsValid));
        Assert.Equal("cancelled orders, whatever was paid for them (30.00 USD): no sale", import.Note("cancelled orders").Note);
    }

    private const string Till =
        "Name,Email,Phone,Financial Status,Currency,Total,Created at,Lineitem name,Lineitem price,Lineitem quantity,Lineitem requires "
            + "shipping,Payment Method,Refunded Amount,Source,Cancelled at\n";

    [Theory]
    [InlineData("Gift Card - 50", "false", "Shopify Payments", false)]
    [InlineData("Geschenkgutschein", "false", "Shopify Payments", false)]
    [InlineData("Carte cadeau 25 EUR", "", "Shopify Payments", false)]
    [InlineData("Gift card holder of leather", "true", "Shopify Payments", true)]
    [InlineData("Mug", "true", "Gift Card + Shopify Payments", true)]
    [InlineData("Mug", "true", "Store Credit", true)]
    [InlineData("Mug", "true", "(for testing) Bogus Gateway", false)]
    public void Shopify_gift_card_is_a_sale_when_it_is_spent_and_a_test_never_is(string item, string ships, string paidBy, bool isSale)
    {
        using var import = new Import
        {
            Preset = "shopify",
            Orders = Till + $"#1,a@example.com,,paid,EUR,50.00,2024-03-01 10:00:00 +0100,{item},50.00,1,{ships},{paidBy},0.00,web,\n",
        };
        Assert.Equal((5000L, isSale), (import.Stored[0].AmountMinor, import.Stored[0].IsValid));
    }

    [Fact]
    public void Shopify_gift_card_beside_goods_is_taken_out_of_what_the_order_is_worth_and_a_tip_is_not()
    {
        using var import = new Import
        {
            Preset = "shopify",
            Orders = Till + "#1,a@example.com,,paid,EUR,83.00,2024-03-01 10:00:00 +0100,Mug,30.00,1,true,Shopify Payments,0.00,web,\n"
                + "#1,a@example.com,,,,,2024-03-01 10:00:00 +0100,Gift Card,25.00,2,false,,,,\n"
                + "#1,a@example.com,,,,,2024-03-01 10:00:00 +0100,Tip,3.00,1,false,,,,\n",
        };
        Assert.Equal(3300, Assert.Single(import.Stored).AmountMinor);
        var money = Assert.Single(import.Quality.Money);
        Assert.Equal((83m, 33m, 50m, 0m), (money.Read, money.Stored, money.LeftOut, money.Rejected));
        Assert.StartsWith("tips (3.00 EUR)", import.Note("tips").Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Shopify_orders_of_nobody_refuse_no_file_and_are_counted_with_their_money()
    {
        using var import = new Import
        {
            Preset = "shopify",
            Orders = Till + string.Concat(Enumerable.Range(1, 9).Select(n =>
                    $"#{n},,,paid,EUR,10.00,2024-03-0{n} 10:00:00 +0100,Mug,10.00,1,true,Cash,1.00,pos,\n"))
                + "#10,a@example.com,,paid,EUR,20.00,2024-03-10 10:00:00 +0100,Mug,20.00,1,true,Cash,0.00,web,\n"
                + "#11,,'+49 170 1,paid,EUR,5.00,2024-03-11 10:00:00 +0100,Mug,5.00,1,true,Cash,0.00,pos,\n"
                + "#12,no-reply@shop.invalid,,pending,EUR,7.00,2024-03-12 10:00:00 +0100,Mug,7.00,1,true,Cash,0.00,pos,\n",
        };
        Assert.Equal(["a@example.com", "+491701"], import.Stored.Select(order => order.CustomerId));
        Assert.False(import.Source.Finish().TooManyRejected);
        Assert.Equal(new NobodysOrders(10, 97m, 9m, 9, 90m, 9m), import.Quality.Nobody);
        Assert.Equal(10, import.Source.NobodysOrders().Count());
    }

    [Fact]
    public void Shopify_customers_are_e_mail_addresses_and_guests_are_nobody()
    {
        using var import = Shop();
        Assert.Equal(
            [new CustomerRow("ana@example.com", Country: "CA", City: "Quebec", ConsentEmail: true, Email: "ana@example.com"),
                new CustomerRow("bo@example.com", Country: "FR", City: "Lyon", ConsentEmail: false, Email: "bo@example.com")],
            import.Source.Customers());
        var quality = import.Quality;
        Assert.Equal(
            ["currency CAD, the shop keeps USD and has no rate", "line of an order that is not stored", "order name of an earlier line",
                "order of nobody known: neither an e-mail address nor a telephone number to attribute it to"],
            quality.Rejected.Select(reason => reason.Reason).Order());
        Assert.Equal(
            7, quality.Rejected.Single(reason => reason.Reason.StartsWith("order of nobody", StringComparison.Ordinal)).ExampleLine);
        Assert.Equal((4L, 1L), (quality.RowsRejected, quality.RowsAtFault));
    }

    [Fact]
    public void Shopify_money_read_is_stored_or_rejected()
    {
        using var import = Shop();
        var money = import.Quality.Money.ToDictionary(money => money.Currency);
        Assert.Equal((94.50m, 71.50m, 8m, 15m), (money["USD"].Read, money["USD"].Stored, money["USD"].LeftOut, money["USD"].Rejected));
        Assert.Equal((8m, 0m, 8m), (money["CAD"].Read, money["CAD"].Stored, money["CAD"].LeftOut));
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

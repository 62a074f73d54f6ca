using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>Orders exported from WooCommerce: a row per order, or per line with the order's cells repeated or left out.</summary>
public sealed class WooCommercePresetTests
{
    private const string Lines = """
        Order Number,Order Status,Order Date,Email (Billing),Country Code (Billing),City (Billing),Order Refund Amount,Order Total Amount,Order Total Tax Amount,Currency,Item Name,Quantity (- Refund),Order Line Total,Category
        501,Completed,2024-02-01 10:00,Eva@example.de,DE,Bonn,0.00,60.00,9.58,EUR,Shirt,1,20.00,Tops
        501,Completed,2024-02-01 10:00,Eva@example.de,DE,Bonn,0.00,60.00,9.58,EUR,Coat,2,40.00,Coats
        502,Refunded,2024-02-02 10:00,jan@example.nl,NL,Breda,,15.00,,EUR,Shirt,1,15.00,Tops
        503,Failed,2024-02-03 10:00,jan@example.nl,NL,Breda,0.00,15.00,,EUR,Shirt,1,15.00,Tops
        504,Processing,2024-02-04 10:00,,NL,Breda,0.00,15.00,,EUR,Shirt,1,15.00,Tops
        504,,,,,,,,,,Socks,1,3.00,Tops
        505,wc-completed,2024-02-05 10:00,eva@example.de,DE,Bonn,2.50,30.00,,EUR,Shirt,1,30.00,Tops
        505,wc-completed,2024-02-05 10:00,eva@example.de,DE,Bonn,2.50,31.00,,EUR,Shirt,1,30.00,Tops

        """;

    [Fact]
    public void WooCommerce_order_cells_repeated_on_every_line_are_counted_once()
    {
        using var import = Shop(Lines);
        var orders = import.Stored;
        Assert.Equal(["501", "502", "503", "505"], orders.Select(order => order.OrderId));
        Assert.Equal(
            new OrderRow("eva@example.de", "501", 1_706_781_600_000, 6000, "EUR", Status: "completed", Category: "Coats", Quantity: 3),
            orders[0]);
        Assert.Equal([true, true, false, true], orders.Select(order => order.IsValid));
        Assert.Equal("completed", orders[3].Status);
        var money = Assert.Single(import.Quality.Money);
        Assert.Equal((146.00m, 102.50m, 15m, 28.50m), (money.Read, money.Stored, money.LeftOut, money.Rejected));
        Assert.Equal(8, orders.Count + import.Note("further lines").Count + import.Quality.RowsRejected);
    }

    [Fact]
    public void WooCommerce_refunds_without_amount_are_full_and_without_date_are_of_the_day_of_their_order()
    {
        using var import = Shop(Lines);
        Assert.Equal([("502", 1500L, 1_706_868_000_000L, true), ("505", 250L, 1_707_127_200_000L, true)],
            import.Source.Refunds().Select(refund => (refund.OrderId!, refund.AmountMinor, refund.RefundedAtMs, refund.IsUndated)));
        Assert.Equal(1, import.Note("refunded orders without an amount").Count);
        Assert.Equal(2, import.Note("refunds without a date").Count);
    }

    [Fact]
    public void WooCommerce_contradicting_line_and_guest_are_rejected()
    {
        using var import = Shop(Lines);
        Assert.Equal(
            ["differs from an earlier line of the same order in its total, date or customer",
                "line of an order that is not stored", "order of nobody known: neither an e-mail address nor a customer id to attribute "
                    + "it to"],
            import.Quality.Rejected.Select(reason => reason.Reason).Order());
        Assert.Contains(import.Rejects(), line => line.Contains("order 505: differs from line 8", StringComparison.Ordinal));
    }

    [Fact]
    public void WooCommerce_headers_of_other_plugins_are_understood()
    {
        using var import =
            Shop("order_id,date,status,order_total,order_currency,customer_id,customer_user,refunded_total,refund_date,billing_country,"
                + "attribution\n9,2024-02-01 10:00:00,completed,12.00,GBP,17,17,2.00,2024-02-09 10:00:00,UK,Organic\n10,2024-02-02 "
            + "10:00:00,completed,12.00,GBP,0,0,,,UK,\n");
        Assert.Equal(("17", 1200L), (Assert.Single(import.Stored).CustomerId, import.Stored[0].AmountMinor));
        Assert.Equal(1_707_472_800_000, Assert.Single(import.Source.Refunds()).RefundedAtMs);
        Assert.Equal(new CustomerRow("17", Country: "GB", AcquisitionChannel: "Organic"), Assert.Single(import.Source.Customers()));
    }

    private const string RefundRows =
        "Order Number,Order Type,Parent Order Number,Order Status,Order Date,Order Total Amount,Email (Billing),Currency\n"
            + "1,shop_order,,wc-completed,2024-01-10 10:00:00,50.00,a@example.com,EUR\n"
            + "2,shop_order,,wc-completed,2024-01-11 10:00:00,40.00,b@example.com,EUR\n"
            + "3,shop_order_refund,1,wc-completed,2024-02-01 10:00:00,-20.00,,EUR\n"
            + "4,shop_order_refund,1,wc-completed,2024-03-01 10:00:00,-30.00,,EUR\n";

    [Fact]
    public void WooCommerce_refunds_that_are_rows_are_of_their_orders_customer_and_their_own_day()
    {
        using var import = Shop(RefundRows);
        Assert.Equal([("1", "a@example.com"), ("2", "b@example.com")], import.Stored.Select(order => (order.OrderId, order.CustomerId)));
        Assert.Equal(
            [("3", "1", "a@example.com", 2000L, 1_706_781_600_000L, false), ("4", "1", "a@example.com", 3000L, 1_709_287_200_000L, false)],
            import.Source.Refunds().Select(refund =>
                (refund.RefundId, refund.OrderId!, refund.CustomerId, refund.AmountMinor, refund.RefundedAtMs, refund.IsUndated)));
        Assert.Equal(["a@example.com", "b@example.com"], import.Source.Customers().Select(customer => customer.CustomerId));
        var money = Assert.Single(import.Quality.Money);
        Assert.Equal((40m, 40m), (money.Read, money.Stored));
    }

    [Fact]
    public void WooCommerce_refund_that_an_order_says_of_itself_and_a_row_says_again_is_given_back_once()
    {
        using var import = Shop(
            "order_id,type,parent_order_id,status,date_created_gmt,total_amount,billing_email,currency,refunded_total\n"
                + "1,shop_order,0,wc-refunded,2024-01-10 10:00:00,50.00,a@example.com,EUR,50.00\n"
                + "2,shop_order_refund,1,wc-completed,2024-02-01 10:00:00,-50.00,,EUR,\n");
        Assert.Equal("2", Assert.Single(import.Source.Refunds()).RefundId);
        Assert.Equal(0m, Assert.Single(import.Quality.Money).Stored);
    }

    [Fact]
    public void WooCommerce_orders_of_its_interface_are_read_with_what_lies_inside_them()
    {
        using var import = new Import
        {
            Preset = "woocommerce", Currency = null, OrdersName = "orders.json",
            Orders = """
                [{"id":7,"parent_id":0,"number":"7","status":"completed","currency":"EUR","date_created":"2024-02-01T10:00:00","total":"50.00",
                  "customer_id":3,"billing":{"email":"Ann@example.com","country":"DE","city":"Ulm"},
                  "line_items":[{"quantity":2},{"quantity":1}],"refunds":[{"id":8,"total":"-5.00"},{"id":9,"total":"-7.50"}]},
                 {"id":10,"parent_id":0,"number":"10","status":"processing","currency":"EUR","date_created":"2024-02-02T10:00:00","total":"9.00",
                  "customer_id":0,"billing":{"email":"bo@example.com","country":"DE","city":"Ulm"},"line_items":[{"quantity":1}],"refunds":[]}]
                """,
        };
        Assert.Equal([("ann@example.com", "7", 5000L, (int?)3), ("bo@example.com", "10", 900L, 1)],
            import.Stored.Select(order => (order.CustomerId, order.OrderId, order.AmountMinor, order.Quantity)));
        Assert.Equal(1250, Assert.Single(import.Source.Refunds()).AmountMinor);
        Assert.Equal("DE", import.Source.Customers().First().Country);
    }

    private static Import Shop(string orders) => new() { Preset = "woocommerce", Currency = null, Orders = orders };
}

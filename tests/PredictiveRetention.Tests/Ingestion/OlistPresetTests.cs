using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>The Olist tables: the person behind the orders, what was paid, and the tables that are not read.</summary>
public sealed class OlistPresetTests
{
    private const string Orders = """
        order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,order_delivered_customer_date,order_estimated_delivery_date
        o1,c1,delivered,2018-01-02 10:00:00,,,2018-01-09 12:00:00,2018-01-20 00:00:00
        o2,c2,delivered,2018-03-02 10:00:00,,,2018-03-01 12:00:00,2018-03-20 00:00:00
        o3,c3,shipped,2018-03-03 10:00:00,,,,2018-03-20 00:00:00
        o4,c4,delivered,2018-03-04 10:00:00,,,2018-03-10 10:00:00,2018-03-20 00:00:00
        o5,c9,delivered,2018-03-05 10:00:00,,,,

        """;

    private const string Customers = """
        "customer_id","customer_unique_id","customer_zip_code_prefix","customer_city","customer_state"
        "c1","anna","01409","sao paulo","SP"
        "c2","anna","01409","campinas","SP"
        "c3","bruno","01409","natal","RN"
        "c4","carla","01409","recife","PE"

        """;

    private const string Payments = """
        order_id,payment_sequential,payment_type,payment_installments,payment_value
        o1,1,credit_card,3,10.50
        o1,2,voucher,1,4.50
        o1,2,voucher,1,4.50
        o2,1,boleto,1,20.00
        o3,1,boleto,1,7.00
        o5,1,boleto,1,3.33

        """;

    private static Dictionary<string, string> Small => new()
    {
        ["olist_orders_dataset.csv"] = Orders,
        ["olist_customers_dataset.csv"] = Customers,
        ["olist_order_payments_dataset.csv"] = Payments,
    };

    [Fact]
    public void Olist_person_is_the_unique_id_and_an_order_is_worth_its_payments()
    {
        using var import = Folder(Small);
        var orders = import.Stored.ToDictionary(order => order.OrderId);
        Assert.Equal(("anna", 1500L, true, "BRL"),
            (orders["o1"].CustomerId, orders["o1"].AmountMinor, orders["o1"].IsValid, orders["o1"].Currency));
        Assert.Equal(("anna", 2000L), (orders["o2"].CustomerId, orders["o2"].AmountMinor));
        Assert.Equal((false, "shipped"), (orders["o3"].IsValid, orders["o3"].Status));
        Assert.Equal(
            [new CustomerRow("anna", Country: "BR", City: "campinas"), new CustomerRow("bruno", Country: "BR", City: "natal"),
                new CustomerRow("carla", Country: "BR", City: "recife")], import.Source.Customers());
        // Sao Paulo was two hours behind UTC in its summer.
        Assert.Equal(
            DateTimeOffset.Parse("2018-01-02T12:00:00Z", System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(),
            orders["o1"].OrderedAtMs);
    }

    [Fact]
    public void Olist_order_without_payment_is_kept_and_worth_nothing()
    {
        using var import = Folder(Small);
        Assert.Equal(0, import.Stored.Single(order => order.OrderId == "o4").AmountMinor);
        Assert.Equal(1, import.Note("orders without a payment").Count);
    }

    [Fact]
    public void Olist_rows_that_fit_nothing_are_rejected_and_every_cent_is_accounted_for()
    {
        using var import = Folder(Small);
        Assert.Equal("no customer of this id in the table of customers", Assert.Single(import.Quality.Rejected).Reason);
        Assert.Equal(
            [("payment for an order that is not stored", 3.33m), ("payment number of an earlier line of this order", 4.50m)],
            import.QualityOf("payments").Rejected.Select(reason => (reason.Reason, reason.Amount!.Value)));
        var money = Assert.Single(import.QualityOf("payments").Money);
        Assert.Equal((49.83m, 42.00m, 7.83m), (money.Read, money.Stored, money.Rejected));
        Assert.Equal(3, import.Rejects().Count);
    }

    [Fact]
    public void Olist_statuses_that_are_a_sale_can_be_named()
    {
        using var import = Folder(Small, "Shipped", "delivered");
        Assert.All(import.Stored, order => Assert.True(order.IsValid));
    }

    [Fact]
    public void Olist_categories_quantities_and_reviews_come_from_their_tables_once_per_order()
    {
        var tables = Small;
        tables["olist_order_items_dataset.csv"] = "order_id,order_item_id,product_id,price\no1,1,p1,5.00\no1,2,p2,9.00\no2,1,p3,1.00\n";
        tables["olist_products_dataset.csv"] = "product_id,product_category_name\np1,artes\np2,beleza_saude\np3,pc_gamer\n";
        tables["product_category_name_translation.csv"] =
            "product_category_name,product_category_name_english\nartes,art\nbeleza_saude,health_beauty\n";
        tables["olist_order_reviews_dataset.csv"] =
            "review_id,order_id,review_score,review_creation_date\nr1,o1,2,2018-02-01\nr2,o1,5,2018-01-15\nr3,zz,5,2018-01-15\n";
        using var import = Folder(tables);
        var orders = import.Stored.ToDictionary(order => order.OrderId);
        Assert.Equal(("health_beauty", 2, 2.0), (orders["o1"].Category, orders["o1"].Quantity, orders["o1"].ReviewScore));
        Assert.Equal(("pc_gamer", 1), (orders["o2"].Category, orders["o2"].Quantity));
        Assert.Equal(4, import.Stored.Count);
        Assert.Equal(1, import.Note("further reviews of one order").Count);
        Assert.Equal(1, import.Note("reviews of orders that are not in the table").Count);
        Assert.Equal(1, import.Note("reviews for 25.0 % of orders").Count);
        Assert.Equal(1, import.Note("products of a category without an English name").Count);
    }

    [Fact]
    public void Olist_tables_that_are_missing_unused_or_unknown_are_said()
    {
        var tables = Small;
        tables["olist_closed_deals_dataset.csv"] = "mql_id\n1\n";
        tables["olist_marketing_qualified_leads_dataset.csv"] = "mql_id,origin\n1,social\n";
        tables["notes.csv"] = "x\n1\n";
        using var import = Folder(tables);
        Assert.Equal("olist_closed_deals_dataset.csv: seller leads, not customer channels: not used", import.Note("olist_closed").Note);
        Assert.Equal("olist_marketing_qualified_leads_dataset.csv: seller leads, not customer channels: not used",
            import.Note("olist_marketing").Note);
        Assert.Equal("notes.csv: no table of this preset: not used", import.Note("notes.csv").Note);
        Assert.Equal("olist_order_items_dataset is not there: no quantities and no categories",
            import.Note("olist_order_items_dataset").Note);
        Assert.All(import.Source.Customers(), customer => Assert.Null(customer.AcquisitionChannel));
    }

    [Fact]
    public void Olist_folder_without_payments_a_file_and_no_folder_are_refused()
    {
        var tables = Small;
        tables.Remove("olist_order_payments_dataset.csv");
        using var incomplete = Folder(tables);
        Assert.Contains("has no olist_order_payments_dataset.csv", incomplete.Refused().Message, StringComparison.Ordinal);
        using var file = new Import { Preset = "olist", Currency = null };
        Assert.Contains("name the folder it is in", file.Refused().Message, StringComparison.Ordinal);
        using var nowhere = new Import { Preset = "olist", Currency = null, OrdersPath = "/nowhere" };
        Assert.Equal(Failure.NotFound, nowhere.Refused().Failure);
    }

    [Fact]
    public void Olist_as_published_has_93358_customers_of_delivered_orders_worth_what_was_paid()
    {
        using var import = new Import
        {
            Preset = "olist", Currency = null, Calendar = null,
            OrdersPath = Path.GetDirectoryName(SampleData.File("olist/olist_orders_dataset.csv.gz"))
        };
        var orders = import.Stored;
        Assert.Equal("America/Sao_Paulo", import.Source.Calendar.TimeZone.Id);
        Assert.Equal((99_441, 96_096), (orders.Count, import.Source.Customers().Count()));

        var delivered = orders.Where(order => order.IsValid).ToList();
        var perPerson = delivered.GroupBy(order => order.CustomerId).Select(person => person.Count()).ToList();
        Assert.Equal((96_478, 93_358), (delivered.Count, perPerson.Count));
        Assert.Equal((2_801, 19), (perPerson.Count(orders => orders > 1), perPerson.Count(orders => orders >= 5)));
        // The one order without a payment is a delivered one: worth nothing, it is no purchase, and its customer has no other.
        var purchases = delivered.Where(order => order.AmountMinor > 0).ToList();
        Assert.Equal((96_477, 93_357), (purchases.Count, purchases.DistinctBy(order => order.CustomerId).Count()));

        var money = Assert.Single(import.QualityOf("payments").Money);
        Assert.Equal((16_008_872.12m, 16_008_872.12m, 0m, 0m), (money.Read, money.Stored, money.Rejected, money.Rounding));
        Assert.Equal(15_422_461.77m, delivered.Sum(order => order.AmountMinor) / 100m);
        Assert.Equal(16_008_872.12m - 15_422_461.77m, orders.Where(order => !order.IsValid).Sum(order => order.AmountMinor) / 100m);
        Assert.Equal(1, import.Note("orders without a payment").Count);
        Assert.Equal(775, import.Note("orders without items").Count);
        Assert.Equal(20_558, import.Note("reviews for 20.7 % of orders").Count);
    }

    private static Import Folder(Dictionary<string, string> tables, params string[] statuses) =>
        new() { Preset = "olist", Currency = null, Calendar = null, Tables = tables, Statuses = statuses.Length == 0 ? null : statuses };
}

using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

public sealed class SqliteImportRunTests() : ImportRunTests(new SqliteUnderTest());

public sealed class PostgresImportRunTests() : ImportRunTests(new PostgresUnderTest());

/// <summary>Files into a store: what a second import says of what the first one brought.</summary>
public abstract class ImportRunTests(EngineUnderTest engine) : IDisposable
{
    private const string Charges =
        "id,Created (UTC),Amount,Amount Refunded,Currency,Status,Customer ID\n1,2024-01-01 10:00,5.00,0,eur,Paid,a\n2,2024-01-02 "
            + "10:00,7.00,0,eur,Paid,a\n3,2024-01-03 10:00,9.00,0,eur,Paid,b\n";
    private const string Orders =
        "customer_id,order_id,ordered_at,amount,currency\na,1,2024-01-01 10:00,5.00,EUR\na,2,2024-01-02 10:00,8.00,EUR\nb,9,2024-01-03 "
            + "10:00,9.00,EUR\n";

    public void Dispose()
    {
        engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void An_order_two_sources_know_stays_one_and_the_report_says_what_happened()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        Assert.Empty(Notes(Import(store, "stripe", Charges)));
        var second = Import(store, "generic", Orders);
        Assert.Equal(
            new QualityNote(
                "orders that an import of preset stripe had stored already (same customer, same order id): one order each, updated where "
                    + "they differ; 1 had another amount", 2),
            Assert.Single(Notes(second)));
        Assert.Equal(["500", "800", "900", "900"], engine.Query("SELECT amount_minor FROM orders ORDER BY amount_minor, order_id"));
        // An order keeps the import that first brought it.
        Assert.Equal(["1", "1", "1", "2"], engine.Query("SELECT import_id FROM orders ORDER BY order_id"));
        Assert.Contains(engine.Query("SELECT report FROM import_batch WHERE import_id = 2"),
            report => report.Contains("an import of preset stripe", StringComparison.Ordinal));
    }

    [Fact]
    public void An_import_repeated_changes_nothing_and_says_so()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        Import(store, "generic", Orders);
        var again = Import(store, "generic", Orders);
        Assert.Equal(new ImportResult(2, 0, 0, 3), again.Stored);
        Assert.Equal(
            "orders that an earlier import had stored already (same customer, same order id): one order each, updated where they differ; "
                + "0 had another amount", Assert.Single(Notes(again)).Note);
    }

    [Fact]
    public void A_later_export_gives_an_order_to_another_customer_and_takes_a_refund_back()
    {
        const string Header = "id,Created (UTC),Amount,Amount Refunded,Currency,Status,Customer ID,Customer Email\n";
        using var store = RetentionStore.Open(engine.NewAddress());
        Import(store, "stripe", Header
            + "1,2024-01-01 10:00,40.00,0,eur,Paid,,cleo@x.de\n2,2024-01-02 10:00,60.00,60.00,eur,Paid,cus_4,\n");
        var second = Import(store, "stripe", Header
            + "1,2024-01-01 10:00,40.00,0,eur,Paid,cus_9,cleo@x.de\n2,2024-01-02 10:00,60.00,0,eur,Paid,cus_4,\n");
        Assert.Equal((1, 1), (second.Stored!.Moved, second.Stored.TakenBack));
        Assert.Equal(["cus_9 4000", "cus_4 6000"], engine.Query("SELECT c.customer_id || ' ' || o.amount_minor FROM orders o JOIN customer "
            + "c ON c.customer_key = o.customer_key ORDER BY o.order_id"));
        Assert.Empty(engine.Query("SELECT refund_id FROM refund"));
        // A file without a column for it says nothing of refunds.
        Import(store, "shopify", "Name,Email,Created at,Total,Currency,Lineitem name,Refunded Amount\n#1,a@x.de,2024-01-01 10:00,5.00,EUR,"
            + "Tea,2.00\n");
        var without = Import(store, "shopify",
            "Name,Email,Created at,Total,Currency,Lineitem name\n#1,a@x.de,2024-01-01 10:00,5.00,EUR,Tea\n");
        Assert.Equal(0, without.Stored!.TakenBack);
        Assert.Equal(["#1-refund"], engine.Query("SELECT refund_id FROM refund"));
    }

    [Fact]
    public void The_presets_time_zone_is_used_where_neither_user_nor_store_says_one()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        var tables = new Dictionary<string, string>
        {
            ["olist_orders_dataset.csv"] =
                "order_id,customer_id,order_status,order_purchase_timestamp\no1,c1,delivered,2018-05-01 10:00:00\n",
            ["olist_customers_dataset.csv"] = "customer_id,customer_unique_id,customer_city\nc1,anna,natal\n",
            ["olist_order_payments_dataset.csv"] = "order_id,payment_sequential,payment_value\no1,1,5.00\n",
        };
        foreach (var (name, text) in tables) engine.Write(name, text);
        var request = new ImportRequest { Preset = "olist", OrdersFile = engine.FilePath("") };
        ImportRun.Execute(store, request, dryRun: false, null, null, TestContext.Current.CancellationToken);
        Assert.Equal(("BRL", "America/Sao_Paulo"), (store.Shop()!.Currency.Code, store.Shop()!.Calendar.TimeZone.Id));
        Assert.Equal(["1525179600000"], engine.Query("SELECT ordered_at_ms FROM orders"));
        Assert.Equal(["BR"], engine.Query("SELECT country FROM customer"));
        // The store's time zone holds from then on. Unchanged are the order and the customer of whom the file says where they live.
        Assert.Equal(2,
            ImportRun.Execute(store, request, dryRun: false, null, null, TestContext.Current.CancellationToken).Stored!.Unchanged);
    }

    /// <summary>A month's export has the refunds of the month, and most of their orders are in the one before.</summary>
    [Fact]
    public void A_refund_that_is_a_row_finds_its_order_in_an_earlier_file()
    {
        const string Headings = "order_id,parent_order_id,type,status,date_created_gmt,billing_email,total,currency\n";
        using var store = RetentionStore.Open(engine.NewAddress());
        Import(store, "woocommerce", Headings + "7,0,shop_order,wc-completed,2024-01-31 10:00:00,ann@example.org,50.00,EUR\n");
        var next = Import(store, "woocommerce", Headings + "8,0,shop_order,wc-completed,2024-02-01 10:00:00,ben@example.org,20.00,EUR\n"
            + "9,7,shop_order_refund,wc-completed,2024-02-03 10:00:00,,-15.00,EUR\n"
            + "10,6,shop_order_refund,wc-completed,2024-02-04 10:00:00,,-5.00,EUR\n");
        Assert.Equal(["7 9 1500"], engine.Query("SELECT order_id || ' ' || refund_id || ' ' || amount_minor FROM refund"));
        Assert.Equal(["ann@example.org"],
            engine.Query("SELECT customer_id FROM customer JOIN refund ON refund.customer_key = customer.customer_key"));
        var reason = Assert.Single(Assert.Single(next.Report.Files).Rejected);
        Assert.Equal(("refund of an order that is in no file", 1L), (reason.Reason, reason.Count));
    }

    [Fact]
    public void Negative_rows_name_orders_of_earlier_files()
    {
        const string Headings = "Kunde;Bestellung;Datum;Betrag;Waehrung\n";
        using var store = RetentionStore.Open(engine.NewAddress());
        Import(store, "generic", Headings + "K1;B1;02.01.2025;100,00;EUR\nK2;B2;13.01.2025;50,00;EUR\n");
        Import(store, "generic", Headings + "K1;B1;15.03.2025;-100,00;EUR\nK2;B2;15.03.2025;-20,00;EUR\nK2;B4;15.03.2025;10,00;EUR\n");
        Assert.Equal(["B1 10000", "B2 2000"], engine.Query("SELECT order_id || ' ' || amount_minor FROM refund ORDER BY order_id"));
    }

    /// <summary>What was answered about the orders does not make a hundredth of a file beside them.</summary>
    [Fact]
    public void Amounts_with_decimals_beside_orders_in_cents_are_as_they_stand()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        var request = new ImportRequest
        {
            Preset = "generic",
            OrdersFile = engine.Write("orders.csv", "customer_id,order_id,ordered_at,amount\na,1,2024-01-13,1999\nb,2,2024-01-14,2450\n"),
            RefundsFile = engine.Write("refunds.csv", "customer_id,refund_id,refunded_at,amount\na,r1,2024-02-13,19.99\n"),
            SubscriptionsFile = engine.Write("s.csv", "customer_id,subscription_id,started_at,amount\na,s1,2024-02-13,9.90\n"),
            ShopCurrency = "EUR",
            Settings = new Dictionary<string, string> { ["$amount_unit"] = "minor" },
        };
        ImportRun.Execute(store, request, dryRun: false, null, null, TestContext.Current.CancellationToken);
        Assert.Equal(["1999", "2450"], engine.Query("SELECT amount_minor FROM orders ORDER BY order_id"));
        Assert.Equal(["1999"], engine.Query("SELECT amount_minor FROM refund"));
        Assert.Equal(["990"], engine.Query("SELECT amount_minor FROM subscription"));
    }

    private ImportOutcome Import(RetentionStore store, string preset, string text)
    {
        var path = engine.Write(preset + ".csv", text);
        return ImportRun.Execute(store, new ImportRequest { Preset = preset, OrdersFile = path }, dryRun: false, null, null,
            TestContext.Current.CancellationToken);
    }

    private static List<QualityNote> Notes(ImportOutcome outcome) =>
        [.. outcome.Report.Files.SelectMany(file => file.Notes)
            .Where(note => note.Note.Contains("had stored already", StringComparison.Ordinal))];
}

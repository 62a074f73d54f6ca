using System.Globalization;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public sealed class SqliteShopChoicesTests() : ShopChoicesTests(new SqliteUnderTest());

public sealed class PostgresShopChoicesTests() : ShopChoicesTests(new PostgresUnderTest());

/// <summary>What the first file decided can be put right, and is then as if it had been right from the beginning.</summary>
public abstract class ShopChoicesTests(EngineUnderTest engine) : IDisposable
{
    public void Dispose()
    {
        engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Wall_clock_times_move_with_the_zone_as_if_their_file_came_again()
    {
        const string Orders =
            "customer_id,order_id,ordered_at,amount\na,1,2024-01-31 20:30,5.00\na,2,2024-07-31 23:15,5.00\nb,3,2024-03-10 01:30,5.00\n";
        using var store = RetentionStore.Open(engine.NewAddress());
        Import(store, Orders);
        Assert.Equal(3, store.Choices.ChangeZone(BusinessCalendar.InZone("America/New_York")).Moved);
        var moved = Times();
        Assert.Equal([Utc("2024-02-01T01:30"), Utc("2024-08-01T03:15"), Utc("2024-03-10T06:30")], moved);
        Import(store, Orders);
        Assert.Equal(moved, Times());
        Assert.Equal("America/New_York", store.RequireShop().Calendar.TimeZone.Id);
        Assert.Equal(
            [Utc("2024-02-01T01:30"), Utc("2024-03-10T06:30")],
            engine.Query("SELECT first_order_at_ms FROM customer ORDER BY customer_id"));
    }

    [Fact]
    public void A_zone_given_with_a_file_holds_once_the_file_can_be_read()
    {
        const string Orders = "customer_id,order_id,ordered_at,amount\na,1,2024-01-31 20:30,5.00\n";
        var zone = BusinessCalendar.InZone("America/New_York");
        using var store = RetentionStore.Open(engine.NewAddress());
        Import(store, Orders);
        Assert.ThrowsAny<RetentionException>(() => Import(store, "customer_id,order_id,ordered_at\na,1,2024-01-31 20:30\n", zone: zone));
        Assert.NotEqual(zone.TimeZone.Id, store.RequireShop().Calendar.TimeZone.Id);
        Assert.Equal([Utc("2024-01-31T20:30")], Times());
        Import(store, Orders, zone: zone);
        Assert.Equal(zone.TimeZone.Id, store.RequireShop().Calendar.TimeZone.Id);
        Assert.Equal([Utc("2024-02-01T01:30")], Times());
    }

    [Fact]
    public void Times_that_named_their_offset_are_instants_and_stay()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        Import(store, "customer_id,order_id,ordered_at,amount\na,1,2024-01-31 20:30:00 +0100,5.00\na,2,2024-07-31 20:30:00 +0200,5.00\n");
        var before = Times();
        Assert.Equal(0, store.Choices.ChangeZone(BusinessCalendar.InZone("America/New_York")).Moved);
        Assert.Equal(before, Times());
    }

    [Fact]
    public void Statuses_are_counted_anew_and_not_asked_about_again()
    {
        const string Orders = "customer_id,order_id,ordered_at,amount,status\na,1,2024-01-01,5.00,paid\nb,2,2024-01-02,5.00,verrückt_neu\n";
        using var store = RetentionStore.Open(engine.NewAddress());
        Assert.Contains("verrückt_neu (1 orders, 5.00 EUR)", Assert.ThrowsAny<RetentionException>(() => Import(store, Orders)).Message,
            StringComparison.Ordinal);
        Import(store, Orders, statuses: ["paid"]);
        Assert.Equal(["1"], Valid());
        Assert.Equal(1, store.Choices.ChangeStatuses("generic", ["paid", "Verrückt neu"]).Recounted);
        Assert.Equal(["1", "2"], Valid());
        Assert.Equal(2, store.Summaries.Orders(store.RequireShop())!.Customers);
        Assert.Equal(1, store.Choices.ChangeStatuses("generic", ["paid"]).Recounted);
        Import(store, Orders);
        Assert.Equal(["1"], Valid());
    }

    [Fact]
    public void A_status_that_did_not_come_up_when_another_was_answered_means_what_it_means()
    {
        const string Headings = "customer_id,order_id,ordered_at,amount,status\n";
        using var store = RetentionStore.Open(engine.NewAddress());
        Import(store, Headings + "a,1,2024-01-13,5.00,bezahlt\nb,2,2024-01-14,5.00,liegt beim Chef\n", statuses: ["bezahlt"]);
        Import(store, Headings + "a,3,2024-02-13,5.00,versandt\nb,4,2024-02-14,5.00,storniert\nb,5,2024-02-15,5.00,liegt beim Chef\n"
            + "b,6,2024-02-16,5.00,\n");
        Import(store, "customer_id,order_id,ordered_at,amount\nc,7,2024-03-13,5.00\n");
        Assert.Equal(["1", "3", "6", "7"], Valid());
    }

    [Fact]
    public void Statuses_of_nobodys_orders_are_asked_about_and_counted_anew_too()
    {
        const string Orders = "customer_id,order_id,ordered_at,amount,status\na,1,2024-01-13,5.00,paid\nguest,2,2024-01-14,7.00,liegt\n";
        using var store = RetentionStore.Open(engine.NewAddress());
        Assert.Contains("liegt (1 orders, 7.00 EUR)", Assert.ThrowsAny<RetentionException>(() => Import(store, Orders)).Message,
            StringComparison.Ordinal);
        Import(store, Orders, statuses: ["paid"]);
        Assert.Empty(engine.Query("SELECT order_id FROM nobody_order WHERE is_valid"));
        Assert.Equal(1, store.Choices.ChangeStatuses("generic", ["paid", "liegt"]).Recounted);
        Assert.Equal(["2"], engine.Query("SELECT order_id FROM nobody_order WHERE is_valid"));
    }

    [Fact]
    public void A_test_and_a_charge_that_was_never_collected_are_no_sale_whatever_statuses_are_chosen()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        Import(store, "id,Created (UTC),Amount,Amount Refunded,Currency,Captured,Mode,Status,Customer ID\n"
            + "1,2024-01-01 10:00,5.00,0,eur,true,Live,Paid,a\n2,2024-01-02 10:00,5.00,0,eur,false,Live,Paid,a\n"
            + "3,2024-01-03 10:00,5.00,0,eur,true,Test,Paid,a\n", preset: "stripe");
        Assert.Equal(["1"], Valid());
        Assert.Equal(0, store.Choices.ChangeStatuses("stripe", ["paid"]).Recounted);
        Assert.Equal(["1"], Valid());
    }

    private List<string> Valid() => engine.Query("SELECT order_id FROM orders WHERE is_valid ORDER BY order_id");

    private List<string> Times() => engine.Query("SELECT ordered_at_ms FROM orders ORDER BY order_id");

    private static string Utc(string time)
    {
        var utc = DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return Invariant.Text($"{utc.ToUnixTimeMilliseconds()}");
    }

    private void Import(
        RetentionStore store, string text, string preset = "generic", string[]? statuses = null, BusinessCalendar? zone = null)
    {
        var path = engine.Write("orders.csv", text);
        var request = new ImportRequest
        {
            Preset = preset, OrdersFile = path, ShopCurrency = "EUR", Statuses = statuses, Calendar = zone,
        };
        ImportRun.Execute(store, request, dryRun: false, null, null, TestContext.Current.CancellationToken);
    }
}

using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public sealed class SqliteStoreTests() : StoreTests(new SqliteUnderTest());

public sealed class PostgresStoreTests() : StoreTests(new PostgresUnderTest());

/// <summary>The same claims on both engines.</summary>
public abstract class StoreTests(EngineUnderTest engine) : IDisposable
{
    private const int Day = 15_000;

    public void Dispose()
    {
        engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Import_Again_ChangesNothingAndSaysSo()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        OrderRow[] orders = [Some.Order("a", "1", Day), Some.Order("a", "2", Day + 1), Some.Order("b", "1", Day)];
        RefundRow[] refunds = [new("a", "R1", orders[0].OrderedAtMs, 100, "GBP")];
        var first = store.Import(orders, refunds);
        var again = store.Import(orders, refunds);
        Assert.Equal((4, 0, 0), (first.Inserted, first.Updated, first.Unchanged));
        Assert.Equal((0, 0, 4), (again.Inserted, again.Updated, again.Unchanged));
        Assert.Equal((2, 3), (store.Summaries.Orders(Some.Shop)!.Customers, store.Summaries.Orders(Some.Shop)!.Orders));
    }

    /// <summary>Those of an empty store take a shorter way, and many of them one past the indexes.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(10_500)]
    public void First_orders_leave_what_later_ones_leave(int more)
    {
        OrderRow[] orders = [.. Enumerable.Range(0, more).Select(i => Some.Order($"m{i / 7}", $"{i}", Day + i % 300)),
            Some.Order("c", "2", Day + 3), Some.Order("a", "9", Day), Some.Order("c", "1", Day + 1),
            Some.Order("a", "1", Day + 1) with { Status = "void", IsValid = false, Channel = "web", Quantity = 2, ReviewScore = 4.5 },
            Some.Order("b", "7", Day + 2) with { DiscountMinor = 5, MarginMinor = 3, PromisedAtMs = 9, DeliveredAtMs = 8 }];
        CustomerRow[] customers = [new("b", Country: "FR"), new("d", Country: "FR")];
        using var later = RetentionStore.Open(engine.NewAddress());
        later.Import(orders[..1]);
        later.Import(orders, customers: customers);
        var expected = Stored(later);
        using var atOnce = RetentionStore.Open(engine.NewAddress());
        var result = atOnce.Import(orders, customers: customers);
        Assert.Equal((7 + more, 0, 0), (result.Inserted, result.Updated, result.Unchanged));
        Assert.Equal(expected, Stored(atOnce));
        // 5 orders, 4 customers, 3 spans of valid ones at least, and indexes.
        Assert.InRange(expected.Count - more, 13, 2000);
        // The connection is used again.
        Assert.Equal((0, 0, 7 + more), atOnce.Import(orders, customers: customers) is var again
            ? (again.Inserted, again.Updated, again.Unchanged) : default);

        List<string> Stored(RetentionStore store) =>
        [
            .. Rows("orders", [.. ImportedTable.Orders.Key, .. ImportedTable.Orders.Values]),
            .. Rows("customer", [.. ImportedTable.Customer.Values, "customer_key", "first_order_at_ms"]),
            .. Rows("order_span", ["quarter_hour", "orders"]), .. Rows("source_span", ["source", "first_ms"]),
            .. engine.Query(store.Engine.IndexesOf("orders")).Order(StringComparer.Ordinal),
        ];

        IEnumerable<string> Rows(string table, string[] columns) => engine
            .Query($"SELECT {string.Join(" || ';' || ", columns.Select(column => $"coalesce(CAST({column} AS text), '-')"))} FROM {table}")
            .Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Import_ChangedOrder_ReplacesItAndKeepsTheRest()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        store.Import([Some.Order("a", "1", Day), Some.Order("a", "2", Day + 1)]);
        var result = store.Import([Some.Order("a", "2", Day + 5, amount: 777), Some.Order("a", "3", Day + 9)]);
        Assert.Equal((1, 1, 0), (result.Inserted, result.Updated, result.Unchanged));
        Assert.Equal([1000L, 777, 1000], Amounts(store, "a"));
    }

    [Fact]
    public void Import_NotCommitted_LeavesNothing()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        store.Import([Some.Order("a", "1", Day)]);
        using (var writer = store.Imports.Begin())
        {
            writer.UseShop(Some.Shop.Currency, Some.Shop.Calendar);
            writer.Orders([Some.Order("b", "1", Day)]);
        }
        Assert.Equal(1, store.Summaries.Orders(Some.Shop)!.Customers);
    }

    [Fact]
    public void Import_OtherCurrency_IsRefusedAndNamesBoth()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        store.Import([Some.Order("a", "1", Day)]);
        using var writer = store.Imports.Begin();
        var failure = Assert.Throws<RetentionException>(() => writer.UseShop(Currency.Parse("EUR"), Some.Shop.Calendar));
        Assert.Contains("GBP", failure.Message, StringComparison.Ordinal);
        Assert.Contains("EUR", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_CustomersFile_FillsInWithoutErasing()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        store.Import([Some.Order("a", "1", Day)],
            customers: [new CustomerRow("a", BirthYear: 1980, Country: "France", ConsentEmail: true)]);
        store.Import([Some.Order("a", "2", Day)], customers: [new CustomerRow("a", Country: "Spain")]);
        var profile = store.Histories.ReadOne("a", Some.Shop, default, new Cutoff(Day + 1))![0].Profile;
        Assert.Equal((1980, "Spain", true), (profile.BirthYear, profile.Country, profile.EmailConsent));
    }

    [Fact]
    public void Import_counts_what_it_changed_of_every_kind_of_row()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        long At(int day) => Some.Shop.Calendar.StartOf(day);
        Assert.Equal((8, 0, 0), Counts(2000, "June", consent: true));
        Assert.Equal((0, 0, 8), Counts(2000, "June", consent: true));
        Assert.Equal((0, 8, 0), Counts(3000, "July", consent: false));
        // What a row does not say stays as it is; one that says nothing, as an order makes it of who ordered, does not count.
        Assert.Equal((1, 1, 1), Written(writer => writer.Customers(
            [new CustomerRow("a", Country: "FR"), new CustomerRow("b", ConsentEmail: false), new CustomerRow("d", Country: "FR"),
                new CustomerRow("e")])));

        (long, long, long) Counts(long amount, string campaign, bool consent) => Written(writer =>
        {
            writer.Customers([new CustomerRow("a", ConsentEmail: consent), new CustomerRow("b", ConsentEmail: consent),
                new CustomerRow("c", ConsentEmail: consent)]);
            writer.Orders([Some.Order("a", "1", Day, amount), Some.Order("b", "1", Day, amount)]);
            writer.Refunds([new RefundRow("a", "R", At(Day + 1), amount / 2, "GBP")]);
            writer.Events([new EngagementRow("a", EngagementType.EmailSent, At(Day), campaign, "m")]);
            writer.Subscriptions([new SubscriptionRow("a", "S", At(Day), campaign)]);
        });

        (long, long, long) Written(Action<ImportWriter> write)
        {
            using var writer = store.Imports.Begin();
            writer.UseShop(Some.Shop.Currency, Some.Shop.Calendar);
            write(writer);
            var result = writer.Commit("test", "", 0, 0, 0, "{}");
            return (result.Inserted, result.Updated, result.Unchanged);
        }
    }

    [Fact]
    public void ReadHistories_ReturnsWhatWasImported_InTimeOrder()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        OrderRow full = new("a", "1", Some.Shop.Calendar.StartOf(Day), 1000, "GBP", 200, "delivered", true, "web", "books", 3,
            Some.Shop.Calendar.StartOf(Day + 4), Some.Shop.Calendar.StartOf(Day + 6), 4.5, 300);
        store.Import([Some.Order("a", "2", Day + 9), full, Some.Order("a", "0", Day + 3, valid: false)],
            [new RefundRow("a", "R", Some.Shop.Calendar.StartOf(Day + 8), 50, "GBP", "1")]);
        var history = store.Histories.ReadOne("a", Some.Shop, new SourceCoverage((DataSource)~0), new Cutoff(Day + 20))![0];
        Assert.Equal(2, history.Orders.Length);
        var order = history.Orders[0];
        Assert.Equal((Day, 1000, 200L, 3, 300L), (order.Day, order.AmountMinor, order.DiscountMinor, order.Quantity, order.MarginMinor));
        Assert.Equal((Day + 4, Day + 6, 4.5f), (order.PromisedDay, order.DeliveredDay, order.ReviewScore));
        Assert.NotEqual(0, order.CategoryCode);
        Assert.Equal(order.OrderKey, history.Refunds[0].OrderKey);
        Assert.Equal(Day + 9, history.Orders[1].Day);
    }

    [Fact]
    public async Task A_refund_says_whether_it_has_a_date_and_a_cancelled_subscription_ends_with_its_paid_term()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        long At(int day) => Some.Shop.Calendar.StartOf(day);
        using (var writer = store.Imports.Begin())
        {
            writer.UseShop(Some.Shop.Currency, Some.Shop.Calendar);
            writer.Orders([Some.Order("a", "1", Day)]);
            writer.Refunds([new RefundRow("a", "R1", At(Day + 1), 50, "GBP", "1"),
                new RefundRow("a", "R2", At(Day + 2), 60, "GBP", "1", IsUndated: true)]);
            writer.Subscriptions([
                new SubscriptionRow("a", "runs", At(Day), Period: "month"),
                new SubscriptionRow("a", "told", At(Day + 1), EndedAtMs: At(Day + 5), CancelledAtMs: At(Day + 3), Period: "month"),
                new SubscriptionRow("a", "paid", At(Day + 2), CancelledAtMs: At(Day + 10), Period: "2 weeks"),
                new SubscriptionRow("a", "unknown", At(Day + 3), CancelledAtMs: At(Day + 10))]);
            writer.Commit("test", "", 0, 0, 0, "{}");
        }

        var history = store.Histories.ReadOne("a", Some.Shop, new SourceCoverage((DataSource)~0), new Cutoff(Day + 20))![0];

        // Estimated for the one delay that is known, it lies at the same moment as the other.
        Assert.Equal([(50L, false), (60L, true)],
            history.Refunds.ToArray().Select(refund => (refund.AmountMinor, refund.IsUndated)).Order());
        Assert.Equal(new int?[] { null, Day + 5, Day + 16, Day + 10 }, history.Subscriptions.ToArray().Select(term => term.EndedDay));
        var moments = await store.Customers.MomentsAsync(CustomerKey.Hash("a"), 10, TestContext.Current.CancellationToken);
        Assert.Equal(["refund", "undated_refund"], moments.Where(moment => moment.AmountMinor < 0).Select(moment => moment.Kind).Order());
    }

    [Fact]
    public void ReadHistories_BeforeACutoff_HoldsNothingFromItOn()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        store.Import([Some.Order("a", "1", Day), Some.Order("a", "2", Day + 1), Some.Order("late", "1", Day + 1)]);
        var histories = new ShardHistories();
        store.Histories.Read(histories, new KeyRange(long.MinValue, long.MaxValue), Some.Shop, default, new Cutoff(Day + 1));
        Assert.Equal(1, histories.Count);
        Assert.Equal(1, histories[0].Orders.Length);
    }

    [Fact]
    public void CustomerRanges_TogetherHoldEveryCustomerOnce()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        store.Import(Enumerable.Range(0, 95).Select(i => Some.Order("c" + i, "1", Day)));
        var histories = new ShardHistories();
        var seen = new HashSet<string>();
        foreach (var range in store.Customers.Ranges(10))
        {
            store.Histories.Read(histories, range, Some.Shop, default);
            Assert.True(histories.Count <= 10);
            for (var i = 0; i < histories.Count; i++) Assert.True(seen.Add(histories[i].Profile.CustomerId));
        }
        Assert.Equal(95, seen.Count);
    }

    [Fact]
    public void Coverage_CountsOnlySourcesWithRowsBeforeTheCutoff()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        store.Import([Some.Order("a", "1", Day)], [new RefundRow("a", "R", Some.Shop.Calendar.StartOf(Day + 5), 50, "GBP")]);
        Assert.False(store.Summaries.Coverage(Some.Shop, new Cutoff(Day + 5)).Has(DataSource.Refunds));
        Assert.True(store.Summaries.Coverage(Some.Shop, new Cutoff(Day + 6)).Has(DataSource.Refunds));
        Assert.False(store.Summaries.Coverage(Some.Shop, new Cutoff(Day + 6)).Has(DataSource.Discounts));
    }

    [Fact]
    public void Open_Twice_FindsTheSameSchemaAndData()
    {
        var address = engine.NewAddress();
        using (var store = RetentionStore.Open(address)) store.Import([Some.Order("a", "1", Day)]);
        using var again = RetentionStore.Open(address);
        Assert.Equal(1, again.Summaries.Orders(Some.Shop)!.Orders);
    }

    [Fact]
    public void An_empty_store_says_what_to_do_first()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        Assert.Null(store.Shop());
        Assert.Null(store.Summaries.Orders(Some.Shop));
        Assert.Contains("retain import", Assert.Throws<RetentionException>(() => store.RequireShop()).Message, StringComparison.Ordinal);
    }

    private static long[] Amounts(RetentionStore store, string customer)
    {
        var history = store.Histories.ReadOne(customer, Some.Shop, default, new Cutoff(Day + 1000))![0];
        return [.. history.Orders.ToArray().Select(order => order.AmountMinor)];
    }
}

using PredictiveRetention.Ingestion;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public sealed class SqliteLaterFileTests() : LaterFileTests(new SqliteUnderTest());

public sealed class PostgresLaterFileTests() : LaterFileTests(new PostgresUnderTest());

/// <summary>What a later file of a source takes back, moves and leaves alone.</summary>
public abstract class LaterFileTests(EngineUnderTest engine) : IDisposable
{
    private const int Day = 18_000;
    private static readonly ImportIdentity s_shop = new("shopify", AreOrderIdsUnique: true, AreRefundsStated: true);

    public void Dispose()
    {
        engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void An_order_that_comes_with_another_customer_is_moved_with_what_was_given_back_of_it()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        Import(store, s_shop, [Some.Order("ana", "1", Day), Some.Order("ben", "2", Day)], [Given("ana", "1", Day + 1, 300)]);
        var second = Import(store, s_shop, [Some.Order("anna", "1", Day), Some.Order("ben", "2", Day)], [Given("anna", "1", Day + 1, 300)]);
        Assert.Equal(new ImportResult(2, 0, 0, 2, Moved: 1), second);
        Assert.Equal(["anna 1", "ben 2"], Orders());
        Assert.Equal(["anna 1-refund 300"], Refunds());
        Assert.Equal(2, store.Summaries.Orders(Some.Shop)!.Customers);
        // It keeps the import that first brought it.
        Assert.Equal(["1", "1"], engine.Query("SELECT import_id FROM orders"));
        Assert.Equal([""], engine.Query("SELECT first_order_at_ms FROM customer WHERE customer_id = 'ana'"));
        AssertSummariesAreThoseOfAFullPass(store);
    }

    [Fact]
    public void An_order_counted_twice_by_an_earlier_version_is_one_after_the_next_file()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        Import(store, s_shop with { AreOrderIdsUnique = false }, [Some.Order("ana", "1", Day), Some.Order("anna", "1", Day)]);
        engine.Execute("UPDATE import_batch SET order_identity = NULL");
        engine.Execute("UPDATE orders SET import_id = NULL");
        Assert.Equal(1, Import(store, s_shop, [Some.Order("anna", "1", Day)]).Moved);
        Assert.Equal(["anna 1"], Orders());
    }

    [Fact]
    public void Order_ids_of_another_preset_are_those_of_other_orders()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        Import(store, s_shop, [Some.Order("ana", "1", Day)]);
        Assert.Equal((1, 0), Counts(Import(store, s_shop with { Preset = "stripe" }, [Some.Order("anna", "1", Day)])));
        Assert.Equal(["ana 1", "anna 1"], Orders());
    }

    [Fact]
    public void Order_ids_that_two_sources_number_apart_stay_apart_also_in_a_small_file()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        var identity = new ImportIdentity("generic", AreOrderIdsUnique: true);
        Import(store, identity, [.. Enumerable.Range(1, 9).Select(i => Some.Order("a" + i, $"{i}", Day))]);
        Assert.Equal((5, 0), Counts(Import(store, identity,
            [.. Enumerable.Range(1, 5).Select(i => Some.Order("b" + i, $"{i}", Day + 3))])));
        // On the same day as another customer's order 9, by chance.
        Assert.Equal((1, 0), Counts(Import(store, identity, [Some.Order("b9", "9", Day)])));
        Assert.Equal(["15"], engine.Query("SELECT count(*) FROM orders"));
    }

    [Fact]
    public void A_file_that_gives_an_id_to_both_customers_says_that_these_are_two_orders()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        Import(store, s_shop, [Some.Order("ana", "1", Day)]);
        Assert.Equal((1, 0), Counts(Import(store, s_shop, [Some.Order("ana", "1", Day), Some.Order("anna", "1", Day)])));
    }

    [Fact]
    public void A_refund_that_an_order_no_longer_states_is_taken_back_and_nothing_else_is()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        RefundRow own = new("a", "R7", Some.Shop.Calendar.StartOf(Day + 1), 50, "GBP", "1");
        Import(store, s_shop, [Some.Order("a", "1", Day), Some.Order("b", "2", Day)],
            [Given("a", "1", Day + 1, 300), Given("b", "2", Day + 1, 200), own]);
        var second = Import(store, s_shop, [Some.Order("a", "1", Day)]);
        Assert.Equal(new ImportResult(2, 0, 0, 1, TakenBack: 1), second);
        Assert.Equal(["a R7 50", "b 2-refund 200"], Refunds());
        AssertSummariesAreThoseOfAFullPass(store);
        Import(store, s_shop with { AreRefundsStated = false }, [Some.Order("b", "2", Day)]);
        Assert.Equal(["a R7 50", "b 2-refund 200"], Refunds());
    }

    [Fact]
    public void An_undated_refund_keeps_its_day_and_what_came_later_is_later()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        var orders = new List<OrderRow> { Some.Order("a", "1", Day), Some.Order("b", "2", Day + 40) };
        Import(store, s_shop, orders, [Undated("a", "1", Day + 1, 300)]);
        Assert.Equal([$"1-refund 300 {Day + 1}"], Dated());
        // The estimate moves with the file, the day does not.
        Assert.Equal(3, Import(store, s_shop, orders, [Undated("a", "1", Day + 9, 300)]).Unchanged);
        orders.Add(Some.Order("c", "3", Day + 70));
        Import(store, s_shop, orders, [Undated("a", "1", Day + 9, 500), Undated("b", "2", Day + 39, 100), Undated("c", "3", Day + 99, 80)]);
        Assert.Equal([$"1-refund 300 {Day + 1}", $"1-refund-2 200 {Day + 40}", $"2-refund 100 {Day + 40}", $"3-refund 80 {Day + 70}"],
            Dated());
        Import(store, s_shop, orders, [Undated("a", "1", Day + 9, 900), Undated("b", "2", Day + 39, 40), Undated("c", "3", Day + 99, 80)]);
        Assert.Equal([$"1-refund 300 {Day + 1}", $"1-refund-2 200 {Day + 40}", $"1-refund-3 400 {Day + 70}", $"2-refund 40 {Day + 40}",
            $"3-refund 80 {Day + 70}"], Dated());
        // What shrinks, shrinks from its end.
        Import(store, s_shop, [.. orders.Take(2)], [Undated("a", "1", Day + 9, 350)]);
        Assert.Equal([$"1-refund 300 {Day + 1}", $"1-refund-2 50 {Day + 40}", $"3-refund 80 {Day + 70}"], Dated());
        // A day that is known takes the place of those that were not.
        Import(store, s_shop, [.. orders.Take(1)], [Given("a", "1", Day + 5, 350)]);
        Assert.Equal([$"1-refund 350 {Day + 5}", $"3-refund 80 {Day + 70}"], Dated());
        AssertSummariesAreThoseOfAFullPass(store);
    }

    [Fact]
    public void What_an_order_states_and_a_file_of_refunds_says_too_is_given_back_once()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        OrderRow[] orders = [Some.Order("a", "1", Day), Some.Order("b", "2", Day + 40)];
        RefundRow first = new("a", "R1", Some.Shop.Calendar.StartOf(Day + 3), 200, "GBP", "1");
        Import(store, s_shop, orders, [Undated("a", "1", Day, 300), Undated("b", "2", Day + 40, 100)]);
        Beside(store, "generic", [], [], first);
        Assert.Equal(["a 1-refund 100", "a R1 200", "b 2-refund 100"], Refunds());
        // Neither file changes anything when it comes again, in whatever order.
        Beside(store, "generic", [], [], first);
        Import(store, s_shop, orders, [Undated("a", "1", Day, 300), Undated("b", "2", Day + 40, 100)]);
        Assert.Equal(["a 1-refund 100", "a R1 200", "b 2-refund 100"], Refunds());
        // More was given back since, then the file of refunds says when.
        Import(store, s_shop, orders, [Undated("a", "1", Day, 450), Undated("b", "2", Day + 40, 100)]);
        Assert.Equal(["a 1-refund 100", "a 1-refund-2 150", "a R1 200", "b 2-refund 100"], Refunds());
        Assert.Equal(0, Beside(store, "generic", [], [], first, first with { RefundId = "R2", AmountMinor = 180 }).TakenBack);
        Assert.Equal(["a 1-refund 70", "a R1 200", "a R2 180", "b 2-refund 100"], Refunds());
        // Both together, and then nothing is left to be stated.
        var both = Beside(store, "shopify", orders, [Undated("a", "1", Day, 450), Undated("b", "2", Day + 40, 100)],
            first with { RefundId = "R3", AmountMinor = 70 },
            new RefundRow("b", "R4", Some.Shop.Calendar.StartOf(Day + 41), 100, "GBP", "2"));
        Assert.Equal(["a R1 200", "a R2 180", "a R3 70", "b R4 100"], Refunds());
        Assert.Equal(0, both.TakenBack);
        AssertSummariesAreThoseOfAFullPass(store);
    }

    [Fact]
    public void Orders_and_refunds_of_one_first_import_are_given_back_once()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        Beside(store, "shopify", [Some.Order("a", "1", Day), Some.Order("b", "2", Day)],
            [Undated("a", "1", Day, 300), Undated("b", "2", Day, 100)],
            new RefundRow("a", "R1", Some.Shop.Calendar.StartOf(Day + 3), 300, "GBP", "1"));
        Assert.Equal(["a R1 300", "b 2-refund 100"], Refunds());
    }

    [Fact]
    public void An_undated_refund_moves_with_its_order_and_keeps_its_day()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        Import(store, s_shop, [Some.Order("a", "1", Day), Some.Order("b", "2", Day + 40)], [Undated("a", "1", Day + 1, 300)]);
        Import(store, s_shop, [Some.Order("c", "1", Day)], [Undated("c", "1", Day + 9, 400)]);
        Assert.Equal([$"1-refund 300 {Day + 1}", $"1-refund-2 100 {Day + 40}"], Dated());
        Assert.Equal(["c 1-refund 300", "c 1-refund-2 100"], Refunds());
    }

    [Fact]
    public void Ids_that_look_like_stored_ones_are_counted_and_one_pair_is_shown()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        using (var first = Begun(store, [Some.Order("anna@x.de", "1", Day), Some.Order("17850", "2", Day), Some.Order("0", "3", Day)]))
        {
            Assert.Equal((0, null), (first.Compare().AlikeIds, first.Compare().AlikeExample));
            first.Commit("shopify", "", 0, 0, 0, "{}");
        }
        using var second = Begun(store, [Some.Order("Anna@x.de", "4", Day), Some.Order("017850", "5", Day), Some.Order("17850.0", "6", Day),
            Some.Order("'17850", "7", Day), Some.Order("17850", "8", Day), Some.Order("178500", "9", Day), Some.Order("00", "10", Day)]);
        Assert.Equal((4, ("'17850", "17850")), (second.Compare().AlikeIds, second.Compare().AlikeExample!.Value));

        static ImportWriter Begun(RetentionStore store, IEnumerable<OrderRow> orders)
        {
            var writer = store.Imports.Begin(s_shop);
            writer.UseShop(Some.Shop.Currency, Some.Shop.Calendar);
            writer.Orders(orders);
            return writer;
        }
    }

    /// <summary>The last file that mentions an order wins; what is in no later file stays.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Whatever_sequence_of_files_comes_the_store_is_what_the_last_of_each_order_says(int seed)
    {
        var random = new Random(seed);
        using var store = RetentionStore.Open(engine.NewAddress());
        var (source, model) = (new Dictionary<int, Sold>(), new Dictionary<int, Sold>());
        for (var (file, orders) = (0, 0); file < 12; file++)
        {
            orders += random.Next(0, 12);
            for (var id = 0; id < orders; id++)
            {
                if (!source.TryGetValue(id, out var sold))
                    sold = new Sold("c" + random.Next(8), Day + id, 1000, true, 0, random.Next(3) == 0);
                if (random.Next(4) == 0)
                    sold = random.Next(5) switch
                    {
                        0 => sold with { Customer = "c" + random.Next(8) },
                        1 => sold with { Amount = random.Next(0, 2000) },
                        2 => sold with { IsValid = !sold.IsValid },
                        3 => sold with { Refunded = random.Next(1, 1000) },
                        _ => sold with { Refunded = 0 },
                    };
                source[id] = sold;
            }
            // A full export, or a part of it.
            var part = random.Next(3) == 0 ? 1 : random.NextDouble();
            var mentioned = source.Where(_ => random.NextDouble() < part).ToList();
            var before = new Dictionary<int, Sold>(model);
            foreach (var (id, sold) in mentioned) model[id] = sold;
            var result = Import(store, s_shop,
                [.. mentioned.Select(one =>
                    Some.Order(one.Value.Customer, $"{one.Key}", one.Value.Day, one.Value.Amount, one.Value.IsValid))],
                [.. mentioned.Where(one => one.Value.Refunded > 0).Select(one => one.Value.IsDated
                    ? Given(one.Value.Customer, $"{one.Key}", one.Value.Day + 1, one.Value.Refunded)
                    : Undated(one.Value.Customer, $"{one.Key}", one.Value.Day, one.Value.Refunded))]);
            var met = mentioned.Where(one => before.ContainsKey(one.Key)).Select(one => (Was: before[one.Key], Is: one.Value)).ToList();
            Assert.Equal(met.Count(one => one.Was.Customer != one.Is.Customer), result.Moved);
            Assert.Equal(met.Count(one => one.Was.Refunded > 0 && one.Is.Refunded == 0), result.TakenBack);
            Assert.Equal(
                model.Select(one => Invariant.Text($"{one.Value.Customer} {one.Key} {one.Value.Amount} {(one.Value.IsValid ? 1 : 0)} ")
                    + Invariant.Text($"{one.Value.Refunded}")).Order(StringComparer.Ordinal),
                engine.Query("SELECT c.customer_id || ' ' || o.order_id || ' ' || o.amount_minor || ' ' || CASE WHEN o.is_valid THEN 1 "
                    + "ELSE 0 END || ' ' || coalesce((SELECT sum(r.amount_minor) FROM refund r WHERE r.customer_key = o.customer_key "
                    + "AND r.order_id = o.order_id), 0) FROM orders o JOIN customer c ON c.customer_key = o.customer_key")
                    .Order(StringComparer.Ordinal));
            Assert.Equal(["0"], engine.Query("SELECT count(*) FROM refund r WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE "
                + "o.customer_key = r.customer_key AND o.order_id = r.order_id)"));
            AssertSummariesAreThoseOfAFullPass(store);
        }
    }

    private void AssertSummariesAreThoseOfAFullPass(RetentionStore store)
    {
        var kept = Summaries();
        using (var connection = store.Engine.Open())
        using (var transaction = store.Engine.BeginWrite(connection))
        {
            ImportSummaries.Refresh(new ImportSql(store.Engine, connection, transaction));
            transaction.Commit();
        }
        Assert.Equal(Summaries(), kept);
        Assert.Equal(["0"], engine.Query("SELECT count(*) FROM customer c WHERE c.first_order_at_ms IS DISTINCT FROM "
            + "(SELECT min(o.ordered_at_ms) FROM orders o WHERE o.customer_key = c.customer_key AND o.is_valid)"));
    }

    private List<string> Summaries() =>
    [
        .. engine.Query("SELECT quarter_hour || ' ' || orders FROM order_span ORDER BY quarter_hour"),
        .. engine.Query("SELECT source || ' since ' || first_ms FROM source_span ORDER BY source"),
    ];

    private List<string> Orders() => engine.Query("SELECT c.customer_id || ' ' || o.order_id FROM orders o JOIN customer c ON "
        + "c.customer_key = o.customer_key ORDER BY o.order_id, c.customer_id");

    private List<string> Refunds() => engine.Query("SELECT c.customer_id || ' ' || r.refund_id || ' ' || r.amount_minor FROM refund r JOIN "
        + "customer c ON c.customer_key = r.customer_key ORDER BY c.customer_id, r.refund_id");

    private List<string> Dated() => engine.Query("SELECT refund_id || ' ' || amount_minor || ' ' || (refunded_at_ms / 86400000) "
        + "FROM refund ORDER BY refund_id");

    private static (long Inserted, long Moved) Counts(ImportResult result) => (result.Inserted, result.Moved);

    private static RefundRow Given(string customer, string order, int day, long amount) =>
        new(customer, order + "-refund", Some.Shop.Calendar.StartOf(day) + 36_000_000, amount, "GBP", order);

    private static RefundRow Undated(string customer, string order, int day, long amount) =>
        Given(customer, order, day, amount) with { IsUndated = true };

    private static ImportResult Import(RetentionStore store, ImportIdentity identity, IReadOnlyList<OrderRow> orders,
        IReadOnlyList<RefundRow>? refunds = null)
    {
        using var writer = store.Imports.Begin(identity);
        writer.UseShop(Some.Shop.Currency, Some.Shop.Calendar);
        writer.Orders(orders);
        writer.Refunds(refunds ?? []);
        return writer.Commit(identity.Preset, "", 0, 0, 0, "{}");
    }

    /// <summary>Orders, and a file of refunds beside them.</summary>
    private static ImportResult Beside(RetentionStore store, string preset, OrderRow[] orders, RefundRow[] stated,
        params RefundRow[] beside)
    {
        using var writer = store.Imports.Begin(s_shop with { Preset = preset, AreRefundsStated = orders.Length > 0 });
        writer.UseShop(Some.Shop.Currency, Some.Shop.Calendar);
        writer.Orders(orders);
        writer.Refunds(stated);
        writer.RefundsBeside(beside);
        return writer.Commit(preset, "", 0, 0, 0, "{}");
    }

    private sealed record Sold(string Customer, int Day, long Amount, bool IsValid, long Refunded, bool IsDated);
}

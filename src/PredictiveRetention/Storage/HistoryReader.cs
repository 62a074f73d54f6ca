using System.Data.Common;
using Dapper;
using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Storage;

/// <summary>What the store holds before a cutoff: valid orders, the customers who placed them and the days of the first and last.</summary>
public sealed record OrderRange(long Customers, long Orders, int FirstDay, int LastDay)
{
    /// <summary>Days from the first order to the day after the last.</summary>
    public int Days => LastDay + 1 - FirstDay;
}

/// <summary>Customer keys from First to Last, both inclusive.</summary>
public readonly record struct KeyRange(long First, long Last);

public sealed partial class RetentionStore
{
    /// <summary>Valid orders before the cutoff; null when there are none. Without a cutoff: all of them.</summary>
    public OrderRange? Orders(Shop shop, Cutoff? before = null)
    {
        using var connection = _engine.Open();
        var row = connection.QuerySingle<(long Customers, long Orders, long? First, long? Last)>(
            "SELECT count(DISTINCT customer_key), count(*), min(ordered_at_ms), max(ordered_at_ms) FROM orders WHERE is_valid AND ordered_at_ms < @before",
            new { before = BeforeMs(shop, before) });
        return row.First is { } first ? new OrderRange(row.Customers, row.Orders, shop.Calendar.DayOf(first), shop.Calendar.DayOf(row.Last!.Value)) : null;
    }

    /// <summary>The sources that had any row before the cutoff.</summary>
    public SourceCoverage Coverage(Shop shop, Cutoff before)
    {
        using var connection = _engine.Open();
        var sources = DataSource.Orders;
        foreach (var (source, from, time, condition) in s_sources)
        {
            var any = connection.ExecuteScalar<int>(
                $"SELECT CASE WHEN EXISTS (SELECT 1 FROM {from} WHERE {condition}{(time is null ? "" : $" AND {time} < @before")}) THEN 1 ELSE 0 END",
                new { before = BeforeMs(shop, before) });
            if (any == 1) sources |= source;
        }
        return new SourceCoverage(sources);
    }

    /// <summary>Ranges of about <paramref name="size"/> customers each, in key order, that together hold every customer.</summary>
    public IEnumerable<KeyRange> CustomerRanges(int size)
    {
        using var connection = _engine.Open();
        var first = long.MinValue;
        while (connection.ExecuteScalar<long?>("SELECT customer_key FROM customer WHERE customer_key >= @first ORDER BY customer_key LIMIT 1 OFFSET @offset", new { first, offset = size - 1 }) is { } last)
        {
            yield return new KeyRange(first, last);
            if (last == long.MaxValue) yield break;
            first = last + 1;
        }
        yield return new KeyRange(first, long.MaxValue);
    }

    /// <summary>
    /// Fills the buffers with every customer of a range who has a valid order before the cutoff, and their rows before it, as one
    /// consistent state of the database. Without a cutoff everything is read (labels need what came after).
    /// </summary>
    public void ReadHistories(ShardHistories into, KeyRange range, Shop shop, SourceCoverage coverage, Cutoff? before = null)
    {
        using var connection = _engine.Open();
        using var transaction = _engine.BeginSnapshot(connection);
        new HistoryQuery(connection, transaction, shop, coverage, range, BeforeMs(shop, before)).Fill(into);
    }

    /// <summary>One customer's history; null when the customer has no valid order before the cutoff.</summary>
    public ShardHistories? ReadHistory(string customerId, Shop shop, SourceCoverage coverage, Cutoff before)
    {
        var key = CustomerKey.Of(customerId);
        var histories = new ShardHistories();
        ReadHistories(histories, new KeyRange(key, key), shop, coverage, before);
        return histories.Count == 1 ? histories : null;
    }

    private static long BeforeMs(Shop shop, Cutoff? before) => before is { } cutoff ? shop.Calendar.StartOf(cutoff.Day) : long.MaxValue;

    /// <summary>Source, table, its time column, and what makes a row count as that source.</summary>
    private static readonly (DataSource Source, string From, string? Time, string Condition)[] s_sources =
    [
        (DataSource.Discounts, "orders", "ordered_at_ms", "discount_minor IS NOT NULL"),
        (DataSource.Categories, "orders", "ordered_at_ms", "category IS NOT NULL"),
        (DataSource.Channels, "orders", "ordered_at_ms", "channel IS NOT NULL"),
        (DataSource.Quantities, "orders", "ordered_at_ms", "quantity IS NOT NULL"),
        (DataSource.Margins, "orders", "ordered_at_ms", "margin_minor IS NOT NULL"),
        (DataSource.Delivery, "orders", "delivered_at_ms", "delivered_at_ms IS NOT NULL"),
        (DataSource.Reviews, "orders", "ordered_at_ms", "review_score IS NOT NULL"),
        (DataSource.Refunds, "refund", "refunded_at_ms", "true"),
        (DataSource.Email, "engagement", "occurred_at_ms", "event_type BETWEEN 1 AND 4"),
        (DataSource.Visits, "engagement", "occurred_at_ms", "event_type IN (5, 6)"),
        (DataSource.Tickets, "engagement", "occurred_at_ms", "event_type = 7"),
        (DataSource.Subscriptions, "subscription", "started_at_ms", "true"),
        (DataSource.Demographics, "customer", null, "birth_year IS NOT NULL"),
    ];

    /// <summary>The five queries of a range, each in (customer key, time) order, and how a row becomes a history row.</summary>
    private sealed class HistoryQuery(DbConnection connection, DbTransaction transaction, Shop shop, SourceCoverage coverage, KeyRange range, long beforeMs)
    {
        private readonly Dictionary<string, int> _codes = [];

        public void Fill(ShardHistories into)
        {
            into.Clear();
            Read("SELECT c.customer_key, c.customer_id, c.birth_year, c.gender, c.country, c.consent_email FROM customer c "
                + "WHERE c.customer_key BETWEEN @first AND @last AND EXISTS (SELECT 1 FROM orders o WHERE o.customer_key = c.customer_key AND o.is_valid AND o.ordered_at_ms < @before) "
                + "ORDER BY c.customer_key",
                row => into.AddCustomer(new CustomerProfile(row.GetInt64(0), row.GetString(1), Int(row, 2), Text(row, 3), Text(row, 4), Bool(row, 5))));
            ReadOrders(into);
            if (coverage.Has(DataSource.Refunds))
                Read("SELECT customer_key, refunded_at_ms, amount_minor, order_id FROM refund WHERE customer_key BETWEEN @first AND @last AND refunded_at_ms < @before ORDER BY customer_key, refunded_at_ms, refund_id",
                    row => into.Add(row.GetInt64(0), new Refund(Day(row, 1), row.GetInt64(2), Text(row, 3) is { } order ? CustomerKey.Of(order) : 0)));
            if ((coverage.Sources & (DataSource.Email | DataSource.Visits | DataSource.Tickets)) != 0)
                Read("SELECT customer_key, occurred_at_ms, event_type FROM engagement WHERE customer_key BETWEEN @first AND @last AND occurred_at_ms < @before ORDER BY customer_key, occurred_at_ms",
                    row => into.Add(row.GetInt64(0), new Engagement(Day(row, 1), (EngagementType)row.GetInt32(2))));
            if (coverage.Has(DataSource.Subscriptions))
                Read("SELECT customer_key, started_at_ms, ended_at_ms, cancelled_at_ms, amount_minor, is_trial FROM subscription WHERE customer_key BETWEEN @first AND @last AND started_at_ms < @before ORDER BY customer_key, started_at_ms",
                    row => into.Add(row.GetInt64(0), new Subscription(Day(row, 1), MaybeDay(row, 2), MaybeDay(row, 3), Long(row, 4), row.GetBoolean(5))));
        }

        /// <summary>Only the columns the shop fills are fetched: most shops have three.</summary>
        private void ReadOrders(ShardHistories into)
        {
            var columns = new List<string> { "customer_key", "ordered_at_ms", "amount_minor" };
            var discount = Column(DataSource.Discounts, "discount_minor");
            var quantity = Column(DataSource.Quantities, "quantity");
            var margin = Column(DataSource.Margins, "margin_minor");
            var category = Column(DataSource.Categories, "category");
            var channel = Column(DataSource.Channels, "channel");
            var promised = Column(DataSource.Delivery, "promised_at_ms");
            var delivered = Column(DataSource.Delivery, "delivered_at_ms");
            var review = Column(DataSource.Reviews, "review_score");
            var order = Column(DataSource.Refunds, "order_id");
            Read($"SELECT {string.Join(", ", columns)} FROM orders WHERE customer_key BETWEEN @first AND @last AND is_valid AND ordered_at_ms < @before ORDER BY customer_key, ordered_at_ms, order_id",
                row => into.Add(row.GetInt64(0), new Order(
                    Day(row, 1),
                    row.GetInt64(2),
                    Long(row, discount),
                    Int(row, quantity),
                    Long(row, margin),
                    Code(row, category),
                    Code(row, channel),
                    MaybeDay(row, promised),
                    MaybeDay(row, delivered),
                    (float?)Double(row, review),
                    order < 0 ? 0 : CustomerKey.Of(row.GetString(order)))));

            int Column(DataSource source, string name)
            {
                if (!coverage.Has(source)) return -1;
                columns.Add(name);
                return columns.Count - 1;
            }
        }

        private void Read(string sql, Action<DbDataReader> row)
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = sql;
            foreach (var (name, value) in new[] { ("first", range.First), ("last", range.Last), ("before", beforeMs) })
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = name;
                parameter.Value = value;
                command.Parameters.Add(parameter);
            }
            using var reader = command.ExecuteReader();
            while (reader.Read()) row(reader);
        }

        private int Day(DbDataReader row, int column) => shop.Calendar.DayOf(row.GetInt64(column));

        private int? MaybeDay(DbDataReader row, int column) => Absent(row, column) ? null : Day(row, column);

        private int Code(DbDataReader row, int column)
        {
            if (Text(row, column) is not { } text) return 0;
            if (!_codes.TryGetValue(text, out var code)) _codes.Add(text, code = _codes.Count + 1);
            return code;
        }

        private static bool Absent(DbDataReader row, int column) => column < 0 || row.IsDBNull(column);
        private static int? Int(DbDataReader row, int column) => Absent(row, column) ? null : row.GetInt32(column);
        private static long? Long(DbDataReader row, int column) => Absent(row, column) ? null : row.GetInt64(column);
        private static double? Double(DbDataReader row, int column) => Absent(row, column) ? null : row.GetDouble(column);
        private static bool? Bool(DbDataReader row, int column) => Absent(row, column) ? null : row.GetBoolean(column);
        private static string? Text(DbDataReader row, int column) => Absent(row, column) ? null : row.GetString(column);
    }
}

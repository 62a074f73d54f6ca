using System.Data.Common;
using Dapper;
using PredictiveRetention.Features;

namespace PredictiveRetention.Storage;

/// <summary>What the store holds before a cutoff: valid orders, the customers who placed them and the days of the first and last.</summary>
public sealed record OrderRange(long Customers, long Orders, int FirstDay, int LastDay)
{
    /// <summary>Days from the first order to the day after the last.</summary>
    public int Days => LastDay + 1 - FirstDay;
}

/// <summary>
/// What an import leaves behind so that a night needs no pass over all rows: when orders were placed, which sources speak and since when,
/// and each customer's first order.
/// </summary>
public sealed class ImportSummaries
{
    /// <summary>Source, table, its time column, and what makes a row count as that source.</summary>
    private static readonly (DataSource Source, string Table, string Time, string Condition)[] s_sources =
    [
        (DataSource.Discounts, "orders", "ordered_at_ms", "discount_minor IS NOT NULL"),
        (DataSource.Categories, "orders", "ordered_at_ms", "category IS NOT NULL"),
        (DataSource.Channels, "orders", "ordered_at_ms", "channel IS NOT NULL"),
        (DataSource.Quantities, "orders", "ordered_at_ms", "quantity IS NOT NULL"),
        (DataSource.Margins, "orders", "ordered_at_ms", "margin_minor IS NOT NULL"),
        (DataSource.Delivery, "orders", "delivered_at_ms", "delivered_at_ms IS NOT NULL"),
        (DataSource.Reviews, "orders", "ordered_at_ms", "review_score IS NOT NULL"),
        (DataSource.Promises, "orders", "delivered_at_ms", "promised_at_ms IS NOT NULL AND delivered_at_ms IS NOT NULL"),
        (DataSource.Refunds, "refund", "refunded_at_ms", "true"),
        (DataSource.Email, "engagement", "occurred_at_ms", "event_type BETWEEN 1 AND 4"),
        (DataSource.EmailDeliveries, "engagement", "occurred_at_ms", "event_type = 2"),
        (DataSource.Visits, "engagement", "occurred_at_ms", "event_type IN (5, 6)"),
        (DataSource.Tickets, "engagement", "occurred_at_ms", "event_type = 7"),
        (DataSource.Subscriptions, "subscription", "started_at_ms", "true"),
        // Who somebody is has no date.
        (DataSource.Demographics, "customer", "0", "birth_year IS NOT NULL"),
        (DataSource.Acquisition, "customer", "0", "acquisition_channel IS NOT NULL"),
        (DataSource.Countries, "customer", "0", "country IS NOT NULL"),
        (DataSource.Genders, "customer", "0", "gender IS NOT NULL"),
        (DataSource.Profiles, "customer", "0",
            "birth_year IS NOT NULL OR gender IS NOT NULL OR country IS NOT NULL OR consent_email IS NOT NULL "
            + "OR acquisition_channel IS NOT NULL OR first_seen_at_ms IS NOT NULL"),
    ];

    private readonly Engine _engine;

    internal ImportSummaries(Engine engine) => _engine = engine;

    /// <summary>Valid orders before the cutoff; null when there are none. Without a cutoff: all of them.</summary>
    public OrderRange? Orders(Shop shop, Cutoff? before = null)
    {
        using var connection = _engine.Open();
        return connection.QuerySingle<Spans>(Spans.Select, new { before = shop.StartMs(before) }).ToRange(shop);
    }

    /// <inheritdoc cref="Orders"/>
    public async Task<OrderRange?> OrdersAsync(Shop shop, Cutoff? before = null, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        var asked = new CommandDefinition(Spans.Select, new { before = shop.StartMs(before) }, cancellationToken: cancellation);
        return (await connection.QuerySingleAsync<Spans>(asked)).ToRange(shop);
    }

    /// <summary>The sources that had any row before the cutoff.</summary>
    public SourceCoverage Coverage(Shop shop, Cutoff before)
    {
        using var connection = _engine.Open();
        var sources = connection.Query<int>(
            "SELECT source FROM source_span WHERE first_ms < @before", new { before = shop.StartMs(before) });
        return new SourceCoverage((DataSource)sources.Aggregate(0, (all, source) => all | source));
    }

    /// <summary>One pass over each table.</summary>
    internal static void Refresh(DbConnection connection, DbTransaction transaction)
    {
        connection.Execute(
            "DELETE FROM order_span; DELETE FROM source_span; "
            + "INSERT INTO order_span SELECT ordered_at_ms / 900000, count(*), min(ordered_at_ms), max(ordered_at_ms) FROM orders "
            + "WHERE is_valid GROUP BY ordered_at_ms / 900000",
            transaction: transaction, commandTimeout: 0);
        foreach (var table in s_sources.GroupBy(source => source.Table))
        {
            var sources = table.ToList();
            var firsts = sources.Select(source => $"CAST(min({source.Time}) FILTER (WHERE {source.Condition}) AS bigint)");
            using var row = connection.ExecuteReader(
                $"SELECT {string.Join(", ", firsts)} FROM {table.Key}", transaction: transaction, commandTimeout: 0);
            row.Read();
            var found = sources.Select((source, i) => (source.Source, First: row.IsDBNull(i) ? (long?)null : row.GetInt64(i)))
                .Where(source => source.First is not null).ToList();
            row.Close();
            foreach (var (source, first) in found)
            {
                connection.Execute(
                    "INSERT INTO source_span (source, first_ms) VALUES (@source, @first)",
                    new { source = (int)source, first }, transaction);
            }
        }
    }

    /// <summary>A store last written by a version that kept no summaries gets them.</summary>
    internal static void MakeMissing(Engine engine)
    {
        using var connection = engine.Open();
        if (!AreMissing(connection)) return;
        using var transaction = engine.BeginWrite(connection);
        Refresh(connection, transaction);
        transaction.Commit();
    }

    private static bool AreMissing(DbConnection connection) => connection.ExecuteScalar<int>(
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM orders WHERE is_valid) AND NOT EXISTS (SELECT 1 FROM order_span) THEN 1 ELSE 0 END") == 1;

    private sealed record Spans
    {
        // Every time zone's day begins on a quarter of an hour, so the spans add up to exactly what is before it.
        public const string Select =
            "SELECT CAST(coalesce(sum(orders), 0) AS bigint) AS orders, min(first_ms) AS first_ms, max(last_ms) AS last_ms, "
            + "(SELECT count(*) FROM customer WHERE first_order_at_ms < @before) AS customers "
            + "FROM order_span WHERE quarter_hour < @before / 900000";

        public long Orders { get; init; }
        public long? FirstMs { get; init; }
        public long? LastMs { get; init; }
        public long Customers { get; init; }

        public OrderRange? ToRange(Shop shop) =>
            FirstMs is { } first ? new OrderRange(Customers, Orders, shop.Calendar.DayOf(first), shop.Calendar.DayOf(LastMs!.Value)) : null;
    }
}

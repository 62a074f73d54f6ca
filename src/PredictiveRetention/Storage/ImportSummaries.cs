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

    /// <summary>The width of a span of order_span.</summary>
    internal const long QuarterHourMs = 900_000;

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

    /// <summary>Valid orders of nobody known before the cutoff, and what they were worth less what went back, in minor units.</summary>
    public (long Orders, long NetMinor) Nobody(Shop shop, Cutoff before)
    {
        using var connection = _engine.Open();
        return connection.QuerySingle<(long, long)>(
            "SELECT count(*), CAST(coalesce(sum(amount_minor - refunded_minor), 0) AS bigint) FROM nobody_order "
            + "WHERE is_valid AND ordered_at_ms < @before", new { before = shop.StartMs(before) });
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
    internal static void Refresh(ImportSql sql)
    {
        sql.Execute(
            "DELETE FROM order_span; DELETE FROM source_span; "
            + $"INSERT INTO order_span (quarter_hour, orders) {Spans.Of("orders t")}");
        foreach (var table in s_sources.Select(source => source.Table).Distinct()) RefreshSources(sql, table);
    }

    private static void RefreshSources(ImportSql sql, string table)
    {
        foreach (var (source, first) in Firsts(sql, table, table + " t"))
        {
            sql.Execute("DELETE FROM source_span WHERE source = @source", new { source = (int)source });
            if (first is not null)
                sql.Execute("INSERT INTO source_span (source, first_ms) VALUES (@source, @first)", new { source = (int)source, first });
        }
    }

    /// <summary>The first row of each source of a table among some of its rows, called t.</summary>
    private static List<(DataSource Source, long? FirstMs)> Firsts(ImportSql sql, string table, string from)
    {
        var sources = s_sources.Where(source => source.Table == table).ToList();
        var mins = string.Join(", ", sources.Select((source, i) => Invariant.Text(
            $"CAST(min({source.Time}) FILTER (WHERE {source.Condition}) AS bigint) AS f{i}")));
        // As rows, since how many there are depends on the table.
        var rows = string.Join(" UNION ALL ", sources.Select((source, i) => Invariant.Text(
            $"SELECT CAST({(int)source.Source} AS bigint) AS source, f{i} AS first_ms FROM firsts")));
        return [.. sql.Query<(long Source, long? FirstMs)>($"WITH firsts AS (SELECT {mins} FROM {from}) {rows}")
            .Select(found => ((DataSource)found.Source, found.FirstMs))];
    }

    /// <summary>A store last written by a version that kept no summaries gets them.</summary>
    internal static void MakeMissing(Engine engine)
    {
        using var connection = engine.Open();
        if (!AreMissing(connection)) return;
        using var transaction = engine.BeginWrite(connection);
        Refresh(new ImportSql(engine, connection, transaction));
        transaction.Commit();
    }

    /// <summary>Of a store without imports the orders are not asked: those of the first may be on their way, and hold readers up.</summary>
    private static bool AreMissing(DbConnection connection) =>
        connection.ExecuteScalar<int>("SELECT CASE WHEN EXISTS (SELECT 1 FROM import_batch) THEN 1 ELSE 0 END") == 1
        && connection.ExecuteScalar<int>("SELECT CASE WHEN EXISTS (SELECT 1 FROM orders WHERE is_valid) "
            + "AND NOT EXISTS (SELECT 1 FROM order_span) THEN 1 ELSE 0 END") == 1;

    /// <summary>
    /// Brings the summaries up to date from the rows of an import that change: seen once before they are written and once after.
    /// </summary>
    internal sealed class Change(ImportSql sql)
    {
        private const string SpanChange = "staged_span";

        private readonly Dictionary<DataSource, long?> _before = [];

        /// <summary>Before anything is written.</summary>
        /// <param name="table">Its changed and gone keys are known.</param>
        public void Before(ImportedTable table)
        {
            if (table == ImportedTable.Orders)
                sql.Make(SpanChange, $"SELECT quarter_hour, -orders AS orders FROM ({Spans.Of(Stored(table))}) o");
            foreach (var (source, first) in Firsts(sql, table.Name, Stored(table))) _before[source] = first;
        }

        /// <summary>Once the rows are written.</summary>
        /// <param name="wasEmpty">The table held nothing: every staged row is new, and nothing was seen before.</param>
        public void After(ImportedTable table, bool wasEmpty)
        {
            // Of customers nothing is ever lost, and their sources have no date: what was staged says it all.
            var now = wasEmpty || table == ImportedTable.Customer ? $"{table.Staged} t" : Stored(table);
            if (table == ImportedTable.Orders) Count(now, wasEmpty);
            var isFirstGone = false;
            foreach (var (source, first) in Firsts(sql, table.Name, now))
            {
                var known = sql.Scalar<long?>("SELECT first_ms FROM source_span WHERE source = @source", new { source = (int)source });
                if (first is not null && (known is null || first < known))
                    sql.Execute("INSERT INTO source_span (source, first_ms) VALUES (@source, @first) "
                        + "ON CONFLICT (source) DO UPDATE SET first_ms = excluded.first_ms", new { source = (int)source, first });
                else if (known is not null && _before.GetValueOrDefault(source) <= known && (first is null || first > known))
                    isFirstGone = true;
            }
            // Which row is the first now, only the table knows.
            if (isFirstGone) RefreshSources(sql, table.Name);
        }

        private void Count(string now, bool wasEmpty)
        {
            if (wasEmpty)
            {
                sql.Execute($"INSERT INTO order_span (quarter_hour, orders) {Spans.Of(now)}");
                return;
            }
            sql.Execute($"INSERT INTO {SpanChange} (quarter_hour, orders) {Spans.Of(now)}");
            sql.Execute("INSERT INTO order_span (quarter_hour, orders) SELECT quarter_hour, CAST(sum(orders) AS bigint) "
                + $"FROM {SpanChange} WHERE true GROUP BY quarter_hour HAVING sum(orders) <> 0 "
                + "ON CONFLICT (quarter_hour) DO UPDATE SET orders = order_span.orders + excluded.orders");
            sql.Execute($"DELETE FROM order_span WHERE orders = 0 AND quarter_hour IN (SELECT quarter_hour FROM {SpanChange})");
        }

        /// <summary>The stored rows, called t, whose keys an import changes or takes away.</summary>
        private static string Stored(ImportedTable table) =>
            $"(SELECT t.* FROM {table.Changed} k JOIN {table.Name} t ON {table.SameKey("t", "k")} UNION ALL "
            + $"SELECT t.* FROM {table.Gone} k JOIN {table.Name} t ON {table.SameKey("t", "k")}) t";
    }

    private sealed record Spans
    {
        // Every time zone's day begins on a quarter of an hour, so the spans add up to exactly what is before it.
        public const string Select =
            "SELECT CAST(coalesce(sum(orders), 0) AS bigint) AS orders, min(quarter_hour) AS first, max(quarter_hour) AS last, "
            + "(SELECT count(*) FROM customer WHERE first_order_at_ms < @before) AS customers "
            + "FROM order_span WHERE quarter_hour < @before / 900000";

        /// <summary>Valid orders by quarter of an hour, of orders called t.</summary>
        public static string Of(string from) =>
            $"SELECT t.ordered_at_ms / 900000 AS quarter_hour, count(*) AS orders FROM {from} WHERE t.is_valid "
            + "GROUP BY t.ordered_at_ms / 900000";

        public long Orders { get; init; }
        public long? First { get; init; }
        public long? Last { get; init; }
        public long Customers { get; init; }

        public OrderRange? ToRange(Shop shop) => First is { } first
            ? new OrderRange(Customers, Orders, DayOf(shop, first), DayOf(shop, Last!.Value))
            : null;

        private static int DayOf(Shop shop, long quarterHour) => shop.Calendar.DayOf(quarterHour * QuarterHourMs);
    }
}

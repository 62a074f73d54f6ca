using System.Data.Common;
using Dapper;
using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Storage;

/// <summary>What an import changed: rows that are new, that differ from what was stored, and that were there already.</summary>
public sealed record ImportResult(long ImportId, long Inserted, long Updated, long Unchanged);

/// <summary>Orders of this import (same customer, same id) that an earlier one had stored already.</summary>
/// <param name="Preset">What read them first; null where that is not known.</param>
/// <param name="OtherAmount">How many of them were worth something else.</param>
public sealed record OrdersThereAlready(string? Preset, long Count, long OtherAmount);

/// <summary>
/// Writes the canonical rows of one import in one transaction: rows are staged as they stream in, then merged (upsert). Cancelled or
/// failed, nothing of it remains.
/// </summary>
public sealed class ImportWriter : IDisposable
{
    /// <summary>Rows changed from which on the engine is asked to tidy up.</summary>
    private const long TidyFrom = 10_000;

    private readonly Engine _engine;
    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;

    internal ImportWriter(Engine engine)
    {
        _engine = engine;
        _connection = engine.Open();
        _transaction = engine.BeginWrite(_connection);
        foreach (var table in s_tables)
        {
            // LIKE and CREATE TABLE AS differ between the engines; an empty SELECT copies the column types on both.
            _connection.Execute($"DROP TABLE IF EXISTS staged_{table.Name}", transaction: _transaction);
            _connection.Execute($"CREATE TEMP TABLE staged_{table.Name} AS SELECT {table.SelectForStaging} FROM {table.Name} t WHERE 1 = 0",
                transaction: _transaction);
        }
        _connection.Execute("DROP TABLE IF EXISTS staged_nobody_order", transaction: _transaction);
        _connection.Execute("CREATE TEMP TABLE staged_nobody_order AS SELECT * FROM nobody_order t WHERE 1 = 0", transaction: _transaction);
    }

    /// <summary>Fixes currency, time zone and what a purchase is with the first import; later imports must agree.</summary>
    /// <param name="purchases">Null: as the store has it, or the default.</param>
    public void UseShop(Currency currency, BusinessCalendar calendar, PurchaseRule? purchases = null)
    {
        var rule = purchases ?? default;
        _connection.Execute(
            $"INSERT INTO shop (shop_id, currency, time_zone, minor_per_unit, zero_value_purchases, merge_days, created_at_ms) VALUES "
                + $"(1, @code, @zone, @minor, @ZeroValue, @MergeDays, {_engine.NowMs}) ON CONFLICT DO NOTHING",
            new { code = currency.Code, zone = calendar.TimeZone.Id, minor = currency.MinorPerUnit, rule.ZeroValue, rule.MergeDays },
            _transaction);
        var (storedCurrency, storedZone, zeroValue, mergeDays) = _connection.QuerySingle<(string, string, bool, bool)>(
            "SELECT currency, time_zone, zero_value_purchases, merge_days FROM shop", transaction: _transaction);
        if (purchases is { } asked && asked != new PurchaseRule(zeroValue, mergeDays))
            throw new RetentionException(Failure.InputRejected,
                $"This store was begun with --purchases {new PurchaseRule(zeroValue, mergeDays)}, which holds for all its orders; "
                    + $"{asked} was asked for. Use another --store.");
        if (storedCurrency != currency.Code || storedZone != calendar.TimeZone.Id)
            throw new RetentionException(Failure.InputRejected,
                $"This store keeps {storedCurrency} in {storedZone}; the import is in {currency.Code} and {calendar.TimeZone.Id}. Use "
                    + $"another --store for another shop.");
    }

    public void Customers(IEnumerable<CustomerRow> rows) => Stage(s_customer, rows);

    public void Orders(IEnumerable<OrderRow> rows) => Stage(s_orders, rows);

    public void Refunds(IEnumerable<RefundRow> rows) => Stage(s_refund, rows);

    /// <summary>Orders of nobody known, which are a source's own.</summary>
    public void NobodysOrders(IEnumerable<NobodysOrderRow> rows, string preset)
    {
        using var bulk = _engine.Bulk(_connection, _transaction, "staged_nobody_order",
            ["preset", "order_id", "ordered_at_ms", "amount_minor", "refunded_minor", "is_valid"]);
        foreach (var row in rows)
        {
            bulk.StartRow();
            bulk.Write(preset);
            bulk.Write(row.OrderId);
            bulk.Write(row.OrderedAtMs);
            bulk.Write(row.AmountMinor);
            bulk.Write(row.RefundedMinor);
            bulk.Write(row.IsValid);
        }
        bulk.Complete();
    }

    public void Events(IEnumerable<EngagementRow> rows) => Stage(s_engagement, rows);

    public void Subscriptions(IEnumerable<SubscriptionRow> rows) => Stage(s_subscription, rows);

    /// <summary>
    /// Staged orders that are in the store already, by the preset that first brought them. Committing updates those that differ.
    /// </summary>
    public IReadOnlyList<OrdersThereAlready> OrdersThereAlready()
    {
        if (_connection.ExecuteScalar<long>("SELECT count(*) FROM (SELECT 1 AS one FROM orders LIMIT 1) o", transaction: _transaction) == 0)
            return [];
        var presets = _connection.Query<(long Import, string Preset)>("SELECT import_id, preset FROM import_batch",
            transaction: _transaction)
            .ToDictionary(batch => batch.Import, batch => batch.Preset);
        var imports = _connection.Query<(long? Import, long Count, long OtherAmount)>(
            "SELECT t.import_id, count(*), sum(CASE WHEN t.amount_minor <> s.amount_minor THEN 1 ELSE 0 END) FROM staged_orders s "
            + "JOIN orders t ON t.customer_key = s.customer_key AND t.order_id = s.order_id GROUP BY t.import_id",
            transaction: _transaction, commandTimeout: 0);
        return [.. imports
            .GroupBy(import => import.Import is { } id ? presets.GetValueOrDefault(id) : null)
            .OrderBy(preset => preset.Key, StringComparer.Ordinal)
            .Select(preset => new OrdersThereAlready(preset.Key, preset.Sum(import => import.Count),
                preset.Sum(import => import.OtherAmount)))];
    }

    /// <summary>Merges what was staged, records the import with what it decided, and commits.</summary>
    public ImportResult Commit(
        string preset, string files, long rowsRead, long rowsStored, long rowsRejected, string reportJson,
        IEnumerable<LearntChoice>? learnt = null)
    {
        RefuseSharedKeys();
        var importId = _connection.ExecuteScalar<long>("SELECT coalesce(max(import_id), 0) + 1 FROM import_batch",
            transaction: _transaction);
        long inserted = 0, updated = 0, unchanged = 0;
        foreach (var table in s_tables)
        {
            var (total, existing, same) = Compare(table);
            inserted += total - existing;
            updated += existing - same;
            unchanged += same;
            if (table != s_customer) _connection.Execute(table.MergeSql(importId), transaction: _transaction, commandTimeout: 0);
        }
        MergeCustomers();
        MergeNobodysOrders(preset);
        ImportSummaries.Refresh(_connection, _transaction);
        Failpoint.Pass("import-merged");
        _connection.Execute(
            $"INSERT INTO import_batch (import_id, preset, files, finished_at_ms, rows_read, rows_stored, rows_rejected, report) VALUES "
                + $"(@importId, @preset, @files, {_engine.NowMs}, @rowsRead, @rowsStored, @rowsRejected, @reportJson)",
            new { importId, preset, files, rowsRead, rowsStored, rowsRejected, reportJson }, _transaction);
        ShopChoices.Keep(_connection, _transaction, preset, learnt ?? [], importId);
        _transaction.Commit();
        if (inserted + updated > TidyFrom) _engine.Tidy(_connection);
        return new ImportResult(importId, inserted, updated, unchanged);
    }

    public void Dispose()
    {
        _transaction.Dispose();
        _connection.Dispose();
    }

    private void Stage<T>(Table<T> table, IEnumerable<T> rows)
    {
        using var bulk = _engine.Bulk(_connection, _transaction, "staged_" + table.Name, table.StagedColumns);
        foreach (var row in rows) table.Row.Write(bulk, row);
        bulk.Complete();
    }

    /// <summary>Two customer ids with one 64-bit key would be mixed up silently: refuse, naming both.</summary>
    private void RefuseSharedKeys()
    {
        var ids = string.Join(" UNION ", s_tables.Select(table => $"SELECT customer_key, customer_id FROM staged_{table.Name}"));
        _connection.Execute("DROP TABLE IF EXISTS staged_id", transaction: _transaction);
        _connection.Execute($"CREATE TEMP TABLE staged_id AS {ids}", transaction: _transaction);
        var shared = _connection.QueryFirstOrDefault<(string First, string Second)?>(
            "SELECT min(customer_id), max(customer_id) FROM staged_id GROUP BY customer_key HAVING count(*) > 1 "
            + "UNION ALL SELECT c.customer_id, s.customer_id FROM staged_id s JOIN customer c ON c.customer_key = s.customer_key WHERE "
            + "c.customer_id <> s.customer_id LIMIT 1",
            transaction: _transaction);
        if (shared is { } pair)
            throw new RetentionException(Failure.InputRejected,
                $"The customer ids '{pair.First}' and '{pair.Second}' have the same 64-bit key and would be taken for one customer. "
                    + $"Rename one of them. Nothing was stored.");
    }

    /// <summary>
    /// Everybody who has a row of any kind is a customer; what a customers file says wins over what was known. Comes after the orders: the
    /// first order of those who were there is looked up, that of new customers is in what was staged.
    /// </summary>
    private void MergeCustomers()
    {
        _connection.Execute(
            "UPDATE customer SET first_order_at_ms = (SELECT min(o.ordered_at_ms) FROM orders o WHERE o.customer_key = "
                + "customer.customer_key AND o.is_valid) "
            + "WHERE customer_key IN (SELECT customer_key FROM staged_orders)",
            transaction: _transaction, commandTimeout: 0);
        _connection.Execute(
            "INSERT INTO customer (customer_key, customer_id, first_order_at_ms) SELECT i.customer_key, i.customer_id, f.first_ms FROM "
                + "staged_id i "
            + "LEFT JOIN (SELECT customer_key, min(ordered_at_ms) AS first_ms FROM staged_orders WHERE is_valid GROUP BY customer_key) f "
            + "ON f.customer_key = i.customer_key "
            + "WHERE true ORDER BY i.customer_key ON CONFLICT (customer_key) DO NOTHING",
            transaction: _transaction, commandTimeout: 0);
        var columns = s_customer.StagedColumns[2..];
        _connection.Execute(
            $"INSERT INTO customer (customer_key, customer_id, {string.Join(", ", columns)}) SELECT customer_key, customer_id, "
                + $"{string.Join(", ", columns)} FROM staged_customer WHERE true "
            + $"ON CONFLICT (customer_key) DO UPDATE SET "
            + $"{string.Join(", ", columns.Select(column => $"{column} = coalesce(excluded.{column}, customer.{column})"))}",
            transaction: _transaction);
    }

    /// <summary>Everybody's first order anew, where which orders are sales has changed.</summary>
    internal static void RefreshFirstOrders(DbConnection connection, DbTransaction transaction) => connection.Execute(
        "UPDATE customer SET first_order_at_ms = (SELECT min(o.ordered_at_ms) FROM orders o WHERE o.customer_key = "
        + "customer.customer_key AND o.is_valid)", transaction: transaction, commandTimeout: 0);

    /// <summary>An order of nobody that found its customer is hers.</summary>
    private void MergeNobodysOrders(string preset)
    {
        _connection.Execute(
            "INSERT INTO nobody_order (preset, order_id, ordered_at_ms, amount_minor, refunded_minor, is_valid) "
            + "SELECT preset, order_id, ordered_at_ms, amount_minor, refunded_minor, is_valid FROM staged_nobody_order WHERE true "
            + "ON CONFLICT (preset, order_id) DO UPDATE SET ordered_at_ms = excluded.ordered_at_ms, amount_minor = excluded.amount_minor, "
            + "refunded_minor = excluded.refunded_minor, is_valid = excluded.is_valid",
            transaction: _transaction, commandTimeout: 0);
        _connection.Execute(
            "DELETE FROM nobody_order WHERE preset = @preset AND order_id IN (SELECT order_id FROM staged_orders)",
            new { preset }, _transaction, commandTimeout: 0);
    }

    private (long Total, long Existing, long Same) Compare(Table table)
    {
        var keys = string.Join(" AND ", table.Key.Select(column => $"t.{column} = s.{column}"));
        var same = string.Join(" AND ", table.Values.Select(column => $"t.{column} IS NOT DISTINCT FROM {table.Merged(column)}"));
        return _connection.QuerySingle<(long, long, long)>(
            "SELECT count(*), count(t.customer_key), coalesce(sum(CASE WHEN t.customer_key IS NOT NULL AND "
            + $"{same} THEN 1 ELSE 0 END), 0) FROM staged_{table.Name} s LEFT JOIN {table.Name} t ON {keys}{table.SaysSomething}",
            transaction: _transaction, commandTimeout: 0);
    }

    /// <param name="Row">customer_key, customer_id (which only the customer table keeps), then the rest of key and values.</param>
    private sealed record Table<T>(string Name, string[] Key, RowWriter<T> Row) : Table(Name, Key, Row.Names);

    /// <param name="Key">The primary key, beginning with customer_key.</param>
    private abstract record Table(string Name, string[] Key, string[] StagedColumns)
    {
        /// <summary>The columns behind the key.</summary>
        public string[] Values { get; } = [.. StagedColumns.Except(Key).Where(column => column != "customer_id" || Name == "customer")];

        public string SelectForStaging =>
            Name == "customer"
                ? string.Join(", ", StagedColumns)
                : $"customer_key, CAST(NULL AS text) AS customer_id, {string.Join(", ", StagedColumns[2..])}";

        /// <summary>What a column will be: of a customer what is known stays where a file says nothing.</summary>
        public string Merged(string column) => Name == "customer" ? $"coalesce(s.{column}, t.{column})" : $"s.{column}";

        /// <summary>
        /// Whoever ordered is staged as a customer too: such a row counts where it says more of them than that they are there.
        /// </summary>
        public string SaysSomething =>
            Name == "customer" ? $" WHERE {string.Join(" OR ", Values[1..].Select(column => $"s.{column} IS NOT NULL"))}" : "";

        public string MergeSql(long importId)
        {
            var columns = string.Join(", ", [.. Key, .. Values]);
            // An order keeps the import that first brought it.
            var (into, value) = Name == "orders" ? (", import_id", FormattableString.Invariant($", {importId}")) : ("", "");
            return $"INSERT INTO {Name} ({columns}{into}) SELECT {columns}{value} FROM staged_{Name} WHERE true "
                // In key order: a B-tree takes sorted rows several times faster than scattered ones.
                + $"ORDER BY {string.Join(", ", Key)} ON CONFLICT ({string.Join(", ", Key)}) DO UPDATE SET "
                + $"{string.Join(", ", Values.Select(column => $"{column} = excluded.{column}"))}";
        }
    }

    private static readonly Table<CustomerRow> s_customer = new("customer", ["customer_key"], new(
        ("customer_key", (bulk, in row) => bulk.Write(CustomerKey.Hash(row.CustomerId))),
        ("customer_id", (bulk, in row) => bulk.Write(row.CustomerId)),
        ("first_seen_at_ms", (bulk, in row) => bulk.Write(row.FirstSeenAtMs)),
        ("birth_year", (bulk, in row) => bulk.Write(row.BirthYear)),
        ("gender", (bulk, in row) => bulk.Write(row.Gender)),
        ("country", (bulk, in row) => bulk.Write(row.Country)),
        ("city", (bulk, in row) => bulk.Write(row.City)),
        ("acquisition_channel", (bulk, in row) => bulk.Write(row.AcquisitionChannel)),
        ("consent_email", (bulk, in row) => bulk.Write(row.ConsentEmail)),
        ("email", (bulk, in row) => bulk.Write(row.Email))));

    private static readonly Table<OrderRow> s_orders = new("orders", ["customer_key", "order_id"], new(
        ("customer_key", (bulk, in row) => bulk.Write(CustomerKey.Hash(row.CustomerId))),
        ("customer_id", (bulk, in row) => bulk.Write(row.CustomerId)),
        ("order_id", (bulk, in row) => bulk.Write(row.OrderId)),
        ("ordered_at_ms", (bulk, in row) => bulk.Write(row.OrderedAtMs)),
        ("amount_minor", (bulk, in row) => bulk.Write(row.AmountMinor)),
        ("currency", (bulk, in row) => bulk.Write(row.Currency)),
        ("discount_minor", (bulk, in row) => bulk.Write(row.DiscountMinor)),
        ("status", (bulk, in row) => bulk.Write(row.Status)),
        ("is_valid", (bulk, in row) => bulk.Write(row.IsValid)),
        ("channel", (bulk, in row) => bulk.Write(row.Channel)),
        ("category", (bulk, in row) => bulk.Write(row.Category)),
        ("quantity", (bulk, in row) => bulk.Write(row.Quantity)),
        ("promised_at_ms", (bulk, in row) => bulk.Write(row.PromisedAtMs)),
        ("delivered_at_ms", (bulk, in row) => bulk.Write(row.DeliveredAtMs)),
        ("review_score", (bulk, in row) => bulk.Write(row.ReviewScore)),
        ("margin_minor", (bulk, in row) => bulk.Write(row.MarginMinor))));

    private static readonly Table<RefundRow> s_refund = new("refund", ["customer_key", "refund_id"], new(
        ("customer_key", (bulk, in row) => bulk.Write(CustomerKey.Hash(row.CustomerId))),
        ("customer_id", (bulk, in row) => bulk.Write(row.CustomerId)),
        ("refund_id", (bulk, in row) => bulk.Write(row.RefundId)),
        ("refunded_at_ms", (bulk, in row) => bulk.Write(row.RefundedAtMs)),
        ("amount_minor", (bulk, in row) => bulk.Write(row.AmountMinor)),
        ("currency", (bulk, in row) => bulk.Write(row.Currency)),
        ("order_id", (bulk, in row) => bulk.Write(row.OrderId)),
        ("is_undated", (bulk, in row) => bulk.Write(row.IsUndated))));

    private static readonly Table<EngagementRow> s_engagement = new(
        "engagement", ["customer_key", "occurred_at_ms", "event_type", "message_id"], new(
        ("customer_key", (bulk, in row) => bulk.Write(CustomerKey.Hash(row.CustomerId))),
        ("customer_id", (bulk, in row) => bulk.Write(row.CustomerId)),
        ("occurred_at_ms", (bulk, in row) => bulk.Write(row.OccurredAtMs)),
        ("event_type", (bulk, in row) => bulk.Write((int)row.Type)),
        ("message_id", (bulk, in row) => bulk.Write(row.MessageId ?? "")),
        ("campaign_id", (bulk, in row) => bulk.Write(row.CampaignId))));

    private static readonly Table<SubscriptionRow> s_subscription = new("subscription", ["customer_key", "subscription_id"], new(
        ("customer_key", (bulk, in row) => bulk.Write(CustomerKey.Hash(row.CustomerId))),
        ("customer_id", (bulk, in row) => bulk.Write(row.CustomerId)),
        ("subscription_id", (bulk, in row) => bulk.Write(row.SubscriptionId)),
        ("started_at_ms", (bulk, in row) => bulk.Write(row.StartedAtMs)),
        ("plan", (bulk, in row) => bulk.Write(row.Plan)),
        ("ended_at_ms", (bulk, in row) => bulk.Write(row.EndedAtMs)),
        ("cancelled_at_ms", (bulk, in row) => bulk.Write(row.CancelledAtMs)),
        ("amount_minor", (bulk, in row) => bulk.Write(row.AmountMinor)),
        ("currency", (bulk, in row) => bulk.Write(row.Currency)),
        ("period", (bulk, in row) => bulk.Write(row.Period)),
        ("is_trial", (bulk, in row) => bulk.Write(row.IsTrial))));

    private static readonly Table[] s_tables = [s_customer, s_orders, s_refund, s_engagement, s_subscription];
}

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
/// Writes the canonical rows of one import in one transaction: rows are staged as they stream in, then merged (upsert). Cancelled or failed,
/// nothing of it remains.
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
            _connection.Execute($"CREATE TEMP TABLE staged_{table.Name} AS SELECT {table.SelectForStaging} FROM {table.Name} t WHERE 1 = 0", transaction: _transaction);
        }
    }

    /// <summary>Fixes currency, time zone and what a purchase is with the first import; later imports must agree.</summary>
    /// <param name="purchases">Null: as the store has it, or the default.</param>
    public void UseShop(Currency currency, BusinessCalendar calendar, PurchaseRule? purchases = null)
    {
        var rule = purchases ?? default;
        _connection.Execute(
            $"INSERT INTO shop (shop_id, currency, time_zone, minor_per_unit, zero_value_purchases, merge_days, created_at_ms) VALUES (1, @code, @zone, @minor, @ZeroValue, @MergeDays, {_engine.NowMs}) ON CONFLICT DO NOTHING",
            new { code = currency.Code, zone = calendar.TimeZone.Id, minor = currency.MinorPerUnit, rule.ZeroValue, rule.MergeDays }, _transaction);
        var (storedCurrency, storedZone, zeroValue, mergeDays) = _connection.QuerySingle<(string, string, bool, bool)>("SELECT currency, time_zone, zero_value_purchases, merge_days FROM shop", transaction: _transaction);
        if (purchases is { } asked && asked != new PurchaseRule(zeroValue, mergeDays))
            throw new RetentionException(Failure.InputRejected, $"This store was begun with --purchases {new PurchaseRule(zeroValue, mergeDays)}, which holds for all its orders; {asked} was asked for. Use another --store.");
        if (storedCurrency != currency.Code || storedZone != calendar.TimeZone.Id)
            throw new RetentionException(Failure.InputRejected, $"This store keeps {storedCurrency} in {storedZone}; the import is in {currency.Code} and {calendar.TimeZone.Id}. Use another --store for another shop.");
    }

    public void Customers(IEnumerable<CustomerRow> rows)
    {
        using var bulk = Stage(s_customer);
        foreach (var row in rows)
        {
            bulk.StartRow();
            bulk.Write(CustomerKey.Of(row.CustomerId));
            bulk.Write(row.CustomerId);
            bulk.Write(row.FirstSeenAtMs);
            bulk.Write(row.BirthYear);
            bulk.Write(row.Gender);
            bulk.Write(row.Country);
            bulk.Write(row.City);
            bulk.Write(row.AcquisitionChannel);
            bulk.Write(row.ConsentEmail);
            bulk.Write(row.Email);
        }
        bulk.Complete();
    }

    public void Orders(IEnumerable<OrderRow> rows)
    {
        using var bulk = Stage(s_orders);
        foreach (var row in rows)
        {
            bulk.StartRow();
            bulk.Write(CustomerKey.Of(row.CustomerId));
            bulk.Write(row.CustomerId);
            bulk.Write(row.OrderId);
            bulk.Write(row.OrderedAtMs);
            bulk.Write(row.AmountMinor);
            bulk.Write(row.Currency);
            bulk.Write(row.DiscountMinor);
            bulk.Write(row.Status);
            bulk.Write(row.IsValid);
            bulk.Write(row.Channel);
            bulk.Write(row.Category);
            bulk.Write(row.Quantity);
            bulk.Write(row.PromisedAtMs);
            bulk.Write(row.DeliveredAtMs);
            bulk.Write(row.ReviewScore);
            bulk.Write(row.MarginMinor);
        }
        bulk.Complete();
    }

    public void Refunds(IEnumerable<RefundRow> rows)
    {
        using var bulk = Stage(s_refund);
        foreach (var row in rows)
        {
            bulk.StartRow();
            bulk.Write(CustomerKey.Of(row.CustomerId));
            bulk.Write(row.CustomerId);
            bulk.Write(row.RefundId);
            bulk.Write(row.RefundedAtMs);
            bulk.Write(row.AmountMinor);
            bulk.Write(row.Currency);
            bulk.Write(row.OrderId);
        }
        bulk.Complete();
    }

    public void Events(IEnumerable<EngagementRow> rows)
    {
        using var bulk = Stage(s_engagement);
        foreach (var row in rows)
        {
            bulk.StartRow();
            bulk.Write(CustomerKey.Of(row.CustomerId));
            bulk.Write(row.CustomerId);
            bulk.Write(row.OccurredAtMs);
            bulk.Write((int)row.Type);
            bulk.Write(row.MessageId ?? "");
            bulk.Write(row.CampaignId);
        }
        bulk.Complete();
    }

    public void Subscriptions(IEnumerable<SubscriptionRow> rows)
    {
        using var bulk = Stage(s_subscription);
        foreach (var row in rows)
        {
            bulk.StartRow();
            bulk.Write(CustomerKey.Of(row.CustomerId));
            bulk.Write(row.CustomerId);
            bulk.Write(row.SubscriptionId);
            bulk.Write(row.StartedAtMs);
            bulk.Write(row.Plan);
            bulk.Write(row.EndedAtMs);
            bulk.Write(row.CancelledAtMs);
            bulk.Write(row.AmountMinor);
            bulk.Write(row.Currency);
            bulk.Write(row.Period);
            bulk.Write(row.IsTrial);
        }
        bulk.Complete();
    }

    /// <summary>Staged orders that are in the store already, by the preset that first brought them. Committing updates those that differ.</summary>
    public IReadOnlyList<OrdersThereAlready> OrdersThereAlready()
    {
        if (_connection.ExecuteScalar<long>("SELECT count(*) FROM (SELECT 1 AS one FROM orders LIMIT 1) o", transaction: _transaction) == 0) return [];
        var presets = _connection.Query<(long Import, string Preset)>("SELECT import_id, preset FROM import_batch", transaction: _transaction).ToDictionary(batch => batch.Import, batch => batch.Preset);
        var imports = _connection.Query<(long? Import, long Count, long OtherAmount)>(
            "SELECT t.import_id, count(*), sum(CASE WHEN t.amount_minor <> s.amount_minor THEN 1 ELSE 0 END) FROM staged_orders s "
            + "JOIN orders t ON t.customer_key = s.customer_key AND t.order_id = s.order_id GROUP BY t.import_id",
            transaction: _transaction, commandTimeout: 0);
        return [.. imports
            .GroupBy(import => import.Import is { } id ? presets.GetValueOrDefault(id) : null)
            .OrderBy(preset => preset.Key, StringComparer.Ordinal)
            .Select(preset => new OrdersThereAlready(preset.Key, preset.Sum(import => import.Count), preset.Sum(import => import.OtherAmount)))];
    }

    /// <summary>Merges what was staged, records the import and commits.</summary>
    public ImportResult Commit(string preset, string files, long rowsRead, long rowsStored, long rowsRejected, string reportJson)
    {
        RefuseSharedKeys();
        var importId = _connection.ExecuteScalar<long>("SELECT coalesce(max(import_id), 0) + 1 FROM import_batch", transaction: _transaction);
        long inserted = 0, updated = 0, unchanged = 0;
        foreach (var table in s_tables.Where(table => table != s_customer))
        {
            var (total, existing, same) = Compare(table);
            inserted += total - existing;
            updated += existing - same;
            unchanged += same;
            _connection.Execute(table.MergeSql(importId), transaction: _transaction, commandTimeout: 0);
        }
        MergeCustomers();
        ImportSummaries.Refresh(_connection, _transaction);
        Failpoint.Pass("import-merged");
        _connection.Execute(
            $"INSERT INTO import_batch (import_id, preset, files, finished_at_ms, rows_read, rows_stored, rows_rejected, report) VALUES (@importId, @preset, @files, {_engine.NowMs}, @rowsRead, @rowsStored, @rowsRejected, @reportJson)",
            new { importId, preset, files, rowsRead, rowsStored, rowsRejected, reportJson }, _transaction);
        _transaction.Commit();
        if (inserted + updated > TidyFrom) _engine.Tidy(_connection);
        return new ImportResult(importId, inserted, updated, unchanged);
    }

    public void Dispose()
    {
        _transaction.Dispose();
        _connection.Dispose();
    }

    private BulkInsert Stage(Table table) => _engine.Bulk(_connection, _transaction, "staged_" + table.Name, table.StagedColumns);

    /// <summary>Two customer ids with one 64-bit key would be mixed up silently: refuse, naming both.</summary>
    private void RefuseSharedKeys()
    {
        var ids = string.Join(" UNION ", s_tables.Select(table => $"SELECT customer_key, customer_id FROM staged_{table.Name}"));
        _connection.Execute("DROP TABLE IF EXISTS staged_id", transaction: _transaction);
        _connection.Execute($"CREATE TEMP TABLE staged_id AS {ids}", transaction: _transaction);
        var shared = _connection.QueryFirstOrDefault<(string First, string Second)?>(
            "SELECT min(customer_id), max(customer_id) FROM staged_id GROUP BY customer_key HAVING count(*) > 1 "
            + "UNION ALL SELECT c.customer_id, s.customer_id FROM staged_id s JOIN customer c ON c.customer_key = s.customer_key WHERE c.customer_id <> s.customer_id LIMIT 1",
            transaction: _transaction);
        if (shared is { } pair)
            throw new RetentionException(Failure.InputRejected, $"The customer ids '{pair.First}' and '{pair.Second}' have the same 64-bit key and would be taken for one customer. Rename one of them. Nothing was stored.");
    }

    /// <summary>
    /// Everybody who has a row of any kind is a customer; what a customers file says wins over what was known. Comes after the orders: the
    /// first order of those who were there is looked up, that of new customers is in what was staged.
    /// </summary>
    private void MergeCustomers()
    {
        _connection.Execute(
            "UPDATE customer SET first_order_at_ms = (SELECT min(o.ordered_at_ms) FROM orders o WHERE o.customer_key = customer.customer_key AND o.is_valid) "
            + "WHERE customer_key IN (SELECT customer_key FROM staged_orders)",
            transaction: _transaction, commandTimeout: 0);
        _connection.Execute(
            "INSERT INTO customer (customer_key, customer_id, first_order_at_ms) SELECT i.customer_key, i.customer_id, f.first_ms FROM staged_id i "
            + "LEFT JOIN (SELECT customer_key, min(ordered_at_ms) AS first_ms FROM staged_orders WHERE is_valid GROUP BY customer_key) f ON f.customer_key = i.customer_key "
            + "WHERE true ORDER BY i.customer_key ON CONFLICT (customer_key) DO NOTHING",
            transaction: _transaction, commandTimeout: 0);
        var columns = s_customer.StagedColumns[2..];
        _connection.Execute(
            $"INSERT INTO customer (customer_key, customer_id, {string.Join(", ", columns)}) SELECT customer_key, customer_id, {string.Join(", ", columns)} FROM staged_customer WHERE true "
            + $"ON CONFLICT (customer_key) DO UPDATE SET {string.Join(", ", columns.Select(column => $"{column} = coalesce(excluded.{column}, customer.{column})"))}",
            transaction: _transaction);
    }

    private (long Total, long Existing, long Same) Compare(Table table)
    {
        var keys = string.Join(" AND ", table.Key.Select(column => $"t.{column} = s.{column}"));
        var same = string.Join(" AND ", table.Values.Select(column => $"t.{column} IS NOT DISTINCT FROM s.{column}"));
        return _connection.QuerySingle<(long, long, long)>(
            $"SELECT count(*), count(t.customer_key), coalesce(sum(CASE WHEN t.customer_key IS NOT NULL AND {same} THEN 1 ELSE 0 END), 0) FROM staged_{table.Name} s LEFT JOIN {table.Name} t ON {keys}",
            transaction: _transaction);
    }

    /// <param name="Key">The primary key, beginning with customer_key.</param>
    /// <param name="Values">The other columns.</param>
    private sealed record Table(string Name, string[] Key, string[] Values)
    {
        /// <summary>customer_key, customer_id (which only the customer table keeps), then the rest of key and values.</summary>
        public string[] StagedColumns { get; } = Name == "customer" ? ["customer_key", .. Values] : ["customer_key", "customer_id", .. Key[1..], .. Values];

        public string SelectForStaging =>
            Name == "customer" ? string.Join(", ", StagedColumns) : $"customer_key, CAST(NULL AS text) AS customer_id, {string.Join(", ", StagedColumns[2..])}";

        public string MergeSql(long importId)
        {
            var columns = string.Join(", ", [.. Key, .. Values]);
            // An order keeps the import that first brought it.
            var (into, value) = Name == "orders" ? (", import_id", FormattableString.Invariant($", {importId}")) : ("", "");
            return $"INSERT INTO {Name} ({columns}{into}) SELECT {columns}{value} FROM staged_{Name} WHERE true "
                // In key order: a B-tree takes sorted rows several times faster than scattered ones.
                + $"ORDER BY {string.Join(", ", Key)} ON CONFLICT ({string.Join(", ", Key)}) DO UPDATE SET {string.Join(", ", Values.Select(column => $"{column} = excluded.{column}"))}";
        }
    }

    private static readonly Table s_customer = new("customer", ["customer_key"],
        ["customer_id", "first_seen_at_ms", "birth_year", "gender", "country", "city", "acquisition_channel", "consent_email", "email"]);

    private static readonly Table s_orders = new("orders", ["customer_key", "order_id"],
        ["ordered_at_ms", "amount_minor", "currency", "discount_minor", "status", "is_valid", "channel", "category", "quantity", "promised_at_ms", "delivered_at_ms", "review_score", "margin_minor"]);

    private static readonly Table s_refund = new("refund", ["customer_key", "refund_id"], ["refunded_at_ms", "amount_minor", "currency", "order_id"]);

    private static readonly Table s_engagement = new("engagement", ["customer_key", "occurred_at_ms", "event_type", "message_id"], ["campaign_id"]);

    private static readonly Table s_subscription = new("subscription", ["customer_key", "subscription_id"],
        ["started_at_ms", "plan", "ended_at_ms", "cancelled_at_ms", "amount_minor", "currency", "period", "is_trial"]);

    private static readonly Table[] s_tables = [s_customer, s_orders, s_refund, s_engagement, s_subscription];
}

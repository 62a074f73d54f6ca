using System.Data.Common;
using Dapper;
using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Storage;

/// <summary>What an import changed: rows that are new, that differ from what was stored, and that were there already.</summary>
/// <param name="Moved">Orders that were of another customer before.</param>
/// <param name="TakenBack">Orders that came again without the refund they had.</param>
public sealed record ImportResult(
    long ImportId, long Inserted, long Updated, long Unchanged, long Moved = 0, long TakenBack = 0);

/// <summary>Orders of this import (same customer, same id) that an earlier one had stored already.</summary>
/// <param name="Preset">What read them first; null where that is not known.</param>
/// <param name="OtherAmount">How many of them were worth something else.</param>
public sealed record OrdersThereAlready(string? Preset, long Count, long OtherAmount);

/// <summary>What is stored already of what was staged.</summary>
/// <param name="OtherOrders">
/// Orders whose id is stored for other customers at other times: taken for orders of their own, not for ones that moved.
/// </param>
/// <param name="AlikeIds">Customer ids new to the store that differ from a stored one in case, zeros, quotes or a trailing .0 only.</param>
/// <param name="AlikeExample">One of them and the stored one; null where there are none.</param>
/// <param name="RefundsStatedToo">Orders that state a sum that was given back, of which other refunds say all or some again.</param>
public sealed record ImportComparison(
    IReadOnlyList<OrdersThereAlready> ThereAlready, long OtherOrders, long AlikeIds, (string Id, string StoredId)? AlikeExample,
    long RefundsStatedToo);

/// <summary>How the orders of an import are known again.</summary>
/// <param name="Preset">What read them: ids of different presets are those of different orders.</param>
/// <param name="AreOrderIdsUnique">The id alone says which order it is; otherwise it does so with its customer.</param>
/// <param name="AreRefundsStated">
/// Every order says what was given back of it, as a refund with the id ORDER-refund; of one without, nothing was.
/// </param>
public sealed record ImportIdentity(string Preset, bool AreOrderIdsUnique = false, bool AreRefundsStated = false);

/// <summary>
/// Writes the canonical rows of one import in one transaction: rows are staged as they stream in, compared, and those that are new or
/// differ are merged. Cancelled or failed, nothing of it remains.
/// </summary>
public sealed class ImportWriter : IDisposable
{
    /// <summary>Rows changed from which on the engine is asked to tidy up, where they are a fair part of all.</summary>
    private const long TidyFrom = 10_000;

    private readonly Engine _engine;
    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;
    private readonly ImportSql _sql;
    private readonly ImportIdentity _identity;
    private readonly OrderMoves _moves;
    private readonly StatedRefunds _refunds;
    private readonly NobodysOrders _nobody;
    private readonly HashSet<ImportedTable> _empty;
    private readonly FirstOrders? _first;
    private readonly Dictionary<ImportedTable, long> _staged = [];
    private ImportComparison? _comparison;

    internal ImportWriter(Engine engine, ImportIdentity identity)
    {
        _engine = engine;
        _connection = engine.Open();
        _transaction = engine.BeginWrite(_connection);
        _sql = new ImportSql(engine, _connection, _transaction);
        _identity = identity;
        (_moves, _refunds) = (new OrderMoves(_sql), new StatedRefunds(_sql));
        if (engine.ImportSettings is { } settings) _sql.Execute(settings);
        _empty = [.. ImportedTable.All.Where(table => _sql.IsEmpty(table.Name))];
        _first = IsEmpty(ImportedTable.Orders) && IsEmpty(ImportedTable.Refund) ? new FirstOrders(_sql, NextImport()) : null;
        foreach (var table in ImportedTable.All)
        {
            if (_first is null || table != ImportedTable.Orders) _sql.MakeEmpty(table.Staged, table.SelectForStaging, table.Name);
            _sql.MakeEmpty(table.Gone, table.Keys, table.Name);
        }
        _first?.Begin();
        _sql.MakeEmpty(StatedRefunds.Beside, ImportedTable.Refund.SelectForStaging, ImportedTable.Refund.Name);
        OrderMoves.MakeNone(_sql);
        _nobody = new NobodysOrders(_sql, identity);
    }

    /// <summary>Fixes currency, time zone and what a purchase is with the first import; later imports must agree.</summary>
    /// <param name="purchases">Null: as the store has it, or the default.</param>
    public void UseShop(Currency currency, BusinessCalendar calendar, PurchaseRule? purchases = null)
    {
        var rule = purchases ?? default;
        _sql.Execute(
            $"INSERT INTO shop (shop_id, currency, time_zone, minor_per_unit, zero_value_purchases, merge_days, created_at_ms) VALUES "
                + $"(1, @code, @zone, @minor, @ZeroValue, @MergeDays, {_engine.NowMs}) ON CONFLICT DO NOTHING",
            new { code = currency.Code, zone = calendar.TimeZone.Id, minor = currency.MinorPerUnit, rule.ZeroValue, rule.MergeDays });
        // Two first imports wait for each other here, and the second no longer is one.
        if (_first is not null && NextImport() != _first.ImportId)
            throw new RetentionException(Failure.Busy,
                "Another import was stored while this one read its files. Nothing of this one was: start it again.");
        var (storedCurrency, storedZone, zeroValue, mergeDays) = _sql.QuerySingle<(string, string, bool, bool)>(
            "SELECT currency, time_zone, zero_value_purchases, merge_days FROM shop");
        if (purchases is { } asked && asked != new PurchaseRule(zeroValue, mergeDays))
            throw new RetentionException(Failure.InputRejected,
                $"This store was begun with --purchases {new PurchaseRule(zeroValue, mergeDays)}, which holds for all its orders; "
                    + $"{asked} was asked for. Use another --store.");
        if (storedCurrency != currency.Code || storedZone != calendar.TimeZone.Id)
            throw new RetentionException(Failure.InputRejected,
                $"This store keeps {storedCurrency} in {storedZone}; the import is in {currency.Code} and {calendar.TimeZone.Id}. Use "
                    + $"another --store for another shop.");
    }

    public void Customers(IEnumerable<CustomerRow> rows) => Stage(ImportedTable.Customer, rows);

    /// <summary>The store holds no order: those that come are written fastest in the order of their key.</summary>
    public bool IsFirst => _first is not null;

    public void Orders(IEnumerable<OrderRow> rows)
    {
        if (_first is null) Stage(ImportedTable.Orders, rows);
        else _staged[ImportedTable.Orders] = _staged.GetValueOrDefault(ImportedTable.Orders) + _first.Write(rows);
    }

    public void Refunds(IEnumerable<RefundRow> rows) => Stage(ImportedTable.Refund, rows);

    /// <summary>Refunds of a file beside the orders, which may state what was given back themselves.</summary>
    public void RefundsBeside(IEnumerable<RefundRow> rows) => Stage(ImportedTable.Refund, rows, StatedRefunds.Beside);

    /// <summary>Orders of nobody known, which are a source's own.</summary>
    public void OrdersOfNobody(IEnumerable<NobodysOrderRow> rows) => _nobody.Stage(rows);

    public void Events(IEnumerable<EngagementRow> rows) => Stage(ImportedTable.Engagement, rows);

    public void Subscriptions(IEnumerable<SubscriptionRow> rows) => Stage(ImportedTable.Subscription, rows);

    /// <summary>Compares what was staged, all of it, with what is stored. Nothing can be staged after it.</summary>
    /// <exception cref="RetentionException">Two customer ids have one key.</exception>
    public ImportComparison Compare()
    {
        if (_comparison is not null) return _comparison;
        _refunds.TakeBeside();
        foreach (var table in ImportedTable.All) _sql.Survey(StagedIds(table));
        RefuseSharedKeys();
        if (!IsEmpty(ImportedTable.Orders))
        {
            _moves.Find(_identity);
            _nobody.TakeFromCustomers(_moves.AreIdsUnique);
        }
        _refunds.Settle(_identity.AreRefundsStated);
        // Of a table it knows nothing of, the planner expects more rows than would be looked up one by one.
        foreach (var table in ImportedTable.All) _sql.Survey(table.Gone);
        foreach (var table in ImportedTable.All.Where(table => !IsEmpty(table)))
            _sql.Make(table.Changed,
                $"SELECT {string.Join(", ", table.Key.Select(column => "s." + column))}, "
                + $"CASE WHEN t.customer_key IS NULL THEN 0 ELSE 1 END AS was_there FROM {table.Staged} s LEFT JOIN {table.Name} t ON "
                + $"{table.SameKey("t", "s")} WHERE {table.SaysSomething} AND (t.customer_key IS NULL OR NOT ({table.IsSame}))");
        var (alike, example) = AlikeIds();
        return _comparison = new ImportComparison(ThereAlready(), _moves.OtherOrders, alike, example, _refunds.StatedToo);
    }

    /// <summary>Merges what was staged, records the import with what it decided, and commits.</summary>
    public ImportResult Commit(
        string preset, string files, long rowsRead, long rowsStored, long rowsRejected, string reportJson,
        IEnumerable<LearntChoice>? learnt = null)
    {
        Compare();
        var importId = _first?.ImportId ?? NextImport();
        var summaries = new ImportSummaries.Change(_sql);
        var result = new ImportResult(importId, 0, 0, 0, _sql.Scalar<long>($"SELECT count(DISTINCT order_id) FROM {OrderMoves.Table}"),
            _refunds.TakenBack);
        foreach (var table in ImportedTable.All)
        {
            var (inserted, updated, unchanged) = Count(table);
            result = result with
            {
                Inserted = result.Inserted + inserted,
                Updated = result.Updated + updated,
                Unchanged = result.Unchanged + unchanged
            };
            if (table == ImportedTable.Customer) continue;
            if (!IsEmpty(table))
            {
                summaries.Before(table);
                if (!_sql.IsEmpty(table.Gone))
                    _sql.Execute($"DELETE FROM {table.Name} WHERE ({table.Keys}) IN (SELECT {table.Keys} FROM {table.Gone})");
            }
            Merge(table, importId);
            summaries.After(table, IsEmpty(table));
        }
        MergeCustomers();
        summaries.After(ImportedTable.Customer, IsEmpty(ImportedTable.Customer));
        _nobody.Merge();
        Failpoint.Pass("import-merged");
        _sql.Execute(
            $"INSERT INTO import_batch (import_id, preset, files, finished_at_ms, rows_read, rows_stored, rows_rejected, report, "
                + $"order_identity) VALUES (@importId, @preset, @files, {_engine.NowMs}, @rowsRead, @rowsStored, @rowsRejected, "
                + "@reportJson, @knownBy)",
            new
            {
                importId, preset, files, rowsRead, rowsStored, rowsRejected, reportJson,
                knownBy = _moves.OtherOrders == 0 && _identity.AreOrderIdsUnique ? "shop" : "customer"
            });
        ShopChoices.Keep(_connection, _transaction, preset, learnt ?? [], importId);
        var all = _sql.Scalar<long>("SELECT CAST(coalesce(sum(orders), 0) AS bigint) FROM order_span");
        _first?.End();
        _transaction.Commit();
        var changed = result.Inserted + result.Updated + result.Moved;
        if (changed > TidyFrom && changed > all / 20) _engine.Tidy(_connection);
        return result;
    }

    public void Dispose()
    {
        _transaction.Dispose();
        _connection.Dispose();
    }

    private long NextImport() => _sql.Scalar<long>("SELECT coalesce(max(import_id), 0) + 1 FROM import_batch");

    private bool IsEmpty(ImportedTable table) => _empty.Contains(table);

    private void Stage<T>(ImportedTable<T> table, IEnumerable<T> rows, string? into = null)
    {
        using var bulk = _sql.Bulk(into ?? table.Staged, table.StagedColumns);
        var count = 0L;
        foreach (var row in rows)
        {
            table.Row.Write(bulk, row);
            count++;
        }
        bulk.Complete();
        _staged[table] = _staged.GetValueOrDefault(table) + count;
    }

    /// <summary>Two customer ids with one 64-bit key would be mixed up silently: refuse, naming both.</summary>
    private void RefuseSharedKeys()
    {
        // Whoever is staged as a customer need not be looked for among all orders.
        _sql.Execute("CREATE INDEX staged_customer_index ON staged_customer (customer_key, customer_id)");
        _sql.Make("staged_id", string.Join(" UNION ", ImportedTable.All.Select(table =>
            $"SELECT s.customer_key, s.customer_id FROM {StagedIds(table)} s" + (table == ImportedTable.Customer ? "" :
                " WHERE NOT EXISTS (SELECT 1 FROM staged_customer c WHERE c.customer_key = s.customer_key "
                    + "AND c.customer_id = s.customer_id)"))));
        var shared = _connection.QueryFirstOrDefault<(string First, string Second)?>(
            "SELECT min(customer_id), max(customer_id) FROM staged_id GROUP BY customer_key HAVING count(*) > 1 "
            + "UNION ALL SELECT c.customer_id, s.customer_id FROM staged_id s JOIN customer c ON c.customer_key = s.customer_key WHERE "
            + "c.customer_id <> s.customer_id LIMIT 1",
            transaction: _transaction, commandTimeout: 0);
        if (shared is { } pair)
            throw new RetentionException(Failure.InputRejected,
                $"The customer ids '{pair.First}' and '{pair.Second}' have the same 64-bit key and would be taken for one customer. "
                    + $"Rename one of them. Nothing was stored.");
        _sql.Make("staged_new_id", "SELECT i.customer_key, i.customer_id FROM staged_id i WHERE NOT EXISTS "
            + "(SELECT 1 FROM customer c WHERE c.customer_key = i.customer_key)");
    }

    private string StagedIds(ImportedTable table) =>
        _first is not null && table == ImportedTable.Orders ? FirstOrders.Buyers : table.Staged;

    private (long Count, (string Id, string StoredId)? Example) AlikeIds()
    {
        if (IsEmpty(ImportedTable.Customer)) return (0, null);
        var spelling = _engine.PlainId("c.customer_id");
        _sql.Make("staged_alike", $"SELECT i.customer_id AS id, c.customer_id AS stored_id FROM (SELECT customer_id, "
            + $"{_engine.PlainId("customer_id")} AS plain FROM staged_new_id) i JOIN customer c ON {spelling} = i.plain "
            + "WHERE i.plain <> ''");
        return (_sql.Scalar<long>("SELECT count(DISTINCT id) FROM staged_alike"),
            _sql.Query<(string, string)>("SELECT id, stored_id FROM staged_alike ORDER BY id, stored_id LIMIT 1")
                .Select(pair => ((string, string)?)pair).FirstOrDefault());
    }

    private List<OrdersThereAlready> ThereAlready()
    {
        if (IsEmpty(ImportedTable.Orders)) return [];
        var presets = _sql.Query<(long Import, string Preset)>("SELECT import_id, preset FROM import_batch")
            .ToDictionary(batch => batch.Import, batch => batch.Preset);
        var imports = _sql.Query<(long? Import, long Count, long OtherAmount)>(
            "SELECT t.import_id, count(*), sum(CASE WHEN t.amount_minor <> s.amount_minor THEN 1 ELSE 0 END) FROM staged_orders s "
            + "JOIN orders t ON t.customer_key = s.customer_key AND t.order_id = s.order_id GROUP BY t.import_id");
        return [.. imports
            .GroupBy(import => import.Import is { } id ? presets.GetValueOrDefault(id) : null)
            .OrderBy(preset => preset.Key, StringComparer.Ordinal)
            .Select(preset => new OrdersThereAlready(preset.Key, preset.Sum(import => import.Count),
                preset.Sum(import => import.OtherAmount)))];
    }

    private (long Inserted, long Updated, long Unchanged) Count(ImportedTable table)
    {
        // Of customers, those who are more than there; the others as they were staged, and refunds as they were settled.
        var staged = table == ImportedTable.Customer || table == ImportedTable.Refund
            ? _sql.Scalar<long>($"SELECT count(*) FROM {table.Staged} s WHERE {table.SaysSomething}")
            : _staged.GetValueOrDefault(table);
        if (IsEmpty(table)) return (staged, 0, 0);
        var (added, changed) = _sql.QuerySingle<(long, long)>(
            $"SELECT CAST(coalesce(sum(1 - was_there), 0) AS bigint), CAST(coalesce(sum(was_there), 0) AS bigint) FROM {table.Changed}");
        // An order that moved is neither new nor changed.
        var moved = table != ImportedTable.Orders ? 0 : _sql.Scalar<long>(
            $"SELECT count(*) FROM {table.Changed} k WHERE EXISTS (SELECT 1 FROM {OrderMoves.Table} m WHERE m.to_key = k.customer_key "
            + "AND m.order_id = k.order_id) AND k.was_there = 0");
        return (added - moved, changed, staged - added - changed);
    }

    private void Merge(ImportedTable table, long importId)
    {
        if (_first is not null && table == ImportedTable.Orders)
        {
            _first.MakeIndexes();
            return;
        }
        var columns = string.Join(", ", [.. table.Key, .. table.Values]);
        var values = string.Join(", ", table.Key.Concat(table.Values).Select(column => "s." + column));
        if (table == ImportedTable.Orders)
        {
            // An order keeps the import that first brought it, also under another customer.
            columns += ", import_id";
            values += IsEmpty(table)
                ? Invariant.Text($", {importId}")
                : Invariant.Text($", coalesce((SELECT min(m.import_id) FROM {OrderMoves.Table} m WHERE m.to_key = s.customer_key ")
                    + Invariant.Text($"AND m.order_id = s.order_id), {importId})");
        }
        // In key order: a B-tree takes sorted rows several times faster than scattered ones.
        var order = "ORDER BY " + string.Join(", ", table.Key.Select(column => "s." + column));
        if (IsEmpty(table))
            Insert(table, $"INSERT INTO {table.Name} ({columns}) SELECT {values} FROM {table.Staged} s {order}");
        else
            _sql.Execute($"INSERT INTO {table.Name} ({columns}) SELECT {values} FROM {table.Changed} k JOIN {table.Staged} s ON "
                + $"{table.SameKey("s", "k")} WHERE true {order} ON CONFLICT ({table.Keys}) DO UPDATE SET "
                + $"{string.Join(", ", table.Values.Select(column => $"{column} = excluded.{column}"))}");
    }

    /// <summary>
    /// Of an empty table, the indexes that follow another order than its key are made once it is full: in half the time.
    /// </summary>
    private void Insert(ImportedTable table, string insert)
    {
        var indexes = IsEmpty(table) && _staged.GetValueOrDefault(ImportedTable.Orders) > TidyFrom
            ? _sql.Query<(string Name, string Make)>(_engine.IndexesOf(table.Name))
            : [];
        foreach (var (name, _) in indexes) _sql.Execute("DROP INDEX " + name);
        _sql.Execute(insert);
        foreach (var (_, make) in indexes) _sql.Execute(make);
    }

    /// <summary>
    /// Everybody who has a row of any kind is a customer; what a customers file says wins over what was known. Comes after the orders, in
    /// which the first of each is looked up.
    /// </summary>
    private void MergeCustomers()
    {
        const string First =
            "(SELECT min(o.ordered_at_ms) FROM orders o WHERE o.is_valid AND o.customer_key = ";
        var orders = ImportedTable.Orders;
        if (!IsEmpty(ImportedTable.Customer))
            _sql.Execute("UPDATE customer SET first_order_at_ms = f.first_ms FROM "
                + $"(SELECT k.customer_key, {First}k.customer_key) AS first_ms FROM ("
                + (IsEmpty(orders)
                    ? $"SELECT DISTINCT customer_key FROM {orders.Staged}"
                    : $"SELECT customer_key FROM {orders.Changed} UNION SELECT customer_key FROM {orders.Gone}")
                + ") k) f WHERE f.customer_key = customer.customer_key AND customer.first_order_at_ms IS DISTINCT FROM f.first_ms");
        var first = _first is null ? $"{First}i.customer_key) FROM staged_new_id i"
            : $"b.first_ms FROM staged_new_id i LEFT JOIN (SELECT customer_key, min(first_ms) AS first_ms FROM {FirstOrders.Buyers} "
                + "GROUP BY customer_key) b ON b.customer_key = i.customer_key";
        Insert(ImportedTable.Customer,
            $"INSERT INTO customer (customer_key, customer_id, first_order_at_ms) SELECT i.customer_key, i.customer_id, {first} "
                + "WHERE true ORDER BY i.customer_key ON CONFLICT (customer_key) DO NOTHING");
        var table = ImportedTable.Customer;
        var columns = table.StagedColumns[2..];
        var said = IsEmpty(table)
            ? $"{table.Staged} s WHERE {table.SaysSomething}"
            : $"{table.Changed} k JOIN {table.Staged} s ON {table.SameKey("s", "k")} WHERE true";
        _sql.Execute(
            $"INSERT INTO customer (customer_key, customer_id, {string.Join(", ", columns)}) SELECT s.customer_key, s.customer_id, "
                + $"{string.Join(", ", columns.Select(column => "s." + column))} FROM {said} "
            + "ON CONFLICT (customer_key) DO UPDATE SET "
            + $"{string.Join(", ", columns.Select(column => $"{column} = coalesce(excluded.{column}, customer.{column})"))}");
    }
}

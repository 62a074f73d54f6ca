using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Storage;

/// <summary>
/// The orders of a store that holds none: written where they stay, once, and their indexes made when all are there, in half the time. Who
/// looks for staged orders finds them through a view.
/// </summary>
internal sealed class FirstOrders(ImportSql sql, long importId)
{
    /// <summary>
    /// customer_key and customer_id of those who ordered, which the orders do not keep, and first_ms of their first valid order. Several
    /// rows a customer where their orders did not come together.
    /// </summary>
    public const string Buyers = "staged_buyer";

    /// <summary>Fewer orders go past the indexes as they are: nobody waits for the table then.</summary>
    private const long Few = 10_000;

    /// <summary>Customers kept in memory until they are written, between two parts of the orders.</summary>
    private const int BuyersMax = 1_000_000;

    private readonly List<(long Key, string Id, long? FirstMs)> _buyers = [];
    private readonly List<string> _indexes = [];

    public long ImportId => importId;

    /// <summary>Makes the view, in the place of a table that an import before left on the connection.</summary>
    public void Begin()
    {
        var orders = ImportedTable.Orders;
        sql.Drop(orders.Staged);
        sql.Execute($"CREATE TEMP VIEW {orders.Staged} AS SELECT {orders.SelectForStaging} FROM {orders.Name}");
        sql.MakeEmpty(Buyers, "customer_key, CAST(NULL AS text) AS customer_id, ordered_at_ms AS first_ms", orders.Name);
    }

    /// <summary>Returns how many. Fastest in the order of the key.</summary>
    public long Write(IEnumerable<OrderRow> rows)
    {
        using var row = rows.GetEnumerator();
        var count = 0L;
        for (var hasMore = row.MoveNext(); hasMore;)
        {
            if (count >= Few && _indexes.Count == 0) DropIndexes();
            (var written, hasMore) = WritePart(row, count < Few ? Few : long.MaxValue);
            count += written;
            StageBuyers();
        }
        return count;
    }

    /// <summary>From the row that is current on.</summary>
    private (long Written, bool HasMore) WritePart(IEnumerator<OrderRow> row, long rowsMax)
    {
        var orders = ImportedTable.Orders;
        using var bulk = sql.Bulk(orders.Name, ["customer_key", .. orders.StagedColumns[2..], "import_id"]);
        var (written, hasMore) = (0L, true);
        while (hasMore && written < rowsMax && _buyers.Count < BuyersMax)
        {
            var order = row.Current;
            if (_buyers.Count == 0 || _buyers[^1].Id != order.CustomerId)
                _buyers.Add((CustomerKey.Hash(order.CustomerId), order.CustomerId, null));
            var buyer = _buyers[^1];
            if (order.IsValid && !(buyer.FirstMs <= order.OrderedAtMs)) _buyers[^1] = buyer with { FirstMs = order.OrderedAtMs };
            bulk.StartRow();
            bulk.Write(buyer.Key);
            orders.Row.WriteBehind(2, bulk, order);
            bulk.Write(importId);
            written++;
            hasMore = row.MoveNext();
        }
        bulk.Complete();
        return (written, hasMore);
    }

    private void StageBuyers()
    {
        using var bulk = sql.Bulk(Buyers, ["customer_key", "customer_id", "first_ms"]);
        foreach (var (key, id, firstMs) in _buyers)
        {
            bulk.StartRow();
            bulk.Write(key);
            bulk.Write(id);
            bulk.Write(firstMs);
        }
        bulk.Complete();
        _buyers.Clear();
    }

    /// <summary>From here on others wait for the orders, of which there are none yet.</summary>
    private void DropIndexes()
    {
        foreach (var (name, make) in sql.Query<(string, string)>(sql.Engine.IndexesOf(ImportedTable.Orders.Name)))
        {
            sql.Execute("DROP INDEX " + name);
            _indexes.Add(make);
        }
    }

    public void MakeIndexes()
    {
        foreach (var make in _indexes) sql.Execute(make);
    }

    /// <summary>A connection is used again, and the next import makes a table of that name.</summary>
    public void End() => sql.Execute("DROP VIEW " + ImportedTable.Orders.Staged);
}

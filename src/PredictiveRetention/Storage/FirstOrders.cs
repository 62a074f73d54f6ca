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

    private readonly List<(long Key, string Id, long? FirstMs)> _buyers = [];
    private readonly List<string> _indexes = [];

    /// <summary>Makes the view; the table of staged orders is not there.</summary>
    public void Begin()
    {
        var orders = ImportedTable.Orders;
        sql.Execute($"CREATE TEMP VIEW {orders.Staged} AS SELECT {orders.SelectForStaging} FROM {orders.Name}");
        sql.MakeEmpty(Buyers, "customer_key, CAST(NULL AS text) AS customer_id, ordered_at_ms AS first_ms", orders.Name);
    }

    /// <summary>Returns how many. Fastest in the order of the key.</summary>
    public long Write(IEnumerable<OrderRow> rows)
    {
        var orders = ImportedTable.Orders;
        DropIndexes();
        using var bulk = sql.Bulk(orders.Name, ["customer_key", .. orders.StagedColumns[2..], "import_id"]);
        var count = 0L;
        foreach (var row in rows)
        {
            if (_buyers.Count == 0 || _buyers[^1].Id != row.CustomerId)
                _buyers.Add((CustomerKey.Hash(row.CustomerId), row.CustomerId, null));
            if (row.IsValid && !(_buyers[^1].FirstMs <= row.OrderedAtMs)) _buyers[^1] = _buyers[^1] with { FirstMs = row.OrderedAtMs };
            bulk.StartRow();
            bulk.Write(_buyers[^1].Key);
            orders.Row.WriteBehind(2, bulk, row);
            bulk.Write(importId);
            count++;
        }
        bulk.Complete();
        return count;
    }

    /// <summary>Once all orders are written.</summary>
    public void StageBuyers()
    {
        using (var bulk = sql.Bulk(Buyers, ["customer_key", "customer_id", "first_ms"]))
        {
            foreach (var (key, id, firstMs) in _buyers)
            {
                bulk.StartRow();
                bulk.Write(key);
                bulk.Write(id);
                bulk.Write(firstMs);
            }
            bulk.Complete();
        }
        _buyers.Clear();
        sql.Survey(Buyers);
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

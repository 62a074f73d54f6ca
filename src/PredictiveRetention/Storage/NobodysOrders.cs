using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Storage;

/// <summary>
/// Orders of nobody known: an order that found its customer is hers, and one that lost its customer is nobody's. They are known by their
/// source and id.
/// </summary>
internal sealed class NobodysOrders
{
    private const string Staged = "staged_nobody_order";
    private const string Columns = "preset, order_id, ordered_at_ms, amount_minor, refunded_minor, is_valid, status";

    private const string SameDay = "n.ordered_at_ms > o.ordered_at_ms - 86400000 AND n.ordered_at_ms < o.ordered_at_ms + 86400000";

    private readonly ImportSql _sql;
    private readonly ImportIdentity _identity;

    public NobodysOrders(ImportSql sql, ImportIdentity identity)
    {
        (_sql, _identity) = (sql, identity);
        _sql.MakeEmpty(Staged, Columns, "nobody_order");
    }

    public void Stage(IEnumerable<NobodysOrderRow> rows)
    {
        using var bulk = _sql.Bulk(Staged, Columns.Split(", "));
        foreach (var row in rows)
        {
            bulk.StartRow();
            bulk.Write(_identity.Preset);
            bulk.Write(row.OrderId);
            bulk.Write(row.OrderedAtMs);
            bulk.Write(row.AmountMinor);
            bulk.Write(row.RefundedMinor);
            bulk.Write(row.IsValid);
            bulk.Write(row.Status);
        }
        bulk.Complete();
    }

    /// <summary>
    /// What was a customer's and comes again without one is no longer hers, and its refunds are not either. An id that is stored with
    /// another day is that of another order.
    /// </summary>
    public void TakeFromCustomers(bool areOrderIdsUnique)
    {
        if (!areOrderIdsUnique || _sql.IsEmpty(Staged)) return;
        var (orders, refunds) = (ImportedTable.Orders, ImportedTable.Refund);
        const string Lost = $"{Staged} n JOIN orders o ON o.order_id = n.order_id AND {SameDay} "
            + "AND (o.import_id IS NULL OR o.import_id IN (SELECT import_id FROM import_batch WHERE preset = @Preset))";
        var preset = new { _identity.Preset };
        _sql.Execute($"INSERT INTO {refunds.Gone} SELECT r.customer_key, r.refund_id FROM {Lost} JOIN refund r "
            + "ON r.customer_key = o.customer_key AND r.order_id = o.order_id", preset);
        _sql.Execute($"INSERT INTO {orders.Gone} SELECT o.customer_key, o.order_id FROM {Lost}", preset);
    }

    public void Merge()
    {
        _sql.Execute(
            $"INSERT INTO nobody_order ({Columns}) SELECT {Columns} FROM {Staged} WHERE true ON CONFLICT (preset, order_id) DO UPDATE SET "
            + "ordered_at_ms = excluded.ordered_at_ms, amount_minor = excluded.amount_minor, refunded_minor = excluded.refunded_minor, "
            + "is_valid = excluded.is_valid, status = excluded.status");
        if (!_identity.AreOrderIdsUnique) return;
        _sql.Execute("DELETE FROM nobody_order WHERE preset = @Preset AND order_id IN (SELECT o.order_id FROM staged_orders o "
            + $"JOIN nobody_order n ON n.preset = @Preset AND n.order_id = o.order_id AND {SameDay})", new { _identity.Preset });
    }
}

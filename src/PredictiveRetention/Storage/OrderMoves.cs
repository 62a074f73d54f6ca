namespace PredictiveRetention.Storage;

/// <summary>
/// Orders that come again with another customer. Where an order id alone is an order, it was moved: the old row goes, and what was given
/// back for it comes along.
/// </summary>
internal sealed class OrderMoves(ImportSql sql)
{
    /// <summary>order_id, from_key, to_key and the import that first brought it.</summary>
    public const string Table = "staged_move";

    /// <summary>Orders of this import that are stored under another customer and are taken for other orders.</summary>
    public long OtherOrders { get; private set; }

    /// <summary>Whether an order id alone said which order it is.</summary>
    public bool AreIdsUnique { get; private set; }

    public static void MakeNone(ImportSql sql) =>
        sql.MakeEmpty(Table, "t.order_id, t.customer_key AS from_key, t.customer_key AS to_key, t.import_id", "orders");

    /// <summary>
    /// Finds what moved. An id that was of another customer and of another time, in most of its cases, is that of another order: two
    /// sources that number from 1, or two shops. That, once seen, holds for the imports of a preset that come later, as a day's file
    /// need not show it.
    /// </summary>
    public void Find(ImportIdentity identity)
    {
        AreIdsUnique = identity.AreOrderIdsUnique
            && sql.Scalar<long>("SELECT count(*) FROM import_batch WHERE preset = @Preset AND order_identity = 'customer'", identity) == 0;
        if (!AreIdsUnique) return;
        sql.MakeEmpty("staged_own", "import_id", "import_batch");
        sql.Execute("INSERT INTO staged_own SELECT import_id FROM import_batch WHERE preset = @Preset", identity);
        var areFew = sql.Scalar<long>("SELECT 20 * count(*) FROM staged_orders")
            < sql.Scalar<long>("SELECT CAST(coalesce(sum(orders), 0) AS bigint) FROM order_span");
        var oneByOne = areFew ? sql.Engine.OneByOne : null;
        if (oneByOne is var (before, _)) sql.Execute(before);
        sql.Make("staged_other", "SELECT s.order_id, t.customer_key AS from_key, s.customer_key AS to_key, t.import_id, "
            + "CASE WHEN t.ordered_at_ms = s.ordered_at_ms THEN 1 ELSE 0 END AS is_same_time FROM staged_orders s "
            + "JOIN orders t ON t.order_id = s.order_id AND t.customer_key <> s.customer_key "
            + "WHERE t.import_id IS NULL OR t.import_id IN (SELECT import_id FROM staged_own)");
        if (oneByOne is var (_, after)) sql.Execute(after);
        var (found, sameTime) = sql.QuerySingle<(long, long)>(
            "SELECT count(*), CAST(coalesce(sum(is_same_time), 0) AS bigint) FROM staged_other");
        if (found == 0) return;
        if (2 * sameTime < found)
        {
            (OtherOrders, AreIdsUnique) = (found, false);
            return;
        }
        // A file that gives an id to both customers says itself that these are two orders.
        sql.Execute("CREATE INDEX staged_orders_index ON staged_orders (customer_key, order_id)");
        sql.Execute($"INSERT INTO {Table} (order_id, from_key, to_key, import_id) SELECT o.order_id, o.from_key, min(o.to_key), "
            + "min(o.import_id) FROM staged_other o WHERE NOT EXISTS "
            + "(SELECT 1 FROM staged_orders s WHERE s.customer_key = o.from_key AND s.order_id = o.order_id) "
            + "GROUP BY o.order_id, o.from_key");
        sql.Execute($"CREATE INDEX {Table}_index ON {Table} (to_key, order_id)");
        sql.Survey(Table);
        var orders = ImportedTable.Orders;
        sql.Execute($"INSERT INTO {orders.Gone} (customer_key, order_id) SELECT from_key, order_id FROM {Table}");
        RefundsComeAlong();
    }

    private void RefundsComeAlong()
    {
        var refund = ImportedTable.Refund;
        var others = string.Join(", ", refund.Values);
        sql.Make("staged_along", $"SELECT m.to_key, r.customer_key AS from_key, r.refund_id, {string.Join(", ",
            refund.Values.Select(column => "r." + column))} FROM {Table} m JOIN refund r ON r.customer_key = m.from_key "
            + "AND r.order_id = m.order_id");
        sql.Execute("DELETE FROM refund WHERE (customer_key, refund_id) IN (SELECT from_key, refund_id FROM staged_along)");
        sql.Execute($"INSERT INTO refund (customer_key, refund_id, {others}) SELECT to_key, refund_id, {others} FROM staged_along "
            + "WHERE true ON CONFLICT DO NOTHING");
    }
}

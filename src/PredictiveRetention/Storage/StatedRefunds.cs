using System.Globalization;

namespace PredictiveRetention.Storage;

/// <summary>
/// What the staged orders say of their own refunds, against what is stored. An order states the sum that was given back, as one refund
/// with the id ORDER-refund; where the source does not say when, what was given back in several steps is kept in parts (ORDER-refund,
/// ORDER-refund-2, ...), each on the day it was first known, whose sum is what the order stated last.
/// </summary>
internal sealed class StatedRefunds(ImportSql sql)
{
    /// <summary>Refunds of files beside the orders, as they were staged.</summary>
    public const string Beside = "staged_beside";

    private const string Part = "staged_part";
    private const string Explained = "staged_explained";
    private const string Learnt = "staged_learnt";
    private const string Reduced = "staged_reduced";

    /// <summary>Orders that state what was given back, of which refunds with an id of their own say all or some again.</summary>
    public long StatedToo { get; private set; }

    /// <summary>Orders that came again without the refund they had.</summary>
    public long TakenBack { get; private set; }

    /// <summary>Makes of the staged refunds what is to be stored, and lists the stored ones that go.</summary>
    /// <param name="areStated">The files say of every order what was given back of it: nothing, where they do not name it.</param>
    public void Settle(bool areStated)
    {
        var isFirst = sql.IsEmpty("refund");
        if (!isFirst && !sql.IsEmpty("staged_refund"))
        {
            sql.Execute("CREATE INDEX IF NOT EXISTS staged_refund_key ON staged_refund (customer_key, refund_id)");
            sql.Execute("CREATE INDEX IF NOT EXISTS staged_orders_index ON staged_orders (customer_key, order_id)");
        }
        if (!isFirst || !sql.IsEmpty(Beside)) CountOnce();
        if (!isFirst) ReduceStored(areStated);
        if (!isFirst && !sql.IsEmpty("staged_orders") && areStated) SettleParts();
        Date();
    }

    /// <summary>Refunds beside the orders become refunds as all others; one that both have is the orders'.</summary>
    public void TakeBeside()
    {
        if (sql.IsEmpty(Beside)) return;
        sql.Execute("CREATE INDEX IF NOT EXISTS staged_refund_key ON staged_refund (customer_key, refund_id)");
        sql.Execute($"DELETE FROM {Beside} WHERE EXISTS (SELECT 1 FROM staged_refund s WHERE s.customer_key = {Beside}.customer_key "
            + $"AND s.refund_id = {Beside}.refund_id)");
        sql.Execute($"INSERT INTO staged_refund SELECT * FROM {Beside}");
        sql.Survey(Beside);
    }

    /// <summary>
    /// What an order states is the sum of all that was given back of it: refunds of a file beside it, and stored ones with an id of their
    /// own that this import does not have, are part of it.
    /// </summary>
    private void CountOnce()
    {
        sql.Make(Explained, "SELECT s.customer_key, s.refund_id, CAST(sum(e.amount_minor) AS bigint) AS explained_minor "
            + $"FROM staged_refund s JOIN (SELECT customer_key, order_id, amount_minor FROM {Beside} UNION ALL "
            + "SELECT r.customer_key, r.order_id, r.amount_minor FROM staged_refund o "
            + "JOIN refund r ON r.customer_key = o.customer_key AND r.order_id = o.order_id "
            + $"WHERE o.refund_id = o.order_id || '-refund' AND NOT {IsStated("r")} AND r.refund_id <> o.order_id || '-dispute' "
            + "AND NOT EXISTS (SELECT 1 FROM staged_refund t WHERE t.customer_key = r.customer_key AND t.refund_id = r.refund_id)) e "
            + "ON e.customer_key = s.customer_key AND e.order_id = s.order_id "
            + "WHERE s.refund_id = s.order_id || '-refund' GROUP BY s.customer_key, s.refund_id", indexed: "customer_key, refund_id");
        StatedToo = sql.Scalar<long>($"SELECT count(*) FROM {Explained}");
        if (StatedToo == 0) return;
        sql.Execute("UPDATE staged_refund SET amount_minor = staged_refund.amount_minor - e.explained_minor "
            + $"FROM {Explained} e WHERE e.customer_key = staged_refund.customer_key AND e.refund_id = staged_refund.refund_id");
        sql.Execute("DELETE FROM staged_refund WHERE amount_minor <= 0 AND EXISTS (SELECT 1 FROM "
            + $"{Explained} e WHERE e.customer_key = staged_refund.customer_key AND e.refund_id = staged_refund.refund_id)");
    }

    /// <summary>
    /// Refunds with an id of their own whose order this import does not have: what the store has of it as a sum is less by what they say.
    /// </summary>
    private void ReduceStored(bool areStated)
    {
        var isStatedAgain = areStated
            ? "AND NOT EXISTS (SELECT 1 FROM staged_orders o WHERE o.customer_key = s.customer_key AND o.order_id = s.order_id) " : "";
        sql.Make(Learnt, "SELECT s.customer_key, s.order_id, "
            + "CAST(sum(s.amount_minor - coalesce(r.amount_minor, 0)) AS bigint) AS more_minor "
            + "FROM staged_refund s LEFT JOIN refund r ON r.customer_key = s.customer_key AND r.refund_id = s.refund_id "
            + $"WHERE s.order_id IS NOT NULL AND NOT {IsStated("s")} AND s.refund_id <> s.order_id || '-dispute' {isStatedAgain}"
            + "GROUP BY s.customer_key, s.order_id HAVING sum(s.amount_minor - coalesce(r.amount_minor, 0)) > 0");
        const string OfOrder = "PARTITION BY r.customer_key, r.order_id";
        sql.Make(Reduced, "SELECT r.customer_key, r.refund_id, r.refunded_at_ms, r.amount_minor, r.currency, r.order_id, r.is_undated, "
            + $"CAST(coalesce(sum(r.amount_minor) OVER ({OfOrder} ORDER BY length(r.refund_id), r.refund_id "
            + "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bigint) AS before_minor, "
            + $"CAST(sum(r.amount_minor) OVER ({OfOrder}) - l.more_minor AS bigint) AS left_minor "
            + $"FROM {Learnt} l JOIN refund r ON r.customer_key = l.customer_key AND r.order_id = l.order_id AND {IsStated("r")}");
        StatedToo += sql.Scalar<long>($"SELECT count(*) FROM (SELECT DISTINCT customer_key, order_id FROM {Reduced}) o");
        sql.Execute($"INSERT INTO {ImportedTable.Refund.Gone} (customer_key, refund_id) SELECT customer_key, refund_id FROM {Reduced} "
            + "WHERE before_minor >= left_minor");
        sql.Execute("INSERT INTO staged_refund (customer_key, customer_id, refund_id, refunded_at_ms, amount_minor, currency, order_id, "
            + "is_undated) SELECT d.customer_key, c.customer_id, d.refund_id, d.refunded_at_ms, d.left_minor - d.before_minor, d.currency, "
            + $"d.order_id, d.is_undated FROM {Reduced} d JOIN customer c ON c.customer_key = d.customer_key "
            + "WHERE d.before_minor < d.left_minor AND d.before_minor + d.amount_minor > d.left_minor");
    }

    /// <summary>A refund that an order stated, or a part of one.</summary>
    private static string IsStated(string refund) =>
        $"({refund}.refund_id = {refund}.order_id || '-refund' OR {refund}.is_undated AND "
            + $"substr({refund}.refund_id, 1, length({refund}.order_id) + 8) = {refund}.order_id || '-refund-')";

    private void SettleParts()
    {
        const string OfOrder = "PARTITION BY r.customer_key, r.order_id";
        sql.Make(Part, "SELECT r.customer_key, r.order_id, r.refund_id, r.amount_minor, r.refunded_at_ms, "
            + "o.order_id || '-refund' AS stated_id, s.amount_minor AS stated_minor, s.is_undated AS is_stated_undated, "
            + $"CAST(coalesce(sum(r.amount_minor) OVER ({OfOrder} ORDER BY length(r.refund_id), r.refund_id "
            + "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bigint) AS before_minor, "
            + $"CAST(sum(r.amount_minor) OVER ({OfOrder}) AS bigint) AS total_minor, "
            + $"count(*) OVER ({OfOrder}) AS parts, "
            + $"sum(CASE WHEN r.is_undated THEN 0 ELSE 1 END) OVER ({OfOrder}) AS dated "
            + "FROM staged_orders o JOIN refund r ON r.customer_key = o.customer_key AND r.order_id = o.order_id "
            + $"AND {IsStated("r")} "
            + "LEFT JOIN staged_refund s ON s.customer_key = o.customer_key AND s.refund_id = o.order_id || '-refund'",
            indexed: "customer_key, stated_id");
        // A day that is known now takes the place of those that were estimated; a part goes when those before it make up the sum.
        sql.Execute($"INSERT INTO {ImportedTable.Refund.Gone} (customer_key, refund_id) SELECT customer_key, refund_id FROM {Part} WHERE "
            + "stated_minor IS NULL OR (NOT is_stated_undated OR dated > 0) AND refund_id <> stated_id "
            + "OR is_stated_undated AND dated = 0 AND before_minor >= stated_minor");
        TakenBack = sql.Scalar<long>($"SELECT count(*) FROM (SELECT DISTINCT customer_key, order_id FROM {Part} "
            + $"WHERE stated_minor IS NULL AND NOT EXISTS (SELECT 1 FROM {Explained} e WHERE e.customer_key = {Part}.customer_key "
            + $"AND e.refund_id = {Part}.stated_id)) p");
        const string Columns = "customer_key, customer_id, refund_id, refunded_at_ms, amount_minor, currency, order_id, is_undated";
        const string StatedInParts = $"FROM {Part} p JOIN staged_refund s ON s.customer_key = p.customer_key AND s.refund_id = p.stated_id "
            + "WHERE p.is_stated_undated AND p.dated = 0 ";
        sql.Execute($"INSERT INTO staged_refund ({Columns}) "
            + "SELECT s.customer_key, s.customer_id, s.refund_id || '-' || CAST(p.parts + 1 AS text), s.refunded_at_ms, "
            + $"p.stated_minor - p.total_minor, s.currency, s.order_id, s.is_undated {StatedInParts}"
            + "AND p.refund_id = p.stated_id AND p.stated_minor > p.total_minor");
        sql.Execute($"INSERT INTO staged_refund ({Columns}) "
            + "SELECT p.customer_key, s.customer_id, p.refund_id, p.refunded_at_ms, "
            + "CASE WHEN p.amount_minor < p.stated_minor - p.before_minor THEN p.amount_minor ELSE p.stated_minor - p.before_minor END, "
            + $"s.currency, s.order_id, s.is_undated {StatedInParts}AND p.refund_id <> p.stated_id AND p.before_minor < p.stated_minor");
        sql.Execute("UPDATE staged_refund SET amount_minor = p.amount_minor "
            + $"FROM {Part} p WHERE p.customer_key = staged_refund.customer_key AND p.stated_id = staged_refund.refund_id "
            + "AND p.refund_id = p.stated_id AND p.is_stated_undated AND p.dated = 0 AND p.amount_minor < p.stated_minor");
    }

    /// <summary>
    /// The day of a refund whose source does not say when. One that is stored keeps its own. One that an order of an earlier import did not
    /// have was given back since: from the latest order that was known then on, so that no month that was closed then moves. None is later
    /// than the latest order there is.
    /// </summary>
    private void Date()
    {
        if (sql.Scalar<long>("SELECT count(*) FROM staged_refund WHERE is_undated") == 0) return;
        var known = sql.Scalar<long?>("SELECT max(quarter_hour) FROM order_span") * ImportSummaries.QuarterHourMs;
        var staged = sql.Scalar<long?>("SELECT max(ordered_at_ms) FROM staged_orders WHERE is_valid");
        if ((known > staged ? known : staged ?? known) is not { } last) return;
        var lastMs = last.ToString(CultureInfo.InvariantCulture);
        sql.Execute($"UPDATE staged_refund SET refunded_at_ms = {lastMs} WHERE is_undated AND refunded_at_ms > {lastMs}");
        if (known is not { } sinceMs) return;
        var since = sinceMs.ToString(CultureInfo.InvariantCulture);
        sql.Execute($"UPDATE staged_refund SET refunded_at_ms = {since} WHERE is_undated AND refunded_at_ms < {since} "
            + "AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.customer_key = staged_refund.customer_key "
            + "AND r.refund_id = staged_refund.refund_id) "
            + "AND (EXISTS (SELECT 1 FROM orders o WHERE o.customer_key = staged_refund.customer_key "
            + "AND o.order_id = staged_refund.order_id) "
            + $"OR EXISTS (SELECT 1 FROM {OrderMoves.Table} m WHERE m.to_key = staged_refund.customer_key "
            + "AND m.order_id = staged_refund.order_id))");
        sql.Execute("UPDATE staged_refund SET refunded_at_ms = r.refunded_at_ms FROM refund r WHERE r.customer_key = "
            + "staged_refund.customer_key AND r.refund_id = staged_refund.refund_id AND staged_refund.is_undated AND r.is_undated");
    }
}

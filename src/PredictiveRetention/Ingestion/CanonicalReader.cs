using DuckDB.NET.Data;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// Streams the canonical views of a preset as rows. Values are read by type and position; nothing is kept from one row to the
/// next but the few texts that repeat.
/// </summary>
internal sealed class CanonicalReader(ImportDatabase database, Currency currency)
{
    private readonly Dictionary<string, string> _repeated = [];

    public IEnumerable<CustomerRow> Customers() =>
        Rows("customers", "customer_id, first_seen_at, birth_year, gender, country, city, acquisition_channel, consent_email, email")
            .Select(row => new CustomerRow(
                row.GetString(0),
                Long(row, 1),
                row.IsDBNull(2) ? null : row.GetInt32(2),
                Repeated(row, 3),
                Repeated(row, 4),
                Repeated(row, 5),
                Repeated(row, 6),
                row.IsDBNull(7) ? null : row.GetBoolean(7),
                Text(row, 8)));

    /// <param name="inKeyOrder">By customer key and order id, as the store keeps them.</param>
    public IEnumerable<OrderRow> Orders(bool inKeyOrder) =>
        Rows("orders", $"""
            customer_id, order_id, ordered_at, {Minor("amount")}, {Minor("discount")}, status, coalesce(is_valid, true), channel, category,
            quantity, promised_at, delivered_at, review_score, {Minor("margin")}
            """, inKeyOrder
            ? $"JOIN (SELECT customer_id, customer_key(customer_id) AS key FROM (SELECT DISTINCT customer_id FROM {Complete("orders")})) "
                + "USING (customer_id) ORDER BY key, order_id"
            : "")
            .Select(row => new OrderRow(
                row.GetString(0),
                row.GetString(1),
                row.GetInt64(2),
                row.GetInt64(3),
                currency.Code,
                Long(row, 4),
                Repeated(row, 5),
                row.GetBoolean(6),
                Repeated(row, 7),
                Repeated(row, 8),
                row.IsDBNull(9) ? null : row.GetInt32(9),
                Long(row, 10),
                Long(row, 11),
                row.IsDBNull(12) ? null : row.GetDouble(12),
                Long(row, 13)));

    public IEnumerable<RefundRow> Refunds() =>
        Rows("refunds", $"customer_id, refund_id, refunded_at, {Minor("amount")}, order_id, coalesce(is_undated, false)")
            .Select(row => new RefundRow(
                row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), currency.Code, Text(row, 4), row.GetBoolean(5)));

    /// <summary>One row an order id: of several with one id the last one of the file counts.</summary>
    public IEnumerable<NobodysOrderRow> NobodysOrders() => database.Query($"""
        SELECT order_id, arg_max(ordered_at, record), arg_max({Minor("amount")}, record), arg_max({Minor("refunded")}, record),
          arg_max(is_valid, record), arg_max(name_of(status), record)
        FROM complete_nobody WHERE order_id IS NOT NULL GROUP BY order_id
        """).Select(row => new NobodysOrderRow(
            row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.IsDBNull(3) ? 0 : row.GetInt64(3), row.GetBoolean(4),
            Text(row, 5)));

    public IEnumerable<EngagementRow> Events() =>
        Rows("events", "customer_id, event_type, occurred_at, campaign_id, message_id")
            .Select(row => new EngagementRow(row.GetString(0), TypeOf(row.GetString(1)), row.GetInt64(2), Repeated(row, 3), Text(row, 4)));

    public IEnumerable<SubscriptionRow> Subscriptions() =>
        Rows("subscriptions", $"""
            customer_id, subscription_id, started_at, plan, ended_at, cancelled_at, {Minor("amount")}, period, coalesce(is_trial, false)
            """)
            .Select(row => new SubscriptionRow(
                row.GetString(0),
                row.GetString(1),
                row.GetInt64(2),
                Repeated(row, 3),
                Long(row, 4),
                Long(row, 5),
                Long(row, 6),
                row.IsDBNull(6) ? null : currency.Code,
                Repeated(row, 7),
                row.GetBoolean(8)));

    /// <summary>Whole minor units of an exact amount, rounded half away from zero as <see cref="Currency.ToMinor"/> does.</summary>
    public string Minor(string amount) =>
        $"({amount}::DECIMAL(18,{ImportDatabase.Number(currency.Decimals)}) * {ImportDatabase.Number(currency.MinorPerUnit)})::BIGINT";

    /// <summary>A preset's rows as rules.sql leaves them.</summary>
    public static string Complete(string view) => "stored_" + view;

    private IEnumerable<DuckDBDataReader> Rows(string view, string columns, string behind = "") =>
        database.Query($"SELECT {columns} FROM {Complete(view)} {behind}");

    private static EngagementType TypeOf(string name) => name switch
    {
        "email_sent" => EngagementType.EmailSent,
        "email_delivered" => EngagementType.EmailDelivered,
        "email_opened" => EngagementType.EmailOpened,
        "email_clicked" => EngagementType.EmailClicked,
        "visit" => EngagementType.Visit,
        "app_session" => EngagementType.AppSession,
        "ticket" => EngagementType.Ticket,
        _ => throw new InvalidOperationException($"The preset gave the event type '{name}', which is not canonical."),
    };

    private static long? Long(DuckDBDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static string? Text(DuckDBDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>One string object per value: a million orders share the few names of channels and countries.</summary>
    private string? Repeated(DuckDBDataReader row, int column)
    {
        const int ValuesMax = 4096;
        if (row.IsDBNull(column)) return null;
        var text = row.GetString(column);
        if (_repeated.TryGetValue(text, out var known)) return known;
        if (_repeated.Count < ValuesMax) _repeated.Add(text, text);
        return text;
    }
}

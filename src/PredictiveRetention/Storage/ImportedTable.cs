using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Storage;

/// <summary>A table an import writes: its rows are staged in a table of their own, staged_NAME.</summary>
/// <param name="Key">The primary key, beginning with customer_key.</param>
/// <param name="StagedColumns">customer_key, customer_id (which only the customer table keeps), then the rest of key and values.</param>
internal abstract record ImportedTable(string Name, string[] Key, string[] StagedColumns)
{
    public static ImportedTable<CustomerRow> Customer { get; } = new("customer", ["customer_key"], new(
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

    public static ImportedTable<OrderRow> Orders { get; } = new("orders", ["customer_key", "order_id"], new(
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

    public static ImportedTable<RefundRow> Refund { get; } = new("refund", ["customer_key", "refund_id"], new(
        ("customer_key", (bulk, in row) => bulk.Write(CustomerKey.Hash(row.CustomerId))),
        ("customer_id", (bulk, in row) => bulk.Write(row.CustomerId)),
        ("refund_id", (bulk, in row) => bulk.Write(row.RefundId)),
        ("refunded_at_ms", (bulk, in row) => bulk.Write(row.RefundedAtMs)),
        ("amount_minor", (bulk, in row) => bulk.Write(row.AmountMinor)),
        ("currency", (bulk, in row) => bulk.Write(row.Currency)),
        ("order_id", (bulk, in row) => bulk.Write(row.OrderId)),
        ("is_undated", (bulk, in row) => bulk.Write(row.IsUndated))));

    public static ImportedTable<EngagementRow> Engagement { get; } = new(
        "engagement", ["customer_key", "occurred_at_ms", "event_type", "message_id"], new(
        ("customer_key", (bulk, in row) => bulk.Write(CustomerKey.Hash(row.CustomerId))),
        ("customer_id", (bulk, in row) => bulk.Write(row.CustomerId)),
        ("occurred_at_ms", (bulk, in row) => bulk.Write(row.OccurredAtMs)),
        ("event_type", (bulk, in row) => bulk.Write((int)row.Type)),
        ("message_id", (bulk, in row) => bulk.Write(row.MessageId ?? "")),
        ("campaign_id", (bulk, in row) => bulk.Write(row.CampaignId))));

    public static ImportedTable<SubscriptionRow> Subscription { get; } = new("subscription", ["customer_key", "subscription_id"], new(
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

    public static IReadOnlyList<ImportedTable> All { get; } = [Customer, Orders, Refund, Engagement, Subscription];

    /// <summary>The columns behind the key.</summary>
    public string[] Values { get; } = [.. StagedColumns.Except(Key).Where(column => column != "customer_id" || Name == "customer")];

    public string Staged => "staged_" + Name;

    /// <summary>Keys of the staged rows that are new or differ from what is stored; was_there tells them apart.</summary>
    public string Changed => "staged_changed_" + Name;

    /// <summary>Keys of the stored rows that go.</summary>
    public string Gone => "staged_gone_" + Name;

    public string Keys => string.Join(", ", Key);

    public string SelectForStaging =>
        Name == "customer"
            ? string.Join(", ", StagedColumns)
            : $"customer_key, CAST(NULL AS text) AS customer_id, {string.Join(", ", StagedColumns[2..])}";

    public string SameKey(string one, string other) => string.Join(" AND ", Key.Select(column => $"{one}.{column} = {other}.{column}"));

    /// <summary>The staged row s would leave the stored row t as it is.</summary>
    public string IsSame =>
        string.Join(" AND ", Values.Select(column => $"t.{column} IS NOT DISTINCT FROM {Merged(column)}"));

    /// <summary>
    /// Whoever ordered is staged as a customer too: such a row counts where it says more of them than that they are there.
    /// </summary>
    public string SaysSomething =>
        Name == "customer" ? $"({string.Join(" OR ", Values[1..].Select(column => $"s.{column} IS NOT NULL"))})" : "true";

    /// <summary>What a column will be: of a customer what is known stays where a file says nothing.</summary>
    private string Merged(string column) => Name == "customer" ? $"coalesce(s.{column}, t.{column})" : $"s.{column}";
}

internal sealed record ImportedTable<T>(string Name, string[] Key, RowWriter<T> Row) : ImportedTable(Name, Key, Row.Names);

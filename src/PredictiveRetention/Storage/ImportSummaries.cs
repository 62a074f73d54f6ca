using System.Data.Common;
using Dapper;
using PredictiveRetention.Features;

namespace PredictiveRetention.Storage;

/// <summary>
/// What an import leaves behind so that a night needs no pass over all rows: when orders were placed, which sources speak and since when,
/// and each customer's first order.
/// </summary>
internal static class ImportSummaries
{
    /// <summary>Source, table, its time column, and what makes a row count as that source.</summary>
    private static readonly (DataSource Source, string Table, string Time, string Condition)[] s_sources =
    [
        (DataSource.Discounts, "orders", "ordered_at_ms", "discount_minor IS NOT NULL"),
        (DataSource.Categories, "orders", "ordered_at_ms", "category IS NOT NULL"),
        (DataSource.Channels, "orders", "ordered_at_ms", "channel IS NOT NULL"),
        (DataSource.Quantities, "orders", "ordered_at_ms", "quantity IS NOT NULL"),
        (DataSource.Margins, "orders", "ordered_at_ms", "margin_minor IS NOT NULL"),
        (DataSource.Delivery, "orders", "delivered_at_ms", "delivered_at_ms IS NOT NULL"),
        (DataSource.Reviews, "orders", "ordered_at_ms", "review_score IS NOT NULL"),
        (DataSource.Promises, "orders", "delivered_at_ms", "promised_at_ms IS NOT NULL AND delivered_at_ms IS NOT NULL"),
        (DataSource.Refunds, "refund", "refunded_at_ms", "true"),
        (DataSource.Email, "engagement", "occurred_at_ms", "event_type BETWEEN 1 AND 4"),
        (DataSource.EmailDeliveries, "engagement", "occurred_at_ms", "event_type = 2"),
        (DataSource.Visits, "engagement", "occurred_at_ms", "event_type IN (5, 6)"),
        (DataSource.Tickets, "engagement", "occurred_at_ms", "event_type = 7"),
        (DataSource.Subscriptions, "subscription", "started_at_ms", "true"),
        // Who somebody is has no date.
        (DataSource.Demographics, "customer", "0", "birth_year IS NOT NULL"),
        (DataSource.Acquisition, "customer", "0", "acquisition_channel IS NOT NULL"),
        (DataSource.Countries, "customer", "0", "country IS NOT NULL"),
        (DataSource.Genders, "customer", "0", "gender IS NOT NULL"),
        (DataSource.Profiles, "customer", "0", "birth_year IS NOT NULL OR gender IS NOT NULL OR country IS NOT NULL OR consent_email IS NOT NULL OR acquisition_channel IS NOT NULL"),
    ];

    /// <summary>One pass over each table.</summary>
    public static void Refresh(DbConnection connection, DbTransaction transaction)
    {
        connection.Execute(
            "DELETE FROM order_span; DELETE FROM source_span; "
            + "INSERT INTO order_span SELECT ordered_at_ms / 900000, count(*), min(ordered_at_ms), max(ordered_at_ms) FROM orders WHERE is_valid GROUP BY ordered_at_ms / 900000",
            transaction: transaction, commandTimeout: 0);
        foreach (var table in s_sources.GroupBy(source => source.Table))
        {
            var sources = table.ToList();
            var columns = string.Join(", ", sources.Select(source => $"CAST(min({source.Time}) FILTER (WHERE {source.Condition}) AS bigint)"));
            using var row = connection.ExecuteReader($"SELECT {columns} FROM {table.Key}", transaction: transaction, commandTimeout: 0);
            row.Read();
            var found = sources.Select((source, i) => (source.Source, First: row.IsDBNull(i) ? (long?)null : row.GetInt64(i))).Where(source => source.First is not null).ToList();
            row.Close();
            foreach (var (source, first) in found)
                connection.Execute("INSERT INTO source_span (source, first_ms) VALUES (@source, @first)", new { source = (int)source, first }, transaction);
        }
    }

    /// <summary>True for a store that has orders and was last written by a version that kept no summaries.</summary>
    public static bool AreMissing(DbConnection connection) =>
        connection.ExecuteScalar<int>("SELECT CASE WHEN EXISTS (SELECT 1 FROM orders WHERE is_valid) AND NOT EXISTS (SELECT 1 FROM order_span) THEN 1 ELSE 0 END") == 1;
}

using System.Globalization;
using Dapper;
using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Storage;

/// <summary>Something a customer did, or that was done for them.</summary>
/// <param name="Kind">order, refund, undated_refund (AtMs is an estimate), or the type of an engagement event such as email_opened.</param>
/// <param name="What">Id of the order or refund, or of the campaign.</param>
/// <param name="AmountMinor">Null for events.</param>
public sealed record CustomerMoment(long AtMs, string Kind, string What, long? AmountMinor, string? Note);

/// <summary>Who is there, and what they did last.</summary>
public sealed class CustomerReader
{
    private readonly Engine _engine;

    internal CustomerReader(Engine engine) => _engine = engine;

    /// <summary>Ranges of about <paramref name="size"/> customers each, in key order, that together hold every customer.</summary>
    public IEnumerable<KeyRange> Ranges(int size)
    {
        using var connection = _engine.Open();
        var first = long.MinValue;
        while (connection.ExecuteScalar<long?>(
            "SELECT customer_key FROM customer WHERE customer_key >= @first ORDER BY customer_key LIMIT 1 OFFSET @offset",
            new { first, offset = size - 1 }) is { } last)
        {
            yield return new KeyRange(first, last);
            if (last == long.MaxValue) yield break;
            first = last + 1;
        }
        yield return new KeyRange(first, long.MaxValue);
    }

    /// <summary>People the store knows who had no valid order before a cutoff.</summary>
    public long CountWithoutOrders(Shop shop, Cutoff before)
    {
        using var connection = _engine.Open();
        return connection.ExecuteScalar<long>(
            "SELECT count(*) FROM customer WHERE first_order_at_ms IS NULL OR first_order_at_ms >= @before",
            new { before = shop.StartMs(before) });
    }

    /// <summary>The last things known of a customer, newest first.</summary>
    public async Task<IReadOnlyList<CustomerMoment>> MomentsAsync(long customerKey, int limit, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        var moments = new List<CustomerMoment>();
        moments.AddRange((await connection.QueryAsync<(long At, string Id, long Amount, bool Valid, string? Status, string? Category)>(
            LastOf("ordered_at_ms, order_id, amount_minor, is_valid, status, category", "orders", "ordered_at_ms DESC, order_id")))
            .Select(order => new CustomerMoment(
                order.At, "order", order.Id, order.Amount, order.Valid ? order.Category : order.Status ?? "not a sale")));
        moments.AddRange((await connection.QueryAsync<(long At, string Id, long Amount, string? Order, bool IsUndated)>(
            LastOf("refunded_at_ms, refund_id, amount_minor, order_id, is_undated", "refund", "refunded_at_ms DESC, refund_id")))
            .Select(refund => new CustomerMoment(
                refund.At, refund.IsUndated ? "undated_refund" : "refund", refund.Id, -Math.Abs(refund.Amount), refund.Order)));
        moments.AddRange((await connection.QueryAsync<(long At, int Type, string? Campaign)>(
            LastOf("occurred_at_ms, event_type, campaign_id", "engagement", "occurred_at_ms DESC, event_type")))
            .Select(happened => new CustomerMoment(
                happened.At, ((EngagementType)happened.Type).ToString(), happened.Campaign ?? "", null, null)));
        return [.. moments.OrderByDescending(moment => moment.AtMs).Take(limit)];

        CommandDefinition LastOf(string columns, string table, string order) => new(
            $"SELECT {columns} FROM {table} WHERE customer_key = @customerKey ORDER BY {order} LIMIT @limit",
            new { customerKey, limit }, cancellationToken: cancellation);
    }

    /// <summary>Keys of everybody with a valid order before a cutoff, ascending.</summary>
    internal static List<long> Population(LedgerChange change, Shop shop, Cutoff before)
    {
        var population = new List<long>();
        using var rows = change.Rows(string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT customer_key FROM customer WHERE first_order_at_ms < {shop.StartMs(before)} ORDER BY customer_key"));
        while (rows.Read()) population.Add(rows.Long());
        return population;
    }
}

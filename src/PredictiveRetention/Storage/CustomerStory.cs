using Dapper;
using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Storage;

/// <summary>Something a customer did, or that was done for them.</summary>
/// <param name="Kind">order, refund, or the type of an engagement event such as email_opened.</param>
/// <param name="What">Id of the order or refund, or of the campaign.</param>
/// <param name="AmountMinor">Null for events.</param>
public sealed record CustomerMoment(long AtMs, string Kind, string What, long? AmountMinor, string? Note);

/// <summary>What a published night said of a customer.</summary>
public sealed record PastScore(string AsOf, double PChurn, double Clv);

public sealed partial class RetentionStore
{
    /// <summary>The last things known of a customer, newest first.</summary>
    public async Task<IReadOnlyList<CustomerMoment>> MomentsAsync(long customerKey, int limit, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        var moments = new List<CustomerMoment>();
        moments.AddRange((await connection.QueryAsync<(long At, string Id, long Amount, bool Valid, string? Status, string? Category)>(new CommandDefinition(
            "SELECT ordered_at_ms, order_id, amount_minor, is_valid, status, category FROM orders WHERE customer_key = @customerKey ORDER BY ordered_at_ms DESC, order_id LIMIT @limit", new { customerKey, limit }, cancellationToken: cancellation)))
            .Select(order => new CustomerMoment(order.At, "order", order.Id, order.Amount, order.Valid ? order.Category : order.Status ?? "not a sale")));
        moments.AddRange((await connection.QueryAsync<(long At, string Id, long Amount, string? Order)>(new CommandDefinition(
            "SELECT refunded_at_ms, refund_id, amount_minor, order_id FROM refund WHERE customer_key = @customerKey ORDER BY refunded_at_ms DESC, refund_id LIMIT @limit", new { customerKey, limit }, cancellationToken: cancellation)))
            .Select(refund => new CustomerMoment(refund.At, "refund", refund.Id, -Math.Abs(refund.Amount), refund.Order)));
        moments.AddRange((await connection.QueryAsync<(long At, int Type, string? Campaign)>(new CommandDefinition(
            "SELECT occurred_at_ms, event_type, campaign_id FROM engagement WHERE customer_key = @customerKey ORDER BY occurred_at_ms DESC, event_type LIMIT @limit", new { customerKey, limit }, cancellationToken: cancellation)))
            .Select(happened => new CustomerMoment(happened.At, ((EngagementType)happened.Type).ToString(), happened.Campaign ?? "", null, null)));
        return [.. moments.OrderByDescending(moment => moment.AtMs).Take(limit)];
    }

    /// <summary>What the nights whose predictions are kept said of a customer, oldest first; of one as-of the last.</summary>
    public async Task<IReadOnlyList<PastScore>> PastScoresAsync(long customerKey, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return [.. (await connection.QueryAsync<(string AsOf, double PChurn, double Clv)>(new CommandDefinition(
            "SELECT r.as_of, p.p_churn, p.clv FROM prediction p JOIN run r ON r.run_id = p.run_id "
            + $"WHERE p.customer_key = @customerKey AND r.purpose = '{RunPurpose.Night}' AND r.state IN ('{RunState.Published}', '{RunState.Superseded}') ORDER BY r.as_of, r.run_id", new { customerKey }, cancellationToken: cancellation)))
            .GroupBy(score => score.AsOf).Select(night => new PastScore(night.Key, night.Last().PChurn, night.Last().Clv))];
    }
}

using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>Something a customer did, as it is stored.</summary>
public sealed record TimelineRow
{
    public long AtMs { get; init; }

    /// <summary>order, refund or event.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The id of an order or refund; null for events.</summary>
    public string? Id { get; init; }
    public long? AmountMinor { get; init; }

    /// <summary>Number of the enum in Ingestion; null for orders and refunds.</summary>
    public int? EventType { get; init; }

    /// <summary>False: an order that counts as no sale.</summary>
    public bool IsValid { get; init; } = true;
}

/// <summary>What one run said of a customer.</summary>
public sealed record ScoreOfRun
{
    public long RunId { get; init; }
    public string AsOf { get; init; } = "";
    public double PChurn { get; init; }
    public double Clv { get; init; }
}

public sealed partial class RetentionStore
{
    /// <summary>A customer's row of a run.</summary>
    public async Task<PredictionRow?> PredictionAsync(long runId, string customerId, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<PredictionRow>(new CommandDefinition(
            SelectPrediction + " WHERE p.run_id = @runId AND p.customer_key = @key", new { runId, key = CustomerKey.Of(customerId) }, cancellationToken: cancellation));
    }

    /// <summary>A customer's orders, refunds and events, newest first.</summary>
    public IReadOnlyList<TimelineRow> Timeline(long customerKey, int limit)
    {
        using var connection = _engine.Open();
        return connection.Query<TimelineRow>(
            """
            SELECT ordered_at_ms AS at_ms, 'order' AS kind, order_id AS id, amount_minor, CAST(NULL AS int) AS event_type, is_valid FROM orders WHERE customer_key = @customerKey
            UNION ALL SELECT refunded_at_ms, 'refund', refund_id, amount_minor, CAST(NULL AS int), @valid FROM refund WHERE customer_key = @customerKey
            UNION ALL SELECT occurred_at_ms, 'event', CAST(NULL AS text), CAST(NULL AS bigint), event_type, @valid FROM engagement WHERE customer_key = @customerKey
            ORDER BY 1 DESC, 2, 3 LIMIT @limit
            """, new { customerKey, limit, valid = true }).AsList();
    }

    /// <summary>What the nights whose rows are kept said of a customer, oldest first.</summary>
    public IReadOnlyList<ScoreOfRun> ScoresOf(long customerKey)
    {
        using var connection = _engine.Open();
        return connection.Query<ScoreOfRun>(
            $"SELECT r.run_id, r.as_of, p.p_churn, p.clv FROM prediction p JOIN run r ON r.run_id = p.run_id WHERE p.customer_key = @customerKey AND r.purpose = '{RunPurpose.Night}' AND r.state IN ('{RunState.Published}', '{RunState.Superseded}') ORDER BY r.as_of, r.run_id",
            new { customerKey }).AsList();
    }
}

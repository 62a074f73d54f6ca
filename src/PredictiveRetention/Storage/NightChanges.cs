using Dapper;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Storage;

/// <summary>What a store has for a first night, against what a model needs.</summary>
/// <param name="Buyers">Customers with an order.</param>
/// <param name="FirstDay">Day of the first order; null without any.</param>
public sealed record StoreSurvey(long Buyers, long Orders, DateOnly? FirstDay, DateOnly? LastDay);

public sealed partial class RetentionStore
{
    private const string MovedUp = "p.risk_band = @high AND NOT p.lost";
    private const string WasLower = "NOT e.lost AND e.risk_band <> @high";

    /// <summary>The published night before a run whose as-of is at least so many days earlier, and whose predictions are still kept; null where there is none.</summary>
    public Run? NightToCompare(Run run, int daysBefore)
    {
        using var connection = _engine.Open();
        return connection.QueryFirstOrDefault<Run>(
            $"SELECT * FROM run WHERE purpose = '{RunPurpose.Night}' AND as_of <= @before AND state IN ('{RunState.Published}', '{RunState.Superseded}') AND headline IS NOT NULL ORDER BY as_of DESC, run_id DESC LIMIT 1",
            new { before = Cutoff.Parse(run.AsOf).Minus(daysBefore).ToString() });
    }

    /// <summary>Customers whose predicted risk band is High in a run and was lower in an earlier one; the lost are in neither, customers of the later run only count as new.</summary>
    public async Task<long> MovedIntoHighRiskAsync(long runId, long earlierRunId, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            $"SELECT count(*) FROM prediction p JOIN prediction e ON e.customer_key = p.customer_key AND e.run_id = @earlierRunId WHERE p.run_id = @runId AND {MovedUp} AND {WasLower}",
            new { runId, earlierRunId, high = (int)RiskBand.High }, cancellationToken: cancellation));
    }

    /// <summary>What there is to learn from, whether or not anything was scored.</summary>
    public StoreSurvey Survey(Shop shop)
    {
        using var connection = _engine.Open();
        var (buyers, orders, first, last) = connection.QuerySingle<(long, long, long?, long?)>(
            "SELECT (SELECT count(*) FROM customer WHERE first_order_at_ms IS NOT NULL), count(*), min(ordered_at_ms), max(ordered_at_ms) FROM orders");
        return new StoreSurvey(buyers, orders, Day(first), Day(last));

        DateOnly? Day(long? ms) => ms is { } at ? DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(at), shop.Calendar.TimeZone).Date) : null;
    }
}

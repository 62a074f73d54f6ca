using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>The night readers see, and those they saw before it.</summary>
public sealed class NightReader
{
    private readonly Engine _engine;

    internal NightReader(Engine engine) => _engine = engine;

    /// <summary>The run readers see now; null before the first night.</summary>
    public Run? Current()
    {
        using var connection = _engine.Open();
        return connection.QuerySingleOrDefault<Run>(
            $"SELECT r.* FROM current_run c JOIN run r ON r.run_id = c.run_id WHERE c.purpose = {RunPurpose.Night.Sql()}");
    }

    /// <inheritdoc cref="Current"/>
    public async Task<Run?> CurrentAsync(CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<Run>(new CommandDefinition(
            $"SELECT r.* FROM current_run c JOIN run r ON r.run_id = c.run_id WHERE c.purpose = {RunPurpose.Night.Sql()}",
            cancellationToken: cancellation));
    }

    /// <summary>The newest night readers ever saw whose as-of is on or before a day; null where there is none.</summary>
    public Run? UpTo(Cutoff asOf)
    {
        using var connection = _engine.Open();
        return connection.QueryFirstOrDefault<Run>(
            $"SELECT * FROM run WHERE purpose = {RunPurpose.Night.Sql()} AND as_of <= @asOf AND published_at_ms IS NOT NULL AND settings IS NOT NULL "
            + "ORDER BY as_of DESC, run_id DESC LIMIT 1",
            new { asOf });
    }

    /// <summary>
    /// The published night before a run whose as-of is at least so many days earlier, and whose predictions are still kept; null where there is
    /// none.
    /// </summary>
    public Run? ToCompare(Run run, int daysBefore)
    {
        using var connection = _engine.Open();
        return connection.QueryFirstOrDefault<Run>(
            $"SELECT * FROM run WHERE purpose = {RunPurpose.Night.Sql()} AND as_of <= @before "
            + $"AND state IN ({RunState.Published.Sql()}, {RunState.Superseded.Sql()}) AND headline IS NOT NULL ORDER BY as_of DESC, run_id DESC LIMIT 1",
            new { before = run.AsOf.Minus(daysBefore) });
    }
}

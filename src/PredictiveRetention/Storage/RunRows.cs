using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>What runs wrote beside the ledger: whether it is all there, and its removal once nobody will read it again.</summary>
public sealed class RunRows
{
    private static readonly string s_ended =
        $"SELECT * FROM run WHERE state IN ({RunState.Dropped.Sql()}, {RunState.Discarded.Sql()}, {RunState.Failed.Sql()}) AND NOT "
            + $"rows_cleared";

    private readonly Engine _engine;

    internal RunRows(Engine engine) => _engine = engine;

    /// <summary>
    /// Removes the rows of runs beyond the newest <paramref name="keepRuns"/> of a purpose, never those of the current one; their ledger
    /// entries stay. Killed half-way, the next call ends it.
    /// </summary>
    public void DropOld(RunPurpose purpose, int keepRuns)
    {
        foreach (var runId in RunsToDrop(purpose, keepRuns))
        {
            // First the state: from then on nobody rolls back to it or reads a listing from it.
            using (var change = LedgerChange.Begin(_engine))
            {
                if (change.Lock(runId).State is RunState.Superseded or RunState.Published)
                {
                    change.Execute($"UPDATE run SET state = {RunState.Dropped.Sql()} WHERE run_id = @runId", new { runId });
                    change.Record(runId, "retention", "dropped", null);
                }
                change.Commit();
            }
            Failpoint.Pass("retention-dropping");
        }
        Clear();
    }

    /// <summary>
    /// Rows nobody will read again: of dropped, discarded and failed runs. The state came first, so this can be repeated.
    /// </summary>
    internal void Clear()
    {
        using var connection = _engine.Open();
        foreach (var run in connection.Query<Run>(s_ended).AsList())
        {
            var room = connection.QuerySingleOrDefault<string>(_engine.PredictionRoom(run.RunId));
            foreach (var step in Clearing(run, room)) connection.Execute(step, new { run.RunId, cleared = true });
        }
    }

    /// <inheritdoc cref="Clear"/>
    internal async Task ClearAsync(CancellationToken cancellation)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        foreach (var run in (await connection.QueryAsync<Run>(new CommandDefinition(s_ended, cancellationToken: cancellation))).AsList())
        {
            var asked = new CommandDefinition(_engine.PredictionRoom(run.RunId), cancellationToken: cancellation);
            var room = await connection.QuerySingleOrDefaultAsync<string>(asked);
            foreach (var step in Clearing(run, room))
            {
                await connection.ExecuteAsync(
                    new CommandDefinition(step, new { run.RunId, cleared = true }, cancellationToken: cancellation));
            }
        }
    }

    /// <summary>How many shards of a run are open, and how many customers it has predictions and faults of and should have.</summary>
    internal static Statement Counting(long runId) => new(
        $"SELECT (SELECT count(*) FROM run_shard WHERE run_id = @runId AND state <> {ShardState.Done.Sql()}), "
        + "(SELECT count(*) FROM prediction WHERE run_id = @runId), (SELECT count(*) FROM run_quarantine WHERE run_id = @runId), "
        + "(SELECT expected_count FROM run WHERE run_id = @runId)",
        new { runId });

    /// <param name="counts">The answer to <see cref="Counting"/>.</param>
    /// <exception cref="InvalidOperationException">A customer of the run's population is missing, or there is one too many.</exception>
    internal static void RequireComplete(long runId, (long Open, long Scored, long Quarantined, long Expected) counts)
    {
        if (counts.Open == 0 && counts.Scored + counts.Quarantined == counts.Expected) return;
        throw new InvalidOperationException(
            $"Run {runId} has {counts.Scored} predictions and {counts.Quarantined} quarantined customers of {counts.Expected} expected "
            + $"and {counts.Open} shards open: not published.");
    }

    private IEnumerable<string> Clearing(Run run, string? room)
    {
        foreach (var step in _engine.DropPredictionRoom(run.RunId, room)) yield return step;
        yield return ShardLedger.ClearingQuarantine;
        yield return FigureStore.Clearing(keepHeadlines: run is { State: RunState.Dropped, Purpose: RunPurpose.Night });
        yield return CardStore.Clearing;
        if (run.State != RunState.Dropped) foreach (var step in AssignmentLedger.Clearing) yield return step;
        yield return "UPDATE run SET rows_cleared = @cleared WHERE run_id = @RunId";
    }

    private List<long> RunsToDrop(RunPurpose purpose, int keepRuns)
    {
        using var connection = _engine.Open();
        return connection.Query<long>(
            $"SELECT run_id FROM run WHERE purpose = @purpose AND state IN ({RunState.Superseded.Sql()}, {RunState.Published.Sql()}) "
            + "AND run_id NOT IN (SELECT run_id FROM current_run) ORDER BY run_id DESC LIMIT 1000 OFFSET @offset",
            new { purpose = purpose.Word(), offset = purpose == RunPurpose.Night ? keepRuns - 1 : keepRuns }).AsList();
    }
}

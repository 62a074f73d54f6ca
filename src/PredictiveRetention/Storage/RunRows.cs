using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>What runs wrote beside the ledger: whether it is all there, and its removal once nobody will read it again.</summary>
public sealed class RunRows
{
    private readonly Engine _engine;

    internal RunRows(Engine engine) => _engine = engine;

    /// <summary>
    /// Removes the rows of runs beyond the newest <paramref name="keepRuns"/> of a purpose, never those of the current one; their ledger entries
    /// stay. Killed half-way, the next call ends it.
    /// </summary>
    public void DropOld(RunPurpose purpose, int keepRuns)
    {
        foreach (var runId in Old(purpose, keepRuns))
        {
            // First the state: from then on nobody rolls back to it or reads a listing from it.
            using (var change = new LedgerChange(_engine))
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

    /// <summary>Rows nobody will read again: of dropped, discarded and failed runs. The state came first, so this can be repeated.</summary>
    internal void Clear()
    {
        using var connection = _engine.Open();
        var ended = connection.Query<Run>(
            $"SELECT * FROM run WHERE state IN ({RunState.Dropped.Sql()}, {RunState.Discarded.Sql()}, {RunState.Failed.Sql()}) AND NOT rows_cleared").AsList();
        foreach (var run in ended)
        {
            _engine.DropPredictionRoom(connection, run.RunId);
            ShardLedger.ClearQuarantine(connection, run.RunId);
            FigureStore.Clear(connection, run.RunId, keepHeadlines: run is { State: RunState.Dropped, Purpose: RunPurpose.Night });
            CardStore.Clear(connection, run.RunId);
            connection.Execute("UPDATE run SET rows_cleared = @cleared WHERE run_id = @RunId", new { run.RunId, cleared = true });
        }
    }

    /// <exception cref="InvalidOperationException">A customer of the run's population is missing, or there is one too many.</exception>
    internal static void RequireComplete(LedgerChange change, long runId)
    {
        var (open, scored, quarantined, expected) = change.Count<(long, long, long, long)>(
            "SELECT (SELECT count(*) FROM run_shard WHERE run_id = @runId AND state <> 'done'), "
            + "(SELECT count(*) FROM prediction WHERE run_id = @runId), (SELECT count(*) FROM run_quarantine WHERE run_id = @runId), "
            + "(SELECT expected_count FROM run WHERE run_id = @runId)",
            new { runId });
        if (open == 0 && scored + quarantined == expected) return;
        throw new InvalidOperationException(
            $"Run {runId} has {scored} predictions and {quarantined} quarantined customers of {expected} expected and {open} shards open: "
            + "not published.");
    }

    private List<long> Old(RunPurpose purpose, int keepRuns)
    {
        using var connection = _engine.Open();
        return connection.Query<long>(
            $"SELECT run_id FROM run WHERE purpose = @purpose AND state IN ({RunState.Superseded.Sql()}, {RunState.Published.Sql()}) "
            + "AND run_id NOT IN (SELECT run_id FROM current_run) ORDER BY run_id DESC LIMIT 1000 OFFSET @offset",
            new { purpose = purpose.Word(), offset = purpose == RunPurpose.Night ? keepRuns - 1 : keepRuns }).AsList();
    }
}

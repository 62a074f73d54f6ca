using System.Data.Common;
using System.Globalization;
using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>What a person decides about a run, each recorded with who decided, and the removal of old rows.</summary>
public sealed partial class RetentionStore
{
    /// <summary>Publishes a held run although it is outside its guard bands.</summary>
    /// <exception cref="RetentionException">There is no such run, or it is not held.</exception>
    public void PublishHeld(long runId, string actor) => Decide(runId, (connection, transaction, run) =>
    {
        if (run.State != RunState.Held) throw NotIn(run, "held, so there is nothing to publish");
        RequireComplete(connection, transaction, runId);
        MakeCurrent(connection, transaction, run, null, actor);
    });

    /// <summary>Gives a held run up; the date may then be scored again.</summary>
    /// <exception cref="RetentionException">There is no such run, or it is not held.</exception>
    public void Discard(long runId, string actor)
    {
        Decide(runId, (connection, transaction, run) =>
        {
            if (run.State != RunState.Held) throw NotIn(run, "held, so there is nothing to discard");
            connection.Execute($"UPDATE run SET state = '{RunState.Discarded}' WHERE run_id = @runId", new { runId }, transaction);
            connection.Execute("UPDATE run_shard SET population = NULL, insights = NULL WHERE run_id = @runId", new { runId }, transaction);
            Record(connection, transaction, runId, actor, "discarded", null);
            Tell(connection, transaction, runId, "run.discarded", run.BusinessDate);
        });
        using var connection = _engine.Open();
        ClearRows(connection);
    }

    /// <summary>Shows readers an earlier night again. The nights after it keep their rows; the next night publishes as usual.</summary>
    /// <exception cref="RetentionException">There is no such run, or it is no night whose rows are still there.</exception>
    public void RollBack(long runId, string actor) => Decide(runId, (connection, transaction, run) =>
    {
        if (run.Purpose != RunPurpose.Night || run.State != RunState.Superseded) throw NotIn(run, "an earlier published night whose rows are still there");
        RequireComplete(connection, transaction, runId);
        var from = connection.QuerySingle<long>($"SELECT run_id FROM current_run WHERE purpose = '{RunPurpose.Night}'", transaction: transaction);
        connection.Execute($"UPDATE run SET state = '{RunState.Superseded}' WHERE run_id = @from", new { from }, transaction);
        connection.Execute($"UPDATE run SET state = '{RunState.Published}' WHERE run_id = @runId", new { runId }, transaction);
        connection.Execute($"UPDATE current_run SET run_id = @runId WHERE purpose = '{RunPurpose.Night}'", new { runId }, transaction);
        Record(connection, transaction, from, actor, "superseded", $"rolled back to run {runId.ToString(CultureInfo.InvariantCulture)}");
        var seq = Record(connection, transaction, runId, actor, "rolled back", $"from run {from.ToString(CultureInfo.InvariantCulture)}");
        Tell(connection, transaction, runId, "run.rolled_back", run.BusinessDate, seq.ToString(CultureInfo.InvariantCulture));
    });

    /// <summary>
    /// Removes the rows of runs beyond the newest <paramref name="keepRuns"/> of a purpose, never those of the current one; their ledger entries
    /// stay. Killed half-way, the next call ends it.
    /// </summary>
    public void DropOldPredictions(string purpose, int keepRuns)
    {
        using var connection = _engine.Open();
        var old = connection.Query<long>(
            $"SELECT run_id FROM run WHERE purpose = @purpose AND state IN ('{RunState.Superseded}', '{RunState.Published}') "
            + "AND run_id NOT IN (SELECT run_id FROM current_run) ORDER BY run_id DESC LIMIT 1000 OFFSET @offset",
            new { purpose, offset = purpose == RunPurpose.Night ? keepRuns - 1 : keepRuns }).AsList();
        foreach (var runId in old)
        {
            // First the state: from then on nobody rolls back to it or reads a listing from it.
            Decide(runId, (inner, transaction, run) =>
            {
                if (run.State is not (RunState.Superseded or RunState.Published)) return;
                inner.Execute($"UPDATE run SET state = '{RunState.Dropped}' WHERE run_id = @runId", new { runId }, transaction);
                Record(inner, transaction, runId, "retention", "dropped", null);
            });
            Failpoint.Pass("retention-dropping");
        }
        ClearRows(connection);
    }

    /// <summary>Rows nobody will read again: of dropped, discarded and failed runs. The state came first, so this can be repeated.</summary>
    private void ClearRows(DbConnection connection)
    {
        foreach (var runId in connection.Query<long>($"SELECT run_id FROM run WHERE state IN ('{RunState.Dropped}', '{RunState.Discarded}', '{RunState.Failed}') AND NOT rows_cleared").AsList())
        {
            _engine.DropPredictionRoom(connection, runId);
            connection.Execute("DELETE FROM run_quarantine WHERE run_id = @runId", new { runId });
            connection.Execute($"DELETE FROM figure WHERE run_id = @runId AND (view NOT IN {KeptViews} OR NOT EXISTS (SELECT 1 FROM run r WHERE r.run_id = @runId AND r.state = '{RunState.Dropped}' AND r.purpose = '{RunPurpose.Night}'))", new { runId });
            connection.Execute("DELETE FROM card WHERE run_id = @runId", new { runId });
            connection.Execute("UPDATE run SET rows_cleared = @cleared WHERE run_id = @runId", new { runId, cleared = true });
        }
    }

    private void Decide(long runId, Action<DbConnection, DbTransaction, Run> change)
    {
        using var connection = _engine.Open();
        using var transaction = BeginRunChange(connection);
        var run = connection.QuerySingleOrDefault<Run>($"SELECT * FROM run WHERE run_id = @runId{_engine.ForUpdate}", new { runId }, transaction)
            ?? throw new RetentionException(Failure.NotFound, $"There is no run {runId.ToString(CultureInfo.InvariantCulture)}.");
        change(connection, transaction, run);
        transaction.Commit();
    }

    private static RetentionException NotIn(Run run, string wanted) =>
        new(Failure.Usage, $"Run {run.RunId.ToString(CultureInfo.InvariantCulture)} ({run.Purpose} of {run.BusinessDate}) is {run.State}; it is not {wanted}.");
}

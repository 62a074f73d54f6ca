using System.Globalization;

namespace PredictiveRetention.Storage;

/// <summary>What a person decides about a run, each recorded with who decided.</summary>
public sealed class RunDecisions
{
    private readonly Engine _engine;
    private readonly RunLedger _runs;
    private readonly RunRows _rows;

    internal RunDecisions(Engine engine, RunLedger runs, RunRows rows) => (_engine, _runs, _rows) = (engine, runs, rows);

    /// <summary>Publishes a held run although it is outside its guard bands.</summary>
    /// <exception cref="RetentionException">There is no such run, or it is not held.</exception>
    public void Publish(long runId, string actor)
    {
        using var change = new LedgerChange(_engine);
        var run = change.Lock(runId);
        if (run.State != RunState.Held) throw NotIn(run, "held, so there is nothing to publish");
        RunRows.RequireComplete(change, runId);
        _runs.MakeCurrent(change, run, null, actor);
        change.Commit();
    }

    /// <summary>Gives a held run up; the date may then be scored again.</summary>
    /// <exception cref="RetentionException">There is no such run, or it is not held.</exception>
    public void Discard(long runId, string actor)
    {
        using (var change = new LedgerChange(_engine))
        {
            var run = change.Lock(runId);
            if (run.State != RunState.Held) throw NotIn(run, "held, so there is nothing to discard");
            change.Execute($"UPDATE run SET state = {RunState.Discarded.Sql()} WHERE run_id = @runId", new { runId });
            ShardLedger.Forget(change, runId);
            change.Record(runId, actor, "discarded", null);
            Outbox.Tell(change, runId, "run.discarded", run.BusinessDate.ToIso());
            change.Commit();
        }
        _rows.Clear();
    }

    /// <summary>Shows readers an earlier night again. The nights after it keep their rows; the next night publishes as usual.</summary>
    /// <exception cref="RetentionException">There is no such run, or it is no night whose rows are still there.</exception>
    public void RollBack(long runId, string actor)
    {
        using var change = new LedgerChange(_engine);
        var run = change.Lock(runId);
        if (run.Purpose != RunPurpose.Night || run.State != RunState.Superseded)
            throw NotIn(run, "an earlier published night whose rows are still there");
        RunRows.RequireComplete(change, runId);
        var from = change.QuerySingle<long>($"SELECT run_id FROM current_run WHERE purpose = {RunPurpose.Night.Sql()}");
        change.Execute($"UPDATE run SET state = {RunState.Superseded.Sql()} WHERE run_id = @from", new { from });
        change.Execute($"UPDATE run SET state = {RunState.Published.Sql()} WHERE run_id = @runId", new { runId });
        change.Execute($"UPDATE current_run SET run_id = @runId WHERE purpose = {RunPurpose.Night.Sql()}", new { runId });
        change.Record(from, actor, "superseded", $"rolled back to run {runId.ToString(CultureInfo.InvariantCulture)}");
        var seq = change.Record(runId, actor, "rolled back", $"from run {from.ToString(CultureInfo.InvariantCulture)}");
        Outbox.Tell(change, runId, "run.rolled_back", run.BusinessDate.ToIso(), seq.ToString(CultureInfo.InvariantCulture));
        change.Commit();
    }

    private static RetentionException NotIn(Run run, string wanted) =>
        new(
            Failure.Usage,
            $"Run {run.RunId.ToString(CultureInfo.InvariantCulture)} ({run.Purpose.Word()} of {run.BusinessDate.ToIso()}) is {run.State.Word()}; "
            + $"it is not {wanted}.");
}

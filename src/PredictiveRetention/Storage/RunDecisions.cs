using System.Globalization;

namespace PredictiveRetention.Storage;

/// <summary>What a person decides about a run, each recorded with who decided.</summary>
public sealed class RunDecisions
{
    private readonly Engine _engine;
    private readonly RunRows _rows;

    internal RunDecisions(Engine engine, RunRows rows) => (_engine, _rows) = (engine, rows);

    /// <summary>Publishes a held run although it is outside its guard bands.</summary>
    /// <exception cref="RetentionException">There is no such run, it is not held, or a later night is published.</exception>
    public async Task PublishAsync(long runId, string actor, CancellationToken cancellation = default)
    {
        await using var change = await LedgerChange.BeginAsync(_engine, cancellation);
        var run = await change.LockAsync(runId, cancellation);
        if (run.State != RunState.Held) throw NotIn(run, "held, so there is nothing to publish");
        await RequireCompleteAsync(change, runId, cancellation);
        var publication = new Publication(change, run, headline: null, actor);
        if (publication.MovesPointer)
        {
            await change.ExecuteAsync(publication.PointerThere, cancellation);
            var seen = await change.QuerySingleAsync<long>(Publication.ReadPointer(_engine), cancellation);
            publication.RefuseGoingBack(await change.QuerySingleAsync<DateOnly>(Publication.DateOf(seen), cancellation));
        }
        foreach (var other in await change.QueryAsync<long>(publication.Superseding, cancellation))
            await change.ExecuteAsync(publication.Superseded(other), cancellation);
        foreach (var step in publication.Steps) await change.ExecuteAsync(step, cancellation);
        await change.CommitAsync(cancellation);
    }

    /// <summary>Gives a held run up; the date may then be scored again.</summary>
    /// <exception cref="RetentionException">There is no such run, or it is not held.</exception>
    public async Task DiscardAsync(long runId, string actor, CancellationToken cancellation = default)
    {
        await using (var change = await LedgerChange.BeginAsync(_engine, cancellation))
        {
            var run = await change.LockAsync(runId, cancellation);
            if (run.State != RunState.Held) throw NotIn(run, "held, so there is nothing to discard");
            await change.ExecuteAsync(SetState(runId, RunState.Discarded), cancellation);
            await change.ExecuteAsync(ShardLedger.Forgetting(runId), cancellation);
            await change.ExecuteAsync(change.Recording(runId, actor, "discarded", null), cancellation);
            await change.ExecuteAsync(Outbox.Enqueue(_engine, runId, "run.discarded", run.BusinessDate.ToIso()), cancellation);
            await change.CommitAsync(cancellation);
        }
        await _rows.ClearAsync(cancellation);
    }

    /// <summary>Shows readers an earlier night again. The nights after it keep their rows; the next night publishes as usual.</summary>
    /// <exception cref="RetentionException">There is no such run, or it is no night whose rows are still there.</exception>
    public async Task RollBackAsync(long runId, string actor, CancellationToken cancellation = default)
    {
        await using var change = await LedgerChange.BeginAsync(_engine, cancellation);
        var run = await change.LockAsync(runId, cancellation);
        if (run.Purpose != RunPurpose.Night || run.State != RunState.Superseded)
            throw NotIn(run, "an earlier published night whose rows are still there");
        await RequireCompleteAsync(change, runId, cancellation);
        var from = await change.QuerySingleAsync<long>(Publication.ReadPointer(_engine), cancellation);
        await change.ExecuteAsync(SetState(from, RunState.Superseded), cancellation);
        await change.ExecuteAsync(SetState(runId, RunState.Published), cancellation);
        await change.ExecuteAsync(Publication.MovePointer(runId), cancellation);
        var superseded = change.Recording(from, actor, "superseded", $"rolled back to run {runId.ToString(CultureInfo.InvariantCulture)}");
        await change.ExecuteAsync(superseded, cancellation);
        var rolledBack = change.Recording(runId, actor, "rolled back", $"from run {from.ToString(CultureInfo.InvariantCulture)}");
        var subject = (await change.QuerySingleAsync<int>(rolledBack, cancellation)).ToString(CultureInfo.InvariantCulture);
        await change.ExecuteAsync(Outbox.Enqueue(_engine, runId, "run.rolled_back", run.BusinessDate.ToIso(), subject), cancellation);
        await change.CommitAsync(cancellation);
    }

    private static async Task RequireCompleteAsync(LedgerChange change, long runId, CancellationToken cancellation) =>
        RunRows.RequireComplete(runId, await change.CountAsync<(long, long, long, long)>(RunRows.Counting(runId), cancellation));

    private static Statement SetState(long runId, RunState state) =>
        new("UPDATE run SET state = @state WHERE run_id = @runId", new { runId, state = state.Word() });

    private static RetentionException NotIn(Run run, string wanted)
    {
        var number = run.RunId.ToString(CultureInfo.InvariantCulture);
        return new(Failure.Usage,
            $"Run {number} ({run.Purpose.Word()} of {run.BusinessDate.ToIso()}) is {run.State.Word()}; it is not {wanted}.");
    }
}

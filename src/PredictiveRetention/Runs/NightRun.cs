using System.Data.Common;
using System.Globalization;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// The night run: claim, snapshot, shards, validate, publish or hold. The ledger in the store decides who works and how far the run is, so
/// it does not matter who calls (Hangfire, the command line, a restart), how often, or how many at once: whoever comes while shards are
/// open takes some. A date is published once, a killed worker's shard is repeated after at most one lease, and readers see the old run
/// whole until they see the new one whole.
/// </summary>
public sealed class NightRun(RetentionStore store, ModelRegistry models, RunSettings settings)
{
    /// <summary>What waits for its database, as a standing fault names it.</summary>
    public const string Waiting = Patience.Work;

    /// <exception cref="RetentionException">
    /// There is nothing to score, no model may speak about the date, or the database stays away; in the last case the run can be resumed.
    /// </exception>
    public RunResult Execute(RunRequest request, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        var shop = store.RequireShop();
        var orders = store.Summaries.Orders(shop, request.AsOf)
            ?? throw new RetentionException(Failure.InputRejected, $"There is no order before {request.AsOf}: nobody to score.");
        var owner = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}");
        var night = new NightWork(
            store, new NightModels(models, request.WithoutScores), settings, shop, orders, owner, progress, cancellation);
        // A replay no model may speak about is refused, and is no failed run.
        if (request.Purpose == RunPurpose.Replay) night.Models.Require(request.AsOf, store.Nights.Current());
        using var alive = new Heartbeat(store, settings);
        var claim = ClaimOrWait(night, request);
        switch (claim.Outcome)
        {
            case ClaimOutcome.AlreadyPublished: return new RunResult(RunOutcome.AlreadyPublished, claim.Run);
            case ClaimOutcome.Held: return new RunResult(RunOutcome.Held, claim.Run);
            case ClaimOutcome.Busy: return new RunResult(RunOutcome.Busy, claim.Run);
        }
        var runId = claim.Run.RunId;
        alive.Renew(runId, owner);
        try
        {
            return RunToTheEnd(night, request, runId);
        }
        catch (OperationCanceledException)
        {
            ReleaseLease(runId, owner);
            throw;
        }
        catch (Exception fault) when (store.IsPassing(fault))
        {
            // Nothing is lost: whoever comes next, or this process when it is started again, goes on where the ledger says.
            throw fault as RetentionException ?? new RetentionException(
                Failure.DependencyUnavailable, $"The database does not answer: {fault.Message} Run {runId} goes on when it does.", fault);
        }
        catch (Exception fault)
        {
            GiveUp(runId, owner, fault);
            throw;
        }
    }

    private void ReleaseLease(long runId, string owner)
    {
        try
        {
            store.Runs.Release(runId, owner);
        }
        catch (Exception fault) when (store.IsPassing(fault))
        {
            // The leases end by themselves.
        }
    }

    /// <summary>While somebody else makes the snapshot there is nothing to share yet: waits as long as the settings say.</summary>
    private Claim ClaimOrWait(NightWork night, RunRequest request)
    {
        var began = settings.Clock.GetTimestamp();
        while (true)
        {
            var claim = Claim(night, request, request.Again);
            if (claim.Outcome != ClaimOutcome.Busy || settings.Clock.GetElapsedTime(began) >= settings.WaitForOthers) return claim;
            night.Report(new RunProgress("waiting for " + claim.Run.Owner, 0, 0, 0));
            night.Pause();
        }
    }

    private Claim Claim(NightWork night, RunRequest request, bool again) =>
        night.Retry(() => store.Runs.Claim(request.Purpose, request.BusinessDate, request.AsOf, night.Owner, again));

    /// <summary>Does what the ledger says is next, until there is nothing left for this process.</summary>
    private RunResult RunToTheEnd(NightWork night, RunRequest request, long runId)
    {
        var (snapshot, shards, close) = (new NightSnapshot(night), new NightShards(night), new NightClose(night));
        night.Step("claimed");
        while (true)
        {
            night.Cancellation.ThrowIfCancellationRequested();
            var run = night.Retry(() => store.Runs.Find(runId)!);
            switch (run.State)
            {
                case RunState.Planned when run.Owner == night.Owner:
                    snapshot.Take(run);
                    night.Step("snapshot");
                    break;
                case RunState.Scoring:
                    shards.Score(run);
                    // Others are at work on the last shards.
                    if (night.Retry(() => store.Runs.ClaimValidation(runId, night.Owner)) is null) night.Pause();
                    break;
                case RunState.Validating when run.Owner == night.Owner:
                    close.Publish(run);
                    break;
                case RunState.Planned or RunState.Validating:
                    // Somebody else's, for as long as the lease lasts.
                    if (Claim(night, request, again: false).Outcome == ClaimOutcome.Busy) night.Pause();
                    break;
                case RunState.Held:
                    return new RunResult(RunOutcome.Held, run);
                case RunState.Failed or RunState.Discarded:
                    throw new RetentionException(Failure.Unexpected, $"Run {runId} {run.State.Word()}: {run.Error}");
                default:
                    return new RunResult(RunOutcome.Published, run);
            }
        }
    }

    /// <summary>A fault that will not pass by itself ends the run, unless others can do what this process cannot.</summary>
    private void GiveUp(long runId, string owner, Exception fault)
    {
        try
        {
            var run = store.Runs.Find(runId)!;
            var isOurs = run.Owner == owner || (run.State == RunState.Scoring && !store.Shards.OthersAreAtWork(runId, owner));
            if (isOurs) store.Runs.Fail(run, fault.Message);
            else store.Runs.Release(runId, owner);
        }
        catch (Exception second) when (store.IsPassing(second) || second is DbException)
        {
            // The database went away as well, or refuses this too: the run goes on when it does not.
        }
    }
}

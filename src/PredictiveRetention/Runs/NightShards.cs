using System.Runtime.ExceptionServices;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// The third step of a night: takes shards until there is none to take. Each worker reads, computes and writes its own, so the three
/// overlap; workers and the model they score with are made once a process and run, however often it looks for another shard.
/// </summary>
internal sealed class NightShards(NightWork night)
{
    /// <summary>Customers who are compared with those the model was made for, at most about.</summary>
    private const double DriftSample = 20_000;

    private ShardScorer[]? _scorers;
    private EarlierNights? _earlier;

    public void Score(Run run)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(night.Cancellation);
        var scorers = _scorers ??= Scorers(run);
        Report(run.RunId);
        try
        {
            Parallel.For(0, scorers.Length, new ParallelOptions { MaxDegreeOfParallelism = scorers.Length }, number =>
            {
                var worker = ShardLedger.Worker(night.Owner, number);
                try
                {
                    while (!stop.IsCancellationRequested && Claim(run.RunId, worker, stop.Token) is { } shard)
                    {
                        Score(run, shard, scorers[number], stop.Token);
                        Report(run.RunId);
                    }
                }
                catch
                {
                    stop.Cancel(); // one worker's fault ends them all
                    throw;
                }
            });
        }
        catch (AggregateException several)
        {
            // The others end cancelled; the one that is not says why.
            ExceptionDispatchInfo.Throw(several.Flatten().InnerExceptions.OrderBy(fault => fault is OperationCanceledException).First());
        }
        night.Cancellation.ThrowIfCancellationRequested();
    }

    private ShardClaim? Claim(long runId, string worker, CancellationToken cancellation) =>
        night.Timed("claim", () => night.Retry(() => night.Store.Shards.Claim(runId, worker), cancellation));

    private ShardScorer[] Scorers(Run run)
    {
        var (recipe, currency) = (Recipe(run), night.Shop.Currency);
        var (model, drift) = (night.Models.ModelFor(recipe), night.Models.DriftOf(recipe));
        var known = night.Retry(() => night.Store.Plays.Enter(night.Settings.Playbook));
        var recommender = new Recommender(night.Settings.Playbook, recipe.Economics(currency));
        _earlier = night.Retry(() => new EarlierNights(night.Store, recommender, run.AsOf));
        var drawn = Math.Min(1, DriftSample / Math.Max(1.0, run.ExpectedCount ?? 0));
        return [.. Enumerable.Range(0, night.Settings.Parallelism).Select(_ => Scorer())];

        ShardScorer Scorer() => new(
            model, recipe, currency,
            new Decider(recommender, recipe.Actions, known, run.AsOf, recipe.HorizonDays),
            recipe.Insights is null ? null : recipe.Context(run.AsOf, currency),
            drift, drawn, night.Settings.OnTiming);
    }

    private void Score(Run run, ShardClaim shard, ShardScorer scorer, CancellationToken cancellation)
    {
        night.Timed("read", () => night.Retry(
            () => night.Store.Histories.Read(scorer.Histories, shard.Population, night.Shop, Recipe(run).Coverage, run.AsOf),
            cancellation));
        scorer.Earlier = night.Timed("read", () => night.Retry(() => _earlier!.Of(shard.Population), cancellation));
        // A replay says what a past day would have been without what was done since.
        if (run.Purpose == RunPurpose.Night)
        {
            scorer.Past = night.Timed("read", () => night.Retry(
                () => night.Store.Assignments.Read(shard.Population, run.AsOf), cancellation));
        }
        Failpoint.Pass("shard-read");
        night.Timed("compute", () => scorer.Predict(run.AsOf));
        Failpoint.Pass("shard-scored");
        night.Step("shard-scored");
        night.Timed("write", () => Commit(shard, scorer, cancellation));
        night.Step("shard-committed");
    }

    /// <summary>A commit whose answer was lost is never repeated blindly: the ledger says whether it was made.</summary>
    private void Commit(ShardClaim shard, ShardScorer scorer, CancellationToken cancellation)
    {
        var (checksum, totals, insights) = (scorer.Checksum(), scorer.Totals, night.Timed("insights", scorer.Insights));
        var decisions = scorer.Decisions();
        try
        {
            night.RetryChange(
                () => night.Store.Shards.Commit(shard, scorer.Predictions, scorer.Quarantined, checksum, totals, insights, decisions),
                () => night.Store.Shards.WhatBecameOf(shard) is (DoneByUs: false, StillOurs: true), cancellation);
        }
        catch (LeaseLostException)
        {
            // Somebody else has it, and writes the same.
        }
    }

    private void Report(long runId)
    {
        if (!night.IsWatched) return;
        try
        {
            var shards = night.Store.Shards.Progress(runId);
            night.Report(new RunProgress(
                RunState.Scoring.Word(), shards.Done, shards.All, shards.Customers, shards.Rate, shards.RemainingSeconds));
        }
        catch (Exception fault) when (night.Store.IsPassing(fault))
        {
            // Showing how far it is must not end it.
        }
    }

    private static RunRecipe Recipe(Run run) =>
        run.Recipe ?? throw new InvalidOperationException($"Run {run.RunId} is being scored and has no recipe.");
}

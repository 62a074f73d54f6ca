using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Models;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// The night run: claim, snapshot, shards, validate, publish or hold. The ledger in the store decides who works and how far the run is, so it
/// does not matter who calls (Hangfire, the command line, a restart), how often, or how many at once: whoever comes while shards are open
/// takes some. A date is published once, a killed worker's shard is repeated after at most one lease, and readers see the old run whole until
/// they see the new one whole.
/// </summary>
public sealed class NightRun(RetentionStore store, ModelRegistry models, RunSettings settings)
{
    private const double DriftSample = 20_000;

    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(200);

    private readonly Patience _patience = new(store, settings);

    /// <exception cref="RetentionException">There is nothing to score, no model may speak about the date, or the database stays away; in the last case the run can be resumed.</exception>
    public RunResult Execute(RunRequest request, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        var shop = store.RequireShop();
        var orders = store.Orders(shop, request.AsOf)
            ?? throw new RetentionException(Failure.InputRejected, $"There is no order before {request.AsOf}: nobody to score.");
        var owner = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}");
        if (request.Purpose == RunPurpose.Replay) ModelFor(models, request.AsOf); // a replay no model may speak about is refused, and is no failed run
        using var alive = new Heartbeat(store, settings);
        var claim = Claim(request, owner, progress, cancellation);
        switch (claim.Outcome)
        {
            case ClaimOutcome.AlreadyPublished: return new RunResult(RunOutcome.AlreadyPublished, claim.Run, HeadlineOf(claim.Run));
            case ClaimOutcome.Held: return new RunResult(RunOutcome.Held, claim.Run, HeadlineOf(claim.Run));
            case ClaimOutcome.Busy: return new RunResult(RunOutcome.Busy, claim.Run, null);
        }
        alive.Keep(claim.Run.RunId, owner);
        try
        {
            return Work(claim.Run.RunId, owner, request, shop, orders, progress, cancellation);
        }
        catch (OperationCanceledException)
        {
            LetGo(claim.Run.RunId, owner);
            throw;
        }
        catch (Exception fault) when (store.IsPassing(fault))
        {
            // Nothing is lost: whoever comes next, or this process when it is started again, goes on where the ledger says.
            throw fault as RetentionException ?? new RetentionException(Failure.DependencyUnavailable, $"The database does not answer: {fault.Message} Run {claim.Run.RunId} goes on when it does.", fault);
        }
        catch (Exception fault)
        {
            GiveUp(claim.Run.RunId, owner, fault);
            throw;
        }
    }

    private void LetGo(long runId, string owner)
    {
        try
        {
            store.Release(runId, owner);
        }
        catch (Exception fault) when (store.IsPassing(fault))
        {
            // The leases end by themselves.
        }
    }

    /// <summary>Headline numbers of a run that was published or held.</summary>
    public static RunHeadline? HeadlineOf(Run run) => run.Headline is null ? null : JsonSerializer.Deserialize<RunHeadline>(run.Headline, JsonSerializerOptions.Web);

    /// <summary>While somebody else makes the snapshot there is nothing to share yet: waits as long as the settings say.</summary>
    private Claim Claim(RunRequest request, string owner, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        var until = Environment.TickCount64 + settings.WaitForOthers.TotalMilliseconds;
        while (true)
        {
            var claim = _patience.With(() => store.Claim(request.Purpose, request.BusinessDate, request.AsOf, owner, request.Again), cancellation);
            if (claim.Outcome != ClaimOutcome.Busy || Environment.TickCount64 >= until) return claim;
            progress?.Report(new RunProgress("waiting for " + claim.Run.Owner, 0, 0, 0));
            Wait(cancellation);
        }
    }

    private RunResult Work(long runId, string owner, RunRequest request, Shop shop, OrderRange orders, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        Step("claimed");
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var run = _patience.With(() => store.Run(runId)!, cancellation);
            switch (run.State)
            {
                case RunState.Planned when run.Owner == owner:
                    Snapshot(run, shop, orders, progress, cancellation);
                    Step("snapshot");
                    break;
                case RunState.Scoring:
                    ScoreShards(run, owner, shop, progress, cancellation);
                    if (_patience.With(() => store.ClaimValidation(runId, owner), cancellation) is null) Wait(cancellation); // others are at work on the last shards
                    break;
                case RunState.Validating when run.Owner == owner:
                    Finish(run, shop, progress, cancellation);
                    break;
                case RunState.Planned or RunState.Validating:
                    // Somebody else's, for as long as the lease lasts.
                    if (_patience.With(() => store.Claim(request.Purpose, request.BusinessDate, request.AsOf, owner, again: false), cancellation).Outcome == ClaimOutcome.Busy) Wait(cancellation);
                    break;
                case RunState.Held:
                    return new RunResult(RunOutcome.Held, run, HeadlineOf(run));
                case RunState.Failed or RunState.Discarded:
                    throw new RetentionException(Failure.Unexpected, $"Run {runId} {run.State}: {run.Error}");
                default:
                    return new RunResult(RunOutcome.Published, run, HeadlineOf(run));
            }
        }
    }

    private void Snapshot(Run run, Shop shop, OrderRange orders, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        progress?.Report(new RunProgress(RunState.Planned, 0, 0, 0));
        var asOf = Cutoff.Parse(run.AsOf);
        var (model, version, schemaHash, faults) = ModelFor(models, asOf);
        var coverage = store.Coverage(shop, asOf);
        var (cutoffs, insights) = Timed("sample", () => _patience.With(() => Sample(model, shop, coverage, asOf, orders.FirstDay, cancellation), cancellation));
        var recipe = new RunRecipe
        {
            ModelVersion = version,
            ModelLevel = model.Level,
            Features = model.Features,
            HorizonDays = model.ChurnHorizonDays,
            ClvHorizonDays = model.ClvHorizonDays,
            Coverage = coverage,
            Cutoffs = cutoffs,
            Insights = insights,
            Segments = settings.Segments,
            Margin = settings.Margin,
            DataThrough = BusinessCalendar.DateOf(orders.LastDay),
        };
        try
        {
            // It may have been committed although its answer was lost: only a run that is still planned gets its snapshot again.
            Timed("snapshot", () => _patience.With(
                () => store.Snapshot(run, shop, settings.ShardSize, version, schemaHash, recipe.ToJson(), faults), () => IsStill(run, RunState.Planned), cancellation));
        }
        catch (LeaseLostException)
        {
            // Somebody else makes it.
        }
    }

    private bool IsStill(Run run, string state) => store.Run(run.RunId) is { } now && now.State == state && now.Fence == run.Fence;

    /// <exception cref="RetentionException">Every version learnt from days after the as-of, or none can be used.</exception>
    internal static (RetentionModel Model, string Version, string SchemaHash, IReadOnlyList<string> Faults) ModelFor(ModelRegistry models, Cutoff asOf)
    {
        if (models.For(asOf, out var faults) is { } loaded) return (loaded.Model, loaded.Version, loaded.Manifest.SchemaHash, faults);
        if (models.ChampionVersion() is { } champion)
            throw new RetentionException(Failure.QualityGate, $"The champion {champion} learnt from days after {asOf} and would look into the future. Train one that did not: retain train --as-of {asOf}");
        // A shop without any model still gets an answer, marked as the rule it is.
        return (RetentionModel.Rule(90, 365), ModelRegistry.RuleSchema, ModelRegistry.RuleSchema, []);
    }

    /// <summary>
    /// The cut-offs of tonight and of past quarters, from the first customers in key order, read and scored side by side and put together in
    /// that order.
    /// </summary>
    private (SegmentCutoffs Cutoffs, InsightRecipe Insights) Sample(RetentionModel model, Shop shop, SourceCoverage coverage, Cutoff asOf, int firstOrderDay, CancellationToken cancellation)
    {
        const int Part = 5_000;
        settings.Insights.Checked();
        var freeze = new QuarterFreeze(asOf, firstOrderDay, settings.Insights, FrozenBefore(asOf, shop, firstOrderDay, model));
        var ranges = store.CustomerRanges(Part).Take(Math.Max(1, settings.SampleSize / Part)).ToList();
        var parts = new (CustomerFacts[] Facts, CustomerScore[] Scores, List<CustomerFacts>[] Quarters, long[] Keys)[ranges.Count];
        Parallel.For(
            0, ranges.Count, new ParallelOptions { MaxDegreeOfParallelism = settings.Parallelism, CancellationToken = cancellation },
            () => (Scorer: new Scorer(model, shop.Currency, coverage, withReasons: false), Histories: new ShardHistories()),
            (i, _, worker) =>
            {
                store.ReadHistories(worker.Histories, ranges[i], shop, coverage, asOf);
                var (facts, scores) = (new CustomerFacts[worker.Histories.Count], new CustomerScore[worker.Histories.Count]);
                var unscored = worker.Scorer.Score(worker.Histories, asOf, facts, scores).Select(customer => customer.Index).ToHashSet();
                var keys = new long[worker.Histories.Count];
                for (var at = 0; at < keys.Length; at++) keys[at] = worker.Histories[at].Profile.CustomerKey;
                var quarters = Timed("insights sample", () => freeze.Facts(worker.Histories, coverage));
                parts[i] = unscored.Count == 0
                    ? (facts, scores, quarters, keys)
                    : ([.. facts.Where((_, at) => !unscored.Contains(at))], [.. scores.Where((_, at) => !unscored.Contains(at))], quarters, keys);
                return worker;
            },
            static _ => { });
        var cutoffs = SegmentCutoffs.From(parts.SelectMany(part => part.Facts).ToArray(), parts.SelectMany(part => part.Scores).ToArray(), settings.Segments);
        var frozen = Timed("insights sample", () => freeze.Cutoffs(
            [.. parts.Select(part => part.Quarters)], settings.Segments, facts => RuleSegments.Score(facts, shop.Currency, model.ChurnHorizonDays, model.ClvHorizonDays, model.LostAfterDays)));
        var insights = new InsightRecipe
        {
            Settings = settings.Insights,
            FirstOrderDay = firstOrderDay,
            Quarters = [.. frozen.Select(quarter => quarter with { Orders = OrdersBefore(shop, quarter.From) })],
            SampleUpTo = parts.SelectMany(part => part.Keys).Skip(settings.Insights.CorrelationSample - 1).FirstOrDefault(long.MaxValue),
        };
        return (cutoffs, insights);
    }

    /// <summary>The quarters the night before froze, unless they would mean something else today.</summary>
    private IReadOnlyList<QuarterCutoffs> FrozenBefore(Cutoff asOf, Shop shop, int firstOrderDay, RetentionModel model)
    {
        if (store.NightBefore(asOf) is not { } night || RunRecipe.Of(night) is not { Insights: { } before } recipe) return [];
        var same = before.FirstOrderDay == firstOrderDay && recipe.Segments == settings.Segments && (recipe.HorizonDays, recipe.ClvHorizonDays) == (model.ChurnHorizonDays, model.ClvHorizonDays);
        return same ? [.. before.Quarters.Where(quarter => quarter.Orders == OrdersBefore(shop, quarter.From))] : [];
    }

    /// <summary>Takes shards until there is none to take; each worker reads, computes and writes its own, so the three overlap.</summary>
    private void ScoreShards(Run run, string owner, Shop shop, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        var recipe = RunRecipe.Of(run) ?? throw new InvalidOperationException($"Run {run.RunId} has no settings.");
        var loaded = recipe.ModelVersion == ModelRegistry.RuleSchema ? null : models.Load(recipe.ModelVersion);
        var model = loaded?.Model ?? RetentionModel.Rule(recipe.HorizonDays, recipe.ClvHorizonDays);
        var drawn = Math.Min(1, DriftSample / Math.Max(1.0, run.ExpectedCount ?? 0));
        var asOf = Cutoff.Parse(run.AsOf);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Report(run.RunId, progress);
        try
        {
            Parallel.For(0, settings.Parallelism, new ParallelOptions { MaxDegreeOfParallelism = settings.Parallelism }, number =>
            {
                var worker = RetentionStore.Worker(owner, number);
                var scorer = new ShardScorer(model, recipe, shop.Currency, settings.Playbook, recipe.Insights is null ? null : recipe.Context(asOf, shop.Currency), loaded?.Drift, drawn, settings.OnTiming);
                try
                {
                    while (!stop.IsCancellationRequested && Timed("claim", () => _patience.With(() => store.ClaimShard(run.RunId, worker), stop.Token)) is { } shard)
                    {
                        Score(shard, scorer, shop, recipe, asOf, stop.Token);
                        Report(run.RunId, progress);
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
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(several.Flatten().InnerExceptions.OrderBy(fault => fault is OperationCanceledException).First());
        }
        cancellation.ThrowIfCancellationRequested();
    }

    private void Score(ShardClaim shard, ShardScorer scorer, Shop shop, RunRecipe recipe, Cutoff asOf, CancellationToken cancellation)
    {
        Timed("read", () => _patience.With(() => store.ReadHistories(scorer.Histories, shard.Population, shop, recipe.Coverage, asOf), cancellation));
        Failpoint.Pass("shard-read");
        Timed("compute", () => scorer.Predict(asOf));
        Failpoint.Pass("shard-scored");
        Step("shard-scored");
        Timed("write", () => Commit(shard, scorer, cancellation));
        Step("shard-committed");
    }

    /// <summary>A commit whose answer was lost is never repeated blindly: the ledger says whether it was made.</summary>
    private void Commit(ShardClaim shard, ShardScorer scorer, CancellationToken cancellation)
    {
        var (checksum, totals, insights) = (scorer.Checksum(), scorer.Totals, Timed("insights", scorer.Insights));
        try
        {
            _patience.With(
                () => store.CommitShard(shard, scorer.Predictions, scorer.Quarantined, checksum, totals, insights),
                () => store.Fate(shard) is (DoneByUs: false, StillOurs: true), cancellation);
        }
        catch (LeaseLostException)
        {
            // Somebody else has it, and writes the same.
        }
    }

    private void Finish(Run run, Shop shop, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        Step("validating");
        progress?.Report(new RunProgress(RunState.Validating, 1, 1, 0));
        var headline = Timed("validate", () => _patience.With(() => store.Headline(run.RunId), cancellation)) with
        {
            Drift = Timed("drift", () => _patience.With(() => Drift(run), cancellation)),
            Realised = run.Purpose == RunPurpose.Night ? Timed("realised", () => _patience.With(() => RealisedRun.Of(store, models, shop, Cutoff.Parse(run.AsOf), settings.SampleSize, cancellation), cancellation)) : null,
        };
        var breaches = Timed("validate", () => _patience.With(() => Breaches(run, headline), cancellation));
        Step("validated");
        try
        {
            Timed("figures", () => _patience.With(() => Figures(run, shop, headline), cancellation));
        }
        catch (LeaseLostException)
        {
            return; // somebody else publishes
        }
        Step("figures");
        var json = JsonSerializer.Serialize(headline, JsonSerializerOptions.Web);
        try
        {
            Timed("publish", () => _patience.With(
                () => { if (breaches.Count > 0) store.Hold(run, json, string.Join("; ", breaches)); else store.Publish(run, json); },
                () => IsStill(run, RunState.Validating), cancellation));
        }
        catch (LeaseLostException)
        {
            return; // somebody else publishes
        }
        Step("published");
        try
        {
            Timed("retention", () => store.DropOldPredictions(run.Purpose, settings.KeepRuns));
        }
        catch (Exception fault) when (store.IsPassing(fault))
        {
            // The next night ends it.
        }
    }

    /// <summary>Adds up what the shards counted, writes the run's figures and the cards that say them.</summary>
    private void Figures(Run run, Shop shop, RunHeadline headline)
    {
        var asOf = Cutoff.Parse(run.AsOf);
        // Begun by an earlier version, which counts none.
        if (RunRecipe.Of(run) is not { Insights: not null } recipe) return;
        var context = recipe.Context(asOf, shop.Currency);
        var sums = new ShopSums(context.Months.Last, context.Recipe.Settings.Days);
        foreach (var part in store.ShardSums(run.RunId)) sums.AddFrom(part);
        var figures = FigureBuilder.Build(context, sums, new StoreCounts(store.ProfilesWithoutOrders(shop, asOf)));
        store.WriteFigures(run, figures);
        var plays = headline.Plays.Select(play => new PlayResult(play.Key, play.Customers, play.Value)).ToList();
        store.WriteCards(run, Cards.Build(new CardContext(context, recipe.ModelLevel, recipe.DataThrough, settings.Playbook, plays, recipe.Margin), figures));
    }

    private long OrdersBefore(Shop shop, DateOnly day) => store.Orders(shop, Cutoff.Of(day))?.Orders ?? 0;

    private DriftReport? Drift(Run run)
    {
        var recipe = RunRecipe.Of(run)!;
        if (recipe.ModelVersion == ModelRegistry.RuleSchema || store.DriftCounts(run.RunId) is not { } counts) return null;
        return models.Load(recipe.ModelVersion).Drift is { } reference && reference.Columns.Count == counts.Count ? DriftReport.Of(reference, counts) : null;
    }

    private IReadOnlyList<string> Breaches(Run run, RunHeadline headline)
    {
        var quarantined = store.QuarantinedCount(run.RunId);
        if (headline.Customers + quarantined != run.ExpectedCount) throw new InvalidOperationException($"Run {run.RunId} scored {headline.Customers} of {run.ExpectedCount} customers.");
        if (headline.MeanPChurn is not (>= 0 and <= 1) || !double.IsFinite(headline.Clv)) throw new InvalidOperationException($"Run {run.RunId} has a mean p_churn of {headline.MeanPChurn} and a CLV of {headline.Clv}.");
        var before = run.Purpose == RunPurpose.Night ? store.CurrentRunAsync().GetAwaiter().GetResult() : null;
        var (recipe, recipeBefore) = (RunRecipe.Of(run)!, before is null ? null : RunRecipe.Of(before));
        // A shop's first model says something else than the rule before it, as it should.
        var comparable = recipeBefore is not null && (recipeBefore.HorizonDays, recipeBefore.ClvHorizonDays) == (recipe.HorizonDays, recipe.ClvHorizonDays)
            && (recipeBefore.ModelLevel != ModelLevel.RecencyRule || recipe.ModelLevel == ModelLevel.RecencyRule);
        return settings.Guard.Breaches(headline, quarantined, before is null ? null : HeadlineOf(before), comparable);
    }

    /// <summary>A fault that will not pass by itself ends the run, unless others can do what this process cannot.</summary>
    private void GiveUp(long runId, string owner, Exception fault)
    {
        try
        {
            var run = store.Run(runId)!;
            if (run.Owner == owner || (run.State == RunState.Scoring && !store.OthersAreAtWork(runId, owner))) store.Fail(run, fault.Message);
            else store.Release(runId, owner);
        }
        catch (Exception second) when (store.IsPassing(second) || second is DbException)
        {
            // The database went away as well, or refuses this too: the run goes on when it does not.
        }
    }

    private void Report(long runId, IProgress<RunProgress>? progress)
    {
        if (progress is null) return;
        try
        {
            var shards = store.Progress(runId);
            progress.Report(new RunProgress(RunState.Scoring, shards.Done, shards.All, shards.Customers, shards.Rate, shards.RemainingSeconds));
        }
        catch (Exception fault) when (store.IsPassing(fault))
        {
            // Showing how far it is must not end it.
        }
    }

    private static void Wait(CancellationToken cancellation)
    {
        cancellation.WaitHandle.WaitOne(s_glance);
        cancellation.ThrowIfCancellationRequested();
    }

    private void Timed(string stage, Action work) => Timed(stage, () =>
    {
        work();
        return true;
    });

    private T Timed<T>(string stage, Func<T> work)
    {
        var started = Stopwatch.GetTimestamp();
        var result = work();
        settings.OnTiming?.Invoke(stage, Stopwatch.GetElapsedTime(started));
        return result;
    }

    private void Step(string name) => settings.OnStep?.Invoke(name);
}

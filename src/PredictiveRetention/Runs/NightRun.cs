using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using PredictiveRetention.Features;
using PredictiveRetention.Models;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// The night run: claim, snapshot, shards, validate, publish. The ledger in the store decides who works and how far the run is, so it does not
/// matter who calls (Hangfire, the command line, a restart) or how often: a date is published once, a killed run is resumed after at most one
/// lease, and readers see the old run whole until they see the new one whole.
/// </summary>
public sealed class NightRun(RetentionStore store, ModelRegistry models, RunSettings settings)
{
    /// <exception cref="RetentionException">There is nothing to score, or no model may speak about the date.</exception>
    /// <exception cref="LeaseLostException">Another process took the run over.</exception>
    public RunResult Execute(RunRequest request, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        var shop = store.RequireShop();
        var orders = store.Orders(shop, request.AsOf)
            ?? throw new RetentionException(Failure.InputRejected, $"There is no order before {request.AsOf}: nobody to score.");
        var claim = store.Claim(request.Purpose, request.BusinessDate, request.AsOf, Owner, request.Again);
        if (claim.Outcome == ClaimOutcome.AlreadyPublished) return new RunResult(RunOutcome.AlreadyPublished, claim.Run, HeadlineOf(claim.Run));
        if (claim.Outcome == ClaimOutcome.Busy) return new RunResult(RunOutcome.Busy, claim.Run, null);
        try
        {
            return Work(claim.Run, shop, orders, progress, cancellation);
        }
        catch (OperationCanceledException)
        {
            store.Release(claim.Run);
            throw;
        }
        catch (Exception fault) when (fault is not LeaseLostException)
        {
            store.Fail(claim.Run, fault.Message);
            throw;
        }
    }

    /// <summary>Headline numbers of a published run.</summary>
    public static RunHeadline? HeadlineOf(Run run) => run.Headline is null ? null : JsonSerializer.Deserialize<RunHeadline>(run.Headline, JsonSerializerOptions.Web);

    private static string Owner => string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}");

    private RunResult Work(Run run, Shop shop, OrderRange orders, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        Step("claimed");
        if (run.State == RunState.Planned) run = Snapshot(run, shop, orders, progress, cancellation);
        Step("snapshot");
        var recipe = RunRecipe.Of(run) ?? throw new InvalidOperationException($"Run {run.RunId} has no settings.");
        if (run.State == RunState.Scoring)
        {
            ScoreShards(run, shop, recipe, progress, cancellation);
            store.BeginValidation(run);
            Step("validating");
        }
        progress?.Report(new RunProgress(RunState.Validating, 1, 1, 0));
        var headline = store.Headline(run, shop, (int)RiskBand.High);
        Validate(run, headline);
        Step("validated");
        store.Publish(run, JsonSerializer.Serialize(headline, JsonSerializerOptions.Web), settings.KeepRuns);
        Step("published");
        return new RunResult(RunOutcome.Published, store.Run(run.RunId)!, headline);
    }

    private Run Snapshot(Run run, Shop shop, OrderRange orders, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        progress?.Report(new RunProgress(RunState.Planned, 0, 0, 0));
        var asOf = Cutoff.Parse(run.AsOf);
        var (model, version, schemaHash) = ModelFor(asOf);
        var coverage = store.Coverage(shop, asOf);
        var recipe = new RunRecipe
        {
            ModelVersion = version,
            ModelLevel = model.Level,
            HorizonDays = model.ChurnHorizonDays,
            ClvHorizonDays = model.ClvHorizonDays,
            Coverage = coverage,
            Cutoffs = Cutoffs(model, shop, coverage, asOf, cancellation),
            Segments = settings.Segments,
            Margin = settings.Margin,
            DataThrough = BusinessCalendar.DateOf(orders.LastDay),
        };
        store.Snapshot(run, shop, settings.ShardSize, version, schemaHash, recipe.ToJson());
        return store.Run(run.RunId)!;
    }

    private (RetentionModel Model, string Version, string SchemaHash) ModelFor(Cutoff asOf)
    {
        if (models.For(asOf) is { } loaded) return (loaded.Model, loaded.Version, loaded.Manifest.SchemaHash);
        if (models.ChampionVersion() is { } champion)
            throw new RetentionException(Failure.QualityGate, $"The champion {champion} learnt from days after {asOf} and would look into the future. Train one that did not: retain train --as-of {asOf}");
        // A shop without any model still gets an answer, marked as the rule it is.
        return (RetentionModel.Rule(90, 365), ModelRegistry.RuleSchema, ModelRegistry.RuleSchema);
    }

    private SegmentCutoffs Cutoffs(RetentionModel model, Shop shop, SourceCoverage coverage, Cutoff asOf, CancellationToken cancellation)
    {
        var scorer = new Scorer(model, shop.Currency, coverage);
        var histories = new Histories.ShardHistories();
        List<CustomerFacts> facts = [];
        List<CustomerScore> scores = [];
        foreach (var range in store.CustomerRanges(settings.ShardSize))
        {
            cancellation.ThrowIfCancellationRequested();
            store.ReadHistories(histories, range, shop, coverage, asOf);
            var (shardFacts, shardScores) = (new CustomerFacts[histories.Count], new CustomerScore[histories.Count]);
            scorer.Score(histories, asOf, shardFacts, shardScores);
            facts.AddRange(shardFacts);
            scores.AddRange(shardScores);
            if (facts.Count >= settings.SampleSize) break;
        }
        return SegmentCutoffs.From(CollectionsMarshal.AsSpan(facts), CollectionsMarshal.AsSpan(scores), settings.Segments);
    }

    private void ScoreShards(Run run, Shop shop, RunRecipe recipe, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        var model = recipe.ModelVersion == ModelRegistry.RuleSchema ? RetentionModel.Rule(recipe.HorizonDays, recipe.ClvHorizonDays) : models.Load(recipe.ModelVersion).Model;
        var asOf = Cutoff.Parse(run.AsOf);
        var (done, all) = store.ShardProgress(run.RunId);
        long customers = 0;
        progress?.Report(new RunProgress(RunState.Scoring, done, all, customers));
        try
        {
            Parallel.ForEach(
                store.OpenShards(run.RunId),
                new ParallelOptions { MaxDegreeOfParallelism = settings.Parallelism, CancellationToken = cancellation },
                () => new ShardScorer(model, recipe, shop.Currency, settings.Playbook),
                (shard, _, scorer) =>
                {
                    store.ReadHistories(scorer.Histories, shard.Keys, shop, recipe.Coverage, asOf);
                    var rows = scorer.Predict(store.Population(run.RunId, shard.Keys), asOf);
                    Step("shard-scored");
                    store.CommitShard(run, shard, rows, ShardScorer.Checksum(rows));
                    Step("shard-committed");
                    progress?.Report(new RunProgress(RunState.Scoring, Interlocked.Increment(ref done), all, Interlocked.Add(ref customers, rows.Count)));
                    return scorer;
                },
                static _ => { });
        }
        catch (AggregateException several)
        {
            // One shard's fault ends the run; the first says why.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(several.InnerExceptions.FirstOrDefault(fault => fault is LeaseLostException) ?? several.InnerExceptions[0]);
        }
    }

    private static void Validate(Run run, RunHeadline headline)
    {
        if (headline.Customers != run.ExpectedCount) throw new InvalidOperationException($"Run {run.RunId} scored {headline.Customers} of {run.ExpectedCount} customers.");
        if (headline.MeanPChurn is not (>= 0 and <= 1) || !double.IsFinite(headline.Clv)) throw new InvalidOperationException($"Run {run.RunId} has a mean p_churn of {headline.MeanPChurn} and a CLV of {headline.Clv}.");
        if (headline.NetRevenue > 0 && headline.Clv <= 0) throw new InvalidOperationException($"Run {run.RunId} expects no spend of customers who spent {headline.NetRevenue}.");
    }

    private void Step(string name) => settings.OnStep?.Invoke(name);
}

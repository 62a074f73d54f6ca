using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Insights;
using PredictiveRetention.Models;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>The second step of a night: fixes who is scored, with what, and how the work is cut.</summary>
internal sealed class NightSnapshot(NightWork night)
{
    private const int Part = 5_000;

    public void Take(Run run)
    {
        night.Report(new RunProgress(run.State.Word(), 0, 0, 0));
        if (run.Purpose == RunPurpose.Night) night.RecordScores();
        var chosen = night.Models.Choose(run.AsOf);
        var recipe = Recipe(chosen, run.AsOf);
        // What the night before ended and did not come to say.
        if (run.Purpose == RunPurpose.Night) night.Timed("settle", () => night.Retry(() => night.Settle(run, recipe)));
        try
        {
            // It may have been committed although its answer was lost: only a run that is still planned gets its snapshot again.
            night.Timed("snapshot", () => night.RetryChange(
                () => night.Store.Runs.Snapshot(run, night.Shop, night.Settings.ShardSize, chosen.SchemaHash, recipe, chosen.Faults),
                () => night.IsStill(run, RunState.Planned)));
        }
        catch (LeaseLostException)
        {
            // Somebody else makes it.
        }
    }

    private RunRecipe Recipe(ChosenModel chosen, Cutoff asOf)
    {
        var coverage = night.Store.Summaries.Coverage(night.Shop, asOf);
        var (cutoffs, insights, medianOrder) = night.Timed("sample", () => night.Retry(() => Sample(chosen.Model, coverage, asOf)));
        return new RunRecipe
        {
            ModelVersion = chosen.Version,
            ModelLevel = chosen.Model.Level,
            Features = chosen.Model.Features,
            HorizonDays = chosen.Model.ChurnHorizonDays,
            ClvHorizonDays = chosen.Model.ClvHorizonDays,
            Coverage = coverage,
            Cutoffs = cutoffs,
            Insights = insights,
            NoScores = chosen.NoScores,
            Segments = night.Settings.Segments,
            Margin = night.Settings.Margin,
            MinimumWorth = night.Settings.MinimumWorth,
            Actions = night.Settings.Actions.Checked(),
            MedianOrderMinor = medianOrder,
            DataThrough = BusinessCalendar.DateOf(night.Orders.LastDay),
        };
    }

    /// <summary>
    /// The cut-offs of tonight and of past quarters, from the first customers in key order, read and scored side by side and put together
    /// in that order.
    /// </summary>
    private (SegmentCutoffs Cutoffs, InsightRecipe Insights, double? MedianOrderMinor) Sample(
        RetentionModel model, SourceCoverage coverage, Cutoff asOf)
    {
        var (settings, currency, firstOrderDay) = (night.Settings, night.Shop.Currency, night.Orders.FirstDay);
        settings.Insights.Checked();
        var beginning = new BeginningJudge(asOf, firstOrderDay);
        var freeze = new QuarterFreeze(asOf, firstOrderDay, settings.Insights, FrozenBefore(asOf, model));
        var ranges = night.Store.Customers.Ranges(Part).Take(Math.Max(1, settings.SampleSize / Part)).ToList();
        var parts = new (CustomerFacts[] Facts, CustomerScore[] Scores, QuarterSample[] Quarters, long[] Keys,
            PurchaseGaps Gaps, MedianOrder Orders, GapTally Rhythm)[ranges.Count];
        Parallel.For(
            0, ranges.Count, new ParallelOptions { MaxDegreeOfParallelism = settings.Parallelism, CancellationToken = night.Cancellation },
            () => (Scorer: new Scorer(model, currency, coverage, withReasons: false), Histories: new ShardHistories()),
            (i, _, worker) =>
            {
                night.Store.Histories.Read(worker.Histories, ranges[i], night.Shop, coverage, asOf);
                var (facts, scores) = (new CustomerFacts[worker.Histories.Count], new CustomerScore[worker.Histories.Count]);
                var unscored = worker.Scorer.Score(worker.Histories, asOf, facts, scores).Select(customer => customer.Index).ToHashSet();
                var keys = new long[worker.Histories.Count];
                var (orders, rhythm) = (new MedianOrder(), new GapTally());
                for (var at = 0; at < keys.Length; at++)
                {
                    keys[at] = worker.Histories[at].Profile.CustomerKey;
                    orders.Add(worker.Histories[at].Before(asOf));
                    rhythm.Add(worker.Histories[at].Before(asOf));
                }
                var quarters = night.Timed("insights sample", () => freeze.Read(worker.Histories, coverage));
                if (unscored.Count > 0) (facts, scores) = (Scored(facts), Scored(scores));
                parts[i] = (facts, scores, quarters, keys, beginning.Read(worker.Histories), orders, rhythm);
                return worker;

                T[] Scored<T>(T[] all) => [.. all.Where((_, at) => !unscored.Contains(at))];
            },
            static _ => { });
        var (gaps, median) = (new GapTally(), new MedianOrder());
        foreach (var part in parts)
        {
            gaps.Add(part.Rhythm);
            median.Add(part.Orders);
        }
        var cutoffs = SegmentCutoffs.From(
            parts.SelectMany(part => part.Facts).ToArray(), parts.SelectMany(part => part.Scores).ToArray(), settings.Segments,
            model.ChurnHorizonDays, gaps.Median());
        var frozen = night.Timed("insights sample", () => freeze.Cutoffs(
            [.. parts.Select(part => part.Quarters)], settings.Segments, model.ChurnHorizonDays,
            facts => RuleSegments.Score(facts, currency, model.ChurnHorizonDays, model.ClvHorizonDays, model.LostAfterDays)));
        var insights = new InsightRecipe
        {
            Settings = settings.Insights,
            FirstOrderDay = firstOrderDay,
            Rejected = night.Store.Imports.RejectedOrders(),
            Beginning = beginning.Judge(parts.Select(part => part.Gaps)),
            Quarters = [.. frozen.Select(quarter => quarter with { Orders = OrdersBefore(quarter.From) })],
            SampleUpTo = parts.SelectMany(part => part.Keys).Skip(settings.Insights.CorrelationSample - 1).FirstOrDefault(long.MaxValue),
        };
        return (cutoffs, insights, median.Minor());
    }

    /// <summary>The quarters the night before froze, unless they would mean something else today.</summary>
    private IReadOnlyList<QuarterCutoffs> FrozenBefore(Cutoff asOf, RetentionModel model)
    {
        if (night.Store.Nights.UpTo(asOf)?.Recipe is not { Insights: { } before } recipe) return [];
        var same = before.FirstOrderDay == night.Orders.FirstDay && recipe.Segments == night.Settings.Segments
            && (recipe.HorizonDays, recipe.ClvHorizonDays) == (model.ChurnHorizonDays, model.ClvHorizonDays);
        return same ? [.. before.Quarters.Where(quarter => quarter.Orders == OrdersBefore(quarter.From))] : [];
    }

    private long OrdersBefore(DateOnly day) => night.Store.Summaries.Orders(night.Shop, Cutoff.On(day))?.Orders ?? 0;
}

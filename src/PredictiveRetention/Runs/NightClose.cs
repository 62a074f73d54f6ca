using PredictiveRetention.Evaluation;
using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Models;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// The last three steps of a night: adds up what the shards counted, judges it against the night before, publishes or holds.
/// </summary>
internal sealed class NightClose(NightWork night)
{
    public void Publish(Run run)
    {
        night.Step("validating");
        night.Report(new RunProgress(run.State.Word(), 1, 1, 0));
        var decisions = new NightDecisions(night, run);
        var headline = Headline(run, night.Timed("decide", () => night.Retry(decisions.Make)));
        var breaches = night.Timed("validate", () => night.Retry(() => Breaches(run, headline)));
        night.Step("validated");
        try
        {
            night.Timed("decide", () => night.Retry(decisions.Write));
            night.Timed("figures", () => night.Retry(() => Figures(run, headline, decisions)));
            if (run.Purpose == RunPurpose.Night) night.Timed("assign", () => night.Retry(() => Assign(run, decisions)));
        }
        catch (LeaseLostException)
        {
            return; // somebody else publishes
        }
        night.Step("figures");
        try
        {
            night.Timed("publish", () => night.RetryChange(
                () =>
                {
                    if (breaches.Count > 0) night.Store.Runs.Hold(run, headline, string.Join("; ", breaches));
                    else night.Store.Runs.Publish(run, headline);
                },
                () => night.IsStill(run, RunState.Validating)));
        }
        catch (LeaseLostException)
        {
            return; // somebody else publishes
        }
        night.Step("published");
        if (run.Purpose == RunPurpose.Night) night.RecordScores();
        TidyUp(run);
    }

    private void Assign(Run run, NightDecisions decisions) =>
        night.Store.Assignments.Write(run, decisions.Assignments(night.Store.Plays.Read()), decisions.Endings());

    private RunHeadline Headline(Run run, ActionTotals actions) =>
        night.Timed("validate", () => night.Retry(() => night.Store.Shards.Headline(run.RunId, actions))) with
        {
            Drift = night.Timed("drift", () => night.Retry(() => Drift(run))),
            Realised = run.Purpose == RunPurpose.Night ? night.Timed("realised", () => night.Retry(() => Realised(run))) : null,
        };

    private Realised? Realised(Run run) =>
        RealisedRun.Compute(night.Store, night.Models, night.Shop, run.AsOf, night.Settings.SampleSize, night.Cancellation);

    private DriftReport? Drift(Run run)
    {
        // A version that counts no drift need not be there any more.
        return night.Store.Shards.DriftCounts(run.RunId) is { } counts
            && night.Models.DriftOf(run.Recipe!) is { } reference && counts.Count == reference.Columns.Count
            ? DriftReport.Compare(reference, counts)
            : null;
    }

    /// <summary>Adds up what the shards counted, writes the run's figures and the cards that say them.</summary>
    private void Figures(Run run, RunHeadline headline, NightDecisions decisions)
    {
        // Begun by an earlier version, which counts none.
        if (run.Recipe is not { Insights: not null } recipe) return;
        var context = recipe.Context(run.AsOf, night.Shop.Currency);
        var sums = new ShopSums(context.Months.Last, context.Recipe.Settings.Days);
        decisions.CountInto(sums, context);
        var (ordersOfNobody, revenueOfNobody) = night.Store.Summaries.Nobody(night.Shop, run.AsOf);
        var beside = new StoreCounts(night.Store.Customers.CountWithoutOrders(night.Shop, run.AsOf), ordersOfNobody, revenueOfNobody);
        var figures = FigureBuilder.Build(context, sums, beside);
        night.Store.Figures.Write(run, figures);
        var plays = headline.Plays.Select(play => new PlayResult(play.Key, play.Customers, play.Value)).ToList();
        var cards = new CardContext(context, recipe.ModelLevel, recipe.DataThrough, night.Settings.Playbook, plays,
            recipe.Economics(night.Shop.Currency));
        night.Store.Cards.Write(run, Cards.Build(cards, figures));
    }

    /// <exception cref="InvalidOperationException">The numbers cannot be, which no person could decide about.</exception>
    private IReadOnlyList<string> Breaches(Run run, RunHeadline headline)
    {
        var quarantined = night.Store.Shards.QuarantinedCount(run.RunId);
        if (headline.Customers + quarantined != run.ExpectedCount)
            throw new InvalidOperationException($"Run {run.RunId} scored {headline.Customers} of {run.ExpectedCount} customers.");
        if (headline.MeanPChurn is not (>= 0 and <= 1) || !double.IsFinite(headline.Clv))
        {
            throw new InvalidOperationException(
                FormattableString.Invariant($"Run {run.RunId} has a mean p_churn of {headline.MeanPChurn} and a CLV of {headline.Clv}."));
        }
        var before = run.Purpose == RunPurpose.Night ? night.Store.Nights.Current() : null;
        var breaches = night.Settings.Guard.Breaches(headline, quarantined, before?.Headline, IsComparable(run.Recipe!, before?.Recipe));
        return before?.Recipe is { } recipe && run.Recipe!.ModelLevel > recipe.ModelLevel
            ? [LesserFooting(run.Recipe, recipe), .. breaches]
            : breaches;
    }

    /// <summary>A shop's first model says something else than the rule before it, as it should.</summary>
    private static bool IsComparable(RunRecipe tonight, RunRecipe? before) =>
        before is not null && (before.HorizonDays, before.ClvHorizonDays) == (tonight.HorizonDays, tonight.ClvHorizonDays)
        && (before.ModelLevel != ModelLevel.RecencyRule || tonight.ModelLevel == ModelLevel.RecencyRule);

    /// <summary>
    /// The gate lets no version of a lesser footing take over: where one speaks, a person chose it, or the folder is not what it was.
    /// </summary>
    private string LesserFooting(RunRecipe tonight, RunRecipe before)
    {
        var (level, levelBefore) = (ModelLevels.Words(tonight.ModelLevel), ModelLevels.Words(before.ModelLevel));
        var why = tonight.ModelVersion == ModelRegistry.RuleSchema
            ? $"there is no model in {night.Models.Folder}"
            : $"model {tonight.ModelVersion}";
        return $"scored by {level} ({why}) after {levelBefore} (model {before.ModelVersion}) the night before";
    }

    /// <summary>What can wait: where the database goes away now, the next night does it.</summary>
    private void TidyUp(Run run)
    {
        try
        {
            if (run.Purpose == RunPurpose.Night) night.Timed("settle", () => night.Settle(run, run.Recipe!));
            night.Timed("retention", () => night.Store.RunRows.DropOld(run.Purpose, night.Settings.KeepRuns));
        }
        catch (Exception fault) when (night.Store.IsPassing(fault))
        {
            // The next night ends it.
        }
    }
}

using PredictiveRetention.Evaluation;
using PredictiveRetention.Features;
using PredictiveRetention.Models;
using PredictiveRetention.Scoring;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// What became of an earlier night's predictions. Its rows are dropped after a week, so its first customers in key order (keys are hashes:
/// a fair draw) are scored again, by its own model, from what is stored of the days before it.
/// </summary>
internal static class RealisedRun
{
    private const int Part = 5_000;

    /// <summary>Of the newest night whose horizon has passed by a day; null where there is none, or its model is no longer there.</summary>
    /// <param name="sample">Customers looked at, at most.</param>
    internal static Realised? Compute(RetentionStore store, NightModels models, Shop shop, Cutoff asOf, int sample,
        CancellationToken cancellation)
    {
        var days = store.Nights.UpTo(asOf)?.Recipe?.HorizonDays ?? 0;
        if (days == 0 || store.Nights.UpTo(asOf.Minus(days)) is not { } night || night.Recipe is not { } recipe
            || recipe.HorizonDays > days) return null;
        RetentionModel model;
        try
        {
            model = models.ModelFor(recipe);
        }
        catch (RetentionException)
        {
            return null;
        }
        var (cutoff, horizon) = (night.AsOf, Horizon.OfDays(recipe.HorizonDays));
        var (churned, predicted, spend, expected) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var scorer = new Scorer(model, shop.Currency, recipe.Coverage, withReasons: false);
        var ranges = store.Customers.Ranges(Part).Take(Math.Max(1, sample / Part));
        foreach (var histories in store.Histories.ReadEach(ranges, shop, recipe.Coverage, asOf, cancellation))
        {
            var (facts, scores) = (new CustomerFacts[histories.Count], new CustomerScore[histories.Count]);
            var unscored = scorer.Score(histories, cutoff, facts, scores).Select(customer => customer.Index).ToHashSet();
            for (var i = 0; i < histories.Count; i++)
            {
                if (facts[i].Orders == 0 || scores[i].Lost || unscored.Contains(i)) continue;
                var outcome = histories[i].Within(cutoff, horizon);
                churned.Add(outcome.Churned ? 1 : 0);
                predicted.Add(scores[i].PChurn);
                spend.Add((double)shop.Currency.FromMinor(outcome.NetMinor));
                expected.Add((1 - scores[i].PChurn) * scores[i].SpendIfOrder);
            }
        }
        return churned.Count == 0
            ? null
            : Realised.Compute(night.RunId, night.AsOf.ToString(), horizon.Days, recipe.ModelVersion, [.. churned], [.. predicted],
                [.. spend],
                [.. expected]);
    }
}

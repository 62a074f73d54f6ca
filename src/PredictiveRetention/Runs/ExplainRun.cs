using PredictiveRetention.Models;
using PredictiveRetention.Scoring;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>One customer's score, taken apart.</summary>
/// <param name="ModelVersion">See <see cref="ModelRegistry.RuleSchema"/> for a shop without a model.</param>
/// <param name="Why">Null where the recency rule made the score.</param>
/// <param name="Faults">Versions that should have spoken and cannot be used.</param>
public sealed record ExplainedCustomer(
    string CustomerId, Cutoff AsOf, string ModelVersion, RetentionModel Model, CustomerScore Score, ScoreExplanation? Why,
    IReadOnlyList<string> Faults);

/// <summary>Scores one stored customer as the night run would, and says exactly why; stores nothing.</summary>
public static class ExplainRun
{
    /// <param name="asOf">What happened from this day on is unknown; null = the as-of of tonight's run.</param>
    /// <exception cref="RetentionException">The customer has no order before the as-of, the as-of lies after the data, or no model may
    /// speak about it.</exception>
    public static ExplainedCustomer Execute(RetentionStore store, ModelRegistry models, string customerId, Cutoff? asOf, TimeProvider clock)
    {
        var shop = store.RequireShop();
        var tonight = RunRequest.Tonight(store, shop, clock).AsOf;
        var cutoff = asOf ?? tonight;
        if (cutoff.Day > tonight.Day)
            throw new RetentionException(Failure.Usage, $"The as-of {cutoff} is after {tonight}, the latest day the data can speak about.");
        var coverage = store.Summaries.Coverage(shop, cutoff);
        var histories = store.Histories.ReadOne(customerId, shop, coverage, cutoff)
            ?? throw new RetentionException(Failure.NotFound, $"There is no customer '{customerId}' with a valid order before {cutoff}.");
        var (model, version, _, faults, _) = new NightModels(models).Require(cutoff, store.Nights.Current());
        var (_, score, why) = new Scorer(model, shop.Currency, coverage).Explain(histories[0], cutoff);
        return new ExplainedCustomer(customerId, cutoff, version, model, score, why, faults);
    }
}

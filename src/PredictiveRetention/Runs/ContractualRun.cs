using PredictiveRetention.Evaluation;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>Contractual churn on what the store holds.</summary>
public static class ContractualRun
{
    /// <param name="grace">Days within which a renewal is no churn.</param>
    /// <exception cref="RetentionException">There are no subscriptions, or too few that ended or went on.</exception>
    public static TrainedContractual Train(RetentionStore store, TrainingOptions options, int grace, TimeProvider clock,
        IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        var (request, histories) = TrainingRun.Ask(store, options, clock, cancellation);
        return new ContractualRecipe(new RecipeSettings()).Train(
            request.Cutoff, request.Horizon ?? Horizon.OfDays(90), grace, request.Seed, request.Currency, request.Coverage, histories,
            progress, cancellation);
    }

    /// <summary>P(churn) of everybody with a paid subscription at the as-of.</summary>
    public static IReadOnlyList<(string CustomerId, double PChurn)> Score(RetentionStore store, ContractualModel model,
        TrainingOptions options, TimeProvider clock, CancellationToken cancellation)
    {
        var (request, histories) = TrainingRun.Ask(store, options, clock, cancellation);
        return ContractualRecipe.Score(model, request.Cutoff, request.Currency, request.Coverage, histories(), cancellation);
    }
}

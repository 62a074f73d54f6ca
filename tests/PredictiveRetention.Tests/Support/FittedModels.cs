using System.Collections.Concurrent;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Tests.Support;

/// <summary>
/// Models of the simulated shop, as a training makes them with two folds: fitted once for all tests that need a model and not its training.
/// </summary>
internal static class FittedModels
{
    /// <summary>The shop they were fitted on: Some.Orders of so many.</summary>
    public const int Customers = 700;

    private static readonly ConcurrentDictionary<int, Lazy<TrainedModel>> s_fitted = new();

    /// <param name="daysBack">How many days before the shop's last one it was fitted.</param>
    public static TrainedModel Fitted(int daysBack) =>
        s_fitted.GetOrAdd(daysBack, days => new Lazy<TrainedModel>(() => new TrainingRecipe(new RecipeSettings { Folds = 2 }).Train(
            new TrainingRequest
            {
                Cutoff = SimulatedHistories.End.Minus(days), Horizon = Horizon.OfDays(60),
                ClvHorizon = Horizon.OfDays(60), Currency = Some.Shop.Currency, Coverage = default
            },
            () => SimulatedHistories.Shards(SimulatedHistories.Customers(Customers)), null, default))).Value;

    /// <summary>Makes it the champion of a registry; returns its version.</summary>
    public static string Promote(ModelRegistry registry, int daysBack = 0)
    {
        var version = registry.Add(Fitted(daysBack)).Version;
        registry.Promote(version, "anna", "a test", TimeProvider.System);
        return version;
    }
}

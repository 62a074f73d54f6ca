using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>Settings of a fit. The defaults were found on origins inside training data and hold for every shop.</summary>
public sealed record RecipeSettings
{
    public ForestSettings Orders { get; init; } = new() { Trees = 120, Leaves = 12, LearningRate = 0.05 };
    public ForestSettings Bagged { get; init; } = new() { Trees = 50, Leaves = 24, FeatureFraction = 0.4 };
    public ForestSettings Spend { get; init; } = new() { Trees = 100, Leaves = 6, LearningRate = 0.05 };

    /// <summary>
    /// LightGBM as one more member; null = without it, which is the default: its native library is not there for every processor.
    /// </summary>
    public ForestSettings? LightGbm { get; init; }

    /// <summary>What LightGBM is fitted with where it is asked for.</summary>
    public static ForestSettings LightGbmDefault { get; } = new() { Trees = 120, Leaves = 12, LearningRate = 0.05 };

    /// <summary>Precision of every prior, in rows of evidence.</summary>
    public double Ridge { get; init; } = 50;

    /// <summary>Folds of the cross-fitting, by customer.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>Above so many rows two folds say as much as five.</summary>
    public int ManyRows { get; init; } = 60_000;

    /// <summary>Rows (customers x origins) a fit takes at most; larger shops are sampled by customer.</summary>
    public int MaxRows { get; init; } = 80_000;

    /// <summary>Weight of an origin relative to the next newer one; what served the newest origin best is used.</summary>
    public IReadOnlyList<double> Decays { get; init; } = [1, 0.85, 0.7];

    public int Seed { get; init; } = 1;
}

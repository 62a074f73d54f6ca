using PredictiveRetention.Models;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <param name="Version"><see cref="ModelRegistry.RuleSchema"/> for a shop without any model.</param>
/// <param name="Faults">What should have been taken and cannot be.</param>
/// <param name="NoScores">Why no model may speak, where the rule stands in for figures that need no score; null otherwise.</param>
internal sealed record ChosenModel(RetentionModel Model, string Version, string SchemaHash, IReadOnlyList<string> Faults,
    string? NoScores = null);

/// <summary>
/// The models of a run: its own, chosen at the snapshot, and that of the earlier night it is told what became of. Each is read from its
/// folder and checked once a process and run. Not thread-safe.
/// </summary>
/// <param name="withoutScores">Where no model may speak about a day, say so and go on.</param>
internal sealed class NightModels(ModelRegistry models, bool withoutScores = false)
{
    /// <summary>Horizons of the recency rule, where no model has others.</summary>
    private const int Days = 90, ClvDays = 365;

    private readonly Dictionary<string, LoadedModel> _loaded = [];
    private (Cutoff AsOf, ChosenModel Model)? _chosen;

    /// <summary>Where they lie.</summary>
    public string Folder => models.Folder;

    /// <summary>The one that may speak about a day.</summary>
    /// <exception cref="RetentionException">Every version learnt from days after it, or none can be used.</exception>
    public ChosenModel Choose(Cutoff asOf)
    {
        if (_chosen is { } before && before.AsOf == asOf) return before.Model;
        var chosen = For(asOf);
        _chosen = (asOf, chosen);
        return chosen;
    }

    /// <summary>
    /// The same for an answer that no guard band looks at: the rule does not step in for a model that is only missing from the folder.
    /// </summary>
    /// <exception cref="RetentionException">
    /// No model may speak about the day, or there is none and the published night was scored by one.
    /// </exception>
    public ChosenModel Require(Cutoff asOf, Run? published)
    {
        var chosen = Choose(asOf);
        if (chosen is { Version: ModelRegistry.RuleSchema, NoScores: null }
            && published?.Recipe is { ModelLevel: not ModelLevel.RecencyRule } night)
        {
            throw new RetentionException(
                Failure.NotFound,
                $"There is no model in {Folder}, and the published night was scored by {night.ModelVersion}. Is it the right folder? "
                + "--models names it.");
        }
        return chosen;
    }

    /// <summary>The one a run's snapshot chose.</summary>
    /// <exception cref="RetentionException">It cannot be used here.</exception>
    public RetentionModel ModelFor(RunRecipe recipe) => Loaded(recipe)?.Model
        ?? RetentionModel.Rule(recipe.HorizonDays, recipe.ClvHorizonDays);

    /// <summary>What a run's customers are compared with; null where its model has nothing.</summary>
    /// <exception cref="RetentionException">The model cannot be used here.</exception>
    public DriftReference? DriftOf(RunRecipe recipe) => Loaded(recipe)?.Drift;

    private ChosenModel For(Cutoff asOf)
    {
        if (models.For(asOf, out var faults) is { } loaded)
        {
            _loaded[loaded.Version] = loaded;
            return new ChosenModel(loaded.Model, loaded.Version, loaded.Manifest.SchemaHash, faults);
        }
        if (models.ChampionVersion() is { } champion)
        {
            var why = $"The champion {champion} learnt from days after {asOf} and would look into the future. Train one that did not: "
                + $"retain train --as-of {asOf}";
            if (!withoutScores) throw new RetentionException(Failure.QualityGate, why);
            // Observed churn is counted over the champion's horizon, or the figures of two days would not compare.
            var (horizon, clvHorizon) = Horizons(champion);
            return new ChosenModel(RetentionModel.Rule(horizon, clvHorizon), ModelRegistry.RuleSchema, ModelRegistry.RuleSchema, [], why);
        }
        // A shop without any model still gets an answer, marked as the rule it is.
        return new ChosenModel(RetentionModel.Rule(Days, ClvDays), ModelRegistry.RuleSchema, ModelRegistry.RuleSchema, []);
    }

    private (int Days, int ClvDays) Horizons(string version)
    {
        try
        {
            return models.Manifest(version) is { } manifest ? (manifest.HorizonDays, manifest.ClvHorizonDays) : (Days, ClvDays);
        }
        catch (RetentionException)
        {
            return (Days, ClvDays);
        }
    }

    private LoadedModel? Loaded(RunRecipe recipe) => recipe.ModelVersion == ModelRegistry.RuleSchema ? null
        : _loaded.TryGetValue(recipe.ModelVersion, out var loaded) ? loaded
        : _loaded[recipe.ModelVersion] = models.Load(recipe.ModelVersion);
}

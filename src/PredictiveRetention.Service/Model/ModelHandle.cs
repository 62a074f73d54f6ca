using PredictiveRetention.Models;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Model;

/// <summary>
/// The models in memory: loaded when first asked for, checked then, and kept. The champion's name is read from its file each time, so a
/// promotion is seen at once without watching files. A model that cannot be loaded is a standing fault, and the one before goes on.
/// </summary>
internal sealed class ModelHandle(ModelRegistry registry, StandingFaults faults)
{
    /// <summary>What is loaded, as a standing fault names it.</summary>
    public const string LoadingChampion = "loading the champion", LoadingNights = "loading the model of a night";

    private readonly Lock _gate = new();
    private LoadedModel? _champion;
    private LoadedModel? _night;

    /// <summary>The champion; the last good one if the new one cannot be loaded; null when nothing was trained.</summary>
    public LoadedModel? Champion()
    {
        lock (_gate)
        {
            faults.Try(LoadingChampion, () => _champion = Load(registry.ChampionVersion(), _champion));
            return _champion;
        }
    }

    /// <summary>The model a run was scored with; null when it cannot be loaded.</summary>
    public RetentionModel? ModelFor(RunRecipe recipe)
    {
        if (recipe.ModelVersion == ModelRegistry.RuleSchema) return RetentionModel.Rule(recipe.HorizonDays, recipe.ClvHorizonDays);
        lock (_gate)
        {
            if (!faults.Try(LoadingNights, () => _night = Load(recipe.ModelVersion, _night))) return null;
            return _night?.Model;
        }
    }

    private LoadedModel? Load(string? version, LoadedModel? current) =>
        version is null || version == current?.Version ? current : registry.Load(version);
}

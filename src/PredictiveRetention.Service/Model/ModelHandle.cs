using PredictiveRetention.Models;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Model;

/// <summary>
/// The models in memory: loaded when first asked for, checked then, and kept. The champion's name is read from its file each time, so a
/// promotion is seen at once without watching files.
/// </summary>
internal sealed class ModelHandle(ModelRegistry registry, ILogger<ModelHandle> logger)
{
    private readonly Lock _gate = new();
    private LoadedModel? _champion;
    private LoadedModel? _night;

    /// <summary>The champion; the last good one if the new one cannot be loaded; null when nothing was trained.</summary>
    public LoadedModel? Champion()
    {
        lock (_gate) return _champion = Load(registry.ChampionVersion(), _champion) ?? _champion;
    }

    /// <summary>The model a run was scored with; null when it cannot be loaded.</summary>
    public RetentionModel? Of(RunRecipe recipe)
    {
        if (recipe.ModelVersion == ModelRegistry.RuleSchema) return RetentionModel.Rule(recipe.HorizonDays, recipe.ClvHorizonDays);
        lock (_gate) return (Load(recipe.ModelVersion, _night) is { } loaded ? _night = loaded : null)?.Model;
    }

    private LoadedModel? Load(string? version, LoadedModel? current)
    {
        if (version is null || version == current?.Version) return current;
        try
        {
            return registry.Load(version);
        }
        catch (RetentionException fault)
        {
            logger.LogError("{Fault} The previous model goes on.", fault.Message);
            return null;
        }
    }
}

using PredictiveRetention.Runs;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Predictions;

/// <summary>A published run with everything needed to speak about it.</summary>
internal sealed record PublishedNight(Run Run, RunRecipe Recipe, Shop Shop, AnswerWriter Answers)
{
    /// <summary>Changes exactly when another run is published.</summary>
    public string ETag => $"W/\"{Run.RunId}\"";
}

/// <summary>Follows the pointer to the published run, once a request.</summary>
internal sealed class CurrentNight(RetentionStore store, ServiceSettings settings, TimeProvider clock)
{
    public async Task<PublishedNight?> FindAsync(CancellationToken cancellation) =>
        await store.CurrentRunAsync(cancellation) is { } run ? Describe(run) : null;

    public PublishedNight? Describe(Run run)
    {
        if (store.Shop() is not { } shop || RunRecipe.Of(run) is not { } recipe) return null;
        return new PublishedNight(run, recipe, shop, new AnswerWriter(run, recipe, shop, settings.Runs.Playbook, clock.GetUtcNow()));
    }
}

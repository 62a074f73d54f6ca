using PredictiveRetention.Runs;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Predictions;

/// <summary>A published run with everything needed to speak about it.</summary>
internal sealed record PublishedNight(Run Run, RunRecipe Recipe, Shop Shop, AnswerWriter Answers)
{
    /// <summary>Changes when another run is published, and when this one becomes stale, which the answers say.</summary>
    public string ETag => Answers.Stale ? $"W/\"{Run.RunId}-stale\"" : $"W/\"{Run.RunId}\"";
}

/// <summary>Follows the pointer to the published run, once a request.</summary>
internal sealed class CurrentNight(RetentionStore store, ServiceSettings settings, TimeProvider clock)
{
    public async Task<PublishedNight?> FindAsync(CancellationToken cancellation) =>
        await store.CurrentRunAsync(cancellation) is { } run ? Describe(run) : null;

    /// <summary>A customer's row of a night. A slash within an id arrives as it is written in an address, %2F, because the router does not open it.</summary>
    public async Task<PredictionRow?> RowAsync(PublishedNight night, string customerId, CancellationToken cancellation) =>
        await store.PredictionAsync(night.Run.RunId, customerId, cancellation)
        ?? (customerId.Contains("%2F", StringComparison.OrdinalIgnoreCase)
            ? await store.PredictionAsync(night.Run.RunId, customerId.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase), cancellation)
            : null);

    public PublishedNight? Describe(Run run)
    {
        if (store.Shop() is not { } shop || RunRecipe.Of(run) is not { } recipe) return null;
        return new PublishedNight(run, recipe, shop, new AnswerWriter(run, recipe, shop, settings.Runs.Playbook, clock.GetUtcNow()));
    }
}

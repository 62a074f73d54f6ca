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
    private volatile PublishedNight? _known;

    public async Task<PublishedNight?> FindAsync(CancellationToken cancellation) =>
        await store.Nights.CurrentAsync(cancellation) is { } run ? await DescribeAsync(run, cancellation) : null;

    /// <summary>
    /// A customer's row of the published night, and that night: one question to the database, because what a night was made with does not
    /// change and is kept. A slash within an id arrives as it is written in an address, %2F, because the router does not open it.
    /// </summary>
    public async Task<(PublishedNight Night, PredictionRow Row)?> CustomerAsync(string customerId, CancellationToken cancellation)
    {
        var row = await store.Predictions.FindCurrentAsync(customerId, cancellation)
            ?? (customerId.Contains("%2F", StringComparison.OrdinalIgnoreCase)
                ? await store.Predictions.FindCurrentAsync(customerId.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase), cancellation)
                : null);
        if (row is null) return null;
        var known = _known;
        if (known?.Run.RunId != row.RunId)
            _known = known = await store.Runs.FindAsync(row.RunId, cancellation) is { } run ? await DescribeAsync(run, cancellation) : null;
        return known is null ? null : (known with { Answers = Writer(known.Run, known.Recipe, known.Shop) }, row);
    }

    public async Task<PublishedNight?> DescribeAsync(Run run, CancellationToken cancellation) =>
        await store.ShopAsync(cancellation) is { } shop && run.Recipe is { } recipe
            ? new PublishedNight(run, recipe, shop, Writer(run, recipe, shop))
            : null;

    private AnswerWriter Writer(Run run, RunRecipe recipe, Shop shop) =>
        new(run, recipe, shop, settings.Runs.Playbook, Freshness.Judge(run, shop, settings, clock.GetUtcNow()));
}

using Hangfire;
using PredictiveRetention.Service.Model;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Health;

/// <param name="Status">ready, degraded (answers, but somebody should look) or unready.</param>
/// <param name="Checks">Each part by name: 'ok', or what is wrong with it, without secrets.</param>
public sealed record Readiness(string Status, IReadOnlyDictionary<string, string> Checks);

internal static class HealthEndpoints
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => Results.Text("alive")).AllowAnonymous().WithSummary("The process answers").Produces<string>(contentType: "text/plain");
        app.MapGet("/health/ready", ReadyAsync).AllowAnonymous().WithSummary("Store, model and job storage can be used").Produces<Readiness>().Produces<Readiness>(503);
    }

    private static async Task<IResult> ReadyAsync(ServiceSettings settings, RetentionStore store, ModelRegistry models, ModelHandle handle, JobStorage jobs, CancellationToken cancellation)
    {
        var checks = new Dictionary<string, string>
        {
            // SQLite goes on in a file that was removed, and what it writes there is lost at the next start.
            ["store"] = await CheckAsync(async () => settings.StoreFile is { } file && !File.Exists(file) ? "the file is gone" : await store.AnswersAsync(cancellation) ? null : "does not answer"),
            ["model"] = await CheckAsync(() => Task.FromResult(models.ChampionVersion() is { } champion && handle.Champion()?.Version != champion ? "the champion cannot be loaded" : null)),
            ["jobs"] = await CheckAsync(() =>
            {
                jobs.GetMonitoringApi().Queues();
                return Task.FromResult<string?>(null);
            }),
        };
        var ready = checks.Values.All(check => check == "ok");
        // Readers have the night before, so neither takes the service out.
        if (ready) checks["model"] = await CheckAsync(() => ModelsAsync(store, models, cancellation));
        checks["night"] = !ready ? "not asked" : await CheckAsync(() => NightAsync(store, cancellation));
        var whole = checks.Values.All(check => check == "ok");
        return Results.Json(new Readiness(!ready ? "unready" : whole ? "ready" : "degraded", checks), statusCode: ready ? 200 : 503);
    }

    /// <summary>
    /// A models folder that is not the one the published night was scored from: the next night would be scored by something else.
    /// </summary>
    private static async Task<string?> ModelsAsync(RetentionStore store, ModelRegistry models, CancellationToken cancellation)
    {
        var versions = models.Versions();
        var night = await store.Nights.CurrentAsync(cancellation);
        return night?.ModelVersion is { } version && version != ModelRegistry.RuleSchema && !versions.Contains(version)
                ? $"the published night was scored by {version}, which is not in the models folder"
            : models.ChampionVersion() is { } champion ? versions.Contains(champion) ? null : $"the champion {champion} is not in the models folder"
            : versions.Count > 0 ? "no version in the models folder is named champion"
            : null;
    }

    private static async Task<string?> NightAsync(RetentionStore store, CancellationToken cancellation)
    {
        var runs = await store.Runs.NewestAsync(20, cancellation);
        return runs.FirstOrDefault(run => run.Purpose == RunPurpose.Night) switch
        {
            { State: RunState.Held } held => $"run {held.RunId} is held and waits for a decision",
            { State: RunState.Failed } failed => $"run {failed.RunId} failed",
            { State: RunState.Scoring } working when !store.Shards.Progress(working.RunId).AtWork => $"run {working.RunId} stands still: nobody is at work on it",
            _ => null,
        };
    }

    /// <summary>A part that throws is a part that is not there; its message may name hosts and users, so only its kind is shown.</summary>
    private static async Task<string> CheckAsync(Func<Task<string?>> check)
    {
        try
        {
            // Off this thread: opening a connection may block until its own timeout, longer than whoever probes will wait.
            return await Task.Run(check).WaitAsync(s_patience) ?? "ok";
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return "unavailable: " + fault.GetType().Name;
        }
    }
}

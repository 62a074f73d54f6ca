using System.Globalization;
using Hangfire;
using PredictiveRetention.Service.Model;
using PredictiveRetention.Service.Predictions;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Health;

/// <param name="Status">ready, degraded (answers, but somebody should look) or unready.</param>
/// <param name="Checks">Each part by name: 'ok', or what is wrong with it, without secrets.</param>
public sealed record Readiness(string Status, IReadOnlyDictionary<string, string> Checks);

internal static class HealthEndpoints
{
    private const string NotAsked = "not asked";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => Results.Text("alive"))
            .AllowAnonymous()
            .WithSummary("The process answers")
            .Produces<string>(contentType: "text/plain");
        app.MapGet("/health/ready", ReadyAsync)
            .AllowAnonymous()
            .WithSummary("Store, model and job storage can be used")
            .Produces<Readiness>()
            .Produces<Readiness>(503);
    }

    private static async Task<IResult> ReadyAsync(
        ServiceSettings settings, RetentionStore store, ModelRegistry models, ModelHandle handle, JobStorage jobs, StandingFaults faults,
        TimeProvider clock,
        CancellationToken cancellation)
    {
        var checks = new Dictionary<string, string>
        {
            // SQLite goes on in a file that was removed, and what it writes there is lost at the next start.
            ["store"] = await CheckAsync(async () => settings.StoreFile is { } file && !File.Exists(file) ? "the file is gone"
                : await store.AnswersAsync(cancellation) ? null : "does not answer"),
            ["model"] = await CheckAsync(() => Task.FromResult(models.ChampionVersion() is { } champion
                && handle.Champion()?.Version != champion
                ? "the champion cannot be loaded"
                : null)),
            ["jobs"] = await CheckAsync(() =>
            {
                jobs.GetMonitoringApi().Queues();
                return Task.FromResult<string?>(null);
            }),
        };
        var ready = checks.Values.All(check => check == "ok");
        // Readers have the night before, so neither takes the service out.
        if (ready) checks["model"] = await CheckAsync(() => ModelsAsync(store, models, cancellation));
        checks["night"] = !ready ? NotAsked : await CheckAsync(() => NightAsync(store, cancellation));
        checks["data"] = !ready ? NotAsked : await CheckAsync(() => DataAsync(store, settings, clock, cancellation));
        checks["work"] = faults.Sentence() ?? "ok";
        var isWhole = checks.Values.All(check => check == "ok");
        return Results.Json(new Readiness(!ready ? "unready" : isWhole ? "ready" : "degraded", checks), statusCode: ready ? 200 : 503);
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
            : models.ChampionVersion() is { } champion
            ? versions.Contains(champion) ? null : $"the champion {champion} is not in the models folder"
            : versions.Count > 0 ? "no version in the models folder is named champion"
            : null;
    }

    private static async Task<string?> NightAsync(RetentionStore store, CancellationToken cancellation)
    {
        var runs = await store.Runs.NewestAsync(20, cancellation);
        var night = runs.FirstOrDefault(run => run.Purpose == RunPurpose.Night);
        return night switch
        {
            { State: RunState.Held } held => $"run {held.RunId} is held and waits for a decision",
            { State: RunState.Failed } failed => $"run {failed.RunId} failed",
            { State: RunState.Scoring } when !(await store.Shards.ProgressAsync(night.RunId, cancellation)).AtWork =>
                $"run {night.RunId} stands still: nobody is at work on it",
            _ => null,
        };
    }

    /// <summary>What is published says so itself, but nobody may be looking. The sample of a demo is old by its nature.</summary>
    private static async Task<string?> DataAsync(RetentionStore store, ServiceSettings settings, TimeProvider clock,
        CancellationToken cancellation)
    {
        if (settings.Demo == DemoKind.OnlineRetail || await store.Nights.CurrentAsync(cancellation) is not { } run
            || await store.ShopAsync(cancellation) is not { } shop) return null;
        return Freshness.Judge(run, shop, settings, clock.GetUtcNow()) is { DataIsOld: true } old
            ? string.Create(CultureInfo.InvariantCulture,
                $"it ends {old.LastDay}, {old.SilentDays} days before today: has an import stopped?")
            : null;
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

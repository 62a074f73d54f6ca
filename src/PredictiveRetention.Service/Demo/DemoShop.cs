using System.Diagnostics;
using System.Globalization;
using Hangfire;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Service.Access;
using PredictiveRetention.Service.Nights;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Demo;

/// <summary>What the demo is doing, for the first page to show while it is not done.</summary>
public sealed class DemoProgress
{
    /// <summary>Null when nothing is being prepared.</summary>
    public string? Doing { get; set; }

    public string? Failed { get; set; }
}

/// <summary>
/// --demo: loads the sample shop, trains and has Hangfire score it, while the web server already answers. What is there from an earlier start is
/// not done again.
/// </summary>
internal sealed class DemoShop(
    RetentionStore store, ModelRegistry models, ServiceSettings settings, DemoProgress progress, AdminKey key, IServer server, IBackgroundJobClient jobs, TimeProvider clock,
    IHostApplicationLifetime lifetime) : BackgroundService
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        Say($"{Url}  (open it while the sample is prepared: {SignInLink})");
        try
        {
            if (store.Shop() is null) await Step("Importing the sample orders", () => Import(stoppingToken), stoppingToken);
            if (models.ChampionVersion() is null) await Step("Training churn and value", () => Train(stoppingToken), stoppingToken);
            if (await store.CurrentRunAsync(stoppingToken) is null) await Step("Scoring every customer through Hangfire", () => ScoreAsync(stoppingToken), stoppingToken);
            progress.Doing = null;
            Ready();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // The page says it, too; the server goes on, so that it can be read there.
            progress.Failed = fault.Message;
            Say("The demo could not be prepared: " + fault.Message);
        }
    }

    private string Url => server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5080";

    private string SignInLink => $"{Url}/sign-in?ticket={key.NewTicket()}";

    private async Task Step(string name, Func<Task<string>> work, CancellationToken cancellation)
    {
        progress.Doing = name;
        var clock = Stopwatch.StartNew();
        Say(name + " ...");
        var result = await Task.Run(work, cancellation);
        Say(string.Create(CultureInfo.InvariantCulture, $"  {result} ({clock.Elapsed.TotalSeconds:F1} s)"));
    }

    private Task<string> Import(CancellationToken cancellation)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "training-data", "online-retail");
        var outcome = ImportRun.Execute(
            store,
            new ImportRequest
            {
                Preset = "generic",
                OrdersFile = Path.Combine(folder, "orders.csv"),
                RefundsFile = Path.Combine(folder, "refunds.csv"),
                Calendar = BusinessCalendar.Of("Europe/London"),
                NowMs = clock.GetUtcNow().ToUnixTimeMilliseconds(),
            },
            dryRun: false, rejectsPath: null, progress: null, cancellation);
        return Task.FromResult(string.Create(CultureInfo.InvariantCulture, $"{string.Join(" and ", outcome.Report.Files.Select(file => $"{file.Stored.Sum(kind => kind.Count):N0} {file.File}"))}, {outcome.Report.RowsRejected:N0} rows rejected"));
    }

    private Task<string> Train(CancellationToken cancellation)
    {
        var (loaded, trained, _) = TrainingRun.Execute(store, models, new TrainingOptions(), clock, null, cancellation);
        return Task.FromResult(string.Create(CultureInfo.InvariantCulture, $"model {loaded.Version}: churn within {trained.Model.ChurnHorizonDays} days, AUC {trained.League?.Model.Churn?.Auc:F3} one horizon earlier"));
    }

    private async Task<string> ScoreAsync(CancellationToken cancellation)
    {
        var before = await store.RunsAsync(1, cancellation) is [var last] ? last.RunId : 0;
        jobs.Enqueue<NightJob>(job => job.Run(CancellationToken.None));
        Run? published;
        while ((published = await store.CurrentRunAsync(cancellation)) is null)
        {
            if (await store.RunsAsync(1, cancellation) is [{ State: RunState.Failed } failed] && failed.RunId > before) throw new RetentionException(Failure.Unexpected, $"Run {failed.RunId} failed: {failed.Error}");
            await Task.Delay(100, cancellation);
        }
        return string.Create(CultureInfo.InvariantCulture, $"run {published.RunId} published: {published.ExpectedCount:N0} customers");
    }

    private void Ready()
    {
        Say("");
        Say(string.Create(CultureInfo.InvariantCulture, $"Ready after {_clock.Elapsed.TotalSeconds:F1} s."));
        Say($"  Dashboard    {SignInLink}  (signs in once, within 30 minutes)");
        Say($"  Endpoints    curl -H \"Authorization: Bearer {(settings.AdminKey is null ? key.Value : "KEY")}\" \"{Url}/api/v1/predictions?limit=3\"");
        Say($"  Admin key    {key.Shown}");
        Say($"  API docs     {Url}/docs    Jobs  {Url}/jobs");
        Say($"  Sample data  UCI Online Retail, kept in {settings.StoreFile ?? store.EngineName}");
        Say("  Your own     dotnet run -c Release --project src/PredictiveRetention.Training -- import --orders YOUR.csv");
    }

    private static void Say(string line) => Console.Out.WriteLine(line);
}

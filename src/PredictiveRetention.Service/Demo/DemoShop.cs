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
using PredictiveRetention.Simulation;
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
/// --demo: loads a simulated shop, or the real sample, trains and has Hangfire score it, while the web server already answers. What is
/// there from an earlier start is not done again.
/// </summary>
internal sealed class DemoShop(
    RetentionStore store, ModelRegistry models, ServiceSettings settings, DemoProgress progress, AdminKey key, IServer server,
    IBackgroundJobClient jobs, TimeProvider clock,
    IHostApplicationLifetime lifetime, StandingFaults faults) : BackgroundService
{
    /// <summary>The simulated shop, but for the day it ends: the day before it is first shown.</summary>
    public static ShopPlan Simulated { get; } = new();

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        Say($"{Url}  (open it while the demo is prepared: {SignInLink})");
        try
        {
            if (store.Shop() is { } shop) CheckIsThisDemo(shop);
            else if (settings.Demo == DemoKind.Simulated) await ImportSimulatedAsync(stoppingToken);
            else await Step("Importing the sample orders", () => Import(OnlineRetail(), stoppingToken), stoppingToken);
            if (models.ChampionVersion() is null) await Step("Training churn and value", () => Train(stoppingToken), stoppingToken);
            if (await store.Nights.CurrentAsync(stoppingToken) is null)
                await Step("Scoring every customer through Hangfire", () => ScoreAsync(stoppingToken), stoppingToken);
            progress.Doing = null;
            Ready();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // The page says it, too; the server goes on, so that it can be read there.
            progress.Failed = fault.Message;
            faults.Begin("preparing the demo", fault);
            Say("The demo could not be prepared: " + fault.Message);
        }
    }

    private string Url => (server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5080")
        + settings.PathBase.ToUriComponent();

    private string SignInLink => $"{Url}/sign-in?ticket={key.NewTicket()}";

    private async Task Step(string name, Func<Task<string>> work, CancellationToken cancellation)
    {
        progress.Doing = name;
        var clock = Stopwatch.StartNew();
        Say(name + " ...");
        var result = await Task.Run(work, cancellation);
        Say(string.Create(CultureInfo.InvariantCulture, $"  {result} ({clock.Elapsed.TotalSeconds:F1} s)"));
    }

    /// <summary>The demos keep to themselves; a store that was named may hold anything. Their currencies tell them apart.</summary>
    private void CheckIsThisDemo(Shop shop)
    {
        var expected = settings.Demo == DemoKind.Simulated ? ShopPlan.Currency.Code : "GBP";
        if (shop.Currency.Code == expected) return;
        throw new RetentionException(Failure.InputRejected,
            $"The store holds another shop (in {shop.Currency.Code}, not {expected}); name a store of its own for this demo, or none.");
    }

    private async Task ImportSimulatedAsync(CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("retention-demo-").FullName;
        try
        {
            var plan = Simulated with { Until = Cutoff.On(DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime)) };
            await Step(string.Create(CultureInfo.InvariantCulture, $"Simulating {plan.Customers:N0} customers"),
                () => Generate(folder, plan, cancellation), cancellation);
            await Step("Importing the simulated shop",
                () => Import(ShopFiles.Import(folder, clock.GetUtcNow().ToUnixTimeMilliseconds()), cancellation), cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<string> Generate(string folder, ShopPlan plan, CancellationToken cancellation)
    {
        var summary = ShopFiles.Write(folder, plan, null, cancellation);
        return Task.FromResult(string.Create(CultureInfo.InvariantCulture,
            $"{plan.From} to {plan.Until.Minus(1)}: "
                + $"{string.Join(", ",
                    summary.Rows.Select(file => Invariant.Text($"{file.Value:N0} {Path.GetFileNameWithoutExtension(file.Key)}")))}"));
    }

    private ImportRequest OnlineRetail()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "training-data", "online-retail");
        return new ImportRequest
        {
            Preset = "generic",
            OrdersFile = Path.Combine(folder, "orders.csv"),
            RefundsFile = Path.Combine(folder, "refunds.csv"),
            Calendar = BusinessCalendar.InZone("Europe/London"),
            NowMs = clock.GetUtcNow().ToUnixTimeMilliseconds(),
        };
    }

    private Task<string> Import(ImportRequest request, CancellationToken cancellation)
    {
        var outcome = ImportRun.Execute(store, request, dryRun: false, rejectsPath: null, progress: null, cancellation);
        return Task.FromResult(string.Create(CultureInfo.InvariantCulture,
            $"{string.Join(" and ",
                outcome.Report.Files.Select(file =>
                    Invariant.Text($"{file.Stored.Sum(kind =>
                        kind.Count):N0} {file.File}")))}, {outcome.Report.RowsRejected:N0} rows rejected"));
    }

    /// <summary>Every source of the simulated shop becomes features: with two folds they are learnt from within a minute.</summary>
    private TrainingOptions Training => settings.Demo == DemoKind.Simulated ? new TrainingOptions { Folds = 2 } : new TrainingOptions();

    private Task<string> Train(CancellationToken cancellation)
    {
        var (loaded, trained, _) = TrainingRun.Execute(store, models, Training, clock, null, cancellation);
        return Task.FromResult(string.Create(CultureInfo.InvariantCulture,
            $"model {loaded.Version}: churn within {trained.Model.ChurnHorizonDays} days, AUC {trained.League?.Model.Churn?.Auc:F3} one "
                + $"horizon earlier"));
    }

    private async Task<string> ScoreAsync(CancellationToken cancellation)
    {
        var before = await store.Runs.NewestAsync(1, cancellation) is [var last] ? last.RunId : 0;
        jobs.Enqueue<NightJob>(job => job.Run(CancellationToken.None));
        Run? published;
        while ((published = await store.Nights.CurrentAsync(cancellation)) is null)
        {
            if (await store.Runs.NewestAsync(1, cancellation) is [{ State: RunState.Failed } failed] && failed.RunId > before)
                throw new RetentionException(Failure.Unexpected, $"Run {failed.RunId} failed: {failed.Error}");
            await Task.Delay(100, cancellation);
        }
        return string.Create(CultureInfo.InvariantCulture, $"run {published.RunId} published: {published.ExpectedCount:N0} customers");
    }

    private void Ready()
    {
        Say("");
        Say(string.Create(CultureInfo.InvariantCulture, $"Ready after {_clock.Elapsed.TotalSeconds:F1} s."));
        Say($"  Dashboard    {SignInLink}  (signs in once, within 30 minutes)");
        Say($"  Endpoints    curl -H \"Authorization: Bearer {key.InShell}\" \"{Url}/api/v1/predictions?limit=3\"");
        Say($"  Admin key    {key.Place}");
        Say($"  API docs     {Url}/docs    Jobs  {Url}/jobs");
        Say($"  {(settings.Demo == DemoKind.Simulated ? "Simulated    nothing is real" : "Sample data  UCI Online Retail")}, kept in "
            + $"{settings.StoreFile ?? store.EngineName}");
        Say($"  Models       {Path.GetFullPath(settings.Models)}");
        Say("  Your own     dotnet run -c Release --project src/PredictiveRetention.Training -- import --orders YOUR.csv");
    }

    private static void Say(string line) => Console.Out.WriteLine(line);
}

using System.Globalization;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Histories;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Notebook;

/// <summary>
/// A shop in a store that is gone when the notebook ends: the sample that comes with the project, or an orders file named on the command
/// line. Usage of every notebook: [orders.csv] [page.html] [--preset shopify] [--currency EUR]
/// </summary>
public sealed class SampleShop : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retention-notebook-");

    public SampleShop(string[] arguments, string notebook)
    {
        // A page is the same on every machine.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var (preset, currency) = (Option(ref arguments, "--preset"), Option(ref arguments, "--currency"));
        if (arguments.FirstOrDefault(argument => argument.StartsWith('-')) is { } unknown)
            Refuse($"{unknown} is not known here. {Usage(notebook)}");
        var orders = arguments.FirstOrDefault(argument => !argument.EndsWith(".html", StringComparison.OrdinalIgnoreCase));
        PageFile = arguments.FirstOrDefault(argument => argument.EndsWith(".html", StringComparison.OrdinalIgnoreCase))
            ?? Path.Combine(Root, "notebooks", "out", notebook + ".html");
        var sample = Path.Combine(Root, "training-data", "online-retail");
        Name = orders is null ? "UCI Online Retail (D. Chen, CC BY 4.0)" : Path.GetFileName(orders);
        Store = RetentionStore.Open("sqlite:" + Path.Combine(_folder.FullName, "shop.db"));
        Models = new ModelRegistry(Path.Combine(_folder.FullName, "models"));
        try
        {
            ImportRun.Execute(
                Store,
                new ImportRequest
                {
                    Preset = preset ?? "generic",
                    OrdersFile = orders ?? Path.Combine(sample, "orders.csv"),
                    RefundsFile = orders is null ? Path.Combine(sample, "refunds.csv") : null,
                    Calendar = BusinessCalendar.InZone("UTC"),
                    ShopCurrency = currency,
                    NowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
                },
                dryRun: false, rejectsPath: null, progress: null, CancellationToken.None);
        }
        catch (RetentionException refused)
        {
            Refuse($"{refused.Message}\n{Usage(notebook)}");
        }
        Shop = Store.RequireShop();
        Tonight = RunRequest.Tonight(Store, Shop, TimeProvider.System).AsOf;
    }

    public string Name { get; }
    public string PageFile { get; }
    public RetentionStore Store { get; }
    public ModelRegistry Models { get; }
    public Shop Shop { get; }

    /// <summary>The day after the last order.</summary>
    public Cutoff Tonight { get; }

    public HistorySurvey Survey() => HistorySurvey.Take(Histories(), Tonight, CancellationToken.None);

    public IEnumerable<ShardHistories> Histories() => Store.Histories.ReadEach(
        Store.Customers.Ranges(20_000), Shop, Store.Summaries.Coverage(Shop, Tonight), Tonight, CancellationToken.None);

    /// <summary>Trains with default settings, showing the steps.</summary>
    public (LoadedModel Loaded, TrainedModel Trained, GateDecision Gate) Train() =>
        TrainingRun.Execute(Store, Models, new TrainingOptions { By = "notebook" }, TimeProvider.System, new Steps(),
            CancellationToken.None);

    public BacktestReport Backtest(int origins) =>
        BacktestRun.Execute(Store, new TrainingOptions(), origins, TimeProvider.System, new Steps(), CancellationToken.None);

    public void Dispose()
    {
        Store?.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    /// <summary>What an option is given as, taken out of the arguments; null without it.</summary>
    private string? Option(ref string[] arguments, string name)
    {
        var at = Array.IndexOf(arguments, name);
        if (at < 0) return null;
        if (at + 1 == arguments.Length) Refuse($"{name} needs a value after it.");
        var value = arguments[at + 1];
        arguments = [.. arguments[..at], .. arguments[(at + 2)..]];
        return value;
    }

    private static string Usage(string notebook) =>
        $"dotnet run notebooks/{notebook}.cs -- [orders.csv] [page.html] [--preset shopify] [--currency EUR]";

    private void Refuse(string why)
    {
        Console.Error.WriteLine(why);
        Dispose();
        Environment.Exit(3);
    }

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(Environment.CurrentDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PredictiveRetention.sln"))) folder = folder.Parent;
            return folder?.FullName ?? throw new InvalidOperationException("Start the notebook from within the project.");
        }
    }

    private sealed class Steps : IProgress<TrainingStep>
    {
        public void Report(TrainingStep value) => Console.Error.WriteLine($"  {value.Done}/{value.All} {value.Name}");
    }
}

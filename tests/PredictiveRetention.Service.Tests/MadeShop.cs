using System.Globalization;
using PredictiveRetention.Runs;
using PredictiveRetention.Simulation;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;

namespace PredictiveRetention.Service.Tests;

/// <summary>
/// A shop with a model of its own and one published night: made once for all tests that ask for it, and copied. Where tests/run names a
/// folder for it, once for all hosts of tests.
/// </summary>
internal sealed class MadeShop(string name, Action<RetentionStore, ModelRegistry, string> make)
{
    private readonly Lazy<string> _folder = new(() => Made(name, make));

    /// <summary>Orders, refunds, customers, events and subscriptions; its day is today.</summary>
    public static MadeShop Whole { get; } = new(nameof(Whole), (store, models, folder) =>
    {
        var files = Path.Combine(folder, "files");
        ShopFiles.Write(files, new ShopPlan { Customers = 1200, Until = Cutoff.On(UnendingDay.Today) }, null, default);
        var import = ShopFiles.Import(files, UnendingDay.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        ImportRun.Execute(store, import, dryRun: false, rejectsPath: null, progress: null, default);
        TrainingRun.Execute(store, models, new TrainingOptions { Folds = 2 }, UnendingDay.Clock, null, default);
        Publish(store, models, 400);
    });

    /// <summary>Orders alone.</summary>
    public static MadeShop OfOrders { get; } = new(nameof(OfOrders), (store, models, _) =>
    {
        store.Import(Some.Orders(700));
        Train(store, models, daysEarlier: 0);
        Publish(store, models, 100);
    });

    /// <summary>Orders alone, and after the night a model of ninety days earlier.</summary>
    public static MadeShop TwoVersions { get; } = new(nameof(TwoVersions), (store, models, _) =>
    {
        store.Import(Some.Orders(700));
        Train(store, models, daysEarlier: 0);
        Publish(store, models, 100);
        Train(store, models, daysEarlier: 90);
    });

    public void CopyTo(string file, string models)
    {
        File.Copy(Path.Combine(_folder.Value, "shop.db"), file, overwrite: true);
        foreach (var from in Directory.EnumerateFiles(Path.Combine(_folder.Value, "models"), "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(models, Path.GetRelativePath(Path.Combine(_folder.Value, "models"), from));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
        }
    }

    private static void Train(RetentionStore store, ModelRegistry models, int daysEarlier)
    {
        var (asOf, days) = (SimulatedHistories.End.Minus(daysEarlier), Horizon.OfDays(60));
        var options = new TrainingOptions { AsOf = asOf, Horizon = days, ClvHorizon = days, Folds = 2 };
        TrainingRun.Execute(store, models, options, UnendingDay.Clock, null, default);
    }

    private static void Publish(RetentionStore store, ModelRegistry models, int shardSize) =>
        new NightRun(store, models, new RunSettings { ShardSize = shardSize })
            .Execute(RunRequest.Tonight(store, store.RequireShop(), UnendingDay.Clock), null, default);

    private static string Made(string name, Action<RetentionStore, ModelRegistry, string> make)
    {
        if (Environment.GetEnvironmentVariable("RETENTION_TEST_MADE") is not { Length: > 0 } shared)
        {
            var own = Directory.CreateTempSubdirectory("retention-made-shop-").FullName;
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(own, recursive: true);
            Make(own, make);
            return own;
        }
        var folder = Path.Combine(shared, string.Create(CultureInfo.InvariantCulture, $"{name}-{UnendingDay.Today:yyyyMMdd}"));
        Directory.CreateDirectory(folder);
        using var turn = Turn(Path.Combine(folder, "turn"));
        var done = Path.Combine(folder, "done");
        if (!File.Exists(done))
        {
            Make(folder, make);
            File.WriteAllText(done, "");
        }
        return folder;
    }

    private static void Make(string folder, Action<RetentionStore, ModelRegistry, string> make)
    {
        using (var store = RetentionStore.Open("sqlite:" + Path.Combine(folder, "shop.db")))
            make(store, new ModelRegistry(Path.Combine(folder, "models")), folder);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools(); // what the log beside the file holds is then in the file
    }

    /// <summary>Waits for the host of tests that is at it.</summary>
    private static FileStream Turn(string file)
    {
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            }
            catch (IOException)
            {
                Thread.Sleep(TimeSpan.FromMilliseconds(200));
            }
        }
    }
}

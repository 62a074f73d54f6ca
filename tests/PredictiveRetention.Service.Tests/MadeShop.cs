using PredictiveRetention.Runs;
using PredictiveRetention.Simulation;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;

namespace PredictiveRetention.Service.Tests;

/// <summary>A shop with a model of its own and one published night: made once for all tests that ask for it, and copied.</summary>
internal sealed class MadeShop(Action<RetentionStore, ModelRegistry, string> make)
{
    private readonly Lazy<string> _folder = new(() => Make(make));

    /// <summary>Orders, refunds, customers, events and subscriptions; its day is today.</summary>
    public static MadeShop Whole { get; } = new((store, models, folder) =>
    {
        var files = Path.Combine(folder, "files");
        ShopFiles.Write(files, new ShopPlan { Customers = 1200, Until = Cutoff.On(UnendingDay.Today) }, null, default);
        var import = ShopFiles.Import(files, UnendingDay.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        ImportRun.Execute(store, import, dryRun: false, rejectsPath: null, progress: null, default);
        TrainingRun.Execute(store, models, new TrainingOptions { Folds = 2 }, UnendingDay.Clock, null, default);
        Publish(store, models, 400);
    });

    /// <summary>Orders alone.</summary>
    public static MadeShop OfOrders { get; } = new((store, models, _) =>
    {
        store.Import(Some.Orders(700));
        Train(store, models, daysEarlier: 0);
        Publish(store, models, 100);
    });

    /// <summary>Orders alone, and after the night a model of ninety days earlier.</summary>
    public static MadeShop TwoVersions { get; } = new((store, models, _) =>
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
        var options = new TrainingOptions { AsOf = asOf, Horizon = days, ClvHorizon = days };
        TrainingRun.Execute(store, models, options, UnendingDay.Clock, null, default);
    }

    private static void Publish(RetentionStore store, ModelRegistry models, int shardSize) =>
        new NightRun(store, models, new RunSettings { ShardSize = shardSize })
            .Execute(RunRequest.Tonight(store, store.RequireShop(), UnendingDay.Clock), null, default);

    private static string Make(Action<RetentionStore, ModelRegistry, string> make)
    {
        var folder = Directory.CreateTempSubdirectory("retention-made-shop-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        using (var store = RetentionStore.Open("sqlite:" + Path.Combine(folder, "shop.db")))
            make(store, new ModelRegistry(Path.Combine(folder, "models")), folder);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools(); // what the log beside the file holds is then in the file
        return folder;
    }
}

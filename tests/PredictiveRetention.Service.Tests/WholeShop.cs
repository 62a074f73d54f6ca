using PredictiveRetention.Runs;
using PredictiveRetention.Simulation;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Tests;

/// <summary>A simulated shop with orders, refunds, customers, events and subscriptions, a model of its own and one published night; its day is today.</summary>
internal static class WholeShop
{
    private static readonly Lazy<string> s_folder = new(Make);

    public static void CopyTo(string file, string models)
    {
        File.Copy(Path.Combine(s_folder.Value, "shop.db"), file, overwrite: true);
        foreach (var from in Directory.EnumerateFiles(Path.Combine(s_folder.Value, "models"), "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(models, Path.GetRelativePath(Path.Combine(s_folder.Value, "models"), from));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
        }
    }

    private static string Make()
    {
        var folder = Directory.CreateTempSubdirectory("retention-whole-shop-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var files = Path.Combine(folder, "files");
        ShopFiles.Write(files, new ShopPlan { Customers = 1200, Until = Cutoff.Of(DateOnly.FromDateTime(DateTime.UtcNow)) }, null, default);
        var models = new ModelRegistry(Path.Combine(folder, "models"));
        using (var store = RetentionStore.Open("sqlite:" + Path.Combine(folder, "shop.db")))
        {
            ImportRun.Execute(store, ShopFiles.Import(files, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()), dryRun: false, rejectsPath: null, progress: null, default);
            TrainingRun.Execute(store, models, new TrainingOptions { Folds = 2 }, TimeProvider.System, null, default);
            new NightRun(store, models, new RunSettings { ShardSize = 400 }).Execute(RunRequest.Tonight(store, store.RequireShop(), TimeProvider.System), null, default);
        }
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools(); // what the log beside the file holds is then in the file
        return folder;
    }
}

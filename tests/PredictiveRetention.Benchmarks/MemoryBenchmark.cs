using System.Diagnostics;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Benchmarks;

/// <summary>A night run in a process of its own at two sizes: what a run needs must not grow with the shop beyond a shard.</summary>
internal static class MemoryBenchmark
{
    private const string Child = "RETENTION_BENCH_STORE";

    public static void Run(SimulatedShop shop, int runs)
    {
        if (Environment.GetEnvironmentVariable(Child) is { Length: > 0 } store)
        {
            Night(store);
            return;
        }
        var folder = Directory.CreateTempSubdirectory("retention-bench-");
        try
        {
            foreach (var customers in new[] { shop.Customers / 10, shop.Customers })
            {
                var path = Path.Combine(folder.FullName, $"{customers}.db");
                var csv = path + ".csv";
                var sized = new SimulatedShop(customers, (int)(shop.Orders / shop.Customers), seed: 1);
                sized.WriteCsv(csv);
                using (var opened = RetentionStore.Open("sqlite:" + path))
                    ImportRun.Execute(opened, new ImportRequest { Preset = "generic", OrdersFile = csv, Calendar = BusinessCalendar.Utc }, dryRun: false, null, null, default);
                File.Delete(csv);
                var start = new ProcessStartInfo(Environment.ProcessPath!, ["memory"]) { RedirectStandardOutput = true };
                start.Environment[Child] = path;
                using var child = Process.Start(start)!;
                Console.Write(child.StandardOutput.ReadToEnd());
                child.WaitForExit();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Night(string path)
    {
        using var store = RetentionStore.Open("sqlite:" + path);
        var models = new ModelRegistry(path + ".models");
        var clock = Stopwatch.StartNew();
        TrainingRun.Execute(store, models, new TrainingOptions { AsOf = SimulatedShop.End, Horizon = Horizon.OfDays(90) }, TimeProvider.System, null, default);
        var trained = clock.Elapsed;
        GC.Collect(2, GCCollectionMode.Aggressive);
        var shop = store.RequireShop();
        long peak = 0;
        using var watch = new Timer(_ => peak = Math.Max(peak, Environment.WorkingSet), null, 0, 50);
        clock.Restart();
        var result = new NightRun(store, models, new RunSettings()).Execute(RunRequest.Tonight(shop, store.Orders(shop)!, TimeProvider.System), null, default);
        Measure.Line($"night run: {result.Headline!.Customers} customers in {clock.Elapsed.TotalSeconds:F1} s (training before it {trained.TotalSeconds:F1} s); peak working set {peak / 1e6:F0} MB");
    }
}

using System.Diagnostics;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Benchmarks;

/// <summary>A night run, alone in a process, at two sizes of more than a shard: what a run needs must not grow with the shop.</summary>
internal static class MemoryBenchmark
{
    private const string Child = "RETENTION_BENCH_STORE";
    private const string Work = "RETENTION_BENCH_WORK";

    public static void Run(SimulatedShop shop, int runs)
    {
        if (Environment.GetEnvironmentVariable(Child) is { Length: > 0 } store)
        {
            if (Environment.GetEnvironmentVariable(Work) == "train") Train(store);
            else Night(store);
            return;
        }
        var folder = Directory.CreateTempSubdirectory("retention-bench-");
        try
        {
            foreach (var customers in new[] { shop.Customers / 4, shop.Customers })
            {
                var path = Path.Combine(folder.FullName, $"{customers}.db");
                var csv = path + ".csv";
                var sized = new SimulatedShop(customers, (int)(shop.Orders / shop.Customers), seed: 1);
                sized.WriteCsv(csv);
                using (var opened = RetentionStore.Open("sqlite:" + path))
                    ImportRun.Execute(opened, new ImportRequest { Preset = "generic", OrdersFile = csv, Calendar = BusinessCalendar.Utc },
                        dryRun: false, null, null, default);
                File.Delete(csv);
                foreach (var work in new[] { "train", "night" }) Run(work, path);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Run(string work, string store)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["memory"]) { RedirectStandardOutput = true };
        start.Environment[Child] = store;
        start.Environment[Work] = work;
        using var child = Process.Start(start)!;
        Console.Write(child.StandardOutput.ReadToEnd());
        child.WaitForExit();
    }

    private static void Train(string path)
    {
        using var store = RetentionStore.Open("sqlite:" + path);
        var clock = Stopwatch.StartNew();
        var options = new TrainingOptions { AsOf = SimulatedShop.End, Horizon = Horizon.OfDays(90) };
        TrainingRun.Execute(store, new ModelRegistry(path + ".models"), options, TimeProvider.System, null, default);
        using var process = Process.GetCurrentProcess();
        Measure.Line($"training:  {clock.Elapsed.TotalSeconds:F1} s; peak working set {process.PeakWorkingSet64 / 1e6:F0} MB");
    }

    private static void Night(string path)
    {
        using var store = RetentionStore.Open("sqlite:" + path);
        var shop = store.RequireShop();
        var clock = Stopwatch.StartNew();
        var result = new NightRun(store, new ModelRegistry(path + ".models"), new RunSettings())
            .Execute(RunRequest.Tonight(store, shop, TimeProvider.System), null, default);
        using var process = Process.GetCurrentProcess();
        Measure.Line(
            $"night run: {result.Headline!.Customers} customers in {clock.Elapsed.TotalSeconds:F1} s; peak working set "
                + $"{process.PeakWorkingSet64 / 1e6:F0} MB");
    }
}

using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Benchmarks;

internal static class ImportBenchmark
{
    public static void Run(SimulatedShop shop, int runs)
    {
        var folder = Directory.CreateTempSubdirectory("retention-bench-");
        try
        {
            var csv = Path.Combine(folder.FullName, "orders.csv");
            shop.WriteCsv(csv);
            var size = new FileInfo(csv).Length / 1e6;
            long lines = 0;
            var bare = Measure.MedianSeconds(runs, () => lines = File.ReadLines(csv).LongCount());
            var request = new ImportRequest { Preset = "generic", OrdersFile = csv, Calendar = BusinessCalendar.Utc };
            var run = 0;
            var import = Measure.MedianSeconds(runs, () => Import(request, Path.Combine(folder.FullName, $"{run++}.db"), dryRun: false));
            var dry = Measure.MedianSeconds(runs, () => Import(request, Path.Combine(folder.FullName, "dry.db"), dryRun: true));
            Measure.Line($"import: {shop.Orders} orders, {size:F1} MB of CSV into SQLite; median of {runs}");
            Measure.Line($"  bare read, line by line  {bare:F3} s ({lines} lines)");
            Measure.Line($"  read and check (dry run) {dry:F3} s = {dry / bare:F1} x bare, {shop.Orders / dry / 1e3:F0} k orders/s");
            Measure.Line(
                $"  import                   {import:F3} s = {import / bare:F1} x bare, {shop.Orders / import / 1e3:F0} k orders/s");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Import(ImportRequest request, string store, bool dryRun)
    {
        using var opened = RetentionStore.Open("sqlite:" + store);
        ImportRun.Execute(opened, request, dryRun, rejectsPath: null, progress: null, default);
    }
}

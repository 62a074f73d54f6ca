using System.Text.Json;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>How far an import is: the kind of row being read and how many so far.</summary>
public readonly record struct ImportProgress(string Kind, long Rows, long? Total);

/// <param name="Mapping">How the files were understood.</param>
/// <param name="Report">What became of every row.</param>
/// <param name="Stored">What changed in the store; null for a dry run.</param>
/// <param name="RejectsFile">Where the rejected rows are; null when none were or none were asked for.</param>
public sealed record ImportOutcome(MappingReport Mapping, QualityReport Report, ImportResult? Stored, string? RejectsFile);

/// <summary>
/// Most of a file was rejected and nothing was stored; the outcome says how the file was understood and why its rows were refused.
/// </summary>
public sealed class ImportRefusedException(ImportOutcome outcome, string message) : RetentionException(Failure.InputRejected, message)
{
    public ImportOutcome Outcome { get; } = outcome;
}

/// <summary>Reads files into the store in one transaction: all of them, or on any failure nothing.</summary>
public static class ImportRun
{
    private const int ProgressEvery = 10_000;

    /// <param name="store">Null for a dry run of a shop that has no store yet.</param>
    /// <param name="rejectsPath">Where rejected rows are written; null writes none.</param>
    /// <exception cref="ImportRefusedException">Most of a file is rejected; nothing was stored.</exception>
    /// <exception cref="RetentionException">A file cannot be read; nothing was stored.</exception>
    public static ImportOutcome Execute(
        RetentionStore? store, ImportRequest request, bool dryRun, string? rejectsPath, IProgress<ImportProgress>? progress,
        CancellationToken cancellation)
    {
        if (store?.Shop() is { } shop)
            request = request with
            {
                ShopCurrency = request.ShopCurrency ?? shop.Currency.Code,
                Calendar = request.Calendar ?? shop.Calendar
            };
        using var source = ImportSource.Open(request, cancellation);
        using var writer = dryRun ? null : (store ?? throw new ArgumentNullException(nameof(store))).Imports.Begin(
            new ImportIdentity(request.Preset, source.AreOrderIdsUnique, source.AreRefundsStated));
        writer?.UseShop(Currency.Parse(source.ShopCurrency), source.Calendar, request.Purchases);
        Pass(source.Customers(), "customers", rows => writer?.Customers(rows));
        Pass(source.Orders(), "orders", rows => writer?.Orders(rows));
        Pass(source.Refunds(), "refunds", rows => writer?.Refunds(rows));
        Pass(source.Events(), "events", rows => writer?.Events(rows));
        Pass(source.Subscriptions(), "subscriptions", rows => writer?.Subscriptions(rows));
        var report = WithComparison(source.Finish(), request.Preset, writer?.Compare());
        var rejects = rejectsPath is not null && report.RowsRejected > 0 ? source.WriteRejects(rejectsPath) : 0;
        var outcome = new ImportOutcome(source.Mapping, report, null, rejects > 0 ? Path.GetFullPath(rejectsPath!) : null);
        if (report.TooManyRejected) throw TooManyRejected(outcome);
        if (writer is null) return outcome;
        cancellation.ThrowIfCancellationRequested();
        var files = string.Join(';', report.Files.Select(file => file.Path));
        var stored = report.Files.Sum(file => file.Stored.Sum(kind => kind.Count));
        return outcome with
        {
            Stored = writer.Commit(request.Preset, files, report.RowsRead, stored, report.RowsRejected,
            JsonSerializer.Serialize(report, JsonSerializerOptions.Web))
        };

        void Pass<T>(IEnumerable<T> rows, string kind, Action<IEnumerable<T>> write)
        {
            var counted = Counted(rows, kind);
            if (dryRun) foreach (var _ in counted) { } else write(counted);
        }

        IEnumerable<T> Counted<T>(IEnumerable<T> rows, string kind)
        {
            long count = 0;
            foreach (var row in rows)
            {
                if (++count % ProgressEvery == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                    progress?.Report(new ImportProgress(kind, count, source.TotalRows));
                }
                yield return row;
            }
        }
    }

    /// <summary>Two sources may know one order: it stays one, and what the last import says of it counts.</summary>
    private static QualityReport WithComparison(QualityReport report, string preset, ImportComparison? stored)
    {
        if (stored is null) return report;
        var notes = stored.ThereAlready.Select(orders => new QualityNote(
            $"orders that "
                + $"{(orders.Preset is null || orders.Preset == preset ? "an earlier import" : $"an import of preset {orders.Preset}")} "
                + $"had stored already "
            + $"(same customer, same order id): one order each, updated where they differ; {orders.OtherAmount} had another amount",
            orders.Count)).ToList();
        if (stored.OtherOrders > 0)
            notes.Add(new QualityNote(
                "order ids that are stored for other customers and, most of them, at other times: taken for other orders, here and in "
                    + "later imports of this preset", stored.OtherOrders));
        if (stored.AlikeExample is var (id, storedId))
            notes.Add(new QualityNote(
                "customer ids of this file look like stored ones but for letter case, leading zeros, blanks, quotes or a trailing .0: "
                    + $"kept as customers of their own; one is '{id}', stored is '{storedId}'", stored.AlikeIds));
        var told = report.Files.Select((file, i) => (file.File, i)).FirstOrDefault(file => file.File == "orders").i;
        return notes.Count == 0
            ? report
            : report with
            {
                Files = [.. report.Files.Select((file, i) => i == told ? file with { Notes = [.. file.Notes, .. notes] } : file)]
            };
    }

    private static ImportRefusedException TooManyRejected(ImportOutcome outcome)
    {
        var worst = outcome.Report.Files.MaxBy(file => (double)file.RowsRejected / Math.Max(1, file.RowsRead))!;
        var reason = worst.Rejected.Count > 0
            ? $" Most often: {worst.Rejected[0].Reason} (first at line {worst.Rejected[0].ExampleLine})."
            : "";
        var where = outcome.RejectsFile is { } path ? $" All are in {path}." : "";
        return new ImportRefusedException(outcome,
            $"{worst.Path}: {worst.RowsRejected} of {worst.RowsRead} rows were rejected, so the file is probably not what the mapping "
                + $"takes it for. Nothing was stored.{reason}{where}");
    }
}

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
        request = OfStore(store, request);
        using var sources = new SourceList();
        foreach (var part in Parts(request))
            sources.Add(ImportSource.Open(sources.Count == 0 ? part : part with
            {
                // What the main file is in, the files beside it are in.
                ShopCurrency = part.ShopCurrency ?? sources[0].ShopCurrency,
                Calendar = part.Calendar ?? sources[0].Calendar,
            }, cancellation));
        var main = sources[0];
        if (store is not null && !dryRun) PutRight(store, request);
        using var writer = dryRun ? null : (store ?? throw new ArgumentNullException(nameof(store))).Imports.Begin(
            new ImportIdentity(request.Preset, main.AreOrderIdsUnique, main.AreRefundsStated));
        writer?.UseShop(Currency.Parse(main.ShopCurrency), main.Calendar, request.Purchases);
        Pass(sources.SelectMany(source => source.Customers()), "customers", rows => writer?.Customers(rows));
        Pass(sources.SelectMany(source => source.Orders(inKeyOrder: writer?.IsFirst == true)), "orders", rows => writer?.Orders(rows));
        Pass(main.Refunds(), "refunds", rows => writer?.Refunds(rows));
        Pass(sources.Skip(1).SelectMany(source => source.Refunds()), "refunds", rows => writer?.RefundsBeside(rows));
        Pass(sources.SelectMany(source => source.NobodysOrders()), "orders of nobody", rows => writer?.OrdersOfNobody(rows));
        Pass(sources.SelectMany(source => source.Events()), "events", rows => writer?.Events(rows));
        Pass(sources.SelectMany(source => source.Subscriptions()), "subscriptions", rows => writer?.Subscriptions(rows));
        var quality = new QualityReport(main.ShopCurrency, [.. sources.SelectMany(source => source.Finish().Files)]);
        var report = WithComparison(quality, request.Preset, writer?.Compare());
        var rejects = rejectsPath is not null && report.RowsRejected > 0 ? ImportSource.WriteRejects(sources, rejectsPath) : 0;
        var mapping = main.Mapping with { Files = [.. sources.SelectMany(source => source.Mapping.Files)] };
        var outcome = new ImportOutcome(mapping, report, null, rejects > 0 ? Path.GetFullPath(rejectsPath!) : null);
        if (report.TooManyRejected && !request.AcceptRejects) throw TooManyRejected(outcome);
        if (writer is null) return outcome;
        cancellation.ThrowIfCancellationRequested();
        var files = string.Join(';', report.Files.Select(file => file.Path));
        var stored = report.Files.Sum(file => file.Stored.Sum(kind => kind.Count));
        return outcome with
        {
            Stored = writer.Commit(request.Preset, files, report.RowsRead, stored, report.RowsRejected,
            JsonSerializer.Serialize(report, JsonSerializerOptions.Web), sources.SelectMany(source => source.Learnt))
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
                    progress?.Report(new ImportProgress(kind, count, sources.Sum(source => source.TotalRows)));
                }
                yield return row;
            }
        }
    }

    /// <summary>The import as the store has its shop.</summary>
    private static ImportRequest OfStore(RetentionStore? store, ImportRequest request)
    {
        if (store is null) return request with { IsFirst = true };
        request = request with
        {
            Memory = store.Choices.Of(request.Preset),
            CustomersOfOrders = ids => store.Imports.CustomersOfOrders(request.Preset, ids),
        };
        if (store.Shop() is not { } shop) return request with { IsFirst = true };
        return request with
        {
            ShopCurrency = request.ShopCurrency ?? shop.Currency.Code,
            Calendar = request.Calendar ?? shop.Calendar,
            IsFirst = store.Summaries.Orders(shop) is null,
        };
    }

    /// <summary>
    /// What is asked for explicitly and is otherwise in the store is put right there first, once the files can be read: rows that come are
    /// then as those that are there.
    /// </summary>
    private static void PutRight(RetentionStore store, ImportRequest request)
    {
        if (store.Shop() is not { } shop) return;
        if (request.Calendar is { } calendar && calendar.TimeZone.Id != shop.Calendar.TimeZone.Id) store.Choices.ChangeZone(calendar);
        if (request.Purchases is { } rule && rule != shop.Purchases) store.Choices.ChangePurchases(rule);
    }

    /// <summary>A preset's own files, and beside them those that only generic reads.</summary>
    private static IEnumerable<ImportRequest> Parts(ImportRequest request)
    {
        var known = PresetDetection.Files(request.Preset);
        if (known.Count == 0 || request.Preset == "generic")
        {
            yield return request;
            yield break;
        }
        var beside = request with
        {
            Preset = "generic",
            OrdersFile = null,
            CustomersFile = known.Contains("customers") ? null : request.CustomersFile,
            RefundsFile = known.Contains("refunds") ? null : request.RefundsFile,
            EventsFile = known.Contains("events") ? null : request.EventsFile,
            SubscriptionsFile = known.Contains("subscriptions") ? null : request.SubscriptionsFile,
            Statuses = null,
        };
        var own = request with
        {
            CustomersFile = beside.CustomersFile is null ? request.CustomersFile : null,
            RefundsFile = beside.RefundsFile is null ? request.RefundsFile : null,
            EventsFile = beside.EventsFile is null ? request.EventsFile : null,
            SubscriptionsFile = beside.SubscriptionsFile is null ? request.SubscriptionsFile : null,
        };
        if (own is not { OrdersFile: null, CustomersFile: null, RefundsFile: null, EventsFile: null, SubscriptionsFile: null })
            yield return own;
        if (beside is not { CustomersFile: null, RefundsFile: null, EventsFile: null, SubscriptionsFile: null }) yield return beside;
    }

    /// <summary>The sources of one import, closed together.</summary>
    private sealed class SourceList : List<ImportSource>, IDisposable
    {
        public void Dispose() => ForEach(source => source.Dispose());
    }

    /// <summary>Two sources may know one order: it stays one, and what the last import says of it counts.</summary>
    private static QualityReport WithComparison(QualityReport report, string preset, ImportComparison? stored)
    {
        if (stored is null) return report;
        var notes = stored.ThereAlready.Select(orders => new QualityNote(
            $"orders that "
                + $"{(orders.Preset is null || orders.Preset == preset ? "an earlier import" : $"an import of preset {orders.Preset}")} "
                + $"had stored already (same customer, same order id): one order each, updated where they differ; {orders.OtherAmount} "
                + "had another amount",
            orders.Count)).ToList();
        if (stored.OtherOrders > 0)
            notes.Add(new QualityNote(
                "order ids that are stored for other customers and, most of them, at other times: taken for other orders, here and in "
                    + "later imports of this preset", stored.OtherOrders));
        if (stored.AlikeExample is var (id, storedId))
            notes.Add(new QualityNote(
                "customer ids of this file look like stored ones but for letter case, leading zeros, blanks, quotes or a trailing .0: "
                    + $"kept as customers of their own; one is '{id}', stored is '{storedId}'", stored.AlikeIds));
        if (stored.RefundsStatedToo > 0)
            notes.Add(new QualityNote(
                "orders that state what was given back of them, of which refunds with a number of their own say all or some again: given "
                    + "back once, on the days of those", stored.RefundsStatedToo));
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
        var worst = outcome.Report.Files.MaxBy(file => (double)file.RowsAtFault / Math.Max(1, file.RowsRead))!;
        var reason = worst.Rejected.FirstOrDefault(reason => !reason.IsUnderstood) is { } most
            ? $" Most often: {most.Reason} (first {most.Example})."
            : "";
        var where = outcome.RejectsFile is { } path ? $" All are in {path}." : "";
        return new ImportRefusedException(outcome,
            $"{worst.Path}: {worst.RowsAtFault} of {worst.RowsRead} rows were rejected, so the file is probably not what the mapping "
                + $"takes it for. Nothing was stored.{reason}{where} If the rest is what you want: --accept-rejects.");
    }
}

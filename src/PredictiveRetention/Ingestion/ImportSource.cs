namespace PredictiveRetention.Ingestion;

/// <summary>
/// Files on their way into the store. <see cref="Open"/> reads and judges all of them; the canonical rows are then streamed, and
/// <see cref="Finish"/> says what became of every row.
/// Customers are those of the customers file and of stored orders; one who is only in another file has no row of their own.
/// </summary>
public sealed class ImportSource : IDisposable
{
    private readonly ImportDatabase _database;
    private readonly ScratchFolder _scratch;
    private readonly IReadOnlyList<SourceFile> _files;
    private readonly CanonicalReader _reader;
    private readonly RejectLog _rejects;
    private readonly QualityCheck _quality;

    private ImportSource(ImportDatabase database, ScratchFolder scratch, ImportPlan plan)
    {
        (_database, _scratch, _files, Mapping, Learnt) = (database, scratch, plan.Files, plan.Report(), plan.Learnt);
        _reader = new CanonicalReader(database, plan.Currency);
        _rejects = new RejectLog(database, plan.Files, plan.Columns);
        _quality = new QualityCheck(database, _reader, plan.Currency, Calendar, plan.Files, plan.Columns);
    }

    /// <summary>How the files were understood.</summary>
    public MappingReport Mapping { get; }

    public string ShopCurrency => Mapping.ShopCurrency;

    /// <summary>The days of this import: those asked for, else the preset's, else those the files' offsets name, else UTC's.</summary>
    public BusinessCalendar Calendar => _database.Calendar;

    /// <summary>What was decided about the files and holds for the source's next ones.</summary>
    public IReadOnlyList<LearntChoice> Learnt { get; }

    /// <summary>An order id alone says which order it is; otherwise an order is known by its customer and its id.</summary>
    public bool AreOrderIdsUnique => _database.Variable("order_identity") == "shop";

    /// <summary>
    /// Every order says what was given back of it, as a refund with the id ORDER-refund, so that one without says that nothing was.
    /// </summary>
    public bool AreRefundsStated =>
        Mapping.Files.Any(file => file.File == "orders"
            && file.Columns.Any(column => column.Field is "refunded" or "is_refunded" or "refunded_at"))
        || _database.Count("SELECT count(*) FROM (SELECT 1 FROM stored_refunds WHERE refund_id = order_id || '-refund' LIMIT 1)") > 0;

    /// <summary>Records in all files.</summary>
    public long? TotalRows => _files.Sum(file => file.Records);

    /// <summary>Checks the files, detects how they are written, and sorts their rows into stored and rejected.</summary>
    /// <exception cref="RetentionException">A file is missing, empty, or lacks a required column; the message says what to do.</exception>
    public static ImportSource Open(ImportRequest request, CancellationToken ct)
    {
        var scratch = new ScratchFolder();
        ImportDatabase? database = null;
        try
        {
            database = new ImportDatabase(request.Calendar ?? BusinessCalendar.Utc, scratch.Path, ct);
            return new ImportSource(database, scratch, ImportPlan.Carry(request, database, scratch.Path, ct));
        }
        catch
        {
            database?.Dispose();
            scratch.Dispose();
            throw;
        }
    }

    public IEnumerable<CustomerRow> Customers() => _reader.Customers();

    /// <inheritdoc cref="CanonicalReader.Orders"/>
    public IEnumerable<OrderRow> Orders(bool inKeyOrder = false) => _reader.Orders(inKeyOrder);

    public IEnumerable<RefundRow> Refunds() => _reader.Refunds();
    public IEnumerable<NobodysOrderRow> NobodysOrders() => _reader.NobodysOrders();
    public IEnumerable<EngagementRow> Events() => _reader.Events();
    public IEnumerable<SubscriptionRow> Subscriptions() => _reader.Subscriptions();

    /// <summary>What became of every row, once the writer is done.</summary>
    /// <exception cref="InvalidOperationException">Rows or money are not accounted for: a bug, and nothing may be stored.</exception>
    public QualityReport Finish()
    {
        _rejects.Complete();
        return _quality.Report();
    }

    /// <summary>Writes every rejected record with its line and reason as CSV; returns how many.</summary>
    public int WriteRejects(string path) => WriteRejects([this], path);

    /// <summary>Those of several sources in one file.</summary>
    public static int WriteRejects(IReadOnlyList<ImportSource> sources, string path) =>
        RejectLog.Write(path, [.. sources.Select(source => source._rejects)]);

    public void Dispose()
    {
        _database.Dispose();
        _scratch.Dispose();
    }
}

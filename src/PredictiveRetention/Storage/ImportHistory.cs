using System.Text.Json;
using Dapper;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Insights;

namespace PredictiveRetention.Storage;

/// <param name="Files">As they were named to the import, with semicolons between them.</param>
/// <param name="Report">The quality report as JSON.</param>
public sealed record PastImport(
    long ImportId, string Preset, string Files, long FinishedAtMs, long RowsRead, long RowsStored, long RowsRejected, string Report);

/// <summary>Imports: those that were, and the next.</summary>
public sealed class ImportHistory
{
    private const string Columns = "import_id, preset, files, finished_at_ms, rows_read, rows_stored, rows_rejected, report";

    private readonly Engine _engine;

    internal ImportHistory(Engine engine) => _engine = engine;

    /// <summary>Starts an import; nothing is stored before <see cref="ImportWriter.Commit"/>.</summary>
    /// <param name="identity">How its orders are known again; null: by customer and id, whatever read them.</param>
    public ImportWriter Begin(ImportIdentity? identity = null) => new(_engine, identity ?? new ImportIdentity(""));

    /// <summary>Of order ids, those that imports of a preset brought, with their customers.</summary>
    public IReadOnlyDictionary<string, string> CustomersOfOrders(string preset, IReadOnlyList<string> orderIds)
    {
        using var connection = _engine.Open();
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var id in orderIds)
            if (connection.QueryFirstOrDefault<string>(
                "SELECT c.customer_id FROM orders o JOIN customer c ON c.customer_key = o.customer_key WHERE o.order_id = @id "
                + "AND o.import_id IN (SELECT import_id FROM import_batch WHERE preset = @preset)", new { id, preset }) is { } customer)
                found.Add(id, customer);
        return found;
    }

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<PastImport>> NewestAsync(int atMost, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<PastImport>(new CommandDefinition(
            $"SELECT {Columns} FROM import_batch ORDER BY import_id DESC LIMIT @atMost",
            new { atMost }, cancellationToken: cancellation))).AsList();
    }

    public async Task<PastImport?> FindAsync(long id, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<PastImport>(new CommandDefinition(
            $"SELECT {Columns} FROM import_batch WHERE import_id = @id", new { id }, cancellationToken: cancellation));
    }

    /// <summary>
    /// Orders that imports rejected, by month. A file that was mended and imported again, whole, has lost only what it lost then.
    /// </summary>
    internal IReadOnlyList<RejectedOrders> RejectedOrders()
    {
        using var connection = _engine.Open();
        var imports = connection.Query<(long Import, string Report)>("SELECT import_id, report FROM import_batch ORDER BY import_id")
            .Select(import => (import.Import, Report: JsonSerializer.Deserialize<QualityReport>(import.Report, JsonSerializerOptions.Web)))
            .ToList();
        return [.. imports.SelectMany(import => (import.Report?.Files ?? [])
                .Where(file => file.File == "orders")
                .Select(file => (import.Import, File: file)))
            .GroupBy(import => Path.GetFileName(import.File.Path), StringComparer.Ordinal)
            .SelectMany(same => same.Where((earlier, i) => !same.Skip(i + 1).Any(later => Holds(later.File, earlier.File))))
            .SelectMany(last => (last.File.RejectedByMonth ?? [])
                .Select(month => new RejectedOrders(last.Import, month.Month, month.Rows)))
            .OrderBy(rejected => rejected.ImportId)];
    }

    private static bool Holds(FileQuality later, FileQuality earlier) =>
        later.RowsRead >= earlier.RowsRead && (earlier.FirstMs is null || later.FirstMs <= earlier.FirstMs);

    /// <summary>How many ended after the one of a number.</summary>
    internal static long CountAfter(LedgerChange change, long importId) =>
        change.QuerySingle<long>("SELECT count(*) FROM import_batch WHERE import_id > @importId", new { importId });
}

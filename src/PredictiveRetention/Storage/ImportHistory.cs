using Dapper;

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

    /// <summary>How many ended after the one of a number.</summary>
    internal static long CountAfter(LedgerChange change, long importId) =>
        change.QuerySingle<long>("SELECT count(*) FROM import_batch WHERE import_id > @importId", new { importId });
}

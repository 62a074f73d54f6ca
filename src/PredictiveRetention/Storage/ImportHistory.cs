using Dapper;

namespace PredictiveRetention.Storage;

/// <param name="Files">As they were named to the import, with semicolons between them.</param>
/// <param name="Report">The quality report as JSON.</param>
public sealed record PastImport(long ImportId, string Preset, string Files, long FinishedAtMs, long RowsRead, long RowsStored, long RowsRejected, string Report);

/// <summary>Imports: those that were, and the next.</summary>
public sealed class ImportHistory
{
    private const string PastImportColumns = "import_id, preset, files, finished_at_ms, rows_read, rows_stored, rows_rejected, report";

    private readonly Engine _engine;

    internal ImportHistory(Engine engine) => _engine = engine;

    /// <summary>Starts an import; nothing is stored before <see cref="ImportWriter.Commit"/>.</summary>
    public ImportWriter Begin() => new(_engine);

    /// <summary>The newest first.</summary>
    public IReadOnlyList<PastImport> Newest(int atMost)
    {
        using var connection = _engine.Open();
        return connection.Query<PastImport>($"SELECT {PastImportColumns} FROM import_batch ORDER BY import_id DESC LIMIT @atMost", new { atMost }).AsList();
    }

    public PastImport? Find(long id)
    {
        using var connection = _engine.Open();
        return connection.QuerySingleOrDefault<PastImport>($"SELECT {PastImportColumns} FROM import_batch WHERE import_id = @id", new { id });
    }

    /// <summary>How many ended after the one of a number.</summary>
    internal static long CountAfter(LedgerChange change, long importId) =>
        change.QuerySingle<long>("SELECT count(*) FROM import_batch WHERE import_id > @importId", new { importId });
}

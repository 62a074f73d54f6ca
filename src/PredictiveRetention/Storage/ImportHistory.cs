using Dapper;

namespace PredictiveRetention.Storage;

/// <param name="Files">As they were named to the import, with semicolons between them.</param>
/// <param name="Report">The quality report as JSON.</param>
public sealed record PastImport(long ImportId, string Preset, string Files, long FinishedAtMs, long RowsRead, long RowsStored, long RowsRejected, string Report);

public sealed partial class RetentionStore
{
    private const string PastImportColumns = "import_id, preset, files, finished_at_ms, rows_read, rows_stored, rows_rejected, report";

    /// <summary>The newest first.</summary>
    public IReadOnlyList<PastImport> Imports(int atMost)
    {
        using var connection = _engine.Open();
        return connection.Query<PastImport>($"SELECT {PastImportColumns} FROM import_batch ORDER BY import_id DESC LIMIT @atMost", new { atMost }).AsList();
    }

    public PastImport? Import(long id)
    {
        using var connection = _engine.Open();
        return connection.QuerySingleOrDefault<PastImport>($"SELECT {PastImportColumns} FROM import_batch WHERE import_id = @id", new { id });
    }
}

using System.Text.Json;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// Columns that --map named for a file, as they are kept for the source's next ones. That nothing is read into a field is kept of
/// those that would be asked about again.
/// </summary>
internal static class KeptColumns
{
    public static Dictionary<string, string?> Read(string? text) =>
        text is null ? [] : JsonSerializer.Deserialize<Dictionary<string, string?>>(text) ?? [];

    /// <summary>Null where there is nothing to keep.</summary>
    public static string? Text(IReadOnlyDictionary<string, string?> columns)
    {
        var kept = columns.Where(column => column.Value is not null || column.Key is "status" or "refunded")
            .OrderBy(column => column.Key, StringComparer.Ordinal).ToDictionary();
        return kept.Count == 0 ? null : JsonSerializer.Serialize(kept);
    }
}

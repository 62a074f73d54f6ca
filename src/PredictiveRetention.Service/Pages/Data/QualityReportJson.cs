using System.Text.Json;
using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Service.Pages.Data;

/// <summary>The quality report as an import stored it.</summary>
internal static class QualityReportJson
{
    /// <summary>Null for one that cannot be read.</summary>
    public static QualityReport? Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<QualityReport>(json, JsonSerializerOptions.Web) is { Files: not null } report ? report : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

using System.Data.Common;
using Dapper;
using PredictiveRetention.Insights;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Storage;

/// <summary>
/// The names SQL views show for codes and metrics, and the minor units of the shop's currency: written when a store is opened, where they
/// differ from what this version of the program says.
/// </summary>
internal static class NameTables
{
    public static void Refresh(Engine engine)
    {
        using var connection = engine.Open();
        var (segments, metrics) = (Segments(), Metrics());
        var same = segments.SetEquals(connection.Query<(string, int, string)>("SELECT taxonomy, code, name FROM segment_name"))
            && metrics.SetEquals(connection.Query<(string, string, string, string,
                string)>("SELECT metric, name, unit, formula, meaning FROM metric_name"))
            && connection.ExecuteScalar<long>("SELECT count(*) FROM shop WHERE minor_per_unit IS NULL") == 0;
        if (same) return;
        using var transaction = engine.BeginWrite(connection);
        Replace(connection, transaction, segments, metrics);
        foreach (var code in connection.Query<string>("SELECT currency FROM shop WHERE minor_per_unit IS NULL", transaction: transaction)
            .AsList())
            connection.Execute("UPDATE shop SET minor_per_unit = @minor WHERE currency = @code",
                new { minor = Currency.Parse(code).MinorPerUnit, code }, transaction);
        transaction.Commit();
    }

    /// <summary>Two processes may do this at once, and say the same.</summary>
    private static void Replace(DbConnection connection, DbTransaction transaction,
        HashSet<(string Taxonomy, int Code, string Name)> segments,
        HashSet<(string Id, string Name, string Unit, string Formula, string Meaning)> metrics)
    {
        foreach (var (taxonomy, code) in connection.Query<(string, int)>("SELECT taxonomy, code FROM segment_name",
            transaction: transaction)
            .AsList()
            .Except(segments.Select(segment => (segment.Taxonomy, segment.Code))))
            connection.Execute("DELETE FROM segment_name WHERE taxonomy = @taxonomy AND code = @code", new { taxonomy, code }, transaction);
        foreach (var gone in connection.Query<string>("SELECT metric FROM metric_name", transaction: transaction)
            .AsList()
            .Except(metrics.Select(metric => metric.Id)))
            connection.Execute("DELETE FROM metric_name WHERE metric = @gone", new { gone }, transaction);
        connection.Execute(
            "INSERT INTO segment_name (taxonomy, code, name) VALUES (@Taxonomy, @Code, @Name) ON CONFLICT (taxonomy, code) DO UPDATE SET "
                + "name = excluded.name",
            segments.Select(segment => new { segment.Taxonomy, segment.Code, segment.Name }), transaction);
        connection.Execute(
            "INSERT INTO metric_name (metric, name, unit, formula, meaning) VALUES (@Id, @Name, @Unit, @Formula, @Meaning) "
            + "ON CONFLICT (metric) DO UPDATE SET name = excluded.name, unit = excluded.unit, formula = excluded.formula, meaning = "
            + "excluded.meaning",
            metrics.Select(metric => new { metric.Id, metric.Name, metric.Unit, metric.Formula, metric.Meaning }), transaction);
    }

    private static HashSet<(string, int, string)> Segments() =>
    [
        .. Of<RfmSegment>("rfm_segment"), .. Of<Lifecycle>("lifecycle"), .. Of<ValueTier>("value_tier"),
        .. Of<FrequencyClass>("frequency_class"), .. Of<ClvTier>("clv_tier"),
        .. Of<BusinessSegment>("business_segment"), .. Of<EngagementSegment>("engagement_segment"), .. Of<Persona>("persona"),
        .. Of<RiskBand>("risk_band"),
        .. Enum.GetValues<NoAction>().Select(reason => ("no_action", (int)reason, PlayNames.Name(reason))),
    ];

    private static IEnumerable<(string, int, string)> Of<T>(string taxonomy)
        where T : struct, Enum => SegmentNames.All<T>().Select((name, code) => (taxonomy, code, name));

    private static HashSet<(string, string, string, string, string)> Metrics() =>
        [.. MetricCatalogue.All.Select(metric => (metric.Id, metric.Name, FigureRow.WordOf(metric.Unit), metric.Formula, metric.Meaning))];
}

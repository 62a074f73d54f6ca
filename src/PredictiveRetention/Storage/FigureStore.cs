using System.Data.Common;
using Dapper;
using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Okr;

namespace PredictiveRetention.Storage;

/// <summary>What runs counted, a row each figure.</summary>
public sealed class FigureStore
{
    /// <summary>Views of which a night's figures outlive its predictions: what targets and longer trends are read from.</summary>
    private const string KeptViews = "('kpis', 'by_business_segment', 'by_lifecycle')";

    private readonly Engine _engine;

    internal FigureStore(Engine engine) => _engine = engine;

    /// <summary>Writes all figures of a run that is being validated, in place of those there may be.</summary>
    /// <exception cref="LeaseLostException">Somebody took the run over.</exception>
    public void Write(Run run, IReadOnlyList<Figure> figures)
    {
        using var change = new LedgerChange(_engine);
        change.Fence(run, RunState.Validating);
        change.Execute("DELETE FROM figure WHERE run_id = @RunId", new { run.RunId });
        using (var bulk = change.Bulk(
            "figure", "run_id", "seq", "view", "metric", "d1", "d2", "d3", "numerator", "denominator", "value", "customers", "state", "note"))
        {
            for (var i = 0; i < figures.Count; i++)
            {
                var figure = figures[i];
                bulk.StartRow();
                bulk.Write(run.RunId);
                bulk.Write(i);
                bulk.Write(figure.View);
                bulk.Write(figure.Metric);
                bulk.Write(figure.D1);
                bulk.Write(figure.D2);
                bulk.Write(figure.D3);
                bulk.Write(figure.Numerator);
                bulk.Write(figure.Denominator);
                bulk.Write(figure.Value);
                bulk.Write(figure.Customers);
                bulk.Write((int)figure.State);
                bulk.Write(figure.Note);
            }
            bulk.Complete();
        }
        change.Commit();
    }

    /// <summary>Figures of a run in the order of their view; all of them without a view.</summary>
    public IReadOnlyList<Figure> Read(long runId, string? view = null, string? metric = null)
    {
        using var connection = _engine.Open();
        return connection.Query<StoredFigure>(
            "SELECT view, metric, d1, d2, d3, numerator, denominator, value, customers, state, note FROM figure WHERE run_id = @runId"
            + (view is null ? "" : " AND view = @view") + (metric is null ? "" : " AND metric = @metric") + " ORDER BY seq",
            new { runId, view, metric }).Select(row => row.Figure).ToList();
    }

    /// <summary>A figure over the nights readers have seen, up to an as-of, oldest first: the last attempt of each as-of that still has it.</summary>
    public IReadOnlyList<OkrPoint> History(Cutoff upTo, string view, string metric, IReadOnlyList<string> labels)
    {
        using var connection = _engine.Open();
        var (d1, d2, d3) = (labels.ElementAtOrDefault(0) ?? "", labels.ElementAtOrDefault(1) ?? "", labels.ElementAtOrDefault(2) ?? "");
        return connection.Query<(string AsOf, double Value)>(
            "SELECT r.as_of, f.value FROM figure f JOIN run r ON r.run_id = f.run_id WHERE f.view = @view AND f.metric = @metric "
            + "AND f.d1 = @d1 AND f.d2 = @d2 AND f.d3 = @d3 AND f.value IS NOT NULL "
            + $"AND r.purpose = {RunPurpose.Night.Sql()} AND r.published_at_ms IS NOT NULL AND r.as_of <= @upTo ORDER BY r.as_of, r.run_id",
            new { view, metric, d1, d2, d3, upTo })
            .GroupBy(night => night.AsOf).Select(night => new OkrPoint(night.Key, night.Last().Value)).ToList();
    }

    /// <param name="keepHeadlines">Leaves those of <see cref="KeptViews"/>.</param>
    internal static void Clear(DbConnection connection, long runId, bool keepHeadlines) => connection.Execute(
        "DELETE FROM figure WHERE run_id = @runId" + (keepHeadlines ? $" AND view NOT IN {KeptViews}" : ""), new { runId });

    private sealed record StoredFigure
    {
        public string View { get; init; } = "";
        public string Metric { get; init; } = "";
        public string D1 { get; init; } = "";
        public string D2 { get; init; } = "";
        public string D3 { get; init; } = "";
        public double? Numerator { get; init; }
        public double? Denominator { get; init; }
        public double? Value { get; init; }
        public long? Customers { get; init; }
        public int State { get; init; }
        public string? Note { get; init; }
        public Figure Figure => new(View, Metric, D1, D2, D3, Numerator, Denominator, Value, Customers, (FigureState)State, Note);
    }
}

using Dapper;
using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Okr;

namespace PredictiveRetention.Storage;

/// <summary>What runs counted, a row each figure.</summary>
public sealed class FigureStore
{
    /// <summary>Views of which a night's figures outlive its predictions: what targets and longer trends are read from.</summary>
    private const string KeptViews = "('kpis', 'by_business_segment', 'by_lifecycle')";

    private static readonly RowWriter<(long RunId, int Seq, Figure Figure)> s_columns = new(
        ("run_id", (bulk, in of) => bulk.Write(of.RunId)),
        ("seq", (bulk, in of) => bulk.Write(of.Seq)),
        ("view", (bulk, in of) => bulk.Write(of.Figure.View)),
        ("metric", (bulk, in of) => bulk.Write(of.Figure.Metric)),
        ("d1", (bulk, in of) => bulk.Write(of.Figure.D1)),
        ("d2", (bulk, in of) => bulk.Write(of.Figure.D2)),
        ("d3", (bulk, in of) => bulk.Write(of.Figure.D3)),
        ("numerator", (bulk, in of) => bulk.Write(of.Figure.Numerator)),
        ("denominator", (bulk, in of) => bulk.Write(of.Figure.Denominator)),
        ("value", (bulk, in of) => bulk.Write(of.Figure.Value)),
        ("customers", (bulk, in of) => bulk.Write(of.Figure.Customers)),
        ("state", (bulk, in of) => bulk.Write((int)of.Figure.State)),
        ("note", (bulk, in of) => bulk.Write(of.Figure.Note)));

    private readonly Engine _engine;

    internal FigureStore(Engine engine) => _engine = engine;

    /// <summary>Writes all figures of a run that is being validated, in place of those there may be.</summary>
    /// <exception cref="LeaseLostException">Somebody took the run over.</exception>
    public void Write(Run run, IReadOnlyList<Figure> figures)
    {
        using var change = LedgerChange.Begin(_engine);
        change.Fence(run, RunState.Validating);
        change.Execute(Clearing(keepHeadlines: false), new { run.RunId });
        using (var bulk = change.Bulk("figure", s_columns.Names))
        {
            for (var i = 0; i < figures.Count; i++) s_columns.Write(bulk, (run.RunId, i, figures[i]));
            bulk.Complete();
        }
        change.Commit();
    }

    /// <summary>Figures of a run in the order of their view; all of them without a view.</summary>
    public async Task<IReadOnlyList<Figure>> ReadAsync(
        long runId, string? view = null, string? metric = null, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<StoredFigure>(new CommandDefinition(
            "SELECT view, metric, d1, d2, d3, numerator, denominator, value, customers, state, note FROM figure WHERE run_id = @runId"
            + (view is null ? "" : " AND view = @view") + (metric is null ? "" : " AND metric = @metric") + " ORDER BY seq",
            new { runId, view, metric }, cancellationToken: cancellation));
        return [.. rows.Select(row => row.Figure)];
    }

    /// <summary>
    /// A figure over the nights readers have seen, up to an as-of, oldest first: the last attempt of each as-of that still has it.
    /// </summary>
    public async Task<IReadOnlyList<OkrPoint>> HistoryAsync(
        Cutoff upTo, string view, string metric, IReadOnlyList<string> labels, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        var (d1, d2, d3) = (labels.ElementAtOrDefault(0) ?? "", labels.ElementAtOrDefault(1) ?? "", labels.ElementAtOrDefault(2) ?? "");
        var nights = await connection.QueryAsync<(string AsOf, double Value)>(new CommandDefinition(
            "SELECT r.as_of, f.value FROM figure f JOIN run r ON r.run_id = f.run_id WHERE f.view = @view AND f.metric = @metric "
            + "AND f.d1 = @d1 AND f.d2 = @d2 AND f.d3 = @d3 AND f.value IS NOT NULL "
            + $"AND r.purpose = {RunPurpose.Night.Sql()} AND r.published_at_ms IS NOT NULL AND r.as_of <= @upTo ORDER BY r.as_of, r.run_id",
            new { view, metric, d1, d2, d3, upTo }, cancellationToken: cancellation));
        return [.. nights.GroupBy(night => night.AsOf).Select(night => new OkrPoint(night.Key, night.Last().Value))];
    }

    /// <param name="keepHeadlines">Leaves those of <see cref="KeptViews"/>.</param>
    internal static string Clearing(bool keepHeadlines) =>
        "DELETE FROM figure WHERE run_id = @RunId" + (keepHeadlines ? $" AND view NOT IN {KeptViews}" : "");

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

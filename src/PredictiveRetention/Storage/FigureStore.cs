using Dapper;
using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Okr;

namespace PredictiveRetention.Storage;

public sealed partial class RetentionStore
{
    /// <summary>Views of which a night's figures outlive its predictions: what targets and longer trends are read from.</summary>
    private const string KeptViews = "('kpis', 'by_business_segment', 'by_lifecycle')";

    /// <summary>What the shards of a run counted for its figures, in their order.</summary>
    public IEnumerable<byte[]> ShardSums(long runId)
    {
        using var connection = _engine.Open();
        foreach (var part in connection.Query<byte[]?>("SELECT insights FROM run_shard WHERE run_id = @runId AND state = 'done' ORDER BY shard", new { runId }, buffered: false))
            yield return part ?? throw new InvalidOperationException($"A shard of run {runId} has no sums.");
    }

    /// <summary>People the store knows who had no valid order before a cutoff.</summary>
    public long ProfilesWithoutOrders(Shop shop, Cutoff before)
    {
        using var connection = _engine.Open();
        return connection.ExecuteScalar<long>("SELECT count(*) FROM customer WHERE first_order_at_ms IS NULL OR first_order_at_ms >= @before", new { before = BeforeMs(shop, before) });
    }

    /// <summary>Writes all figures of a run that is being validated, in place of those there may be.</summary>
    /// <exception cref="LeaseLostException">Somebody took the run over.</exception>
    public void WriteFigures(Run run, IReadOnlyList<Figure> figures)
    {
        using var connection = _engine.Open();
        using var transaction = BeginRunChange(connection);
        Fence(connection, transaction, run, RunState.Validating);
        connection.Execute("DELETE FROM figure WHERE run_id = @RunId", new { run.RunId }, transaction);
        using (var bulk = _engine.Bulk(connection, transaction, "figure", "run_id", "seq", "view", "metric", "d1", "d2", "d3", "numerator", "denominator", "value", "customers", "state", "note"))
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
        transaction.Commit();
    }

    /// <summary>Figures of a run in the order of their view; all of them without a view.</summary>
    public IReadOnlyList<Figure> Figures(long runId, string? view = null, string? metric = null)
    {
        using var connection = _engine.Open();
        return connection.Query<StoredFigure>(
            "SELECT view, metric, d1, d2, d3, numerator, denominator, value, customers, state, note FROM figure WHERE run_id = @runId"
            + (view is null ? "" : " AND view = @view") + (metric is null ? "" : " AND metric = @metric") + " ORDER BY seq", new { runId, view, metric }).Select(row => row.Figure).ToList();
    }

    /// <summary>A figure over the nights readers have seen, up to an as-of, oldest first: the last attempt of each as-of that still has it.</summary>
    public IReadOnlyList<OkrPoint> FigureHistory(string upTo, string view, string metric, IReadOnlyList<string> labels)
    {
        using var connection = _engine.Open();
        var (d1, d2, d3) = (labels.ElementAtOrDefault(0) ?? "", labels.ElementAtOrDefault(1) ?? "", labels.ElementAtOrDefault(2) ?? "");
        return connection.Query<(string AsOf, double Value)>(
            "SELECT r.as_of, f.value FROM figure f JOIN run r ON r.run_id = f.run_id WHERE f.view = @view AND f.metric = @metric AND f.d1 = @d1 AND f.d2 = @d2 AND f.d3 = @d3 AND f.value IS NOT NULL "
            + $"AND r.purpose = '{RunPurpose.Night}' AND r.published_at_ms IS NOT NULL AND r.as_of <= @upTo ORDER BY r.as_of, r.run_id", new { view, metric, d1, d2, d3, upTo })
            .GroupBy(night => night.AsOf).Select(night => new OkrPoint(night.Key, night.Last().Value)).ToList();
    }

    /// <summary>The run that speaks for a day: the one readers see where it is of that day, else the newest night or replay that is; null where there is none.</summary>
    public Run? RunOf(Cutoff asOf)
    {
        using var connection = _engine.Open();
        return connection.QueryFirstOrDefault<Run>(
            $"SELECT r.* FROM run r LEFT JOIN current_run c ON c.run_id = r.run_id WHERE r.as_of = @asOf AND r.state IN ('{RunState.Published}', '{RunState.Superseded}') "
            + "AND EXISTS (SELECT 1 FROM figure f WHERE f.run_id = r.run_id) ORDER BY CASE WHEN c.run_id IS NULL THEN 1 ELSE 0 END, r.run_id DESC LIMIT 1", new { asOf = asOf.ToString() });
    }

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

using PredictiveRetention.Features;

namespace PredictiveRetention.Insights.Findings;

/// <summary>The figures of a run, looked up by view, metric and labels.</summary>
internal sealed class FigureBook
{
    private readonly Dictionary<(string, string, string, string, string), Figure> _one;
    private readonly ILookup<(string, string), Figure> _rows;
    private readonly ILookup<string, Figure> _views;
    private readonly SourceCoverage _coverage;

    public FigureBook(IReadOnlyList<Figure> figures, SourceCoverage coverage)
    {
        _one = figures.ToDictionary(figure => (figure.View, figure.Metric, figure.D1, figure.D2, figure.D3));
        _rows = figures.ToLookup(figure => (figure.View, figure.Metric));
        _views = figures.ToLookup(figure => figure.View);
        _coverage = coverage;
    }

    public Figure? Find(string view, string metric, string d1 = "", string d2 = "", string d3 = "") =>
        _one.GetValueOrDefault((view, metric, d1, d2, d3));

    /// <summary>All figures of a metric in a view that have a value, in the view's order.</summary>
    public IReadOnlyList<Figure> Rows(string view, string metric) => [.. _rows[(view, metric)].Where(figure => figure.Value is not null)];

    /// <summary>Why a figure is not there, without "not available" before it.</summary>
    public string Why(string view, string metric, string d1 = "", string d2 = "", string d3 = "")
    {
        var note = Find(view, metric, d1, d2, d3)?.Note
            ?? _views[view].FirstOrDefault(figure => figure.Value is null && figure.Note is not null && figure.D1.Length == 0
                && (figure.Metric == metric || !_views[view].Skip(1).Any()))?.Note
            ?? (MetricCatalogue.Find(metric) is { } known ? SourceWords.Missing(known.Needs, _coverage) : null)
            ?? "the run has no such figure";
        return note.StartsWith(Prefix, StringComparison.Ordinal) ? note[Prefix.Length..] : note;
    }

    /// <summary>The last month seen whole; null when there is none.</summary>
    public string? LastMonth => Rows("months", "month_customers") is { Count: > 0 } months ? months[^1].D1 : null;

    private const string Prefix = "not available: ";
}

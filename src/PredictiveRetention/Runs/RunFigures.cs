using PredictiveRetention.Features;
using PredictiveRetention.Insights;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>Answers questions about figures from one run, whose figures do not change once they are there.</summary>
public sealed class RunFigures
{
    private readonly SourceCoverage _coverage;
    private readonly Run _run;
    private readonly ILookup<string, Figure> _figures;

    private RunFigures(Run run, IEnumerable<Figure> figures) =>
        (_run, _coverage, _figures) = (run, run.Recipe?.Coverage ?? default, figures.ToLookup(figure => figure.View));

    /// <summary>All figures of a run, for whoever asks about many views.</summary>
    public static async Task<RunFigures> ReadAsync(RetentionStore store, Run run, CancellationToken cancellation) =>
        new(run, await store.Figures.ReadAsync(run.RunId, cancellation: cancellation));

    /// <summary>Those of some views alone: questions about others have no answer.</summary>
    public static async Task<RunFigures> ReadAsync(RetentionStore store, Run run, IEnumerable<string> views, CancellationToken cancellation)
    {
        var figures = new List<Figure>();
        foreach (var view in views.Distinct()) figures.AddRange(await store.Figures.ReadAsync(run.RunId, view, cancellation: cancellation));
        return new RunFigures(run, figures);
    }

    /// <exception cref="UnknownNameException">The question names something that is not there.</exception>
    public IReadOnlyList<FigureRow> Answer(FigureQuestion question)
    {
        var figures = InView(question.View.Id);
        return question.Answer(figures, _coverage, figures.Count > 0 ? null : WhyNone(question.View), _run.Recipe?.NoScores);
    }

    /// <summary>All figures of a view as they are, for what is laid out otherwise than in rows.</summary>
    public IReadOnlyList<Figure> InView(string view) => [.. _figures[view]];

    private string? WhyNone(InsightView view) =>
        _run.State == RunState.Dropped ? $"the run has been dropped, and of its figures only the headline ones are kept, not {view.Id}"
        : _run.Recipe?.Insights is null ? "the run was made by an earlier version, which counted no figures"
        : null;
}

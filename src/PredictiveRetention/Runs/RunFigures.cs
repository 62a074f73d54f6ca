using PredictiveRetention.Features;
using PredictiveRetention.Insights;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>Answers questions about figures from one run.</summary>
public sealed class RunFigures(RetentionStore store, Run run)
{
    private readonly SourceCoverage _coverage = run.Recipe?.Coverage ?? default;
    private ILookup<string, Figure>? _kept;

    /// <summary>The same with all figures in memory: for who asks about many views of a run, whose figures do not change once they are there.</summary>
    public static RunFigures Kept(RetentionStore store, Run run) => new(store, run) { _kept = store.Figures.Read(run.RunId).ToLookup(figure => figure.View) };

    /// <exception cref="UnknownNameException">The question names something that is not there.</exception>
    public IReadOnlyList<FigureRow> Answer(FigureQuestion question)
    {
        var figures = Of(question.View.Id);
        return question.Answer(figures, _coverage, figures.Count > 0 ? null : WhyNone(question.View));
    }

    /// <summary>All figures of a view as they are, for what is laid out otherwise than in rows.</summary>
    public IReadOnlyList<Figure> Of(string view) => _kept is { } kept ? [.. kept[view]] : store.Figures.Read(run.RunId, view);

    private string? WhyNone(InsightView view) =>
        run.State == RunState.Dropped ? $"the run has been dropped, and of its figures only the headline ones are kept, not {view.Id}"
        : run.Recipe?.Insights is null ? "the run was made by an earlier version, which counted no figures"
        : null;
}

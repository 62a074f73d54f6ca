using PredictiveRetention.Features;
using PredictiveRetention.Insights;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>Answers questions about figures from one run.</summary>
public sealed class RunFigures(RetentionStore store, Run run)
{
    private readonly SourceCoverage _coverage = RunRecipe.Of(run)?.Coverage ?? default;

    /// <exception cref="UnknownNameException">The question names something that is not there.</exception>
    public IReadOnlyList<FigureRow> Answer(FigureQuestion question)
    {
        var figures = store.Figures(run.RunId, question.View.Id);
        return question.Answer(figures, _coverage, figures.Count > 0 ? null : WhyNone(question.View));
    }

    /// <summary>All figures of a view as they are, for what is laid out otherwise than in rows.</summary>
    public IReadOnlyList<Figure> Of(string view) => store.Figures(run.RunId, view);

    private string? WhyNone(InsightView view) =>
        run.State == RunState.Dropped ? $"the run has been dropped, and of its figures only the headline ones are kept, not {view.Id}"
        : RunRecipe.Of(run)?.Insights is null ? "the run was made by an earlier version, which counted no figures"
        : null;
}

using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Insights.WhatIf;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>What is asked of a stored run's figures after the night: targets, and what would be worth how much.</summary>
public sealed class RunInsights(RetentionStore store, Playbook playbook)
{
    /// <summary>The published night, or a failure that says what to do first.</summary>
    public static Run Current(RetentionStore store) => store.Nights.CurrentAsync().GetAwaiter().GetResult()
        ?? throw new RetentionException(Failure.NotFound, "No night has been published yet: retain score makes one.");

    public IReadOnlyList<OkrLine> Okr(Run run, Targets targets)
    {
        var context = Context(run);
        var book = new FigureBook(store.Figures.Read(run.RunId), context.Insight.Coverage);
        return OkrTracker.Track(book, targets, context.Currency, context.Insight.AsOf, kpi => store.Figures.History(run.AsOf, kpi.View, kpi.Metric, kpi.Labels));
    }

    /// <exception cref="RetentionException">An input cannot be (<see cref="WhatIfException"/>), or a figure is missing.</exception>
    public WhatIfAnswer WhatIf(Run run, WhatIfRequest request) => WhatIfCalculator.Answer(Context(run), store.Figures.Read(run.RunId), request);

    private CardContext Context(Run run)
    {
        var recipe = run.Recipe ?? throw new RetentionException(Failure.NotFound, "The run has no snapshot yet.");
        if (recipe.Insights is null) throw new RetentionException(Failure.NotFound, "The run was made by an earlier version, which counted no figures: retain score --again.");
        return new CardContext(recipe.Context(run.AsOf, store.RequireShop().Currency), recipe.ModelLevel, recipe.DataThrough, playbook, [], recipe.Margin);
    }
}

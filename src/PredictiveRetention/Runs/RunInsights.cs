using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Insights.WhatIf;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>What is asked of a stored run's figures after the night: targets, and what would be worth how much.</summary>
public sealed class RunInsights
{
    private readonly RetentionStore _store;
    private readonly Run _run;
    private readonly CardContext _context;
    private readonly IReadOnlyList<Figure> _figures;

    private RunInsights(RetentionStore store, Run run, CardContext context, IReadOnlyList<Figure> figures) =>
        (_store, _run, _context, _figures) = (store, run, context, figures);

    /// <exception cref="RetentionException">The run has no figures, or the money of a play is in another currency.</exception>
    public static async Task<RunInsights> ReadAsync(RetentionStore store, Run run, Playbook playbook, CancellationToken cancellation)
    {
        var recipe = run.Recipe ?? throw new RetentionException(Failure.NotFound, "The run has no snapshot yet.");
        if (recipe.Insights is null)
        {
            throw new RetentionException(
                Failure.NotFound, "The run was made by an earlier version, which counted no figures: retain score --again.");
        }
        var currency = (await store.RequireShopAsync(cancellation)).Currency;
        var insight = recipe.Context(run.AsOf, currency);
        var context = new CardContext(insight, recipe.ModelLevel, recipe.DataThrough, playbook.For(currency), [],
            recipe.Economics(currency));
        return new RunInsights(store, run, context, await store.Figures.ReadAsync(run.RunId, cancellation: cancellation));
    }

    /// <summary>The published night, or a failure that says what to do first.</summary>
    public static async Task<Run> CurrentAsync(RetentionStore store, CancellationToken cancellation) =>
        await store.Nights.CurrentAsync(cancellation)
        ?? throw new RetentionException(Failure.NotFound, "No night has been published yet: retain score makes one.");

    public async Task<IReadOnlyList<OkrLine>> OkrAsync(Targets targets, CancellationToken cancellation)
    {
        var book = new FigureBook(_figures, _context.Insight.Coverage);
        var nights = new Dictionary<string, IReadOnlyList<OkrPoint>>();
        foreach (var kpi in OkrTracker.ToldByNights(book, targets))
            nights[kpi.Place] = await _store.Figures.HistoryAsync(_run.AsOf, kpi.View, kpi.Metric, kpi.Labels, cancellation);
        return OkrTracker.Track(book, targets, _context.Currency, _context.Insight.AsOf, kpi => nights[kpi.Place]);
    }

    /// <exception cref="RetentionException">An input cannot be (<see cref="WhatIfException"/>), or a figure is missing.</exception>
    public WhatIfResult WhatIf(WhatIfRequest request) => WhatIfCalculator.Answer(_context, _figures, request);
}

using System.Collections.Concurrent;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Insights.WhatIf;
using PredictiveRetention.Runs;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Pages;

/// <summary>
/// Answers about published nights that take a large store long and never change: the first who asks waits, the next do not.
/// </summary>
internal sealed class KeptAnswers(RetentionStore store, ServiceSettings settings)
{
    private const int Most = 300;
    private const int LongestKept = 200;

    private readonly ConcurrentDictionary<(long Run, PredictionFilter Filter, PredictionOrder Order,
        int Limit), IReadOnlyList<PredictionRow>> _tops = new();
    private readonly ConcurrentDictionary<(long Run, PredictionFilter Filter), (long, double)> _totals = new();
    private readonly ConcurrentDictionary<(long Run, long Earlier), long> _moves = new();
    private readonly ConcurrentDictionary<long, IReadOnlyList<OkrLine>> _okrs = new();
    private readonly ConcurrentDictionary<(long Run,
        WhatIfRequest Request), PredictiveRetention.Insights.WhatIf.WhatIfResult> _whatIfs = new();

    /// <summary>The beginning of a list.</summary>
    public async Task<IReadOnlyList<PredictionRow>> TopAsync(long runId, PredictionFilter filter, PredictionOrder order, int limit,
        CancellationToken cancellation)
    {
        if (!filter.IsSteady || limit > LongestKept)
            return await store.Predictions.PageAsync(runId, filter, order, null, limit, cancellation);
        if (_tops.TryGetValue((runId, filter, order, limit), out var known)) return known;
        if (_tops.Count >= Most) _tops.Clear();
        return _tops[(runId, filter, order, limit)] = await store.Predictions.PageAsync(runId, filter, order, null, limit, cancellation);
    }

    /// <summary>How many customers a filter leaves, and their revenue at risk.</summary>
    public async Task<(long Customers, double RevenueAtRisk)> TotalsAsync(long runId, PredictionFilter filter,
        CancellationToken cancellation)
    {
        if (!filter.IsSteady) return await store.Predictions.TotalsAsync(runId, filter, cancellation);
        if (_totals.TryGetValue((runId, filter), out var known)) return known;
        if (_totals.Count >= Most) _totals.Clear();
        return _totals[(runId, filter)] = await store.Predictions.TotalsAsync(runId, filter, cancellation);
    }

    /// <summary>Targets are read once, at the start of the service.</summary>
    public async Task<IReadOnlyList<OkrLine>> OkrAsync(Run run, CancellationToken cancellation)
    {
        if (_okrs.TryGetValue(run.RunId, out var known)) return known;
        if (_okrs.Count >= Most) _okrs.Clear();
        var insights = await RunInsights.ReadAsync(store, run, settings.Runs.Playbook, cancellation);
        return _okrs[run.RunId] = await insights.OkrAsync(settings.Targets, cancellation);
    }

    /// <exception cref="RetentionException">An input that cannot be, or a figure the run does not have.</exception>
    public async Task<PredictiveRetention.Insights.WhatIf.WhatIfResult> WhatIfAsync(Run run, WhatIfRequest request,
        CancellationToken cancellation)
    {
        if (_whatIfs.TryGetValue((run.RunId, request), out var known)) return known;
        if (_whatIfs.Count >= Most) _whatIfs.Clear();
        var insights = await RunInsights.ReadAsync(store, run, settings.Runs.Playbook, cancellation);
        return _whatIfs[(run.RunId, request)] = insights.WhatIf(request);
    }

    public async Task<long> IntoHighRiskAsync(long runId, long earlierRunId, CancellationToken cancellation)
    {
        if (_moves.TryGetValue((runId, earlierRunId), out var known)) return known;
        if (_moves.Count >= Most) _moves.Clear();
        return _moves[(runId, earlierRunId)] = await store.Predictions.MovedIntoHighRiskAsync(runId, earlierRunId, cancellation);
    }
}

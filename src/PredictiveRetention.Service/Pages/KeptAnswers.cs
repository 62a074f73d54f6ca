using System.Collections.Concurrent;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Pages;

/// <summary>Answers about published nights that take a large store long and never change: the first who asks waits, the next do not.</summary>
internal sealed class KeptAnswers(RetentionStore store)
{
    private const int Most = 300;

    private readonly ConcurrentDictionary<(long Run, PredictionFilter Filter, PredictionOrder Order, int Limit), IReadOnlyList<PredictionRow>> _tops = new();
    private readonly ConcurrentDictionary<(long Run, long Earlier), long> _moves = new();

    /// <summary>The beginning of a list.</summary>
    public async Task<IReadOnlyList<PredictionRow>> TopAsync(long runId, PredictionFilter filter, PredictionOrder order, int limit, CancellationToken cancellation)
    {
        if (_tops.TryGetValue((runId, filter, order, limit), out var known)) return known;
        if (_tops.Count >= Most) _tops.Clear();
        return _tops[(runId, filter, order, limit)] = await store.PredictionsAsync(runId, filter, order, null, limit, cancellation);
    }

    public async Task<long> IntoHighRiskAsync(long runId, long earlierRunId, CancellationToken cancellation)
    {
        if (_moves.TryGetValue((runId, earlierRunId), out var known)) return known;
        if (_moves.Count >= Most) _moves.Clear();
        return _moves[(runId, earlierRunId)] = await store.MovedIntoHighRiskAsync(runId, earlierRunId, cancellation);
    }
}

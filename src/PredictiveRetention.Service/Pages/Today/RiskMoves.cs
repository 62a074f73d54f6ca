using System.Collections.Concurrent;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Pages.Today;

/// <summary>How many customers moved into high risk between two nights: counted once, because published nights do not change.</summary>
internal sealed class RiskMoves(RetentionStore store)
{
    private readonly ConcurrentDictionary<(long, long), long> _known = new();

    public async Task<long> IntoHighRiskAsync(long runId, long earlierRunId, CancellationToken cancellation)
    {
        if (_known.TryGetValue((runId, earlierRunId), out var known)) return known;
        if (_known.Count > 20) _known.Clear();
        return _known[(runId, earlierRunId)] = await store.MovedIntoHighRiskAsync(runId, earlierRunId, cancellation);
    }
}

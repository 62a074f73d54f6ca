namespace PredictiveRetention.Storage;

/// <summary>What one night of the history said of customers' risk. Thread-safe: shared by the workers of a run.</summary>
public sealed class PastRisk
{
    private readonly ScoreHistory _history;

    internal PastRisk(ScoreHistory history, Cutoff asOf) => (_history, AsOf) = (history, asOf);

    /// <summary>Of the night.</summary>
    public Cutoff AsOf { get; }

    /// <summary>p_churn of customers, in the order of their keys; null for whom the night did not score.</summary>
    /// <param name="keys">Ascending. Those of a shard, which lie side by side: what is read grows with the range they span.</param>
    public double?[] Of(IReadOnlyList<long> keys) => _history.PChurn(AsOf, keys);
}

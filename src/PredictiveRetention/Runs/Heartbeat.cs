using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>Renews a worker's leases while it lives, so that a long shard is not taken for a dead worker's.</summary>
internal sealed class Heartbeat : IDisposable
{
    private readonly Timer _timer;

    public Heartbeat(RetentionStore store, long runId, string owner) => _timer = new Timer(
        _ =>
        {
            try
            {
                store.Renew(runId, owner);
            }
            catch (Exception fault) when (store.IsPassing(fault) || fault is ObjectDisposedException)
            {
                // Missed beats cost at most the lease, and the fence guards what is written after that.
            }
        },
        null, RetentionStore.Lease / 4, RetentionStore.Lease / 4);

    public void Dispose() => _timer.Dispose();
}

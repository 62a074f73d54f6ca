using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// Renews a process's leases while it lives, so that a long shard is not taken for a dead worker's, and ends the transactions of those who
/// live no more.
/// </summary>
internal sealed class Heartbeat : IDisposable
{
    private readonly Timer _timer;
    private (long RunId, string Owner)? _kept;

    public Heartbeat(RetentionStore store) => _timer = new Timer(
        _ =>
        {
            try
            {
                store.Runs.EndOverdue();
                if (_kept is var (run, owner)) store.Runs.Renew(run, owner);
            }
            catch (Exception fault) when (store.IsPassing(fault) || fault is ObjectDisposedException)
            {
                // Missed beats cost at most the lease, and the fence guards what is written after that.
            }
        },
        null, RunLedger.Lease / 4, RunLedger.Lease / 4);

    /// <summary>From now on the leases of this owner are renewed.</summary>
    public void Keep(long runId, string owner) => _kept = (runId, owner);

    public void Dispose() => _timer.Dispose();
}

using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// Renews a process's leases while it lives, so that a long shard is not taken for a dead worker's, and ends the transactions of those who
/// live no more. A beat that fails is a standing fault and nothing worse: missed beats cost at most the lease, and the fence guards what is
/// written after that.
/// </summary>
internal sealed class Heartbeat : IDisposable
{
    /// <summary>Its two tasks, as standing faults name them. Leases are renewed even where others' transactions cannot be ended.</summary>
    public const string Renewing = "renewing leases", Ending = "ending overdue transactions";

    private readonly RetentionStore _store;
    private readonly StandingFaults _faults;
    private readonly ITimer _timer;
    private Lease? _kept;
    private int _isBeating;
    private volatile bool _hasEnded;

    private sealed record Lease(long RunId, string Owner);

    public Heartbeat(RetentionStore store, RunSettings settings)
    {
        (_store, _faults) = (store, settings.Faults);
        _timer = settings.Clock.CreateTimer(static beat => ((Heartbeat)beat!).Beat(), this, WorkerLease.Length / 4, WorkerLease.Length / 4);
    }

    /// <summary>From now on the leases of this owner are renewed.</summary>
    public void Renew(long runId, string owner) => Volatile.Write(ref _kept, new Lease(runId, owner));

    public void Dispose()
    {
        _hasEnded = true;
        _timer.Dispose();
        _faults.End(Renewing);
        _faults.End(Ending);
    }

    private void Beat()
    {
        if (Interlocked.Exchange(ref _isBeating, 1) == 1) return; // the beat before still waits for the database
        try
        {
            if (Volatile.Read(ref _kept) is { } kept) Attempt(Renewing, () => _store.Runs.Renew(kept.RunId, kept.Owner));
            Attempt(Ending, _store.Runs.EndOverdue);
        }
        finally
        {
            Volatile.Write(ref _isBeating, 0);
        }
    }

    private void Attempt(string work, Action task)
    {
        if (_hasEnded) return;
        _faults.Try(work, () =>
        {
            try
            {
                task();
            }
            catch (Exception) when (_hasEnded)
            {
                // The store is closed by who began the run.
            }
            catch
            {
                _store.Reconnect();
                throw;
            }
        });
        if (_hasEnded) _faults.End(work); // nobody beats any more
    }
}

using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// Asks a database that does not answer, or takes no writes now, again: with growing pauses, until it does or patience ends. Meanwhile the
/// fault stands among those of the settings.
/// </summary>
internal sealed class Patience(RetentionStore store, RunSettings settings)
{
    /// <summary>What waits, as a standing fault names it.</summary>
    public const string Work = "night run";

    /// <summary>How many calls wait now.</summary>
    private int _waiting;

    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    /// <summary>Only for calls that may be repeated.</summary>
    public void Retry(Action call, CancellationToken cancellation) => Retry(() =>
    {
        call();
        return true;
    }, cancellation);

    /// <summary>
    /// For a call that must not be repeated blindly: after a fault, <paramref name="stillDue"/> says whether it has to be made again.
    /// </summary>
    public void Retry(Action call, Func<bool> stillDue, CancellationToken cancellation)
    {
        var isFirst = true;
        Retry(() =>
        {
            if (!isFirst && !stillDue()) return;
            isFirst = false;
            call();
        }, cancellation);
    }

    /// <summary>Only for calls that may be repeated.</summary>
    public T Retry<T>(Func<T> call, CancellationToken cancellation)
    {
        long? began = null; // of the first fault: a call may have taken long before it
        var pause = s_shortest;
        Random? spread = null;
        try
        {
            while (true)
            {
                try
                {
                    var answer = call();
                    var others = began is null ? Volatile.Read(ref _waiting) : Interlocked.Decrement(ref _waiting);
                    began = null;
                    if (others == 0) settings.Faults.End(Work); // the fault of another worker who still waits stands
                    return answer;
                }
                catch (Exception fault) when (store.IsPassing(fault))
                {
                    if (began is null) Interlocked.Increment(ref _waiting);
                    began ??= settings.Clock.GetTimestamp();
                    settings.Faults.Begin(Work, fault);
                    if (settings.Clock.GetElapsedTime(began.Value) >= settings.Patience) throw;
                    // A quarter more or less, by who waits: those who lost the database together do not all come back at once.
                    spread ??= new Random(
                        HashCode.Combine(Environment.MachineName, Environment.ProcessId, Environment.CurrentManagedThreadId));
                    Wait(pause * (0.75 + spread.NextDouble() / 2), cancellation);
                    pause = pause * 2 < s_longest ? pause * 2 : s_longest;
                    store.Reconnect();
                }
            }
        }
        finally
        {
            if (began is not null) Interlocked.Decrement(ref _waiting);
        }
    }

    private void Wait(TimeSpan pause, CancellationToken cancellation)
    {
        using var due = new ManualResetEventSlim();
        using var timer = settings.Clock.CreateTimer(static due => ((ManualResetEventSlim)due!).Set(), due, pause,
            Timeout.InfiniteTimeSpan);
        WaitHandle.WaitAny([due.WaitHandle, cancellation.WaitHandle]);
        cancellation.ThrowIfCancellationRequested();
    }
}

using System.Data.Common;

namespace PredictiveRetention;

/// <summary>A fault of work that goes on by itself, and how often it came since the work last succeeded.</summary>
/// <param name="Work">What fails, in words: 'renewing leases'.</param>
/// <param name="Fault">The latest of them.</param>
public sealed record StandingFault(string Work, Exception Fault, DateTimeOffset Since, long Times);

/// <summary>
/// Faults of work that goes on by itself: heartbeats, hosted services, a run that waits for its database. Such work must neither end its
/// process nor fail in silence: a fault is told once, counted, and stands here until the work succeeds again. Thread-safe.
/// </summary>
public sealed class StandingFaults(TimeProvider clock)
{
    private readonly SortedDictionary<string, (StandingFault Fault,
        HashSet<(Type, string, int)> Told)> _standing = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Told a fault once for each kind it comes in, not each time it comes.</summary>
    public Action<StandingFault>? OnBegin { get; init; }

    /// <summary>Told a fault that is over.</summary>
    public Action<StandingFault>? OnEnd { get; init; }

    /// <summary>Those that stand now, by the name of the work.</summary>
    public IReadOnlyList<StandingFault> All
    {
        get
        {
            lock (_gate) return [.. _standing.Values.Select(standing => standing.Fault)];
        }
    }

    /// <summary>Does the work; whatever it throws stands as a fault until the work is done without one.</summary>
    /// <returns>False where it failed.</returns>
    public bool Try(string work, Action pass)
    {
        try
        {
            pass();
        }
        catch (Exception fault)
        {
            Begin(work, fault);
            return false;
        }
        End(work);
        return true;
    }

    /// <summary>As <see cref="Try"/>; only the cancellation asked for comes through.</summary>
    public async Task<bool> TryAsync(string work, Func<Task> pass, CancellationToken cancellation)
    {
        try
        {
            await pass();
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            Begin(work, fault);
            return false;
        }
        End(work);
        return true;
    }

    /// <summary>Does the work now and after every pause, whatever becomes of it, until it is cancelled.</summary>
    public async Task RepeatAsync(string work, TimeSpan pause, Func<Task> pass, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(pause, clock);
        do await TryAsync(work, pass, cancellation);
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    public void Begin(string work, Exception fault)
    {
        StandingFault now;
        bool isNew;
        lock (_gate)
        {
            var (before, told) = _standing.TryGetValue(work, out var standing) ? standing : (null, []);
            now = new StandingFault(work, fault, before?.Since ?? clock.GetUtcNow(), (before?.Times ?? 0) + 1);
            isNew = told.Add(KindOf(fault));
            _standing[work] = (now, told);
        }
        if (isNew) Notify(OnBegin, now);
    }

    public void End(string work)
    {
        StandingFault over;
        lock (_gate)
        {
            if (!_standing.Remove(work, out var standing)) return;
            over = standing.Fault;
        }
        Notify(OnEnd, over);
    }

    /// <summary>Messages of other faults name files and times, and would make each of them a kind of its own.</summary>
    private static (Type, string, int) KindOf(Exception fault)
    {
        var cause = fault.GetBaseException();
        return (cause.GetType(), cause is DbException database ? database.SqlState ?? database.Message : "", cause.HResult);
    }

    private static void Notify(Action<StandingFault>? listener, StandingFault fault)
    {
        try
        {
            listener?.Invoke(fault);
        }
        catch (Exception)
        {
            // The log may be on the disk that is full.
        }
    }
}

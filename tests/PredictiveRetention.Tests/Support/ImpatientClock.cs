using Microsoft.Extensions.Time.Testing;

namespace PredictiveRetention.Tests.Support;

/// <summary>A clock for code that waits: whoever waits for a while has it at once, because the clock moves on by it.</summary>
public sealed class ImpatientClock : FakeTimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _waits = [];

    /// <summary>Told how often something has waited, before it has.</summary>
    public Action<int>? OnWait { get; init; }

    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (_gate) return [.. _waits];
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (period != Timeout.InfiniteTimeSpan) return timer; // it repeats: nobody waits for it
        int times;
        lock (_gate)
        {
            _waits.Add(dueTime);
            times = _waits.Count;
        }
        OnWait?.Invoke(times);
        Advance(dueTime);
        return timer;
    }
}

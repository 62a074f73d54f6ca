using System.Threading.Channels;

namespace PredictiveRetention.Tests.Support;

/// <summary>Standing faults, and what was told of them: a test waits for the telling, not for a time.</summary>
public sealed class HeardFaults
{
    private readonly Channel<(string What, StandingFault Fault)> _told = Channel.CreateUnbounded<(string, StandingFault)>();
    private readonly List<string> _all = [];

    public HeardFaults(TimeProvider clock) =>
        Faults = new StandingFaults(clock) { OnBegin = fault => Hear("begins", fault), OnEnd = fault => Hear("ends", fault) };

    public StandingFaults Faults { get; }

    /// <summary>'begins WORK' and 'ends WORK', in order.</summary>
    public IReadOnlyList<string> All
    {
        get
        {
            lock (_all) return [.. _all];
        }
    }

    public Task<StandingFault> BeginsAsync(string work) => NextAsync("begins", work);

    public Task<StandingFault> EndsAsync(string work) => NextAsync("ends", work);

    private async Task<StandingFault> NextAsync(string what, string work)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var told = await _told.Reader.ReadAsync(patience.Token);
            if (told.What == what && told.Fault.Work == work) return told.Fault;
        }
    }

    private void Hear(string what, StandingFault fault)
    {
        lock (_all) _all.Add($"{what} {fault.Work}");
        _told.Writer.TryWrite((what, fault));
    }
}

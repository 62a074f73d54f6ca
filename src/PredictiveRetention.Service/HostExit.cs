using System.Runtime.InteropServices;

namespace PredictiveRetention.Service;

/// <summary>Tells a supervisor that restarts on failure a service that was told to stop from one that stopped by itself.</summary>
internal static class HostExit
{
    private static readonly PosixSignal[] s_stops = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT];

    /// <summary>Runs the host until it stops.</summary>
    /// <returns>The exit code of the process: 0 where a signal asked it to stop.</returns>
    public static async Task<int> RunAsync(IHost host)
    {
        var wasAsked = false;
        var signals = s_stops.Select(signal => PosixSignalRegistration.Create(signal, _ => Volatile.Write(ref wasAsked, true))).ToList();
        try
        {
            await host.RunAsync();
        }
        finally
        {
            foreach (var signal in signals) signal.Dispose();
        }
        return Volatile.Read(ref wasAsked) ? 0 : (int)Failure.Unexpected;
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace PredictiveRetention.Storage;

/// <summary>
/// Named places where a run can be made to fail, so that recovery is tested where it matters and every place is known to have been reached.
/// Off unless the environment asks: RETENTION_FAILPOINTS = 'name:n:action', comma-separated, does the action at the n-th pass (0: at every
/// pass); actions are kill (the process, as by kill -9), stop (it, as by kill -STOP, until somebody continues it) and throw (an
/// IOException). RETENTION_FAILPOINT_LOG names a file that gets a line 'name pass process' at every pass.
/// </summary>
public static class Failpoint
{
    private static readonly string? s_log = Environment.GetEnvironmentVariable("RETENTION_FAILPOINT_LOG");
    private static readonly (string Name, int Pass,
        string Action)[] s_armed = Read(Environment.GetEnvironmentVariable("RETENTION_FAILPOINTS"));
    private static readonly bool s_on = s_log is not null || s_armed.Length > 0;
    private static readonly ConcurrentDictionary<string, int> s_passes = new();
    private static readonly Lock s_gate = new();

    public static void Pass(string name)
    {
        if (s_on) Count(name);
    }

    private static void Count(string name)
    {
        var pass = s_passes.AddOrUpdate(name, 1, static (_, passes) => passes + 1);
        if (s_log is not null)
        {
            lock (s_gate) File.AppendAllText(s_log,
                string.Create(CultureInfo.InvariantCulture, $"{name} {pass} {Environment.ProcessId}\n"));
        }
        foreach (var armed in s_armed)
            if (armed.Name == name && (armed.Pass == 0 || armed.Pass == pass)) Fail(name, armed.Action);
    }

    private static void Fail(string name, string action)
    {
        if (action == "kill") Process.GetCurrentProcess().Kill();
        if (action == "throw") throw new IOException($"Failpoint {name}.");
        using var stop = Process.Start("kill", ["-STOP", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        stop.WaitForExit();
    }

    private static (string, int, string)[] Read(string? armed) =>
        [.. (armed ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(entry =>
            entry.Split(':') is [var name, var pass, ("kill" or "throw" or "stop") and var action]
                && int.TryParse(pass, CultureInfo.InvariantCulture, out var number)
                ? (name, number, action)
                : throw new RetentionException(Failure.Usage, $"RETENTION_FAILPOINTS: '{entry}' is not name:n:kill|throw|stop."))];
}

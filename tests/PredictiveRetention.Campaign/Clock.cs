using System.Globalization;

namespace PredictiveRetention.Campaign;

/// <summary>
/// A wall clock that a process believes, and that can jump while it runs. Timers go on by the true one. Needs libfaketime.
/// </summary>
internal sealed class Clock : IDisposable
{
    // Where the campaign's own clock has been moved by as much, a process that is two hours late is two hours later than that.
    private static readonly TimeSpan s_own = TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("FAKETIME") ?? "0",
        CultureInfo.InvariantCulture));

    private readonly string _file = Path.GetTempFileName();

    public Clock(TimeSpan offset) => JumpTo(offset);

    /// <summary>Starts at a moment and goes on from there.</summary>
    public Clock(DateTime utc) => File.WriteAllText(_file, utc.ToString("'@'yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));

    /// <summary>Null where it is not installed.</summary>
    public static string? Library { get; } = Directory.Exists("/usr/lib")
        ? Directory.EnumerateFiles("/usr/lib", "libfaketime.so.1",
            new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
            .FirstOrDefault()
        : null;

    public void JumpTo(TimeSpan offset) =>
        File.WriteAllText(_file, string.Create(CultureInfo.InvariantCulture, $"{(s_own + offset).TotalSeconds:+0;-0}"));

    public void Set(IDictionary<string, string?> environment)
    {
        environment["LD_PRELOAD"] = Library;
        environment.Remove("FAKETIME"); // it would be heard before the file
        environment["FAKETIME_TIMESTAMP_FILE"] = _file;
        environment["FAKETIME_NO_CACHE"] = "1";
        environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        environment["FAKETIME_FORCE_MONOTONIC_FIX"] = "0"; // else waits for a condition end at once
        environment["TZ"] = "UTC";
    }

    public void Dispose() => File.Delete(_file);
}

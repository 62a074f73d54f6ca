using System.Diagnostics;

namespace PredictiveRetention.Campaign;

/// <summary>A process of the product, `retain` or the service, with failpoints armed where wanted.</summary>
internal sealed class Night : IDisposable
{
    private static readonly string s_retain = Built("PredictiveRetention.Training", "retain.dll");
    private static readonly string s_service = Built("PredictiveRetention.Service", "PredictiveRetention.Service.dll");


    private readonly Process _process;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly string _log = Path.GetTempFileName();
    private readonly Task<string> _out;
    private readonly Task<string> _error;

    public Night(string? failpoints, params string[] arguments)
        : this(s_retain, failpoints, null, arguments)
    {
    }

    private Night(string program, string? failpoints, Clock? clock, string[] arguments, bool oneWorker = false)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        clock?.Set(start.Environment);
        if (oneWorker) start.Environment["DOTNET_PROCESSOR_COUNT"] = "1";
        start.Environment["RETENTION_FAILPOINT_LOG"] = _log;
        if (failpoints is not null) start.Environment["RETENTION_FAILPOINTS"] = failpoints;
        _process = Process.Start(start)!;
        _out = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>A `retain` that works on one shard at a time.</summary>
    public static Night WithOneWorker(string failpoints, params string[] arguments) =>
        new(s_retain, failpoints, null, arguments, oneWorker: true);

    /// <summary>A `retain` whose clock is wrong.</summary>
    public static Night Under(Clock clock, string? failpoints, params string[] arguments) => new(s_retain, failpoints, clock, arguments);

    /// <summary>The service: it looks for a night that is due or unfinished at start, and stays.</summary>
    public static Night Serve(string store, string folder, string? failpoints = null) => new(s_service, failpoints, null,
    [
        "--urls", "http://127.0.0.1:0", "--ConnectionStrings:Retention", store, "--Retention:Data", folder, "--Retention:Models",
        Path.Combine(folder, "models"),
        "--Retention:ShardSize", Shop.ShardSize, "--Retention:AdminKey", "a-key-for-the-campaign",
    ]);

    public string Words => _out.Result + _error.Result;

    public TimeSpan Running => Stopwatch.GetElapsedTime(_started);

    public bool HasExited => _process.HasExited;

    /// <summary>How often the process passed the place.</summary>
    public int Passed(string failpoint) =>
        File.ReadAllLines(_log).Count(line => line.StartsWith(failpoint + " ", StringComparison.Ordinal));

    /// <summary>The exit code; a process that takes longer than two minutes is ended and counts as stuck (-1).</summary>
    public int Wait()
    {
        if (_process.WaitForExit(TimeSpan.FromMinutes(2))) return _process.ExitCode;
        _process.Kill();
        _process.WaitForExit();
        return -1;
    }

    /// <summary>Until the failpoint stopped the process; false when it ended without.</summary>
    public bool WaitUntilFrozen()
    {
        while (!_process.HasExited)
        {
            try
            {
                if (File.ReadAllText($"/proc/{_process.Id}/stat").Split(')')[^1].TrimStart()[0] == 'T') return true;
            }
            catch (IOException)
            {
                // It has just ended.
            }
            Thread.Sleep(20);
        }
        return false;
    }

    public void Continue() =>
        Process.Start("kill", ["-CONT", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]).WaitForExit();

    public void Kill() => _process.Kill();

    /// <summary>tests/this project/bin/configuration/framework says where its neighbour in src is.</summary>
    private static string Built(string project, string program)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.GetFullPath(Path.Combine(here.FullName, "../../../../../src", project, "bin", here.Parent!.Name, here.Name, program));
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        File.Delete(_log);
    }
}

using System.Diagnostics;

namespace PredictiveRetention.Tests.Support;

/// <summary>The command line as a user runs it: a process of its own.</summary>
internal static class Retain
{
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "retain.dll");

    public static (int ExitCode, string Out, string Error) Run(params string[] arguments) => RunIn(null, arguments);

    /// <param name="culture">Of the machine, such as de-DE; null leaves it as it is.</param>
    public static (int ExitCode, string Out, string Error) RunIn(string? culture, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        if (culture is not null) start.Environment["LC_ALL"] = culture.Replace('-', '_') + ".UTF-8";
        start.ArgumentList.Add(s_program);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}

using System.Diagnostics;

namespace PredictiveRetention.Tests.Support;

/// <summary>The command line as a user runs it: a process of its own.</summary>
internal static class Retain
{
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "retain.dll");

    public static (int ExitCode, string Out, string Error) Run(params string[] arguments) => RunWith([], arguments);

    /// <param name="culture">Of the machine, such as de-DE.</param>
    public static (int ExitCode, string Out, string Error) RunIn(string culture, params string[] arguments) =>
        RunWith([("LC_ALL", culture.Replace('-', '_') + ".UTF-8")], arguments);

    /// <param name="variables">Of its environment.</param>
    public static (int ExitCode, string Out, string Error) RunWith((string Name, string Value)[] variables, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(s_program);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}

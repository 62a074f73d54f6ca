using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace PredictiveRetention.Training;

/// <summary>Everything that is not the result goes to stderr: a person sees a bar, a log sees lines.</summary>
internal sealed class Terminal(bool quiet)
{
    private static readonly TimeSpan s_lineEvery = TimeSpan.FromSeconds(5);

    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    public void Say(string line)
    {
        if (!quiet) Console.Error.WriteLine(ForeignText.Message(line));
    }

    /// <summary>Runs work that reports how much of how much is done (0 of 0: not known yet) and what it is doing.</summary>
    public T Follow<T>(string title, Func<IProgress<Step>, T> work)
    {
        if (quiet) return work(new Reporter(static _ => { }));
        return Console.IsErrorRedirected || !_console.Profile.Capabilities.Interactive ? WithLines(title, work) : WithBar(title, work);
    }

    private T WithBar<T>(string title, Func<IProgress<Step>, T> work) =>
        _console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new ElapsedTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(title), autoStart: true, maxValue: 1);
                return work(new Reporter(step =>
                {
                    task.Description = Markup.Escape($"{title}: {step.Words}");
                    task.IsIndeterminate = step.All == 0;
                    if (step.All > 0) task.Value = (double)step.Done / step.All;
                }));
            });

    private T WithLines<T>(string title, Func<IProgress<Step>, T> work)
    {
        var clock = Stopwatch.StartNew();
        var next = TimeSpan.Zero;
        var last = "";
        return work(new Reporter(step =>
        {
            if (clock.Elapsed < next && step.What == last) return;
            next = clock.Elapsed + s_lineEvery;
            last = step.What;
            var part = step.All > 0 ? string.Create(CultureInfo.InvariantCulture, $" {step.Done}/{step.All}") : step.Done > 0
                ? string.Create(CultureInfo.InvariantCulture, $" {step.Done}") : "";
            Say(string.Create(CultureInfo.InvariantCulture, $"[{clock.Elapsed.TotalSeconds,6:F1} s] {title}: {step.Words}{part}"));
        }));
    }

    /// <summary>Progress{T} posts to the thread pool and may report out of order; this reports at once.</summary>
    private sealed class Reporter(Action<Step> report) : IProgress<Step>
    {
        private readonly Lock _gate = new();

        public void Report(Step value)
        {
            lock (_gate) report(value);
        }
    }
}

/// <summary>Done of All (0: unknown), what is being done, and what changes while it is.</summary>
internal readonly record struct Step(long Done, long All, string What, string? Detail = null)
{
    public string Words => Detail is null ? What : $"{What}, {Detail}";
}

internal static class StepProgress
{
    /// <summary>Shows somebody else's progress as steps.</summary>
    public static IProgress<T> Adapt<T>(this IProgress<Step> steps, Func<T, Step> show) => new Shown<T>(steps, show);

    private sealed class Shown<T>(IProgress<Step> steps, Func<T, Step> show) : IProgress<T>
    {
        public void Report(T value) => steps.Report(show(value));
    }
}

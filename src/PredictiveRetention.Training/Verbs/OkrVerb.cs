using System.CommandLine;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Training.Verbs;

internal static class OkrVerb
{
    private static readonly Option<string?> s_targets =
        new("--targets") { Description = "YAML file of your targets; without it every KPI is shown without one" };

    public static Command Command() => Verb.Command(
        "okr",
        "Shows objectives and KPIs of the published night against your targets.\n  Example: retain okr --targets targets.yaml",
        VerbUses.Store,
        [s_targets],
        RunAsync);

    private static async Task RunAsync(Verb verb)
    {
        var targets = verb.Value(s_targets) is { } file ? TargetsFile.Read(file) : Targets.None;
        using var store = verb.RequireStore();
        var run = await RunInsights.CurrentAsync(store, verb.Cancellation);
        var insights = await RunInsights.ReadAsync(store, run, Playbook.Shipped(), verb.Cancellation);
        var lines = await insights.OkrAsync(targets, verb.Cancellation);
        if (verb.Json)
        {
            verb.PrintJson(new { run.RunId, AsOf = run.AsOf.ToString(), Kpis = lines });
            return;
        }
        foreach (var (objective, words) in OkrKpi.Objectives.Append(("Own", "Own targets")))
        {
            var own = lines.Where(line => line.Kpi.Objective == objective).ToList();
            if (own.Count == 0) continue;
            Console.Out.WriteLine($"{(objective is "Own" or "Supporting" ? "" : objective + " ")}{words}");
            foreach (var line in own) Console.Out.WriteLine($"  {(line.Kpi.Primary ? "*" : " ")} {line.Says}");
        }
    }
}

using System.CommandLine;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using static PredictiveRetention.Training.StandardOutput;

namespace PredictiveRetention.Training.Verbs;

/// <summary>The model versions there are, and which one speaks.</summary>
internal static class ModelsVerb
{
    private static readonly Argument<string> s_version = new("version") { Description = "name of a version, or champion or challenger" };
    private static readonly Argument<string?> s_second = new("second")
    {
        Description = "another version (default: the champion)",
        Arity = ArgumentArity.ZeroOrOne
    };
    private static readonly Option<string> s_by = new("--by")
    {
        Description = "who decides, for the record",
        DefaultValueFactory = _ => Environment.UserName
    };
    private static readonly Option<string> s_reason = new("--reason")
    {
        Description = "why, for the record",
        DefaultValueFactory = _ => "asked for"
    };

    public static Command Command() =>
        new("models",
            "Model versions: what there is, how they compare, and which one is in use.\n  Example: retain models compare challenger "
                + "champion")
    {
        Verb.Command("list", "Lists versions, oldest cutoff first.\n  Example: retain models list", VerbUses.Models, [], List),
        Verb.Command("show", "Shows a version's card, and what was decided about it.\n  Example: retain models show champion",
            VerbUses.Models, [s_version], Show),
        Verb.Command("compare",
            "Compares two versions on stored customers neither has seen.\n  Example: retain models compare challenger champion",
            VerbUses.Store | VerbUses.Models, [s_version, s_second], Compare),
        Verb.Command("promote",
            "Makes a version the champion, whatever the gate said.\n  Example: retain models promote challenger --by anna --reason \"new "
                + "season\"", VerbUses.Models, [s_version, s_by, s_reason], Promote),
        Verb.Command("rollback", "Puts the champion before this one back.\n  Example: retain models rollback --by anna", VerbUses.Models,
            [s_by, s_reason], RollBack),
        Verb.Command("verify",
            "Checks every version against its hashes and golden rows, and every name; exit code 6 when one is broken.\n  Example: retain "
                + "models verify", VerbUses.Models, [], Verify),
    };

    private static void List(Verb verb)
    {
        var models = verb.Models;
        var manifests = models.Manifests(out var unreadable);
        var (champion, challenger) = (models.ChampionVersion(), models.ChallengerVersion());
        foreach (var fault in unreadable) verb.Terminal.Say("retain: " + fault);
        if (verb.Json)
        {
            verb.PrintJson(manifests.Select(m => new
            {
                m.Version, Champion = m.Version == champion, Challenger = m.Version == challenger,
                m.Level, m.Cutoff, m.HorizonDays, m.ClvHorizonDays, m.JudgedAt, m.ChurnMetrics, m.SpendMetrics, m.LeakAuditPassed
            }));
            return;
        }
        if (manifests.Count + unreadable.Count == 0) Console.Out.WriteLine("No model yet: retain train makes one.");
        else Line(
            $"{"version",-18} {"cutoff",-10}  {"level",-14} {"horizon",8} {"CLV",6}  {"judged at",-10} {"AUC",7} {"log loss",9} "
                + $"{"bias",6} {"Gini",7}");
        foreach (var m in manifests)
            Line($"{m.Version,-18} {m.Cutoff,-10}  {m.Level,-14} {m.HorizonDays + "d",8} {m.ClvHorizonDays + "d",6}  "
                + $"{m.JudgedAt ?? "-",-10} {m.ChurnMetrics?.Auc,7:F4} {m.ChurnMetrics?.LogLoss,9:F4} {m.SpendMetrics?.Bias,6:F3} "
                + $"{m.SpendMetrics?.Gini,7:F4}"
                + $"{(m.Version == champion ? "  <- champion" : m.Version == challenger ? "  <- challenger" : "")}");
    }

    private static void Show(Verb verb)
    {
        var models = verb.Models;
        var loaded = models.Load(Named(models, verb.Value(s_version)!));
        var moves = models.Moves()
            .Where(move => move.Version == loaded.Version || move.Champion == loaded.Version || move.Previous == loaded.Version)
            .ToList();
        if (verb.Json)
        {
            verb.PrintJson(new
            {
                Manifest = loaded.Manifest with { GoldenRows = [] }, Champion = models.ChampionVersion() == loaded.Version,
                Moves = moves
            });
            return;
        }
        Console.Out.WriteLine(models.Card(loaded.Version));
        foreach (var move in moves) Line($"{move.At}  {move.Version} {move.What} by {move.By}: {move.Reason}");
    }

    private static void Compare(Verb verb)
    {
        var models = verb.Models;
        var version = Named(models, verb.Value(s_version)!);
        var other = Named(models, verb.Value(s_second) ?? "champion");
        using var store = verb.RequireStore();
        var comparison = verb.Terminal.Follow("comparing",
            progress => ModelComparison.Compare(store, models, version, other, verb.Cancellation));
        if (verb.Json)
        {
            verb.PrintJson(new
            {
                Version = version, Other = other, Origin = comparison.Origin.ToString(),
                HorizonDays = comparison.Horizon.Days, comparison.Customers, comparison.Standings
            });
            return;
        }
        Line($"{version} against {other} on {comparison.Customers:N0} customers in the {comparison.Horizon.Days} days after "
            + $"{comparison.Origin}, which neither has seen:");
        foreach (var standing in comparison.Standings)
        {
            var ours = standing.Contenders.First(placed => placed.Kind == ContenderKind.Model).Value.Value;
            Line($"  {standing.Measure,-10} {ours:F4} against "
                + $"{standing.Contenders.First(placed => placed.Kind != ContenderKind.Model).Value.Value:F4}, "
                + $"{(standing.Lead.Value >= 0 ? "better" : "worse")} by {Math.Abs(standing.Lead.Value):F4} (lead {standing.Lead.Low:F4} "
                + $"to {standing.Lead.High:F4}): {standing.Verdict}");
        }
    }

    private static void Promote(Verb verb)
    {
        var models = verb.Models;
        var version = Named(models, verb.Value(s_version)!);
        models.Load(version); // what cannot be used is not promoted
        models.Promote(version, verb.Value(s_by)!, verb.Value(s_reason)!, verb.Clock);
        Said(verb, version, "is the champion");
    }

    private static void RollBack(Verb verb) =>
        Said(verb, verb.Models.RollBack(verb.Value(s_by)!, verb.Value(s_reason)!, verb.Clock), "is the champion again");

    private static void Verify(Verb verb)
    {
        var checks = verb.Models.Verify();
        if (verb.Json) verb.PrintJson(checks);
        foreach (var check in verb.Json ? [] : checks) Line($"{check.Version,-18} {(check.Holds ? "holds " : "BROKEN")}  {check.Says}");
        if (checks.Any(check => !check.Holds)) throw new RetentionException(Failure.QualityGate, "A model version is broken: see above.");
    }

    private static void Said(Verb verb, string version, string what)
    {
        if (verb.Json) verb.PrintJson(new { Champion = version, By = verb.Value(s_by) });
        else Line($"Model {version} {what}; recorded for {verb.Value(s_by)}. The next night is scored with it.");
    }

    private static string Named(ModelRegistry models, string name) => name switch
    {
        "champion" =>
            models.ChampionVersion() ?? throw new RetentionException(Failure.NotFound, "There is no champion: retain train makes one."),
        "challenger" =>
            models.ChallengerVersion()
                ?? throw new RetentionException(Failure.NotFound,
                    "There is no challenger: no version that was kept is as recent as the champion. retain models list shows what there "
                        + "is; any can be named."),
        _ => models.Manifest(name)?.Version
            ?? throw new RetentionException(Failure.NotFound,
                $"There is no model version '{name}'. retain models list shows what there is."),
    };
}

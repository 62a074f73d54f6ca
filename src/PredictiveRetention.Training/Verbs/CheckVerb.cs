using System.CommandLine;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Training.Verbs;

internal static class CheckVerb
{
    private static readonly Option<string?> s_plays = new("--plays") { Description = "folder of your own plays" };
    private static readonly Option<string?> s_targets =
        new("--targets") { Description = "YAML file of your targets, benchmarks and thresholds" };
    private static readonly Option<string?> s_definitions =
        new("--definitions") { Description = "JSON file of your own limits of segments and figures" };

    public static Command Command() => Verb.Command(
        "check",
        "Checks plays (the shipped ones and a folder of your own), lists them and warns of what is seldom meant, and checks a file of "
            + "targets; every fault is named with file and line.\n  Example: retain check --plays my-plays/ --targets targets.yaml",
        VerbUses.None,
        [s_plays, s_targets, s_definitions],
        Run);

    private static void Run(Verb verb)
    {
        var playbook = verb.Value(s_plays) is { } folder ? Playbook.Shipped().OverriddenBy(PlayFolder.Read(folder)) : Playbook.Shipped();
        var targets = verb.Value(s_targets) is { } file ? TargetsFile.Read(file) : null;
        var definitions = verb.Value(s_definitions) is { } own ? DefinitionsFile.Read(own) : null;
        var warnings = PlayWarning.Of(playbook);
        if (verb.Json)
        {
            verb.PrintJson(playbook.Plays.Select(play => new
            {
                play.Id, play.Name, Priority = PlayNames.Name(play.Priority), play.Owner,
                Channel = PlayNames.Name(play.Channel), play.Timeline,
                Warnings = warnings.Where(warning => warning.PlayId == play.Id)
            }));
            return;
        }
        foreach (var play in playbook.Plays) Console.Out.WriteLine($"{play.Id,-28} {PlayNames.Name(play.Priority),-9} {play.Name}");
        PlaybookVerb.PrintWarnings(warnings);
        Console.Out.WriteLine($"{playbook.Plays.Count} plays, no fault.");
        if (targets is not null)
            Console.Out.WriteLine($"{targets.Goals.Count} targets and {targets.Benchmarks.Count} benchmarks, no fault.");
        if (definitions is not null) Console.Out.WriteLine("Definitions, no fault.");
    }
}

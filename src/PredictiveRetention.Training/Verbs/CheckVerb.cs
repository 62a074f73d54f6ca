using System.CommandLine;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Training.Verbs;

internal static class CheckVerb
{
    private static readonly Option<string?> s_plays = new("--plays") { Description = "folder of your own plays" };

    public static Command Command() => Verb.Command(
        "check",
        "Checks plays (the shipped ones and a folder of your own) and lists them; every fault is named with file and line.\n  Example: retain check --plays my-plays/",
        VerbUses.None,
        [s_plays],
        Run);

    private static void Run(Verb verb)
    {
        var playbook = verb.Value(s_plays) is { } folder ? Playbook.Shipped().OverriddenBy(PlayFolder.Read(folder)) : Playbook.Shipped();
        if (verb.Json)
        {
            verb.PrintJson(playbook.Plays.Select(play => new { play.Id, play.Name, Priority = PlayNames.Of(play.Priority), play.Owner, Channel = PlayNames.Of(play.Channel), play.Timeline }));
            return;
        }
        foreach (var play in playbook.Plays) Console.Out.WriteLine($"{play.Id,-28} {PlayNames.Of(play.Priority),-9} {play.Name}");
        Console.Out.WriteLine($"{playbook.Plays.Count} plays, no fault.");
    }
}

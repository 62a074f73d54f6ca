using System.CommandLine;
using PredictiveRetention.Insights.WhatIf;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Training.Verbs;

internal static class WhatIfVerb
{
    private static readonly Option<double?> s_points =
        new("--conversion-points") { Description = "percentage points the repeat rate rises by" };
    private static readonly Option<double?> s_rate = new("--repeat-rate") { Description = "the repeat rate to reach, 0 to 1" };
    private static readonly Option<double?> s_from =
        new("--from") { Description = "with --repeat-rate: where it starts, 0 to 1 (default: that of the run)" };
    private static readonly Option<double?> s_dormant =
        new("--recover-dormant") { Description = "part of the dormant customers of value tier High who come back, 0 to 1" };
    private static readonly Option<double?> s_margin =
        new("--margin") { Description = "part of the revenue that is earned, 0 to 1 (default: that of the run)" };
    private static readonly Option<double?> s_cost = new("--cost") { Description = "cost of one contact (default: that of the play)" };
    private static readonly Option<double?> s_incentive =
        new("--incentive") { Description = "part of an order given away, 0 to 1 (default: that of the play)" };
    private static readonly Option<double?> s_response =
        new("--response") { Description = "part of those contacted who order because of it, 0 to 1 (default: the play's uplift)" };
    private static readonly Option<string?> s_plays =
        new("--plays") { Description = "folder of your own plays, which override shipped ones by id" };

    public static Command Command() => Verb.Command(
        "what-if",
        "Says what a better repeat rate or a win-back would bring after its cost, from the published night, with every assumption.\n  "
            + "Example: retain what-if --conversion-points 1 --margin 0.3",
        VerbUses.Store,
        [s_points, s_rate, s_from, s_dormant, s_margin, s_cost, s_incentive, s_response, s_plays],
        RunAsync);

    private static async Task RunAsync(Verb verb)
    {
        var playbook = verb.Value(s_plays) is { } plays ? Playbook.Shipped().OverriddenBy(PlayFolder.Read(plays)) : Playbook.Shipped();
        var request = new WhatIfRequest
        {
            ConversionPoints = verb.Value(s_points), RepeatRate = verb.Value(s_rate), From = verb.Value(s_from),
            RecoverDormant = verb.Value(s_dormant),
            Margin = verb.Value(s_margin), CostPerContact = verb.Value(s_cost), Incentive = verb.Value(s_incentive),
            Response = verb.Value(s_response),
        };
        using var store = verb.RequireStore();
        WhatIfResult answer;
        try
        {
            var run = await RunInsights.CurrentAsync(store, verb.Cancellation);
            answer = (await RunInsights.ReadAsync(store, run, playbook, verb.Cancellation)).WhatIf(request);
        }
        catch (WhatIfException fault)
        {
            throw new RetentionException(fault.Failure, $"--{fault.Parameter.Replace('_', '-')}: {fault.Message.Replace('_', '-')}", fault);
        }
        if (verb.Json)
        {
            verb.PrintJson(answer);
            return;
        }
        Console.Out.WriteLine(answer.Says.Answer);
        foreach (var assumption in answer.Assumptions) Console.Out.WriteLine("  - " + assumption);
    }
}

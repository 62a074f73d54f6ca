using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Exports;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using static PredictiveRetention.Training.StandardOutput;

namespace PredictiveRetention.Training.Verbs;

internal static class ScoreVerb
{
    private static readonly Option<string?> s_asOf =
        new("--as-of") { Description = "replay: score as of this past day, without publishing (default: tonight's run)" };
    private static readonly Option<string?> s_out =
        new("--out") { Description = "write the scores as CSV, or as Parquet where the name ends in .parquet; - writes CSV to stdout" };
    private static readonly Option<string?> s_plays =
        new("--plays") { Description = "folder of your own plays, which override shipped ones by id" };
    private static readonly Option<double> s_margin = new("--margin")
    {
        Description = "part of the revenue that is earned, 0 to 1",
        DefaultValueFactory = _ => 1
    };
    private static readonly Option<double?> s_minimum = new("--minimum-worth")
    {
        Description = "least an action must bring after its cost, in the shop's currency; when absent, more than its contact costs"
    };

    private static readonly Option<string?> s_targets =
        new("--targets") { Description = "YAML file of your targets: its thresholds are those of the risk cards" };
    private static readonly Option<string?> s_definitions =
        new("--definitions") { Description = "JSON file of your own limits of segments and figures" };
    private static readonly Option<int> s_shard = new("--shard-size")
    {
        Description = "customers a shard",
        DefaultValueFactory = _ => new RunSettings().ShardSize
    };
    private static readonly Option<bool> s_again = new("--again") { Description = "score the date again although it is published" };

    public static Command Command() => Verb.Command(
        "score",
        "Scores every customer: the night run, or with --as-of a replay of a past day.\n  Example: retain score --out scores.csv",
        VerbUses.Store | VerbUses.Models,
        [s_asOf, s_out, s_plays, s_margin, s_minimum, ActionOptions.Budget, ActionOptions.Capacity, ActionOptions.Period,
            ActionOptions.ControlShare, ActionOptions.MostContacts, s_targets, s_definitions, s_shard, s_again, ClassifierTraining.Table,
            ClassifierTraining.Kind, ClassifierTraining.Contractual],
        Run);

    private static void Run(Verb verb)
    {
        if (verb.Value(s_out) is { } target and not "-" && Path.GetDirectoryName(Path.GetFullPath(target)) is { } folder
            && !Directory.Exists(folder))
            throw new RetentionException(Failure.NotFound, $"--out: the folder '{folder}' does not exist; nothing was scored.");
        if (verb.Value(ClassifierTraining.Table) is { } table)
        {
            ClassifierTraining.ScoreTable(verb, table, verb.Value(s_out));
            return;
        }
        if (verb.Value(ClassifierTraining.Contractual))
        {
            ClassifierTraining.ScoreContractual(verb, verb.Value(s_asOf) is { } day ? Cutoff.Parse(day) : null, verb.Value(s_out));
            return;
        }
        using var store = verb.OpenFilledStore();
        var shop = store.RequireShop();
        var orders = store.Summaries.Orders(shop)
            ?? throw new RetentionException(Failure.InputRejected, "The store holds no valid order: nobody to score.");
        var request = verb.Value(s_asOf) is { } asOf
            ? RunRequest.Replay(Cutoff.Parse(asOf))
            : RunRequest.Tonight(store, shop, verb.Clock, verb.Value(s_again));
        Check(verb, request, store, shop, orders);
        var definitions = verb.Value(s_definitions) is { } own ? DefinitionsFile.Read(own) : new DefinitionsFile();
        var settings = new RunSettings
        {
            Segments = definitions.Segments,
            Playbook = verb.Value(s_plays) is { } plays ? Playbook.Shipped().OverriddenBy(PlayFolder.Read(plays)) : Playbook.Shipped(),
            Margin = verb.Value(s_margin),
            MinimumWorth = verb.Value(s_minimum),
            Actions = ActionOptions.Read(verb),
            ShardSize = Math.Max(1, verb.Value(s_shard)),
            Insights = definitions.Figures with
            {
                Thresholds = (verb.Value(s_targets) is { } file
                ? TargetsFile.Read(file)
                : Targets.None).Thresholds
            },
            Faults = verb.Faults,
            // Another process that makes the snapshot will soon have shards to share, or be dead for a lease.
            WaitForOthers = WorkerLease.Length + TimeSpan.FromSeconds(30),
        };
        var run = new NightRun(store, verb.Models, settings);
        var result = verb.Terminal.Follow("scoring", progress => run.Execute(
            request, Steps(progress), verb.Cancellation));
        Refuse(result, request);
        if (result.Outcome == RunOutcome.AlreadyPublished)
            verb.Terminal.Say(
                $"retain: {request.BusinessDate.ToIso()} is already published as run {result.Run.RunId}; nothing was scored again "
                    + $"(--again makes a new "
                    + $"attempt"
                    + $"{(verb.Models.ChampionVersion() is { } champion && champion != result.Run.ModelVersion
                        ? $", with the champion {champion}; what is published was made with {result.Run.ModelVersion}"
                        : "")}).");
        else if (result.Run.ModelVersion == ModelRegistry.RuleSchema)
            verb.Terminal.Say("retain: there is no model yet, so everybody was scored by the recency rule; retain train fits one.");
        long? rows = verb.Value(s_out) switch
        {
            null => null,
            "-" => Verb.PrintCsv(ScoreFile.Table(store, shop, result.Run)),
            var path => ScoreFile.Write(store, shop, result.Run, path),
        };
        if (verb.Value(s_out) == "-") return;
        if (verb.Json)
        {
            verb.PrintJson(new
            {
                result.Outcome,
                result.Run.RunId,
                Purpose = result.Run.Purpose.Word(),
                BusinessDate = result.Run.BusinessDate.ToIso(),
                AsOf = result.Run.AsOf.ToString(),
                State = result.Run.State.Word(),
                result.Run.ModelVersion,
                result.Headline,
                Rows = rows,
            });
            return;
        }
        Print(result, shop, verb.Value(s_out), rows);
    }

    /// <exception cref="RetentionException">The data cannot speak about the day.</exception>
    private static void Check(Verb verb, RunRequest request, RetentionStore store, Shop shop, OrderRange orders)
    {
        if (request.AsOf.Day <= orders.FirstDay)
            throw new RetentionException(Failure.InputRejected,
                $"The cutoff {request.AsOf} is not after the first order, {new Cutoff(orders.FirstDay)}: nobody to score.");
        var tonight = RunRequest.Tonight(store, shop, verb.Clock);
        if (request.Purpose == RunPurpose.Replay && request.AsOf.Day > tonight.AsOf.Day)
            throw new RetentionException(Failure.Usage,
                $"--as-of {request.AsOf} is after {tonight.AsOf}, the latest day the data can speak about.");
    }

    private static void Refuse(RunResult result, RunRequest request)
    {
        if (result.Outcome == RunOutcome.Held)
            throw new RetentionException(Failure.QualityGate,
                $"Run {result.Run.RunId} is held: {result.Run.Error}. Readers keep what they have. Look: retain runs show "
                    + $"{result.Run.RunId}; then retain runs publish {result.Run.RunId}, or discard.");
        if (result.Outcome == RunOutcome.Busy)
        {
            throw new RetentionException(
                Failure.Busy,
                $"The {request.Purpose.Word()} of {request.BusinessDate.ToIso()} is being worked on (run {result.Run.RunId}); it can be "
                    + $"taken over {(int)WorkerLease.Length.TotalSeconds} s after its worker falls silent.");
        }
    }

    /// <summary>A past day, by the definitions of the night before it or of tonight: what figures of that day are read from.</summary>
    internal static Run Replay(Verb verb, RetentionStore store, Cutoff asOf, bool withoutScores)
    {
        var shop = store.RequireShop();
        var orders = store.Summaries.Orders(shop)
            ?? throw new RetentionException(Failure.InputRejected, "The store holds no valid order: nobody to score.");
        var request = RunRequest.Replay(asOf, withoutScores);
        Check(verb, request, store, shop, orders);
        // As the nights are counted, or the figures of two days would not compare.
        var night = store.Nights.UpTo(asOf) ?? store.Nights.Current();
        var recipe = night is null ? null : night.Recipe;
        var settings = new RunSettings { WaitForOthers = WorkerLease.Length + TimeSpan.FromSeconds(30), Faults = verb.Faults };
        if (recipe is not null)
            settings = settings with
            {
                Segments = recipe.Segments,
                Margin = recipe.Margin,
                MinimumWorth = recipe.MinimumWorth,
                Actions = recipe.Actions,
                Insights = recipe.Insights?.Settings ?? settings.Insights
            };
        var run = new NightRun(store, verb.Models, settings);
        var result = verb.Terminal.Follow($"replaying {asOf}", progress => run.Execute(request, Steps(progress), verb.Cancellation));
        Refuse(result, request);
        return result.Run;
    }

    internal static IProgress<RunProgress> Steps(IProgress<Step> progress) => progress.Adapt<RunProgress>(p => new Step(
        p.ShardsDone, p.Shards, p.State,
        p.Rate is { } rate ? string.Create(CultureInfo.InvariantCulture, $"{rate:N0} customers/s, {p.RemainingSeconds:N0} s left") : null));

    private static void Print(RunResult result, Shop shop, string? path, long? rows)
    {
        var recipe = result.Run.Recipe!;
        if (result.Outcome == RunOutcome.AlreadyPublished)
            Line($"Nothing was scored: {result.Run.BusinessDate.ToIso()} was published before, as follows; --again scores it anew.");
        Line($"Run {result.Run.RunId} ({result.Run.Purpose.Word()}) as of {result.Run.AsOf}: "
            + $"{(result.Run.Purpose == RunPurpose.Replay ? "finished, not shown to readers" : result.Run.State.Word())}, model "
            + $"{result.Run.ModelVersion}"
            + $"{(recipe.ModelLevel == Models.ModelLevel.RecencyRule ? " (recency rule, not a fitted model)" : "")}");
        if (result.Headline is { } headline)
        {
            var code = shop.Currency.Code;
            Line($"  {headline.Customers:N0} customers, {headline.Lost:N0} of them lost");
            Line($"  {headline.ExpectedChurners:N0} are expected to buy nothing within {recipe.HorizonDays} days (mean probability "
                + $"{100 * headline.MeanPChurn:F1} % of those not lost); {headline.RevenueAtRisk:N2} {code} at risk");
            Line($"  expected net spend within {recipe.ClvHorizonDays} days: {headline.Clv:N2} {code}");
            Line($"  {headline.Actions:N0} recommended actions, expected to bring {headline.ExpectedNetValue:N2} {code} net of "
                + $"{headline.ActionCost:N2} {code} cost");
            if (Limits(recipe.Actions, code) is { Length: > 0 } limits)
                Line($"    shared out within {limits} in {recipe.Actions.PeriodDays} days");
            var alone = (headline.LeftAlone ?? []).ToDictionary(play => play.Key, play => play.Customers);
            var none = alone.Keys.Except(headline.Plays.Select(play => play.Key)).Order(StringComparer.Ordinal)
                .Select(play => new GroupCount(play, 0, 0));
            foreach (var play in headline.Plays.Concat(none))
                Line($"    {play.Customers,8:N0}  {play.Key,-32} {play.Value,14:N2} {code}{LeftAlone(play, alone)}");
            if (headline.ControlGroup is > 0 and var control)
                Line($"  {control:N0} customers of the control group get no play, so that the effect of all can be measured");
        }
        if (path is not null) Line($"{rows:N0} rows: {path}");
    }

    private static string Limits(ActionSettings actions, string currency) => string.Join(", ", actions.ChannelCapacities
        .Select(channel => string.Create(CultureInfo.InvariantCulture, $"{channel.Value:N0} customers by {PlayNames.Name(channel.Key)}"))
        .Prepend(actions.Budget is { } budget ? string.Create(CultureInfo.InvariantCulture, $"a budget of {budget:N2} {currency}") : "")
        .Where(limit => limit.Length > 0));

    private static string LeftAlone(GroupCount play, Dictionary<string, long> alone) =>
        alone.GetValueOrDefault(play.Key) is > 0 and var left
        ? string.Create(CultureInfo.InvariantCulture, $"  left alone: {left:N0} of {left + play.Customers:N0}")
        : "";
}

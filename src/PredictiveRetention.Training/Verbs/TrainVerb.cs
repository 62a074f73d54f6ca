using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Models;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using static PredictiveRetention.Training.StandardOutput;

namespace PredictiveRetention.Training.Verbs;

internal static class TrainVerb
{
    private static readonly Option<string?> s_asOf =
        new("--as-of") { Description = "use nothing from this day on (yyyy-mm-dd; default: the day after the last order)" };
    private static readonly Option<string?> s_horizon =
        new("--horizon") { Description = "churn = no purchase within this, e.g. 90d (default: chosen from the gaps between purchases)" };
    private static readonly Option<string> s_clvHorizon = new("--clv-horizon")
    {
        Description = "value = expected net spend within this",
        DefaultValueFactory = _ => "365d"
    };
    private static readonly Option<int> s_seed = new("--seed")
    {
        Description = "same data, same seed, same model",
        DefaultValueFactory = _ => 1
    };

    private static readonly Option<bool> s_lightGbm =
        new("--lightgbm") { Description = "LightGBM as one more member, where its native library is there" };

    public static Command Command() => Verb.Command(
        "train",
        "Fits churn and value on the stored orders, judges them on later ones, and makes them the champion.\n  Example: retain train "
            + "--as-of 2011-09-10 --horizon 90d --clv-horizon 90d\n  Example: retain train --table customers.csv --label churned --id "
            + "customer\n  Example: retain train --contractual --grace 30d",
        VerbUses.Store | VerbUses.Models,
        [s_asOf, s_horizon, s_clvHorizon, s_seed, s_lightGbm, .. ClassifierTraining.ForTraining],
        Run);

    private static void Run(Verb verb)
    {
        if (verb.Value(ClassifierTraining.Table) is { } table)
        {
            ClassifierTraining.TrainTable(verb, table, verb.Value(s_seed));
            return;
        }
        var options = new TrainingOptions
        {
            AsOf = verb.Value(s_asOf) is { } asOf ? Cutoff.Parse(asOf) : null,
            Horizon = verb.Value(s_horizon) is { } horizon ? Horizon.Parse(horizon) : null,
            ClvHorizon = Horizon.Parse(verb.Value(s_clvHorizon)!),
            Seed = verb.Value(s_seed),
            LightGbm = verb.Value(s_lightGbm),
        };
        if (verb.Value(ClassifierTraining.Contractual))
        {
            ClassifierTraining.TrainContractual(verb, options);
            return;
        }
        using var store = verb.OpenFilledStore();
        var (loaded, trained, gate) = verb.Terminal.Follow("training", progress => TrainingRun.Execute(
            store, verb.Models, options, verb.Clock, progress.Adapt<TrainingStep>(p => new Step(p.Done, p.All, p.Name)),
                verb.Cancellation));
        foreach (var missed in trained.Missed) verb.Terminal.Say($"retain: too little data: {missed}.");
        if (trained.Missed.Count > 0) verb.Terminal.Say("retain: " + Consequence(trained.Model.Level));
        if (verb.Json) verb.PrintJson(Summary(loaded, trained, gate));
        else Print(loaded, trained, gate, verb.Models.ChampionVersion()!);
    }

    private static object Summary(LoadedModel loaded, TrainedModel trained, GateDecision gate) => new
    {
        loaded.Version,
        Champion = gate.Promoted,
        Gate = new { gate.Promoted, gate.Reason, gate.Comparison?.Customers, gate.Comparison?.Standings },
        trained.Model.Level,
        Cutoff = trained.Request.Cutoff.ToString(),
        HorizonDays = trained.Model.ChurnHorizonDays,
        trained.HorizonChosen,
        GapsCovered = trained.Survey.GapCurve().Select(point => new { point.Days, point.Covered }),
        trained.Model.ClvHorizonDays,
        FittedDays = trained.Churn?.Plan.Horizon.Days,
        trained.Model.ClvFittedDays,
        OrderMembers = trained.Churn?.OrderMembers,
        ValueMembers = trained.Value?.ValueMembers,
        trained.Survey.Customers,
        trained.Survey.Orders,
        DataChecksum = trained.Survey.Checksum,
        trained.Missed,
        JudgedAt = trained.League?.Origin.ToString(),
        trained.NotJudged,
        League = trained.League?.Entries,
        Card = Path.Combine(loaded.Folder, "card.md"),
    };

    private static void Print(LoadedModel loaded, TrainedModel trained, GateDecision gate, string champion)
    {
        Line($"Model {loaded.Version} ({Words(trained.Model.Level)}) "
            + $"{(gate.Promoted ? "is the champion" : $"was kept; the champion is still {champion}")}: {gate.Reason}.");
        Line($"  {(trained.Model.Churn is null ? "looked at" : "learnt from")} {trained.Survey.Orders:N0} orders of "
            + $"{trained.Survey.Customers:N0} customers before {trained.Request.Cutoff}");
        Line($"  churn: no purchase within {trained.Model.ChurnHorizonDays} "
            + $"days"
            + $"{(!trained.HorizonChosen ? "" : trained.Survey.CoveredGaps(0) is null ? " (nobody has bought twice, so there are no gaps "
                + "to choose by)" : " (the smallest candidate covering 85 % of the gaps between purchases)")}");
        if (trained.HorizonChosen && trained.Survey.CoveredGaps(0) is not null)
            Line($"  gaps covered: "
                + $"{string.Join(", ",
                    trained.Survey.GapCurve()
                        .Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.Days}d {100 * point.Covered:F1} %")))}");
        Line($"  value: net spend within {trained.Model.ClvHorizonDays} "
            + $"days"
            + $"{(trained.Value is not { } value || value.Plan.Horizon.Days == trained.Model.ClvHorizonDays
                ? ""
                : string.Create(CultureInfo.InvariantCulture,
                    $", learnt from {value.Plan.Horizon.Days} days and carried to those by BTYD"))}");
        if (trained.Churn is { OrderMembers.Count: > 0 } churn)
            Line($"  blend: "
                + $"{string.Join(", ",
                    churn.OrderMembers.SkipLast(1)
                        .Select(member => string.Create(CultureInfo.InvariantCulture, $"{member.Name} {member.Weight:F2}")))}");
        if (trained.League is { } league)
        {
            Line($"  judged one horizon earlier, at {league.Origin}, on {league.Customers:N0} customers:");
            Line($"    {"",-44} {"AUC",7} {"log loss",9} {"ECE",7} {"bias",7} {"Gini",7} {"top 10 %",9}");
            foreach (var entry in league.Entries)
                Line($"    {entry.Name,-44} {entry.Churn?.Auc,7:F4} {entry.Churn?.LogLoss,9:F4} {entry.Churn?.Ece10,7:F4} "
                    + $"{entry.Spend?.Bias,7:F3} {entry.Spend?.Gini,7:F4} {entry.Spend?.Top10,9:F4}");
            if (league.RuleRanksChurnAsWell) Line($"    a simple rule ranks churn as well: see the card");
            if (league.RuleIsBetterCalibrated)
                Line($"    a simple rule's probabilities were closer (log loss): trust the order more than the percentages");
        }
        else Line($"  not judged: {trained.NotJudged}");
        Line($"  card: {Path.Combine(loaded.Folder, "card.md")}");
    }

    private static string Consequence(ModelLevel level) => level switch
    {
        ModelLevel.ShorterHorizon => "Members learn from a shorter horizon, and buy-till-you-die models carry them to the one asked for.",
        ModelLevel.Blended => "A model was fitted all the same; read its card before you trust it.",
        ModelLevel.Btyd => "Customers are scored by buy-till-you-die models alone, and marked so.",
        _ => "Customers are scored by the recency rule and marked so.",
    };

    private static string Words(ModelLevel level) => level switch
    {
        ModelLevel.Blended => "blended",
        ModelLevel.ShorterHorizon => "blended on a shorter horizon and carried to the one asked for: the history is short",
        ModelLevel.Btyd => "buy-till-you-die models alone: too little data for more",
        _ => "recency rule: too little data to fit a model",
    };
}

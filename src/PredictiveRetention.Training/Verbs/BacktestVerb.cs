using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Runs;
using static PredictiveRetention.Training.StandardOutput;

namespace PredictiveRetention.Training.Verbs;

internal static class BacktestVerb
{
    private static readonly Option<string?> s_asOf =
        new("--as-of") { Description = "use nothing from this day on (yyyy-mm-dd; default: the day after the last order)" };
    private static readonly Option<string?> s_horizon =
        new("--horizon") { Description = "churn = no purchase within this, e.g. 90d (default: chosen from the gaps between purchases)" };
    private static readonly Option<int> s_origins = new("--origins")
    {
        Description = "past cutoffs to judge at, newest one horizon ago",
        DefaultValueFactory = _ => 3
    };
    private static readonly Option<int> s_seed = new("--seed")
    {
        Description = "same data, same seed, same result",
        DefaultValueFactory = _ => 1
    };

    private static readonly Option<bool> s_lightGbm =
        new("--lightgbm") { Description = "LightGBM as one more member, where its native library is there" };

    public static Command Command() => Verb.Command(
        "backtest",
        "Makes the model as of several past days and judges each on what came next, beside its members and simple rules.\n  Example: "
            + "retain backtest --origins 3 --horizon 90d",
        VerbUses.Store,
        [s_asOf, s_horizon, s_origins, s_seed, s_lightGbm],
        Run);

    private static void Run(Verb verb)
    {
        if (verb.Value(s_origins) is not (>= 1 and <= 24))
            throw new RetentionException(Failure.Usage,
                $"--origins {verb.Value(s_origins).ToString(CultureInfo.InvariantCulture)} is not a number from 1 to 24.");
        var options = new TrainingOptions
        {
            AsOf = verb.Value(s_asOf) is { } asOf ? Cutoff.Parse(asOf) : null,
            Horizon = verb.Value(s_horizon) is { } horizon ? Horizon.Parse(horizon) : null,
            Seed = verb.Value(s_seed),
            LightGbm = verb.Value(s_lightGbm),
        };
        using var store = verb.RequireStore();
        var report = verb.Terminal.Follow("backtest", progress => BacktestRun.Execute(
            store, options, verb.Value(s_origins), verb.Clock, progress.Adapt<TrainingStep>(p => new Step(p.Done, p.All, p.Name)),
            verb.Cancellation));
        if (verb.Json) verb.PrintJson(Summary(report));
        else Print(report);
    }

    private static object Summary(BacktestReport report) => new
    {
        Cutoff = report.Cutoff.ToString(),
        AskedDays = report.Asked.Days,
        HorizonDays = report.Horizon.Days,
        report.Grade,
        Origins = report.Origins.Select(origin => new
        {
            Origin = origin.Origin.ToString(), origin.Level, origin.Customers, origin.ChurnRate,
            origin.Spend, League = origin.League.Entries
        }),
        Standings = report.Standings.Select(standing => new
        {
            standing.Measure, standing.Winner, standing.Verdict, standing.Rival,
            standing.Lead, standing.Contenders
        }),
        report.Slices,
        Leaks = new
        {
            report.Leaks.Passed, report.Leaks.Probed, report.Leaks.Shifted, report.Leaks.Strongest, Alarms = report.Leaks.Alarms,
            report.Leaks.ModelAuc, report.Leaks.ShuffledAuc, report.Leaks.ShuffledError
        },
        report.Notes,
    };

    private static void Print(BacktestReport report)
    {
        Line($"Backtest before {report.Cutoff}, horizon {report.Horizon.Days} days, grade {report.Grade.Letter}: {report.Grade.Says}");
        foreach (var note in report.Notes) Line($"  note: {note}");
        Line($"  {"origin",-12} {"made as",-16} {"customers",10} {"churned",9} {"spent",14} "
            + $"{"AUC",7} {"log loss",9} {"bias",6} {"Gini",7}");
        foreach (var origin in report.Origins)
            Line($"  {origin.Origin.ToString(),-12} {origin.Level,-16} {origin.Customers,10:N0} {100 * origin.ChurnRate,7:F1} % "
                + $"{origin.Spend,14:N2} {origin.League.Model.Churn!.Auc,7:F4} {origin.League.Model.Churn.LogLoss,9:F4} "
                + $"{origin.League.Model.Spend!.Bias,6:F3} {origin.League.Model.Spend.Gini,7:F4}");
        Line($"");
        Line($"  {"mean over origins",-18} {"PredictiveRetention",-28} {"best beside it",-52} {"lead [95 %]",-30} {"",7}");
        foreach (var standing in report.Standings)
        {
            var ours = standing.Contenders.First(placed => placed.Kind == ContenderKind.Model).Value;
            var rival = standing.Contenders.First(placed => placed.Name == standing.Rival).Value;
            Line(
                $"  {standing.Measure,-18} {IntervalText(ours),-28} {standing.Rival + " " + Number(rival.Value),-52} "
                    + $"{IntervalText(standing.Lead),-30} {standing.Verdict,7}");
        }
        Line($"");
        Line($"  {"customers with",-26} {"n",8} {"churned",9} {"said",8} {"AUC",7} {"recency",8} {"bias",6} {"in 80 %",8} {"in 90 %",8}");
        foreach (var slice in report.Slices)
            Line($"  {(slice.Value.Length == 0 ? slice.Dimension : slice.Dimension + ": " + slice.Value),-26} {slice.Customers,8:N0} "
                + $"{100 * slice.ChurnRate,7:F1} % {100 * slice.MeanPChurn,6:F1} % {slice.Auc,7:F4} {slice.RecencyAuc,8:F4} "
                + $"{slice.Bias,6:F3} {Share(slice.Coverage80),8} {Share(slice.Coverage90),8}");
        Line($"");
        Line($"  leak audit {(report.Leaks.Passed ? "passed" : "FAILED")}:");
        foreach (var line in LeakWords.Sentences(report.Leaks)) Line($"    {line}");
    }

    private static string IntervalText(Interval interval) =>
        string.Create(CultureInfo.InvariantCulture, $"{Number(interval.Value)} [{Number(interval.Low)}, {Number(interval.High)}]");

    private static string Number(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "F1" : Math.Abs(value) >= 10 ? "F2" : "F4", CultureInfo.InvariantCulture);

    private static string Share(double? share) =>
        share is { } known ? (100 * known).ToString("F1", CultureInfo.InvariantCulture) + " %" : "-";
}

using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Models;
using PredictiveRetention.Runs;
using PredictiveRetention.Scoring;
using PredictiveRetention.Storage;
using static PredictiveRetention.Training.StandardOutput;

namespace PredictiveRetention.Training.Verbs;

internal static class ExplainVerb
{
    private static readonly Argument<string> s_customer = new("CUSTOMER") { Description = "id of the customer" };
    private static readonly Option<string?> s_asOf =
        new("--as-of") { Description = "as of this past day (yyyy-mm-dd; default: that of tonight's run)" };

    public static Command Command() => Verb.Command(
        "explain",
        "Scores one customer with the champion and says what the score is made of; stores nothing.\n  Example: retain explain 14646",
        VerbUses.Store | VerbUses.Models,
        [s_customer, s_asOf],
        Run);

    private static void Run(Verb verb)
    {
        using var store = verb.RequireStore();
        var explained = ExplainRun.Execute(store, verb.Models, verb.Value(s_customer)!,
            verb.Value(s_asOf) is { } asOf ? Cutoff.Parse(asOf) : null, verb.Clock);
        foreach (var fault in explained.Faults) verb.Terminal.Say($"retain: {fault} The score is by {explained.ModelVersion} instead.");
        if (verb.Json) verb.PrintJson(Summary(explained));
        else Print(explained, store.RequireShop().Currency);
    }

    private static object Summary(ExplainedCustomer explained)
    {
        var score = explained.Score;
        return new
        {
            explained.CustomerId,
            AsOf = explained.AsOf.ToString(),
            explained.ModelVersion,
            ModelLevel = explained.Model.Level,
            HorizonDays = explained.Model.ChurnHorizonDays,
            explained.Model.ClvHorizonDays,
            score.PChurn,
            score.Clv,
            ClvRange = float.IsNaN(score.Range.High90) ? (SpendRange?)null : score.Range,
            PAlive = float.IsNaN(score.PAlive) ? (float?)null : score.PAlive,
            NextOrder = explained.Why is null
                ? null
                : new { P10 = Day(explained, score.Next.P10), P50 = Day(explained, score.Next.P50), P90 = Day(explained, score.Next.P90) },
            score.Lost,
            explained.Why,
        };
    }

    private static void Print(ExplainedCustomer explained, Currency currency)
    {
        var (model, score) = (explained.Model, explained.Score);
        Line($"Customer {explained.CustomerId} as of {explained.AsOf}, model "
            + $"{explained.ModelVersion}{(explained.Why is null ? " (scored by the recency rule, not a fitted model)" : "")}"
            + $"{(score.Lost ? ", long lost" : "")}");
        Line($"  p_churn {100 * score.PChurn:F1} %: no purchase within {model.ChurnHorizonDays} days");
        Line($"  CLV {Money(score.Clv)}: expected net spend within {model.ClvHorizonDays} days");
        if (!float.IsNaN(score.Range.High90))
            Line($"    80 % from {Money(score.Range.Low80)} to {Money(score.Range.High80)}, 90 % from {Money(score.Range.Low90)} to "
                + $"{Money(score.Range.High90)}");
        if (explained.Why is not { } why) return;
        Line($"  p_alive {100 * score.PAlive:F1} %: has not stopped, as Pareto/NBD alone tells it");
        Line($"  next order: P10 {Date(score.Next.P10)}, P50 {Date(score.Next.P50)}, P90 {Date(score.Next.P90)}");
        Table(why);

        string Money(double amount) =>
            amount.ToString("N" + currency.Decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + " "
                + currency.Code;
        string Date(float days) =>
            Day(explained, days) ?? string.Create(CultureInfo.InvariantCulture, $"not within {model.ChurnHorizonDays} days");
    }

    /// <summary>
    /// From the average customer down to this one. A change is that of the rounded sums beside it, so that what is shown adds up.
    /// </summary>
    private static void Table(ScoreExplanation why)
    {
        const string Average = "the average customer";
        var width = why.Themes.Select(theme => theme.Words.Length).Append(Average.Length).Max();
        Line($"");
        Line($"  {"".PadRight(width)}  {"points",8}  {"p_churn",8}  {"log-odds",8}  {"sum",8}");
        Line($"  {Average.PadRight(width)}  {"",8}  {100 * why.BasePChurn,6:F1} %  {"",8}  {Math.Round(why.BaseLogOdds, 3) + 0.0,8:F3}");
        var (p, logOdds) = (why.BasePChurn, why.BaseLogOdds);
        foreach (var theme in why.Themes)
        {
            var (before, sum) = (Math.Round(100 * p, 1), Math.Round(logOdds, 3));
            p += theme.PChurn;
            logOdds += theme.LogOdds;
            Line($"  {theme.Words.PadRight(width)}  {Math.Round(100 * p, 1) - before,8:+0.0;-0.0;0.0}  {100 * p,6:F1} %  "
                + $"{Math.Round(logOdds, 3) - sum,8:+0.000;-0.000;0.000}  {Math.Round(logOdds, 3) + 0.0,8:F3}");
        }
        Line($"  {"this customer".PadRight(width)}  {"",8}  {100 * why.PChurn,6:F1} %  {"",8}  {Math.Round(why.LogOdds, 3) + 0.0,8:F3}");
    }

    private static string? Day(ExplainedCustomer explained, float days) =>
        NextOrderDate.After(explained.AsOf, float.IsFinite(days) ? days : null)?.ToIso();
}

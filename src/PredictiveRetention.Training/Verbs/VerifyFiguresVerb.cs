using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Audit;
using static PredictiveRetention.Training.StandardOutput;

namespace PredictiveRetention.Training.Verbs;

/// <summary>Counts every published figure again by another path.</summary>
internal static class VerifyFiguresVerb
{
    private const int Shown = 40;

    private static readonly Option<long?> s_run = new("--run") { Description = "number of the run (default: the one readers see)" };
    private static readonly Option<string?> s_view = new("--view") { Description = "only this view, e.g. kpis or months_by_lifecycle" };

    public static Command Command() => Verb.Command(
        "verify-figures",
        "Recomputes every published figure of a run from the rows of the store, by SQL that shares nothing with what made them; exit "
            + "code 6 when one differs.\n  Example: retain verify-figures --run 12",
        VerbUses.Store, [s_run, s_view], Verify);

    private static void Verify(Verb verb)
    {
        using var store = verb.RequireStore();
        store.RequireShop();
        var run = verb.Value(s_run) is { } number
            ? store.Runs.Find(number)
                ?? throw new RetentionException(Failure.NotFound, $"There is no run {number.ToString(CultureInfo.InvariantCulture)}.")
            : store.Nights.Current() ?? throw new RetentionException(Failure.NotFound, "No run is published yet: retain score makes one.");
        verb.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"retain: recomputing the figures of run {run.RunId}"));
        var result = NumberAudit.Check(store, run, verb.Value(s_view), verb.Cancellation);
        if (verb.Json) verb.PrintJson(result);
        else Print(result);
        if (!result.Holds)
            throw new RetentionException(Failure.QualityGate,
                string.Create(CultureInfo.InvariantCulture,
                    $"{result.Differences.Count:N0} figures of run {result.RunId} differ: see above."));
    }

    private static void Print(AuditResult result)
    {
        Line($"{result.Figures:N0} figures of run {result.RunId} recomputed, {result.Differences.Count:N0} differ");
        foreach (var view in result.Views)
            Line($"  {view.View,-34} "
                + $"{view.Figures,8:N0}"
                + $"{(view.Differ > 0 ? string.Create(CultureInfo.InvariantCulture, $"  {view.Differ:N0} differ") : "")}");
        foreach (var reason in result.NotRecomputed) Line($"  not recomputed: {reason}");
        foreach (var difference in result.Differences.Take(Shown))
            Line($"  {difference.View} {difference.Metric}{(difference.Labels.Length > 0 ? " of " + difference.Labels : "")}: "
                + $"{difference.Part}, published {Number(difference.Published)}, recomputed {Number(difference.Recomputed)}");
        if (result.Differences.Count > Shown) Line($"  and {result.Differences.Count - Shown:N0} more (--json lists them all)");
        if (!result.Holds && result.ImportedSince)
            Line($"  The store was imported into after the run: what differs may be rows the run had not seen.");
    }

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "nothing";
}

using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Evaluation.Experiments;
using PredictiveRetention.Ingestion;
using static PredictiveRetention.Training.StandardOutput;

namespace PredictiveRetention.Training.Verbs;

/// <summary>Reads any experiment: what a treatment changed, and whether a model can tell whom it changes.</summary>
internal static class UpliftVerb
{
    private static readonly Option<string> s_table =
        new("--table") { Description = "the experiment (CSV or Parquet), one row a customer", Required = true };
    private static readonly Option<string> s_treatment =
        new("--treatment") { Description = "column that says the arm", Required = true };
    private static readonly Option<string[]> s_outcomes = new("--outcome")
    {
        Description = "column of what came of it: yes and no, or amounts; may be given again for another", Required = true
    };
    private static readonly Option<string?> s_control =
        new("--control") { Description = "the arm that was left alone (default: the one whose name says so)" };
    private static readonly Option<string?> s_id =
        new("--id") { Description = "column that names the customer (default: every row is another)" };
    private static readonly Option<string[]> s_ignore = new("--ignore")
    {
        Description = "a column that was not known when the arms were drawn; may be given again", DefaultValueFactory = _ => []
    };
    private static readonly Option<string[]> s_shares = new("--share")
    {
        Description = "part of the customers an arm was drawn with, such as control=0.1, for each arm (default: equal)",
        DefaultValueFactory = _ => []
    };
    private static readonly Option<int> s_seed = new("--seed") { Description = "of the trees", DefaultValueFactory = _ => 1 };

    public static Command Command() => new("uplift", "Experiments: what a treatment changed, and for whom.\n  Example: retain uplift "
        + "evaluate --table experiment.csv --treatment arm --outcome bought")
    {
        Verb.Command("evaluate",
            "Says what each arm of an experiment changed, by intervals valid at one look and at every look, and whether a model of "
                + "uplift (T- and X-learner) finds whom it changes, on rows it had not seen.\n  Example: retain uplift evaluate "
                + "--table experiment.csv --treatment arm --outcome bought --control control",
            VerbUses.None, [s_table, s_treatment, s_outcomes, s_control, s_id, s_ignore, s_shares, s_seed], Evaluate),
    };

    private static void Evaluate(Verb verb)
    {
        var request = new ExperimentRequest(
            verb.Value(s_treatment)!, [.. verb.Value(s_outcomes)!.Distinct(StringComparer.OrdinalIgnoreCase)], verb.Value(s_control),
            verb.Value(s_id), verb.Value(s_ignore)!, verb.Value(s_seed));
        var file = FeatureTable.Read(verb.Value(s_table)!);
        foreach (var ignored in request.Ignored) file.Column(ignored);
        var table = ExperimentTable.From(file, request);
        var planned = Planned(table, verb.Value(s_shares)!);
        var reader = new ExperimentReader(UpliftLearner.Default with { Seed = request.Seed });
        var result = verb.Terminal.Follow("reading the experiment", progress => reader.Read(
            table, planned, (done, all) => progress.Report(new Step(done, all, "outcomes of arms")), verb.Cancellation));
        if (verb.Json) verb.PrintJson(Json(result));
        else Print(result);
    }

    private static IReadOnlyList<double>? Planned(ExperimentTable table, string[] given)
    {
        if (given.Length == 0) return null;
        var shares = new double?[table.Arms.Count];
        foreach (var one in given)
        {
            var at = one.LastIndexOf('=');
            var arm = at < 0 ? -1 : table.Arms.ToList()
                .FindIndex(name => string.Equals(name, one[..at].Trim(), StringComparison.OrdinalIgnoreCase));
            if (arm < 0 || !double.TryParse(one[(at + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var share)
                || share is not (> 0 and < 1))
            {
                throw new RetentionException(Failure.Usage, $"'{ForeignText.Shown(one, 60)}' is not an arm and its part, such as "
                    + $"{table.Arms[0]}=0.1. Arms: {ForeignText.Shown([.. table.Arms])}.");
            }
            shares[arm] = share;
        }
        if (Array.IndexOf(shares, null) is >= 0 and var missing)
            throw new RetentionException(Failure.Usage, $"--share is needed of every arm; that of '{table.Arms[missing]}' is missing.");
        var sum = shares.Sum()!.Value;
        if (Math.Abs(sum - 1) > 0.005)
            throw new RetentionException(Failure.Usage, Invariant.Text($"The shares of the arms add up to {sum:0.###}, not to 1."));
        return [.. shares.Select(share => share!.Value / sum)];
    }

    private static object Json(ExperimentResult result) => new
    {
        result.Path, result.Rows, result.Control, Arms = result.Sizes,
        SampleRatio = new { result.Ratio.Planned, result.Ratio.WasSaid, result.Ratio.PValue, result.Ratio.Blocks },
        Results = result.Results.Select(one => new
        {
            one.Arm, one.Outcome, one.IsYesNo, ControlMean = one.Effect.Control.Mean, ArmMean = one.Effect.Treated.Mean,
            Effect = one.Effect.Absolute, one.Effect.Relative, one.Adjusted,
            AtEveryLook = new { Low = one.AlwaysLow, High = one.AlwaysHigh },
            Uplift = one.Uplift.Select(found => new
            {
                Method = found.Method == UpliftMethod.TLearner ? "T-learner" : "X-learner", found.Qini, found.Quality.QiniRaw,
                found.Quality.Auuc, UpliftAt = found.Quality.AtShare.Select(at => new { at.Share, at.Uplift }), Open = found.IsOpen
            }),
            one.WhyNoUplift
        }),
        Rejected = result.Rejected.Select(one => new { one.Why, one.Rows }), result.Known,
        Dropped = result.Dropped.Select(one => new { one.Column, one.Why })
    };

    private static void Print(ExperimentResult result)
    {
        Line($"{result.Path}: {result.Rows:N0} customers, {result.Control} is the control");
        foreach (var size in result.Sizes) Line($"  {size.Arm,-28} {size.Rows,10:N0} {100 * size.Share,7:F2} %");
        foreach (var (why, rows) in result.Rejected) Line($"  left out: {rows:N0} rows, {why}");
        if (result.Ratio.Blocks)
        {
            Line($"  THE ARMS ARE NOT AS LARGE AS THEY WERE DRAWN (p {result.Ratio.PValue:G3}): somebody fell out of one on the way, "
                + "and no figure below is to be believed");
        }
        else if (result.Ratio.WasSaid) Line($"  as large as they were drawn (p {result.Ratio.PValue:F3})");
        else if (result.Ratio.PValue < SampleRatio.Blocks)
        {
            Line("  not of equal size: say with --share what they were drawn with, so that it can be told whether somebody fell out of "
                + "one");
        }
        foreach (var (column, why) in result.Dropped) Line($"  not used: {column} {why}");
        Line($"  known before: {(result.Known.Count == 0 ? "nothing" : string.Join(", ", result.Known))}");
        foreach (var one in result.Results) Print(one);
    }

    private static void Print(ArmResult one)
    {
        var effect = one.Effect.Absolute;
        Line("");
        Line($"{one.Arm}, {one.Outcome}: {one.Effect.Treated.Mean:0.######} against {one.Effect.Control.Mean:0.######}");
        Line($"  {"effect",-24} {effect.Value,11:+0.000000;-0.000000} (SE {effect.StandardError:0.000000}), at one look "
            + $"{effect.Low:+0.000000;-0.000000} to {effect.High:+0.000000;-0.000000}, p {effect.PValue:G3}");
        if (one.Effect.Relative is { } relative)
            Line($"  {"of the control",-24} {100 * relative.Value,10:+0.0;-0.0} % ({100 * relative.Low:+0.0;-0.0} to "
                + $"{100 * relative.High:+0.0;-0.0})");
        if (one.Adjusted is { } less)
            Line($"  {"less what was foreseen",-24} {less.Value,11:+0.000000;-0.000000} (SE {less.StandardError:0.000000}), at one look "
                + $"{less.Low:+0.000000;-0.000000} to {less.High:+0.000000;-0.000000}");
        Line($"  {"at every look",-24} {one.AlwaysLow,11:+0.000000;-0.000000} to {one.AlwaysHigh:+0.000000;-0.000000}");
        if (one.WhyNoUplift is { } why) Line($"  no model of uplift: {why}");
        foreach (var found in one.Uplift)
        {
            Line($"  {(found.Method == UpliftMethod.TLearner ? "T-learner" : "X-learner"),-24} Qini {found.Qini.Value:F4} "
                + $"[{found.Qini.Low:F4}, {found.Qini.High:F4}], AUUC {found.Quality.Auuc:F4}, "
                + string.Join(", ", found.Quality.AtShare.Select(at => string.Create(
                    CultureInfo.InvariantCulture, $"first {100 * at.Share:F0} % {at.Uplift:+0.0000;-0.0000}")))
                + (found.IsOpen ? "" : ": not used, choosing by it is no better than choosing anybody"));
        }
    }
}

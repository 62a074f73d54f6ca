using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation.Experiments;

/// <summary>
/// Reads an experiment: what each arm changed of each outcome, by intention to treat, at one look and at every look; and whether a model
/// can tell whom it changes more than others, judged on rows it had not seen.
/// </summary>
public sealed class ExperimentReader(ForestSettings settings, int folds = 5)
{
    /// <summary>Outcomes that an arm needs for a model of uplift: below, what it learns is chance.</summary>
    public const int LeastOutcomes = 100;

    private static readonly double[] s_shares = [0.1, 0.3];

    /// <param name="planned">Shares the arms were drawn with, the control first; null where equal ones are supposed.</param>
    public ExperimentResult Read(
        ExperimentTable table, IReadOnlyList<double>? planned, Action<int, int>? progress, CancellationToken cancellation)
    {
        var counts = table.Arms.Select((_, arm) => (long)table.Arm.Count(one => one == arm)).ToArray();
        double[] shares = planned is null ? [.. table.Arms.Select(_ => 1.0 / table.Arms.Count)] : [.. planned];
        var named = table.Known.Select(column => (column.Name, column.Numbers, column.Texts!)).ToList();
        var encoding = TableEncoding.Learn(named, [.. Enumerable.Range(0, table.Rows)]);
        var cells = table.Known.Select(column => (column.Numbers, column.Texts!)).ToList();
        var results = new List<ArmResult>();
        var all = (table.Arms.Count - 1) * table.Outcomes.Count;
        for (var arm = 1; arm < table.Arms.Count; arm++)
        {
            int[] rows = [.. Enumerable.Range(0, table.Rows).Where(i => table.Arm[i] == 0 || table.Arm[i] == arm)];
            var values = encoding.Columns.Count == 0 ? [] : encoding.Rows(cells, rows);
            foreach (var outcome in table.Outcomes)
            {
                progress?.Invoke(results.Count, all);
                results.Add(Of(table, arm, outcome, rows, values, encoding.Names().Count, cancellation));
            }
        }
        progress?.Invoke(all, all);
        return new ExperimentResult(
            table.Path, table.Rows, table.Arms[0],
            [.. table.Arms.Select((name, arm) => new ArmSize(name, (int)counts[arm], (double)counts[arm] / table.Rows))],
            new RatioCheck(shares, planned is not null, SampleRatio.PValue(counts, shares)), results, table.Rejected,
            [.. table.Known.Select(column => column.Name)], table.Dropped);
    }

    private ArmResult Of(
        ExperimentTable table, int arm, ExperimentOutcome outcome, int[] rows, float[] values, int width, CancellationToken cancellation)
    {
        bool[] treated = [.. rows.Select(i => table.Arm[i] == arm)];
        double[] came = [.. rows.Select(i => outcome.Values[i])];
        long[] groups = [.. rows.Select(i => table.Groups[i])];
        var effect = Difference(came, treated);
        var why = WhyNoUplift(came, treated, width);
        Measured? adjusted = null;
        var forecast = came;
        if (width > 0)
        {
            // The forecast of a row never saw the row, nor its arm.
            var known = new UpliftLearner(settings, folds).Forecast(values, width, came, groups, cancellation);
            forecast = Cuped.Adjust(came, [known], treated);
            var less = Difference(forecast, treated).Absolute;
            if (less.StandardError < effect.Absolute.StandardError) adjusted = less;
            else forecast = came;
        }
        var findings = new List<UpliftFinding>();
        if (why is null)
        {
            foreach (var (method, uplift) in new UpliftLearner(settings, folds)
                .CrossFit(values, width, came, treated, groups, cancellation))
            {
                var curve = new UpliftCurve(uplift, came, treated);
                var qini = curve.QiniInterval(groups);
                findings.Add(new UpliftFinding(method, curve.Quality(null, s_shares), qini, qini.Low > 0));
            }
        }
        var (always, value) = (AlwaysMargin(forecast, treated), (adjusted ?? effect.Absolute).Value);
        return new ArmResult(
            table.Arms[arm], outcome.Name, outcome.IsYesNo, effect, adjusted, value - always, value + always, findings, why);
    }

    /// <summary>
    /// Half the width of the interval that holds at every look: of the mean over customers of outcome over propensity, treated less
    /// untreated, about the arms' own means; tightest at the number there are.
    /// </summary>
    public static double AlwaysMargin(ReadOnlySpan<double> outcomes, ReadOnlySpan<bool> treated)
    {
        var (control, with) = (default(ArmMoments), default(ArmMoments));
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (treated[i]) with = with.With(outcomes[i]);
            else control = control.With(outcomes[i]);
        }
        double n = outcomes.Length;
        var share = with.Count / n;
        var deviation = Math.Sqrt(
            with.SquaredDeviations / n / (share * share) + control.SquaredDeviations / n / ((1 - share) * (1 - share)));
        return new ConfidenceSequence(n).Margin(deviation, n);
    }

    private static ArmDifference Difference(double[] outcomes, bool[] treated) => ArmDifference.Of(
        ArmMoments.Of(outcomes.Where((_, i) => !treated[i])), ArmMoments.Of(outcomes.Where((_, i) => treated[i])));

    private static string? WhyNoUplift(double[] outcomes, bool[] treated, int width)
    {
        if (width == 0) return "no column was known when the arms were drawn";
        var (with, without) = (outcomes.Where((value, i) => treated[i] && value != 0).Count(),
            outcomes.Where((value, i) => !treated[i] && value != 0).Count());
        return Math.Min(with, without) < LeastOutcomes
            ? FormattableString.Invariant($"{Math.Min(with, without)} outcomes in an arm; {LeastOutcomes} at least are needed") : null;
    }
}

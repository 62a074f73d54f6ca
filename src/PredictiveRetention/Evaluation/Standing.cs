namespace PredictiveRetention.Evaluation;

/// <summary>A figure contenders are compared by.</summary>
/// <param name="Of">Null where a contender does not speak of it.</param>
/// <param name="Better">What is compared: the smaller of it is the better.</param>
public sealed record QualityMeasure(string Name, Func<ChurnMetrics?, SpendMetrics?, double?> Of, Func<double, double> Better)
{
    /// <summary>All that is compared, in the order it is shown.</summary>
    public static IReadOnlyList<QualityMeasure> All { get; } =
    [
        Highest("auc", (churn, _) => churn?.Auc),
        Highest("average_precision", (churn, _) => churn?.AveragePrecision),
        Lowest("log_loss", (churn, _) => churn?.LogLoss),
        Lowest("brier", (churn, _) => churn?.Brier),
        Lowest("ece", (churn, _) => churn?.Ece10),
        Highest("lift_10", (churn, _) => churn?.LiftAt10),
        Highest("spearman", (_, spend) => spend?.Spearman),
        Highest("gini", (_, spend) => spend?.Gini),
        Highest("top_10", (_, spend) => spend?.Top10),
        Highest("top_20", (_, spend) => spend?.Top20),
        new("bias", (_, spend) => spend?.Bias, bias => Math.Abs(Math.Log(Math.Max(1e-9, bias)))),
        Lowest("mae", (_, spend) => spend?.Mae),
        Lowest("rmse", (_, spend) => spend?.Rmse),
        Lowest("decile_wmape", (_, spend) => spend?.DecileWmape),
    ];

    private static QualityMeasure Highest(string name, Func<ChurnMetrics?, SpendMetrics?, double?> of) =>
        new(name, of, static value => -value);

    private static QualityMeasure Lowest(string name, Func<ChurnMetrics?, SpendMetrics?, double?> of) =>
        new(name, of, static value => value);
}

/// <summary>How a contender did on one figure: mean over the origins, 95 % bootstrap interval by customer.</summary>
public sealed record Placed(string Name, ContenderKind Kind, Interval Value);

/// <summary>Everybody's place on one figure.</summary>
/// <param name="Contenders">Best first.</param>
/// <param name="Rival">The best beside the model.</param>
/// <param name="Lead">By how much the model is better than the rival, in units of the figure (for bias: of |log bias|); below 0 it is
/// worse.</param>
public sealed record Standing(string Measure, IReadOnlyList<Placed> Contenders, string Rival, Interval Lead)
{
    public string Winner => Contenders[0].Name;

    /// <summary>First: better, and not by chance. Tied: the interval of the difference holds 0. Behind: worse, and not by chance.</summary>
    public string Verdict => Lead.Low > 0 ? "first" : Lead.High < 0 ? "behind" : "tied";
}

/// <summary>Compares contenders over several origins, customers drawn together.</summary>
internal static class Standings
{
    /// <param name="origins">Contenders that are not at every origin are left out.</param>
    public static IReadOnlyList<Standing> Rank(IReadOnlyList<JudgedOrigin> origins, CancellationToken cancellation)
    {
        string[] names = [.. origins[0].Contenders.Select(contender => contender.Name)
            .Where(name => origins.All(origin => origin.Contenders.Any(contender => contender.Name == name)))];
        var columns = origins.Select(origin => new Columns(origin, names)).ToArray();
        var point = Metrics([.. origins.Select(origin => origin.Slice.Keys.Select(_ => 1).ToArray())]);
        var replicates = new double?[CustomerBootstrap.Replicates][][];
        Parallel.For(0, replicates.Length, new ParallelOptions { CancellationToken = cancellation },
            b => replicates[b] = Metrics([.. origins.Select(origin => CustomerBootstrap.Weights(origin.Slice.Keys, b))]));
        return [.. QualityMeasure.All.Index().Select(measure => Place(measure.Item, measure.Index)).OfType<Standing>()];

        double?[][] Metrics(int[][] weights)
        {
            var found = columns.Select((column, i) => column.Metrics(weights[i])).ToArray();
            return [.. names.Select((_,
                c) => QualityMeasure.All.Select(measure => found.All(origin => measure.Of(origin[c].Churn, origin[c].Spend) is not null)
                    ? found.Average(origin => measure.Of(origin[c].Churn, origin[c].Spend))
                    : null)
                    .ToArray())];
        }

        Standing? Place(QualityMeasure measure, int at)
        {
            var kinds = origins[0].Contenders.ToDictionary(contender => contender.Name, contender => contender.Kind);
            // Absolute errors reward under-prediction: only contenders of like bias count.
            var bias = QualityMeasure.All.Index().First(other => other.Item.Name == "bias");
            var ours = point[0][bias.Index] is { } b ? bias.Item.Better(b) : double.PositiveInfinity;
            int[] who = [.. Enumerable.Range(0, names.Length).Where(c => point[c][at] is { } value && double.IsFinite(value)
                && (measure.Name != "mae" || c == 0 || bias.Item.Better(point[c][bias.Index]!.Value) <= ours + 0.05))];
            if (who.Length < 2 || who[0] != 0) return null;
            var rival = who.Skip(1).MinBy(c => measure.Better(point[c][at]!.Value));
            return new Standing(
                measure.Name,
                [.. who.OrderBy(c => measure.Better(point[c][at]!.Value))
                    .Select(c => new Placed(names[c], kinds[names[c]],
                        Interval.Percentiles(point[c][at]!.Value, replicates.Select(replicate => replicate[c][at] ?? double.NaN))))],
                names[rival],
                Interval.Percentiles(Lead(point), replicates.Select(Lead)));

            double Lead(double?[][] metrics) =>
                measure.Better(metrics[rival][at] ?? double.NaN) - measure.Better(metrics[0][at] ?? double.NaN);
        }
    }

    private sealed class Columns
    {
        private readonly (ChurnColumn? Churn, SpendColumn? Spend)[] _columns;

        public Columns(JudgedOrigin origin, string[] names)
        {
            var churned = origin.Slice.Churned;
            var bySpend = new Ranking(origin.Slice.Net);
            _columns = [.. names.Select(name => origin.Contenders.First(contender => contender.Name == name)).Select(contender => (
                contender.PChurn is { } p ? new ChurnColumn(churned, p) : null,
                contender.Spend is { } spend ? new SpendColumn(origin.Slice.Net, bySpend, spend) : null))];
        }

        public (ChurnMetrics? Churn, SpendMetrics? Spend)[] Metrics(int[] weights) =>
            [.. _columns.Select(column => (column.Churn?.Weighted(weights), column.Spend?.Weighted(weights)))];
    }
}

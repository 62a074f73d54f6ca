namespace PredictiveRetention.Evaluation;

/// <summary>
/// How well a churn probability ranks and is calibrated. The label is 1 for a customer who bought nothing in the horizon.
/// </summary>
/// <param name="Customers">Customers judged.</param>
/// <param name="ChurnRate">Share who churned.</param>
/// <param name="Auc">Area under the ROC curve, ties counted half (Hanley and McNeil 1982).</param>
/// <param name="AveragePrecision">Step-wise average precision of churn.</param>
/// <param name="LogLoss">Mean negative log likelihood, probabilities clipped to [1e-6, 1 - 1e-6].</param>
/// <param name="Brier">Mean squared error of the probability.</param>
/// <param name="Ece10">Expected calibration error over ten bins of equal width.</param>
/// <param name="LiftAt10">Churn rate of the tenth with the highest probability over the overall rate.</param>
/// <param name="MeanPrediction">Mean probability: to be compared with ChurnRate.</param>
public sealed record ChurnMetrics(
    int Customers, double ChurnRate, double Auc, double AveragePrecision, double LogLoss, double Brier, double Ece10, double LiftAt10,
    double MeanPrediction)
{
    /// <param name="churned">1 or 0 a customer.</param>
    /// <param name="predicted">P(churn), 0..1.</param>
    public static ChurnMetrics Compute(double[] churned, double[] predicted) =>
        new ChurnColumn(churned, predicted).Weighted([.. churned.Select(_ => 1)]);

    /// <summary>Area under the ROC curve of scores on any scale; NaN where one class is missing.</summary>
    internal static double AucOf(double[] churned, double[] scores) => new ChurnColumn(churned, scores).Auc();
}

/// <summary>
/// One column of churn probabilities beside what happened: its metrics under any weighting of the customers, sorted once.
/// </summary>
internal sealed class ChurnColumn(double[] churned, double[] predicted)
{
    private readonly Ranking _ranking = new(predicted);

    /// <param name="weights">How often each customer counts.</param>
    public ChurnMetrics Weighted(int[] weights)
    {
        double n = 0, yes = 0, logLoss = 0, brier = 0, mean = 0;
        Span<double> binActual = stackalloc double[10], binPredicted = stackalloc double[10];
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] == 0) continue;
            double weight = weights[i];
            n += weight;
            yes += weight * churned[i];
            mean += weight * predicted[i];
            var p = Math.Clamp(predicted[i], 1e-6, 1 - 1e-6);
            logLoss -= weight * Math.Log(churned[i] > 0 ? p : 1 - p);
            brier += weight * (predicted[i] - churned[i]) * (predicted[i] - churned[i]);
            var bin = Math.Min((int)(predicted[i] * 10), 9);
            binActual[bin] += weight * churned[i];
            binPredicted[bin] += weight * predicted[i];
        }
        double ece = 0;
        for (var bin = 0; bin < 10; bin++) ece += Math.Abs(binActual[bin] - binPredicted[bin]) / n;
        var (area, precision, top) = Ranked(weights, n, yes);
        return new ChurnMetrics((int)n, yes / n, area, precision, logLoss / n, brier / n, ece, top / (yes / n), mean / n);
    }

    public double Auc() => Ranked([.. churned.Select(_ => 1)], churned.Length, churned.Sum()).Area;

    /// <summary>From the highest probability down, tie by tie.</summary>
    private (double Area, double Precision, double Top) Ranked(int[] weights, double n, double yes)
    {
        var tenth = Math.Ceiling(0.1 * n - 1e-9);
        double seen = 0, hits = 0, pairs = 0, precision = 0, topHits = 0;
        for (var group = _ranking.Groups - 1; group >= 0; group--)
        {
            double here = 0, yesHere = 0;
            foreach (var row in _ranking.Group(group))
            {
                here += weights[row];
                yesHere += weights[row] * churned[row];
            }
            if (here == 0) continue;
            if (seen < tenth) topHits += yesHere * Math.Min(1, (tenth - seen) / here);
            var noHere = here - yesHere;
            pairs += noHere * (hits + yesHere / 2);
            seen += here;
            hits += yesHere;
            precision += yesHere / yes * (hits / seen);
        }
        return (yes == 0 || yes == n ? double.NaN : pairs / (yes * (n - yes)), yes == 0 ? double.NaN : precision, topHits / tenth);
    }
}

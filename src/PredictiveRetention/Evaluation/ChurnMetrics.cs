namespace PredictiveRetention.Evaluation;

/// <summary>How well a churn probability ranks and is calibrated. The label is 1 for a customer who bought nothing in the horizon.</summary>
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
    int Customers, double ChurnRate, double Auc, double AveragePrecision, double LogLoss, double Brier, double Ece10, double LiftAt10, double MeanPrediction)
{
    /// <param name="churned">1 or 0 a customer.</param>
    /// <param name="predicted">P(churn), 0..1.</param>
    public static ChurnMetrics Of(ReadOnlySpan<double> churned, ReadOnlySpan<double> predicted)
    {
        var n = churned.Length;
        double yes = 0, logLoss = 0, brier = 0, mean = 0;
        Span<double> binActual = stackalloc double[10], binPredicted = stackalloc double[10];
        for (var i = 0; i < n; i++)
        {
            yes += churned[i];
            mean += predicted[i];
            var p = Math.Clamp(predicted[i], 1e-6, 1 - 1e-6);
            logLoss -= churned[i] * Math.Log(p) + (1 - churned[i]) * Math.Log(1 - p);
            brier += (predicted[i] - churned[i]) * (predicted[i] - churned[i]);
            var bin = Math.Min((int)(predicted[i] * 10), 9);
            binActual[bin] += churned[i];
            binPredicted[bin] += predicted[i];
        }
        double ece = 0;
        for (var bin = 0; bin < 10; bin++) ece += Math.Abs(binActual[bin] - binPredicted[bin]) / n;
        var (sorted, _) = Ranking.Descending(churned, predicted);
        var tenth = (int)Math.Ceiling(0.1 * n - 1e-9);
        return new ChurnMetrics(
            n, yes / n, Area(churned, predicted, yes), Precision(churned, predicted, yes), logLoss / n, brier / n, ece,
            sorted.AsSpan(0, tenth).Sum() / tenth / (yes / n), mean / n);
    }

    private static double Area(ReadOnlySpan<double> churned, ReadOnlySpan<double> predicted, double yes)
    {
        var no = churned.Length - yes;
        if (yes == 0 || no == 0) return double.NaN;
        var ranks = Ranking.Ranks(predicted);
        double sum = 0;
        for (var i = 0; i < ranks.Length; i++) sum += ranks[i] * churned[i];
        return (sum - yes * (yes + 1) / 2) / (yes * no);
    }

    /// <summary>Sum over distinct thresholds of (recall gained) x (precision there).</summary>
    private static double Precision(ReadOnlySpan<double> churned, ReadOnlySpan<double> predicted, double yes)
    {
        if (yes == 0) return double.NaN;
        var (actual, score) = Ranking.Descending(churned, predicted);
        double hits = 0, recall = 0, area = 0;
        for (var i = 0; i < actual.Length; i++)
        {
            hits += actual[i];
            if (i + 1 < actual.Length && score[i + 1] == score[i]) continue;
            area += (hits / yes - recall) * (hits / (i + 1));
            recall = hits / yes;
        }
        return area;
    }
}

internal static class SpanSums
{
    public static double Sum(this Span<double> values)
    {
        double sum = 0;
        foreach (var value in values) sum += value;
        return sum;
    }
}

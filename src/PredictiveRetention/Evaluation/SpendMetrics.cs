namespace PredictiveRetention.Evaluation;

/// <summary>How well expected spend ranks and adds up.</summary>
/// <param name="Bias">Predicted total / actual total: 1 is unbiased.</param>
/// <param name="Mae">Mean absolute error. Rewards under-prediction: compare it only between tools of like bias.</param>
/// <param name="Rmse">Root mean squared error.</param>
/// <param name="Spearman">Rank correlation, ties at their mean rank.</param>
/// <param name="Gini">Normalised Gini: gain chart of the prediction over that of the truth (Wang, Liu and Miao 2019, section 4.2).</param>
/// <param name="Top10">Share of the actual spend held by the tenth predicted highest.</param>
/// <param name="Top20">Share of the actual spend held by the fifth predicted highest.</param>
/// <param name="DecileWmape">Sum over deciles of |predicted - actual| / actual total.</param>
public sealed record SpendMetrics(double Bias, double Mae, double Rmse, double Spearman, double Gini, double Top10, double Top20, double DecileWmape)
{
    public static SpendMetrics Of(ReadOnlySpan<double> spend, ReadOnlySpan<double> predicted)
    {
        double actual = 0, sum = 0, absolute = 0, squared = 0;
        for (var i = 0; i < spend.Length; i++)
        {
            var error = predicted[i] - spend[i];
            actual += spend[i];
            sum += predicted[i];
            absolute += Math.Abs(error);
            squared += error * error;
        }
        var (sorted, scores) = Ranking.Descending(spend, predicted);
        var (perfect, _) = Ranking.Descending(spend, spend);
        return new SpendMetrics(
            sum / actual, absolute / spend.Length, Math.Sqrt(squared / spend.Length), Correlation(Ranking.Ranks(spend), Ranking.Ranks(predicted)),
            GiniOf(sorted) / GiniOf(perfect), Top(sorted, 0.1), Top(sorted, 0.2), Deciles(sorted, scores, actual));
    }

    private static double GiniOf(double[] sorted)
    {
        var total = sorted.Sum();
        double running = 0, area = 0;
        foreach (var value in sorted) area += (running += value) / total;
        return 2 * area / sorted.Length - 1;
    }

    private static double Top(double[] sorted, double share) => sorted.AsSpan(0, (int)Math.Ceiling(share * sorted.Length - 1e-9)).Sum() / sorted.Sum();

    private static double Deciles(double[] sorted, double[] scores, double total)
    {
        double error = 0;
        for (int decile = 0, start = 0; decile < 10; decile++)
        {
            var size = sorted.Length / 10 + (decile < sorted.Length % 10 ? 1 : 0);
            error += Math.Abs(sorted.AsSpan(start, size).Sum() - scores.AsSpan(start, size).Sum());
            start += size;
        }
        return error / total;
    }

    private static double Correlation(double[] a, double[] b)
    {
        double meanA = a.Average(), meanB = b.Average(), ab = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++)
        {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return ab / Math.Sqrt(aa * bb);
    }
}

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
public sealed record SpendMetrics(
    double Bias, double Mae, double Rmse, double Spearman, double Gini, double Top10, double Top20, double DecileWmape);

/// <summary>One column of expected spend beside what was spent: its metrics under any weighting of the customers, sorted once.</summary>
/// <param name="bySpend">Ranking of <paramref name="spend"/>, which many columns share.</param>
internal sealed class SpendColumn(double[] spend, Ranking bySpend, double[] predicted)
{
    private readonly Ranking _ranking = new(predicted);

    /// <param name="weights">How often each customer counts.</param>
    public SpendMetrics Weighted(int[] weights)
    {
        double n = 0, actual = 0, sum = 0, absolute = 0, squared = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            double weight = weights[i];
            var error = predicted[i] - spend[i];
            n += weight;
            actual += weight * spend[i];
            sum += weight * predicted[i];
            absolute += weight * Math.Abs(error);
            squared += weight * error * error;
        }
        var (area, tenths) = Gains(_ranking, weights, n, withDeciles: true);
        var (perfect, _) = Gains(bySpend, weights, n, withDeciles: false);
        return new SpendMetrics(
            sum / actual, absolute / n, Math.Sqrt(squared / n), Correlation(bySpend.Ranks(weights), _ranking.Ranks(weights), weights, n),
            (2 * area / (n * actual) - 1) / (2 * perfect / (n * actual) - 1), tenths[0] / actual, tenths[1] / actual, tenths[2] / actual);
    }

    /// <summary>
    /// Area under the running sum of spend from the highest of the ranking down; spend of the top tenth and fifth; error over deciles.
    /// </summary>
    private (double Area, double[] Tenths) Gains(Ranking ranking, int[] weights, double n, bool withDeciles)
    {
        double area = 0, running = 0, seen = 0;
        double ten = Math.Ceiling(0.1 * n - 1e-9), twenty = Math.Ceiling(0.2 * n - 1e-9);
        double[] found = [0, 0, 0];
        var decile = 0;
        double decileEnd = Size(0), difference = 0;
        for (var group = ranking.Groups - 1; group >= 0; group--)
        {
            double here = 0, spent = 0, expected = 0;
            foreach (var row in ranking.Group(group))
            {
                here += weights[row];
                spent += weights[row] * spend[row];
                expected += weights[row] * predicted[row];
            }
            if (here == 0) continue;
            area += here * running + spent * (here + 1) / 2;
            if (seen < ten) found[0] += spent * Math.Min(1, (ten - seen) / here);
            if (seen < twenty) found[1] += spent * Math.Min(1, (twenty - seen) / here);
            for (var left = here; withDeciles && left > 0;)
            {
                var part = Math.Min(left, decileEnd - (seen + here - left));
                difference += (spent - expected) * part / here;
                left -= part;
                if (seen + here - left < decileEnd || decile == 9) break;
                found[2] += Math.Abs(difference);
                (difference, decileEnd) = (0, decileEnd + Size(++decile));
            }
            seen += here;
            running += spent;
        }
        found[2] += Math.Abs(difference);
        return (area, found);

        double Size(int tenth) => Math.Floor(n / 10) + (tenth < n % 10 ? 1 : 0);
    }

    private static double Correlation(double[] a, double[] b, int[] weights, double n)
    {
        // The mean of ranks 1..n, ties or not.
        var mean = (n + 1) / 2;
        double ab = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++)
        {
            double weight = weights[i];
            ab += weight * (a[i] - mean) * (b[i] - mean);
            aa += weight * (a[i] - mean) * (a[i] - mean);
            bb += weight * (b[i] - mean) * (b[i] - mean);
        }
        return ab / Math.Sqrt(aa * bb);
    }
}

namespace PredictiveRetention.Models;

/// <summary>
/// E[spend | order] = exp(Slope x + Intercept) of a score on the log scale, fitted by quasi-Poisson regression on later data
/// (McCullagh and Nelder 1989, ch. 9): its score equation makes the predicted total equal the observed one, which
/// the mean of logs that the forest predicts does not.
/// </summary>
/// <param name="Slope">Within [0, 2].</param>
public sealed record SpendCalibration(double Slope, double Intercept)
{
    public double Spend(double score) => Math.Exp(Math.Clamp(Slope * score + Intercept, -30, 30));

    /// <param name="spends">Observed spend, not negative, at least one above 0.</param>
    public static SpendCalibration Fit(ReadOnlySpan<double> scores, ReadOnlySpan<double> spends)
    {
        double slope = 1, intercept = MatchTotal(scores, spends, 1);
        for (var iteration = 0; iteration < 100; iteration++)
        {
            double gs = 0, gi = 0, hss = 1e-9, hsi = 0, hii = 1e-9;
            for (var i = 0; i < scores.Length; i++)
            {
                var mean = Math.Exp(Math.Clamp(slope * scores[i] + intercept, -30, 30));
                var error = mean - spends[i];
                gs += error * scores[i];
                gi += error;
                hss += mean * scores[i] * scores[i];
                hsi += mean * scores[i];
                hii += mean;
            }
            var determinant = hss * hii - hsi * hsi;
            if (determinant <= 1e-12 * hss * hii) break;
            double ds = (hii * gs - hsi * gi) / determinant, di = (hss * gi - hsi * gs) / determinant;
            var limit = Math.Max(1, Math.Max(Math.Abs(ds), Math.Abs(di)) / 0.5);
            slope -= ds / limit;
            intercept -= di / limit;
            if (Math.Abs(ds) + Math.Abs(di) < 1e-10) break;
        }
        slope = Math.Clamp(slope, 0, 2);
        return new(slope, MatchTotal(scores, spends, slope));
    }

    /// <summary>The intercept at which the predicted total equals the observed one.</summary>
    private static double MatchTotal(ReadOnlySpan<double> scores, ReadOnlySpan<double> spends, double slope)
    {
        double observed = 0, predicted = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            observed += spends[i];
            predicted += Math.Exp(Math.Clamp(slope * scores[i], -30, 30));
        }
        return Math.Log(observed / predicted);
    }
}

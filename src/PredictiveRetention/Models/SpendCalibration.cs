namespace PredictiveRetention.Models;

/// <summary>
/// E[spend | order] = exp(Slope x + Intercept) of a score on the log scale, fitted by quasi-Poisson regression on later data
/// (McCullagh and Nelder 1989, ch. 9): its score equation makes the predicted total equal the observed one, which
/// the mean of logs that the forest predicts does not.
/// </summary>
/// <param name="Slope">Within [0, 2].</param>
public sealed record SpendCalibration(double Slope, double Intercept)
{
    /// <param name="spends">Observed spend, not negative, at least one above 0.</param>
    public static SpendCalibration Fit(double[] scores, double[] spends)
    {
        var (slope, _) = NewtonLine.Minimise(1, MatchTotal(scores, spends, 1), (a, b) =>
        {
            double loss = 0, gs = 0, gi = 0, hss = 0, hsi = 0, hii = 0;
            for (var i = 0; i < scores.Length; i++)
            {
                var (score, spend) = (scores[i], spends[i]);
                var margin = Math.Clamp(a * score + b, -30, 30);
                var mean = Math.Exp(margin);
                loss += mean - spend * margin;
                gs += (mean - spend) * score;
                gi += mean - spend;
                hss += mean * score * score;
                hsi += mean * score;
                hii += mean;
            }
            return new NewtonLine.Point(loss, gs, gi, hss, hsi, hii);
        });
        slope = Math.Clamp(slope, 0, 2);
        return new(slope, MatchTotal(scores, spends, slope));
    }

    /// <summary>The intercept at which the predicted total equals the observed one.</summary>
    private static double MatchTotal(double[] scores, double[] spends, double slope)
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

namespace PredictiveRetention.Models;

/// <summary>
/// P(yes) = 1 / (1 + exp(-(Slope x + Intercept))), fitted by Newton's method on later data than the scores' model saw
/// (Platt 1999; targets smoothed as in his eq. 11). Monotone for a positive slope: calibration keeps the ranking.
/// </summary>
/// <param name="Slope">Never negative.</param>
public sealed record LogisticCalibration(double Slope, double Intercept)
{
    public double Probability(double score) => Logistic.Sigmoid(Slope * score + Intercept);

    /// <exception cref="ArgumentException">Scores and labels differ in number, or there are none.</exception>
    public static LogisticCalibration Fit(double[] scores, bool[] labels)
    {
        if (scores.Length != labels.Length || scores.Length == 0)
            throw new ArgumentException($"{scores.Length} scores for {labels.Length} labels.", nameof(scores));
        var yes = labels.Count(label => label);
        var no = labels.Length - yes;
        double high = (yes + 1.0) / (yes + 2), low = 1.0 / (no + 2);
        var rate = Math.Log((yes + 1.0) / (no + 1));
        var (slope, intercept) = NewtonLine.Minimise(0, rate, (a, b) =>
        {
            double loss = 0, gs = 0, gi = 0, hss = 0, hsi = 0, hii = 0;
            for (var i = 0; i < scores.Length; i++)
            {
                var (score, target) = (scores[i], labels[i] ? high : low);
                var margin = a * score + b;
                var p = Logistic.Sigmoid(margin);
                loss += Logistic.Softplus(margin) - target * margin;
                var (error, weight) = (p - target, p * (1 - p));
                gs += error * score;
                gi += error;
                hss += weight * score * score;
                hsi += weight * score;
                hii += weight;
            }
            return new NewtonLine.Point(loss, gs, gi, hss, hsi, hii);
        });
        return slope >= 0 ? new(slope, intercept) : new(0, rate);
    }
}

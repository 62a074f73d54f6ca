namespace PredictiveRetention.Models;

/// <summary>
/// P(yes) = 1 / (1 + exp(-(Slope x + Intercept))), fitted by Newton's method on later data than the scores' model saw
/// (Platt 1999; targets smoothed as in his eq. 11). Monotone for a positive slope: calibration keeps the ranking.
/// </summary>
/// <param name="Slope">Never negative.</param>
public sealed record LogisticCalibration(double Slope, double Intercept)
{
    public double Probability(double score) => 1 / (1 + Math.Exp(-(Slope * score + Intercept)));

    /// <exception cref="ArgumentException">Scores and labels differ in number, or there are none.</exception>
    public static LogisticCalibration Fit(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels)
    {
        if (scores.Length != labels.Length || scores.IsEmpty) throw new ArgumentException($"{scores.Length} scores for {labels.Length} labels.", nameof(scores));
        var yes = 0;
        foreach (var label in labels) if (label) yes++;
        var no = labels.Length - yes;
        double high = (yes + 1.0) / (yes + 2), low = 1.0 / (no + 2);
        double slope = 1, intercept = Math.Log((yes + 1.0) / (no + 1));
        for (var iteration = 0; iteration < 100; iteration++)
        {
            double gs = 0, gi = 0, hss = 1e-9, hsi = 0, hii = 1e-9;
            for (var i = 0; i < scores.Length; i++)
            {
                var p = 1 / (1 + Math.Exp(-(slope * scores[i] + intercept)));
                var error = p - (labels[i] ? high : low);
                var weight = p * (1 - p);
                gs += error * scores[i];
                gi += error;
                hss += weight * scores[i] * scores[i];
                hsi += weight * scores[i];
                hii += weight;
            }
            var determinant = hss * hii - hsi * hsi;
            var (ds, di) = determinant > 1e-12 * hss * hii ? ((hii * gs - hsi * gi) / determinant, (hss * gi - hsi * gs) / determinant) : (0, gi / hii);
            var limit = Math.Max(1, Math.Max(Math.Abs(ds), Math.Abs(di)) / 2);
            slope -= ds / limit;
            intercept -= di / limit;
            if (Math.Abs(ds) + Math.Abs(di) < 1e-10) break;
        }
        return slope >= 0 ? new(slope, intercept) : new(0, Math.Log((yes + 1.0) / (no + 1)));
    }
}

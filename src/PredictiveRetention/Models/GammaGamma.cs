using MathNet.Numerics;

namespace PredictiveRetention.Models;

/// <summary>
/// Gamma-Gamma model of spend a purchase (Fader and Hardie 2013, The Gamma-Gamma model of monetary value): a customer's purchases are
/// gamma(P, nu), nu is gamma(Q, V) over customers, and spend does not depend on how often they buy.
/// </summary>
/// <param name="Q">Above 1, or the mean does not exist.</param>
/// <param name="V">In the unit of money it was fitted in.</param>
public sealed record GammaGamma(double P, double Q, double V)
{
    /// <summary>
    /// The heaviest tail a mean is taken of: where the data ask for a heavier one, Q stays here and P and V are fitted beside it.
    /// </summary>
    public const double MinQ = 1.05;

    /// <summary>E[spend a purchase | mean spend of so many purchases]; eq. 5.</summary>
    /// <param name="purchases">0 for somebody new.</param>
    public double ExpectedSpend(double purchases, double meanSpend) => P * (V + purchases * meanSpend) / (P * purchases + Q - 1);

    /// <summary>Maximum likelihood; eq. 1a.</summary>
    /// <param name="purchases">At least 1, one a customer.</param>
    /// <param name="meanSpends">Above 0.</param>
    /// <exception cref="ArgumentException">Lengths differ, there are none, or a value is out of range.</exception>
    public static BtydFit<GammaGamma> Fit(ReadOnlySpan<int> purchases, ReadOnlySpan<double> meanSpends)
    {
        if (purchases.Length != meanSpends.Length || purchases.Length == 0)
            throw new ArgumentException($"{purchases.Length} counts for {meanSpends.Length} means.", nameof(purchases));
        for (var i = 0; i < purchases.Length; i++)
            if (purchases[i] < 1 || !(meanSpends[i] > 0) || !double.IsFinite(meanSpends[i]))
                throw new ArgumentException($"Customer {i}: {purchases[i]} purchases of {meanSpends[i]}.", nameof(purchases));
        double[] x = [.. purchases.ToArray().Select(count => (double)count)], m = meanSpends.ToArray();
        var sample = new BtydSample(x, m, m, [.. x.Select(_ => 1.0)]);
        double[] sorted = [.. m.Order()];
        var unit = sorted[sorted.Length / 2];
        var free = PositiveLikelihood.Fit(
            (p, gradient) => Mean(sample, p[0], p[1], p[2], gradient), [1, 1, unit], [[1, 1, 1], [0, 0.5, 0]], ["p", "q", "v"], m.Length,
            p => new GammaGamma(p[0], p[1], p[2]));
        if (free.Model.Q >= MinQ) return free;
        var held = PositiveLikelihood.Fit(
            (p, gradient) =>
            {
                Span<double> all = stackalloc double[3];
                var mean = Mean(sample, p[0], MinQ, p[1], all);
                (gradient[0], gradient[1]) = (all[0], all[2]);
                return mean;
            },
            [1, unit], [[1, 1], [0, 0]], ["p", "v"], m.Length, p => new GammaGamma(p[0], MinQ, p[1]));
        return held with
        {
            Note = FormattableString.Invariant(
                $"the likelihood is highest at q = {free.Model.Q:G3}, where mean spend does not exist: q is held at {MinQ}"),
            StandardErrors = null
        };
    }

    /// <summary>Mean log-likelihood and its derivatives by P, Q, V; the sample's Tx holds the mean spends.</summary>
    internal static double Mean(BtydSample sample, double p, double q, double v, Span<double> gradient) =>
        PositiveLikelihood.Mean(sample, gradient, (i, weight, slopes) =>
    {
        var (x, m) = (sample.X[i], sample.Tx[i]);
        var (px, scale) = (p * x, v + x * m);
        var logScale = Math.Log(scale);
        slopes[0] += weight * x * (SpecialFunctions.DiGamma(px + q) - SpecialFunctions.DiGamma(px) + Math.Log(m) + Math.Log(x) - logScale);
        slopes[1] += weight * (SpecialFunctions.DiGamma(px + q) - SpecialFunctions.DiGamma(q) + Math.Log(v) - logScale);
        slopes[2] += weight * (q / v - (px + q) / scale);
        return SpecialFunctions.GammaLn(px + q) - SpecialFunctions.GammaLn(px) - SpecialFunctions.GammaLn(q) + q * Math.Log(v)
            + (px - 1) * Math.Log(m) + px * Math.Log(x) - (px + q) * logScale;
    });
}

using MathNet.Numerics;

namespace PredictiveRetention.Models;

/// <summary>What BG/NBD and MBG/NBD share: stopping with a beta-distributed probability at each chance to do so.</summary>
internal static class BetaGeometric
{
    /// <summary>
    /// E[purchases in t] of a customer who is alive, with rate gamma(r, alpha) and stopping probability beta(a, b):
    /// E[(1 - (alpha / (alpha + p t))^r) / p], which is (a + b - 1) / (a - 1) (1 - (1 - z)^r 2F1(r, b; a + b - 1; z)), z = t / (alpha + t);
    /// by Euler's transformation (1 - z)^(a - 1) 2F1(a + b - 1 - r, a - 1; a + b - 1; z) stands in its place, where a - 1 is the smaller
    /// power.
    /// </summary>
    public static double ExpectedOrders(double r, double alpha, double a, double b, double t)
    {
        if (!(t > 0)) return 0;
        // At a = 1 the expression is 0 / 0 with a finite limit; next to it doubles still tell the difference.
        if (Math.Abs(a - 1) < 1e-5) return (ExpectedOrders(r, alpha, 1 - 2e-5, b, t) + ExpectedOrders(r, alpha, 1 + 2e-5, b, t)) / 2;
        var z = t / (alpha + t);
        var none = r < a - 1 ? Power(r, r, b, a + b - 1, z) : Power(a - 1, a + b - 1 - r, a - 1, a + b - 1, z);
        return Math.Max(0, (a + b - 1) / (a - 1) * (1 - none));
    }

    /// <summary>
    /// (1 - z)^power 2F1(a, b; c; z) by the series, 0 &lt;= z &lt; 1; its sum is kept small by a factor that is remembered.
    /// </summary>
    private static double Power(double power, double a, double b, double c, double z)
    {
        const double Large = 1e200;
        double term = 1, sum = 1, scale = power * Math.Log(1 - z);
        for (var n = 0; n < 20_000; n++)
        {
            term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
            sum += term;
            if (Math.Abs(term) < 1e-15 * Math.Abs(sum) && n > 2) break;
            if (!(Math.Abs(sum) > Large)) continue;
            (term, sum, scale) = (term / Large, sum / Large, scale + Math.Log(Large));
        }
        return sum <= 0 ? sum * Math.Exp(scale) : Math.Exp(Math.Log(sum) + scale);
    }

    /// <param name="chances">Chances to stop before the first repeat purchase: 0 for BG/NBD, 1 for MBG/NBD.</param>
    public static BtydFit<T> Fit<T>(BtydSample sample, int chances, Func<double[], T> make)
    {
        var unit = Math.Max(1e-9, sample.T.Zip(sample.Count, (t, n) => t * n).Sum() / sample.Customers);
        return PositiveLikelihood.Fit(
            (p, gradient) => Mean(sample, chances, p[0], p[1], p[2], p[3], gradient),
            [1, unit, 1, 1], [[-0.7, -1.5, -0.2, 0.5]], ["r", "alpha", "a", "b"], sample.Customers, make);
    }

    /// <summary>Mean log-likelihood and its derivatives by r, alpha, a, b.</summary>
    internal static double Mean(BtydSample sample, int chances, double r, double alpha, double a, double b, Span<double> gradient) =>
        PositiveLikelihood.Mean(sample, gradient, (group, weight, slopes) =>
    {
        var (x, tx, T) = (sample.X[group], sample.Tx[group], sample.T[group]);
        // With x + chances - 1 chances survived for certain and the last one in question.
        var survived = x + chances;
        double alive = -(r + x) * Math.Log(alpha + T), stopped = double.NegativeInfinity;
        if (survived > 0) stopped = Math.Log(a / (b + survived - 1)) - (r + x) * Math.Log(alpha + tx);
        var all = survived > 0 ? Logistic.LogSum(alive, stopped) : alive;
        double pAlive = Math.Exp(alive - all), pStopped = 1 - pAlive;
        slopes[0] += weight
            * (SpecialFunctions.DiGamma(r + x) - SpecialFunctions.DiGamma(r) + Math.Log(alpha) - pAlive * Math.Log(alpha + T)
                - pStopped * Math.Log(alpha + tx));
        slopes[1] += weight * (r / alpha - (r + x) * (pAlive / (alpha + T) + pStopped / (alpha + tx)));
        slopes[2] += weight * (SpecialFunctions.DiGamma(a + b) - SpecialFunctions.DiGamma(a + b + survived) + pStopped / a);
        slopes[3] += weight
            * (SpecialFunctions.DiGamma(a + b) + SpecialFunctions.DiGamma(b + survived) - SpecialFunctions.DiGamma(b)
                - SpecialFunctions.DiGamma(a + b + survived)
            - (survived > 0 ? pStopped / (b + survived - 1) : 0));
        return SpecialFunctions.GammaLn(r + x) - SpecialFunctions.GammaLn(r) + r * Math.Log(alpha)
            + SpecialFunctions.GammaLn(a + b) + SpecialFunctions.GammaLn(b + survived) - SpecialFunctions.GammaLn(b)
            - SpecialFunctions.GammaLn(a + b + survived) + all;
    });
}

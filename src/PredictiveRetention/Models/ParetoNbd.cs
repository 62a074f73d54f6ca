using System.Runtime.Intrinsics;
using MathNet.Numerics;
using MathNet.Numerics.Integration;

namespace PredictiveRetention.Models;

/// <summary>
/// Pareto/NBD (Schmittlein, Morrison and Colombo 1987, Management Science 33): purchases are Poisson at a rate gamma(R, Alpha) over
/// customers until an exponential time of stopping whose rate is gamma(S, Beta). The integral over the unseen time of stopping, usually
/// written with two Gaussian hypergeometric functions (Fader and Hardie 2005, A note on deriving the Pareto/NBD model, eq. 18), is taken
/// numerically: smooth in the logarithm of time, it costs sixteen points and cannot overflow.
/// </summary>
/// <param name="R">Shape of the purchase rate.</param>
/// <param name="Alpha">Time.</param>
/// <param name="S">Shape of the stopping rate.</param>
/// <param name="Beta">Time.</param>
public sealed record ParetoNbd(double R, double Alpha, double S, double Beta) : IPurchaseModel
{
    private const int Points = 16;

    /// <summary>Beyond so many e-foldings of the integrand nothing is left to add.</summary>
    private const double Reach = 30;

    private static readonly double[] s_node = [.. Enumerable.Range(0, Points)
        .Select(i => new GaussLegendreRule(-1, 1, Points).GetAbscissa(i))];
    private static readonly double[] s_weight = [.. Enumerable.Range(0, Points)
        .Select(i => new GaussLegendreRule(-1, 1, Points).GetWeight(i))];

    public double LogLikelihood(double x, double tx, double T) =>
        SpecialFunctions.GammaLn(R + x) - SpecialFunctions.GammaLn(R) + R * Math.Log(Alpha) + S * Math.Log(Beta)
            + Logistic.LogSum(LogAlive(x, T), LogStopped(x, tx, T));

    public double PAlive(double x, double tx, double T) => 1 / (1 + Math.Exp(LogStopped(x, tx, T) - LogAlive(x, T)));

    public double PNoOrder(double x, double tx, double T, double ahead)
    {
        Span<double> none = [0];
        PNoOrder(x, tx, T, [ahead], none);
        return none[0];
    }

    /// <summary>
    /// P(no purchase in (T, T + ahead]) for several ahead, ascending: the ratio of the likelihoods of an unchanged history at T + ahead and
    /// at T.
    /// </summary>
    public void PNoOrder(double x, double tx, double T, ReadOnlySpan<double> ahead, Span<double> none)
    {
        var stopped = LogStopped(x, tx, T);
        var now = Logistic.LogSum(LogAlive(x, T), stopped);
        var from = T;
        for (var i = 0; i < ahead.Length; i++)
        {
            if (T + ahead[i] > from) stopped = Logistic.LogSum(stopped, LogStopped(x, from, T + ahead[i]));
            from = Math.Max(from, T + ahead[i]);
            none[i] = Math.Min(1, Math.Exp(Logistic.LogSum(LogAlive(x, T + ahead[i]), stopped) - now));
        }
    }

    /// <summary>Fader and Hardie 2005, eq. 22, times P(alive).</summary>
    public double ExpectedOrders(double x, double tx, double T, double ahead) => PAlive(x, tx, T) * ExpectedOrdersIfAlive(x, T, ahead);

    /// <summary>P(alive) and E[purchases in (T, T + ahead]] at once.</summary>
    public (double PAlive, double Orders) AliveAndExpectedOrders(double x, double tx, double T, double ahead)
    {
        var alive = PAlive(x, tx, T);
        return (alive, alive * ExpectedOrdersIfAlive(x, T, ahead));
    }

    /// <summary>Schmittlein, Morrison and Colombo 1987, eq. 17.</summary>
    public double ExpectedOrdersOfNew(double ahead) => R * Beta / Alpha * Lifetime(Beta, ahead);

    private double ExpectedOrdersIfAlive(double x, double T, double ahead) =>
        (R + x) * (Beta + T) / (Alpha + T) * Lifetime(Beta + T, ahead);

    /// <summary>(1 - (beta / (beta + ahead))^(S - 1)) / (S - 1), and its limit at S = 1.</summary>
    private double Lifetime(double beta, double ahead)
    {
        var log = Math.Log(1 + ahead / beta);
        var k = S - 1;
        return Math.Abs(k * log) < 1e-8 ? log * (1 - k * log / 2) : -ExpMinus1(-k * log) / k;
    }

    private static double ExpMinus1(double x) => Math.Abs(x) < 1e-5 ? x * (1 + x / 2 * (1 + x / 3)) : Math.Exp(x) - 1;

    /// <summary>Log of the likelihood of being alive at T with x purchases, without the factors all terms share.</summary>
    private double LogAlive(double x, double T) => -(R + x) * Math.Log(Alpha + T) - S * Math.Log(Beta + T);

    /// <summary>Log of the likelihood of having stopped in (from, to], likewise; minus infinity where that is empty.</summary>
    private double LogStopped(double x, double from, double to)
    {
        if (!(to > from)) return double.NegativeInfinity;
        Span<double> logs = stackalloc double[Points];
        var half = Fill(x, from, to, logs, default);
        var top = double.NegativeInfinity;
        foreach (var log in logs) top = Math.Max(top, log);
        double sum = 0;
        for (var i = 0; i < Points; i += Vector256<double>.Count)
            sum += Vector256.Sum(Vector256.Create<double>(s_weight.AsSpan(i))
                * Vector256.Exp(Vector256.Create<double>(logs[i..]) - Vector256.Create(top)));
        return Math.Log(S * sum * half) + top;
    }

    /// <summary>
    /// Log of the integrand at the nodes of u = log(k + time), k the smaller of Alpha and Beta: one of the two powers is then an
    /// exponential and the other bends less. Falls off at least as fast as at the lower end, so what lies <see cref="Reach"/> e-foldings
    /// beyond is left out.
    /// </summary>
    /// <param name="times">Where wanted, receives the time of each node.</param>
    /// <returns>Half the length of the interval of u.</returns>
    private double Fill(double x, double from, double to, Span<double> logs, Span<double> times)
    {
        double rates = R + x, stops = S + 1, k = Math.Min(Alpha, Beta);
        var low = Math.Log(k + from);
        var fall = rates * (k + from) / (Alpha + from) + stops * (k + from) / (Beta + from) - 1;
        var high = Math.Log(k + to);
        if (fall > 0.05) high = Math.Min(high, low + Reach / fall);
        double half = (high - low) / 2, middle = (high + low) / 2;
        var (own, other, apart) = Alpha <= Beta ? (rates, stops, Beta - Alpha) : (stops, rates, Alpha - Beta);
        for (var i = 0; i < Points; i += Vector256<double>.Count)
        {
            var u = Vector256.Create(middle) + half * Vector256.Create<double>(s_node.AsSpan(i));
            var shifted = Vector256.Exp(u);
            (u * (1 - own) - other * Vector256.Log(shifted + Vector256.Create(apart))).CopyTo(logs[i..]);
            if (!times.IsEmpty) (shifted - Vector256.Create(k)).CopyTo(times[i..]);
        }
        return half;
    }

    /// <summary>Maximum likelihood.</summary>
    public static BtydFit<ParetoNbd> Fit(BtydSample sample)
    {
        var unit = Math.Max(1e-9, sample.T.Zip(sample.Count, (t, n) => t * n).Sum() / sample.Customers);
        return PositiveLikelihood.Fit(
            (parameters, gradient) => new ParetoNbd(parameters[0], parameters[1], parameters[2], parameters[3]).Mean(sample, gradient),
            [1, unit, 1, unit], [[-0.5, -1, -0.5, -0.5], [0.3, 0.5, -2, 1]], ["r", "alpha", "s", "beta"], sample.Customers,
            p => new ParetoNbd(p[0], p[1], p[2], p[3]));
    }

    /// <summary>Mean log-likelihood of a sample and its derivatives by R, Alpha, S, Beta.</summary>
    internal double Mean(BtydSample sample, Span<double> gradient) =>
        PositiveLikelihood.Mean(sample, gradient, (group, weight,
            slopes) => Term(sample.X[group], sample.Tx[group], sample.T[group], weight, slopes));

    private double Term(double x, double tx, double T, double weight, Span<double> gradient)
    {
        var alive = LogAlive(x, T);
        double mass = 0, byR = 0, byAlpha = 0, byS = 0, byBeta = 0, stopped = double.NegativeInfinity;
        if (T > tx)
        {
            Span<double> logs = stackalloc double[Points], times = stackalloc double[Points];
            var half = Fill(x, tx, T, logs, times);
            var top = double.NegativeInfinity;
            foreach (var log in logs) top = Math.Max(top, log);
            Vector256<double> sum = default, r = default, alpha = default, s = default, beta = default;
            for (var i = 0; i < Points; i += Vector256<double>.Count)
            {
                var f = Vector256.Create<double>(s_weight.AsSpan(i))
                    * Vector256.Exp(Vector256.Create<double>(logs[i..]) - Vector256.Create(top));
                var time = Vector256.Max(Vector256.Create<double>(times[i..]), Vector256.Create(tx));
                var (a, b) = (time + Vector256.Create(Alpha), time + Vector256.Create(Beta));
                sum += f;
                r -= f * Vector256.Log(a);
                alpha -= f / a;
                s -= f * Vector256.Log(b);
                beta -= f / b;
            }
            mass = Vector256.Sum(sum);
            (byR, byAlpha) = (Vector256.Sum(r), (R + x) * Vector256.Sum(alpha));
            (byS, byBeta) = (mass / S + Vector256.Sum(s), (S + 1) * Vector256.Sum(beta));
            stopped = Math.Log(S * mass * half) + top;
        }
        var all = Logistic.LogSum(alive, stopped);
        var pAlive = Math.Exp(alive - all);
        var each = mass > 0 ? (1 - pAlive) / mass : 0;
        gradient[0] += weight
            * (SpecialFunctions.DiGamma(R + x) - SpecialFunctions.DiGamma(R) + Math.Log(Alpha) - pAlive * Math.Log(Alpha + T) + each * byR);
        gradient[1] += weight * (R / Alpha - pAlive * (R + x) / (Alpha + T) + each * byAlpha);
        gradient[2] += weight * (Math.Log(Beta) - pAlive * Math.Log(Beta + T) + each * byS);
        gradient[3] += weight * (S / Beta - pAlive * S / (Beta + T) + each * byBeta);
        return SpecialFunctions.GammaLn(R + x) - SpecialFunctions.GammaLn(R) + R * Math.Log(Alpha) + S * Math.Log(Beta) + all;
    }
}

namespace PredictiveRetention.Evaluation.Experiments;

/// <summary>
/// Intervals that hold at every look at once: whoever looks every night and stops when the interval leaves zero out is wrong as seldom as
/// whoever looks once. Asymptotic confidence sequences of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, 'Time-uniform central limit
/// theory and asymptotic confidence sequences' (theorem 2.2).
/// </summary>
public readonly struct ConfidenceSequence
{
    private readonly double _alpha;
    private readonly double _rSquared;

    /// <param name="tightestAt">Observations at which the interval is to be as narrow as it can be.</param>
    /// <param name="alpha">Probability that the truth is ever left out.</param>
    public ConfidenceSequence(double tightestAt, double alpha = 0.05)
    {
        // The r that minimises the margin there, to the second order (their appendix B.2).
        var log = -2 * Math.Log(alpha);
        (_alpha, _rSquared) = (alpha, (log + Math.Log(log) + 1) / tightestAt);
    }

    private ConfidenceSequence(double rSquared, double alpha, bool _) => (_alpha, _rSquared) = (alpha, rSquared);

    public static ConfidenceSequence OfR(double r, double alpha = 0.05) => new(r * r, alpha, true);

    /// <summary>Half the width of the interval of a mean.</summary>
    /// <param name="deviation">Of an observation, so far.</param>
    /// <param name="observations">So far.</param>
    public double Margin(double deviation, double observations)
    {
        if (!(observations > 0)) return double.PositiveInfinity;
        var spread = observations * _rSquared + 1;
        return deviation * Math.Sqrt(
            2 * spread / (observations * observations * _rSquared) * Math.Log(Math.Sqrt(spread) / _alpha));
    }
}

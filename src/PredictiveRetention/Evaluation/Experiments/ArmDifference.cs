using MathNet.Numerics.Distributions;

namespace PredictiveRetention.Evaluation.Experiments;

/// <summary>A figure with its standard error and the bounds of its 95 % interval at one look.</summary>
public readonly record struct Measured(double Value, double StandardError, double Low, double High, double PValue);

/// <summary>What an arm changes against another: the difference of the means (Welch 1947), and as a part of the other's mean.</summary>
/// <param name="Relative">By the delta method; null where the other arm's mean is not above 0.</param>
public sealed record ArmDifference(ArmMoments Control, ArmMoments Treated, Measured Absolute, Measured? Relative)
{
    private const double Upper = 0.975;

    /// <exception cref="ArgumentException">An arm has fewer than two.</exception>
    public static ArmDifference Of(in ArmMoments control, in ArmMoments treated)
    {
        if (control.Count < 2 || treated.Count < 2) throw new ArgumentException("An arm needs two at least.", nameof(control));
        var (c, t) = (control.SquaredError, treated.SquaredError);
        var error = Math.Sqrt(c + t);
        var freedom = (c + t) * (c + t) / (c * c / (control.Count - 1) + t * t / (treated.Count - 1));
        var absolute = Within(treated.Mean - control.Mean, error, freedom);
        if (!(control.Mean > 0)) return new ArmDifference(control, treated, absolute, null);
        var ratio = treated.Mean / control.Mean;
        var relative = Math.Sqrt(t + ratio * ratio * c) / control.Mean;
        return new ArmDifference(control, treated, absolute, Within(ratio - 1, relative, freedom));
    }

    private static Measured Within(double value, double error, double freedom)
    {
        if (!(error > 0)) return new Measured(value, 0, value, value, value == 0 ? 1 : 0);
        // Welch and Satterthwaite's degrees of freedom.
        var margin = StudentT.InvCDF(0, 1, freedom, Upper) * error;
        return new Measured(
            value, error, value - margin, value + margin, 2 * StudentT.CDF(0, 1, freedom, -Math.Abs(value) / error));
    }
}

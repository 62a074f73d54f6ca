namespace PredictiveRetention.Models;

/// <summary>
/// The logistic function and what goes with it. The one spelling of each: another order of the same operations has other last digits, and
/// models are stored with rows they must repeat.
/// </summary>
public static class Logistic
{
    /// <summary>The probability whose log-odds are x.</summary>
    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>log(1 + exp(x)) without overflow: minus the log of the probability of what has log-odds -x.</summary>
    public static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));

    /// <summary>log(exp(a) + exp(b)) without overflow; minus infinity is the log of nothing.</summary>
    public static double LogSum(double a, double b)
    {
        var top = Math.Max(a, b);
        return double.IsNegativeInfinity(top) ? top : top + Math.Log(1 + Math.Exp(-Math.Abs(a - b)));
    }
}

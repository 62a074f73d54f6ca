using MathNet.Numerics;

namespace PredictiveRetention.Models;

/// <summary>
/// BG/NBD (Fader, Hardie and Lee 2005, Marketing Science 24): as Pareto/NBD, but a customer may stop only right after a repeat purchase,
/// with a probability beta(A, B) over customers. One who has not come back yet is alive with certainty: its P(alive) is not to be shown for
/// x = 0.
/// </summary>
/// <param name="R">Shape of the purchase rate.</param>
/// <param name="Alpha">Time.</param>
public sealed record BgNbd(double R, double Alpha, double A, double B) : IPurchaseModel
{
    /// <summary>Eq. 6, in logarithms.</summary>
    public double LogLikelihood(double x, double tx, double T)
    {
        var alive = -(R + x) * Math.Log(Alpha + T);
        var shared = SpecialFunctions.GammaLn(R + x) - SpecialFunctions.GammaLn(R) + R * Math.Log(Alpha)
            + SpecialFunctions.GammaLn(A + B) + SpecialFunctions.GammaLn(B + x) - SpecialFunctions.GammaLn(B)
            - SpecialFunctions.GammaLn(A + B + x);
        return x == 0 ? shared + alive : shared + Logistic.LogSum(alive, Math.Log(A / (B + x - 1)) - (R + x) * Math.Log(Alpha + tx));
    }

    /// <summary>Fader, Hardie and Lee 2008, Computing P(alive) using the BG/NBD model, eq. 7.</summary>
    public double PAlive(double x, double tx, double T) =>
        x == 0 ? 1 : 1 / (1 + Math.Exp(Math.Log(A / (B + x - 1)) + (R + x) * Math.Log((Alpha + T) / (Alpha + tx))));

    public double PNoOrder(double x, double tx, double T, double ahead) =>
        1 - PAlive(x, tx, T) * (1 - Math.Exp(-(R + x) * Math.Log(1 + ahead / (Alpha + T))));

    /// <summary>Eq. 10, its hypergeometric function by Euler's transformation.</summary>
    public double ExpectedOrders(double x, double tx, double T, double ahead) =>
        PAlive(x, tx, T) * BetaGeometric.ExpectedOrders(R + x, Alpha + T, A, B + x, ahead);

    /// <summary>Eq. 9.</summary>
    public double ExpectedOrdersOfNew(double ahead) => BetaGeometric.ExpectedOrders(R, Alpha, A, B, ahead);

    /// <summary>Maximum likelihood.</summary>
    public static BtydFit<BgNbd> Fit(BtydSample sample) => BetaGeometric.Fit(sample, 0, p => new BgNbd(p[0], p[1], p[2], p[3]));
}

using MathNet.Numerics;

namespace PredictiveRetention.Models;

/// <summary>
/// MBG/NBD (Batislam, Denizel and Filiztekin 2007, International Journal of Research in Marketing 24; Hoppe and Wagner 2007): BG/NBD in
/// which a customer may also stop right after the first purchase, so that P(alive) means something for those who never came back.
/// </summary>
/// <param name="R">Shape of the purchase rate.</param>
/// <param name="Alpha">Time.</param>
public sealed record MbgNbd(double R, double Alpha, double A, double B) : IPurchaseModel
{
    /// <summary>Batislam et al. 2007, eq. 7, in logarithms.</summary>
    public double LogLikelihood(double x, double tx, double T)
    {
        var shared = SpecialFunctions.GammaLn(R + x) - SpecialFunctions.GammaLn(R) + R * Math.Log(Alpha)
            + SpecialFunctions.GammaLn(A + B) + SpecialFunctions.GammaLn(B + x + 1) - SpecialFunctions.GammaLn(B)
            - SpecialFunctions.GammaLn(A + B + x + 1);
        return shared + Logistic.LogSum(-(R + x) * Math.Log(Alpha + T), Math.Log(A / (B + x)) - (R + x) * Math.Log(Alpha + tx));
    }

    public double PAlive(double x, double tx, double T) =>
        1 / (1 + Math.Exp(Math.Log(A / (B + x)) + (R + x) * Math.Log((Alpha + T) / (Alpha + tx))));

    public double PNoOrder(double x, double tx, double T, double ahead) =>
        1 - PAlive(x, tx, T) * (1 - Math.Exp(-(R + x) * Math.Log(1 + ahead / (Alpha + T))));

    public double ExpectedOrders(double x, double tx, double T, double ahead) =>
        PAlive(x, tx, T) * BetaGeometric.ExpectedOrders(R + x, Alpha + T, A, B + 1 + x, ahead);

    public double ExpectedOrdersOfNew(double ahead) => B / (A + B) * BetaGeometric.ExpectedOrders(R, Alpha, A, B + 1, ahead);

    /// <summary>Maximum likelihood.</summary>
    public static BtydFit<MbgNbd> Fit(BtydSample sample) => BetaGeometric.Fit(sample, 1, p => new MbgNbd(p[0], p[1], p[2], p[3]));
}

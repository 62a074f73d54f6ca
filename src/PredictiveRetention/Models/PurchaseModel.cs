namespace PredictiveRetention.Models;

/// <summary>
/// A buy-till-you-die model: customers buy at random at rates of their own until they stop, which nobody sees. A history is x repeat
/// purchase days, the last of them t_x after the first purchase, observed for T; time in the unit the model was fitted in.
/// </summary>
public interface IPurchaseModel
{
    /// <summary>Log-likelihood of one history.</summary>
    double LogLikelihood(double x, double tx, double T);

    /// <summary>P(has not stopped at T).</summary>
    double PAlive(double x, double tx, double T);

    /// <summary>P(no purchase in (T, T + ahead]).</summary>
    double PNoOrder(double x, double tx, double T, double ahead);

    /// <summary>E[purchases in (T, T + ahead]].</summary>
    double ExpectedOrders(double x, double tx, double T, double ahead);

    /// <summary>E[repeat purchases in (0, ahead]] of a customer who has just bought for the first time.</summary>
    double ExpectedOrdersOfNew(double ahead);
}

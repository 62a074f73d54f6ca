namespace PredictiveRetention.Models;

/// <summary>
/// A buy-till-you-die model: customers buy at random at rates of their own until they stop, which nobody sees. A history is x repeat purchase
/// days, the last of them t_x after the first purchase, observed for T; time in the unit the model was fitted in.
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

/// <summary>Expected spend by a purchase model, discounted.</summary>
public static class DiscountedValue
{
    private const double DaysOfYear = 365;

    /// <summary>Sum over periods of E[purchases in the period] x E[spend] x margin / (1 + rate)^(middle of the period / 365).</summary>
    /// <param name="timeUnitDays">Days in the model's unit of time.</param>
    /// <param name="spend">Expected spend a purchase.</param>
    /// <param name="annualRate">Discount a year; 0 for none.</param>
    /// <param name="periodDays">Length of a period, days.</param>
    public static double Of(
        IPurchaseModel model, double x, double tx, double T, double spend, double horizonDays, double timeUnitDays, double margin = 1, double annualRate = 0.1, double periodDays = 30)
    {
        double value = 0, before = 0;
        for (var start = 0.0; start < horizonDays; start += periodDays)
        {
            var end = Math.Min(horizonDays, start + periodDays);
            var orders = model.ExpectedOrders(x, tx, T, end / timeUnitDays);
            value += (orders - before) * spend * margin * Math.Pow(1 + annualRate, -(start + end) / 2 / DaysOfYear);
            before = orders;
        }
        return value;
    }
}

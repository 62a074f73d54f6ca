namespace PredictiveRetention.Models;

/// <summary>
/// Orders and spend within one horizon: P(order) from a classifier, E[spend | order] from a regressor on log spend, both calibrated.
/// Expected spend = P(order) x E[spend | order] x TotalFactor (a hurdle model: Cragg 1971, Econometrica 39, eq. 7 and 9).
/// </summary>
/// <param name="HorizonDays">What 'within' means.</param>
/// <param name="Orders">Margin of an order in the horizon.</param>
/// <param name="OrderCalibration">Margin to P(order).</param>
/// <param name="Spend">Log of the net spend of those who order.</param>
/// <param name="SpendCalibration">Log spend to expected spend.</param>
/// <param name="TotalFactor">Makes the predicted total of everybody equal the observed one on the calibration slice.</param>
public sealed record HurdleModel(
    int HorizonDays,
    Forest Orders,
    LogisticCalibration OrderCalibration,
    Forest Spend,
    SpendCalibration SpendCalibration,
    double TotalFactor)
{
    /// <param name="rows">pOrder.Length x width values in the model's feature order, all finite.</param>
    /// <param name="pOrder">Receives P(at least one purchase in the horizon).</param>
    /// <param name="spendIfOrder">Receives E[net spend in the horizon | a purchase in it], currency units.</param>
    public void Predict(ReadOnlySpan<float> rows, Span<double> pOrder, Span<double> spendIfOrder)
    {
        Orders.Score(rows, pOrder);
        Spend.Score(rows, spendIfOrder);
        for (var i = 0; i < pOrder.Length; i++)
        {
            pOrder[i] = OrderCalibration.Probability(pOrder[i]);
            spendIfOrder[i] = SpendCalibration.Spend(spendIfOrder[i]) * TotalFactor;
        }
    }
}

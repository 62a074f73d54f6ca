using System.Buffers;

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
    /// <param name="reasons">Where given, receives what moves each row's log-odds of no purchase most; none where the forest has no cover.</param>
    public void Predict(ReadOnlySpan<float> rows, Span<double> pOrder, Span<double> spendIfOrder, Span<Reasons> reasons = default)
    {
        if (reasons.IsEmpty) Orders.Score(rows, pOrder);
        else Explain(rows, pOrder, reasons);
        Spend.Score(rows, spendIfOrder);
        for (var i = 0; i < pOrder.Length; i++)
        {
            pOrder[i] = OrderCalibration.Probability(pOrder[i]);
            spendIfOrder[i] = SpendCalibration.Spend(spendIfOrder[i]) * TotalFactor;
        }
    }

    private void Explain(ReadOnlySpan<float> rows, Span<double> margins, Span<Reasons> reasons)
    {
        const int Block = 256;
        if (Orders.Cover is null)
        {
            Orders.Score(rows, margins);
            reasons.Fill(Reasons.None);
            return;
        }
        var width = Orders.Width;
        var contributions = ArrayPool<float>.Shared.Rent(Block * width);
        for (var start = 0; start < margins.Length; start += Block)
        {
            var count = Math.Min(Block, margins.Length - start);
            var block = rows.Slice(start * width, count * width);
            Orders.Explain(block, margins.Slice(start, count), contributions.AsSpan(0, count * width));
            for (var row = 0; row < count; row++)
                reasons[start + row] = Reasons.Of(contributions.AsSpan(row * width, width), block.Slice(row * width, width), -OrderCalibration.Slope);
        }
        ArrayPool<float>.Shared.Return(contributions);
    }
}

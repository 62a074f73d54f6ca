using System.Buffers;

namespace PredictiveRetention.Models;

/// <summary>How sound the footing of a model is; the best level the history allows is used.</summary>
public enum ModelLevel
{
    /// <summary>Fitted, and calibrated on later data than the fit saw.</summary>
    CalibratedLater,

    /// <summary>Fitted on the latest labelled cutoffs and calibrated by cross-fitting over customers: the history is short.</summary>
    CrossFitted,

    /// <summary>Nothing could be fitted honestly: the recency rule.</summary>
    RecencyRule,
}

/// <summary>
/// One version of what the product knows: who will order within the churn horizon and what everybody will spend within the CLV horizon.
/// An immutable value; <see cref="Features"/> names the columns a row must have, in order.
/// </summary>
/// <param name="Level">How it was made.</param>
/// <param name="ChurnHorizonDays">Churn = no purchase within this many days.</param>
/// <param name="ClvHorizonDays">CLV = expected net spend within this many days.</param>
/// <param name="Features">Feature names in column order; empty for the recency rule.</param>
/// <param name="Churn">Orders and spend within the churn horizon; null for the recency rule.</param>
/// <param name="Value">Orders and spend within the CLV horizon; null where Churn answers for it (equal horizons, or a history too short for the CLV horizon).</param>
/// <param name="ClvExtrapolation">CLV = expected spend of Value (or Churn) x this; 1 where the history holds the CLV horizon.</param>
public sealed record RetentionModel(
    ModelLevel Level,
    int ChurnHorizonDays,
    int ClvHorizonDays,
    IReadOnlyList<string> Features,
    HurdleModel? Churn,
    HurdleModel? Value,
    double ClvExtrapolation)
{
    /// <summary>Customers whose last purchase is longer ago are lost: reported, not counted as risk.</summary>
    public int LostAfterDays => LostAfter(ChurnHorizonDays);

    public static int LostAfter(int churnHorizonDays) => Math.Max(365, 4 * churnHorizonDays);

    public static RetentionModel Rule(int churnHorizonDays, int clvHorizonDays) =>
        new(ModelLevel.RecencyRule, churnHorizonDays, clvHorizonDays, [], null, null, 1);

    /// <param name="rows">pChurn.Length x Features.Count values, all finite.</param>
    /// <param name="pChurn">Receives P(no purchase in the churn horizon).</param>
    /// <param name="clv">Receives expected net spend in the CLV horizon, currency units.</param>
    /// <param name="spendIfOrder">Receives E[net spend in the churn horizon | a purchase in it].</param>
    /// <exception cref="InvalidOperationException">This is the recency rule, which needs no row.</exception>
    /// <param name="reasons">Where given, receives why each customer's churn is what it is; none for models that cannot say.</param>
    public void Predict(ReadOnlySpan<float> rows, Span<double> pChurn, Span<double> clv, Span<double> spendIfOrder, Span<Reasons> reasons = default)
    {
        if (Churn is null) throw new InvalidOperationException("The recency rule has no fitted model.");
        Churn.Predict(rows, pChurn, spendIfOrder, reasons);
        if (Value is null)
        {
            for (var i = 0; i < clv.Length; i++) clv[i] = pChurn[i] * spendIfOrder[i] * ClvExtrapolation;
        }
        else
        {
            var pOrder = ArrayPool<double>.Shared.Rent(clv.Length);
            Value.Predict(rows, pOrder.AsSpan(0, clv.Length), clv);
            for (var i = 0; i < clv.Length; i++) clv[i] *= pOrder[i] * ClvExtrapolation;
            ArrayPool<double>.Shared.Return(pOrder);
        }
        for (var i = 0; i < pChurn.Length; i++) pChurn[i] = 1 - pChurn[i];
    }

    public (double PChurn, double Clv, double SpendIfOrder) Predict(ReadOnlySpan<float> row)
    {
        Span<double> pChurn = [0], clv = [0], spend = [0];
        Predict(row, pChurn, clv, spend);
        return (pChurn[0], clv[0], spend[0]);
    }
}

using PredictiveRetention.Models;

namespace PredictiveRetention.Scoring;

/// <summary>What the champion says of one customer at a cutoff.</summary>
/// <param name="PChurn">P(no purchase in [cutoff, cutoff + horizon)), 0..1.</param>
/// <param name="Clv">Expected net spend in [cutoff, cutoff + CLV horizon), in currency units (not minor).</param>
/// <param name="SpendIfOrder">E[net spend in the churn horizon | a purchase in it], in currency units; the base of revenue at risk.</param>
/// <param name="Lost">Last purchase longer ago than max(365, 4 x horizon) days: reported, not counted as risk.</param>
/// <param name="Reasons">Why PChurn is what it is; none for the recency rule.</param>
public readonly record struct CustomerScore(double PChurn, double Clv, double SpendIfOrder, bool Lost, Reasons Reasons)
{
    public CustomerScore(double pChurn, double clv, double spendIfOrder, bool lost)
        : this(pChurn, clv, spendIfOrder, lost, Reasons.None)
    {
    }

    /// <summary>
    /// P(has not stopped buying), as Pareto/NBD alone tells it: the blend's P(order) may be above it; NaN without a fitted model.
    /// </summary>
    public float PAlive { get; init; } = float.NaN;

    /// <summary>Of Clv; NaN where the model has none.</summary>
    public SpendRange Range { get; init; } = SpendRange.None;

    public NextOrder Next { get; init; } = NextOrder.NotWithinHorizon;
}

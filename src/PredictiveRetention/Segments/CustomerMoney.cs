using PredictiveRetention.Scoring;

namespace PredictiveRetention.Segments;

/// <summary>
/// What one customer would spend in the churn horizon, in parts that add up: of somebody still buying <c>Expected + AtRisk</c> is what an
/// order would bring, of somebody who has gone <c>Expected + CouldComeBack</c>. The lost have none of it. Currency units.
/// </summary>
/// <param name="Expected">(1 - p_churn) x spend if there is an order.</param>
/// <param name="AtRisk">p_churn x that spend, of the still buying.</param>
/// <param name="CouldComeBack">p_churn x that spend, of the inactive: nothing that could be lost any more.</param>
public readonly record struct CustomerMoney(double Expected, double AtRisk, double CouldComeBack)
{
    public static CustomerMoney Of(in CustomerScore score, in Rhythm rhythm)
    {
        if (score.Lost) return default;
        var missed = score.PChurn * score.SpendIfOrder;
        return new CustomerMoney(
            (1 - score.PChurn) * score.SpendIfOrder, rhythm.StillBuying ? missed : 0, rhythm.StillBuying ? 0 : missed);
    }
}

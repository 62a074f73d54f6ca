using PredictiveRetention.Scoring;

namespace PredictiveRetention.Playbooks;

/// <summary>What a play is expected to bring and to cost for one customer, in currency units.</summary>
/// <param name="ExpectedNetValue">Net of its cost; negative when the play is not worth it.</param>
/// <param name="Cost">Expected, so an incentive counts with the probability that it is paid.</param>
public readonly record struct PlayWorth(double ExpectedNetValue, double Cost)
{
    /// <summary>
    /// With p0 = 1 - p_churn the probability of an order in the horizon left alone, u the play's uplift, S = E[spend | order],
    /// m the margin, c the cost per contact and s the incentive's share of the order:
    /// <code>
    /// p1        = min(max(p0 + u, 0), 1)         with the play
    /// cost      = c + s S p1                     the incentive is paid on orders that would have come anyway, too
    /// net value = (p1 - p0) S m - cost
    /// </code>
    /// So an incentive pays only where few would buy without it: with m = 1 and c = 0, where p0 &lt; u (1 - s) / s.
    /// S covers all orders of the horizon and the incentive is counted on all of them, which errs on the dear side.
    /// </summary>
    public static PlayWorth Estimate(Play play, in CustomerScore score, PlaybookEconomics economics)
    {
        var alone = 1 - score.PChurn;
        var with = Math.Clamp(alone + play.ExpectedUplift.Value, 0, 1);
        var cost = play.Cost.ContactIn(economics) + (play.Cost.ShareOfOrder * score.SpendIfOrder * with);
        return new PlayWorth(((with - alone) * score.SpendIfOrder * economics.Margin) - cost, cost);
    }
}

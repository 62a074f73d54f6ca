using PredictiveRetention.Scoring;

namespace PredictiveRetention.Playbooks;

/// <summary>What a play is expected to bring and to cost for one customer, in currency units.</summary>
/// <param name="ExpectedNetValue">Net of its cost; negative when the play is not worth it.</param>
/// <param name="Cost">Expected, so an incentive counts with the probability that it is paid.</param>
public readonly record struct PlayWorth(double ExpectedNetValue, double Cost)
{
    /// <summary>
    /// With p0 = 1 - p_churn the probability of an order in the horizon left alone, d the play's shift of its log-odds,
    /// S = E[spend | order], m the margin, c the cost per contact and s the incentive's share of the order:
    /// <code>
    /// p1        = 1 / (1 + exp(-(logit(p0) + d)))   with the play: nobody sure to buy or sure to leave is promised much
    /// cost      = c + s S p1                        the incentive is paid on orders that would have come anyway, too
    /// net value = (p1 - p0) S m - cost
    /// </code>
    /// S covers all orders of the horizon and the incentive is counted on all of them, which errs on the dear side.
    /// </summary>
    public static PlayWorth Estimate(Play play, in CustomerScore score, PlaybookEconomics economics)
    {
        var alone = 1 - score.PChurn;
        var with = play.ExpectedUplift.With(alone);
        var cost = play.Cost.ContactIn(economics) + (play.Cost.ShareOfOrder * score.SpendIfOrder * with);
        return new PlayWorth(((with - alone) * score.SpendIfOrder * economics.Margin) - cost, cost);
    }
}

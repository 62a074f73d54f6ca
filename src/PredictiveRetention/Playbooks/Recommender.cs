using PredictiveRetention.Features;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Playbooks;

/// <summary>
/// Finds the play of greatest expected net value for one customer; ties go to the higher priority, then the lower id.
/// Cooldown, capacity, budget and holdout concern many customers or other nights, so they are not decided here.
/// Safe to share between threads; allocates nothing.
/// </summary>
public sealed class Recommender(Playbook playbook, PlaybookEconomics economics)
{
    // In the book's order, which is the order of ties: the first of equals stays.
    private readonly Play[] _plays = [.. playbook.For(economics.Currency).Plays.Where(play => play.Enabled)];
    private readonly double _minorPerUnit = economics.Currency.MinorPerUnit;

    public Recommendation Recommend(in CustomerFacts facts, in CustomerScore score, in SegmentAssignment segments)
    {
        var candidate = new Candidate(facts, score, segments, _minorPerUnit);
        Recommendation best = default;
        var (applies, refused) = (false, false);
        foreach (var play in _plays)
        {
            if (!play.Audience.Includes(candidate)) continue;

            applies = true;
            var worth = PlayWorth.Estimate(play, score, economics);
            if (!(worth.ExpectedNetValue > Math.Max(best.ExpectedNetValue, economics.LeastWorth(play)))) continue;

            if (play.MayContact(facts)) best = new Recommendation(play.Id, worth.ExpectedNetValue, worth.Cost, Reason: null);
            else refused = true;
        }

        return best.PlayId is not null ? best
            : Recommendation.None(refused ? NoAction.NoConsent : applies ? NoAction.NotWorthItsCost : NoAction.NoPlayApplies);
    }
}

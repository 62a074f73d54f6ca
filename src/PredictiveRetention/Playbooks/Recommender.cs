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

    /// <summary>The plays that are switched on, in the order of ties.</summary>
    public IReadOnlyList<Play> Plays => _plays;

    /// <summary>How many days ago their audiences ask what the risk was.</summary>
    public IReadOnlyList<int> RiskDays => [.. _plays.SelectMany(play => play.Audience.RiskDays).Distinct().Order()];

    /// <param name="earlier">Set to the customer; null where nothing is known of earlier nights.</param>
    public Recommendation Recommend(
        in CustomerFacts facts, in CustomerScore score, in SegmentAssignment segments, EarlierRisk? earlier = null)
    {
        var candidate = new Candidate(facts, score, segments, _minorPerUnit, earlier);
        Recommendation best = default;
        var (applies, refused) = (false, false);
        foreach (var play in _plays)
        {
            var (_, standing, _, worth) = Judge(play, candidate);
            if (standing == PlayStanding.NotInAudience) continue;

            applies = true;
            if (standing == PlayStanding.NotWorthItsCost || !(worth.ExpectedNetValue > best.ExpectedNetValue)) continue;

            if (standing == PlayStanding.Offered) best = new Recommendation(play.Id, worth.ExpectedNetValue, worth.Cost, Reason: null);
            else refused = true;
        }

        return best.PlayId is not null ? best
            : Recommendation.None(refused ? NoAction.NoConsent : applies ? NoAction.NotWorthItsCost : NoAction.NoPlayApplies);
    }

    /// <summary>How a play stands for a customer, whether or not another is worth more.</summary>
    /// <param name="earlier">Set to the customer; null where nothing is known of earlier nights.</param>
    public PlayVerdict Judge(
        Play play, in CustomerFacts facts, in CustomerScore score, in SegmentAssignment segments, EarlierRisk? earlier = null) =>
        play.Enabled
            ? Judge(play, new Candidate(facts, score, segments, _minorPerUnit, earlier))
            : new PlayVerdict(play, PlayStanding.Off, 0, default);

    private PlayVerdict Judge(Play play, in Candidate candidate)
    {
        if (!play.Audience.Includes(candidate)) return new PlayVerdict(play, PlayStanding.NotInAudience, 0, default);

        var worth = PlayWorth.Estimate(play, candidate.Score, economics);
        var standing = !(worth.ExpectedNetValue > economics.LeastWorth(play)) ? PlayStanding.NotWorthItsCost
            : play.MayContact(candidate.Facts) ? PlayStanding.Offered
            : PlayStanding.NoConsent;
        return new PlayVerdict(play, standing, play.ExpectedUplift.With(1 - candidate.Score.PChurn), worth);
    }
}

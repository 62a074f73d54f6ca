using PredictiveRetention.Features;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>What a night would decide about one customer to whom no earlier night assigned anything, where nothing is limited.</summary>
public static class OneDecision
{
    /// <param name="customerId">Decides who is left alone; null or empty of nobody in particular, who never is.</param>
    /// <returns>And by how much the risk rose (<see cref="RiskRise"/>), null where it is not known.</returns>
    public static (Recommendation Action, double? RiskRise) Of(
        RetentionStore store, RunRecipe recipe, Playbook playbook, Currency currency, Cutoff asOf, string? customerId,
        in CustomerFacts facts, in CustomerScore score, in SegmentAssignment segments)
    {
        var recommender = new Recommender(playbook, recipe.Economics(currency));
        if (string.IsNullOrEmpty(customerId)) return (recommender.Recommend(facts, score, segments), null);
        var key = CustomerKey.Hash(customerId);
        var earlier = new EarlierNights(store, recommender, asOf).Of([key]);
        var decider = new Decider(recommender, recipe.Actions, Known(store, recommender.Plays), asOf, recipe.HorizonDays)
        {
            Earlier = earlier
        };
        var action = decider.Decide(key, facts, score, segments, []).Said(decider.PlayIds);
        return (action, score.Lost ? null : score.PChurn - earlier?.DaysAgo(RiskRise.Days));
    }

    /// <summary>The plays as the store knows them, and those no night has entered yet.</summary>
    private static List<KnownPlay> Known(RetentionStore store, IReadOnlyList<Play> plays)
    {
        var known = store.Plays.Read().ToList();
        var next = known.Count == 0 ? 0 : known.Max(play => play.No) + 1;
        foreach (var play in plays)
            if (!known.Exists(one => one.Id == play.Id)) known.Add(new KnownPlay(next++, play.Id, play.Salt));
        return known;
    }
}

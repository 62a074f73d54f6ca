namespace PredictiveRetention.Histories;

/// <summary>
/// Whether a customer with a running paid subscription let it end: contractual churn. The cover runs to the end of the terms in force; a
/// paid term that begins at most <c>grace</c> days after that end carries it on. A cancellation alone is not churn: the term may still be
/// renewed. A trial is no term, nor is one that ends before it begins.
/// </summary>
public static class SubscriptionOutcome
{
    /// <summary>True when a paid term ran on the day; a term ends at the start of its last day.</summary>
    public static bool Active(ReadOnlySpan<Subscription> subscriptions, int day)
    {
        foreach (ref readonly var term in subscriptions)
            if (IsTerm(term) && term.StartedDay < day && (term.EndedDay is null || term.EndedDay >= day)) return true;
        return false;
    }

    /// <summary>
    /// True when cover ends in [from, from + horizon) and is not carried on within the grace period. Needs data until from + horizon +
    /// grace.
    /// </summary>
    public static bool Churned(ReadOnlySpan<Subscription> subscriptions, Cutoff from, Horizon horizon, int grace)
    {
        var until = from.Plus(horizon.Days).Day;
        // A term in force at the cutoff that ends on that very day covers nothing after it, but may be carried on.
        var covered = from.Day;
        for (var carried = true; carried && covered < until;)
        {
            carried = false;
            foreach (ref readonly var term in subscriptions)
            {
                if (!IsTerm(term) || term.StartedDay > covered + grace) continue;
                if (term.EndedDay is not { } ended) return false;
                if (ended <= covered) continue;
                (covered, carried) = (ended, true);
            }
        }
        return covered < until;
    }

    private static bool IsTerm(in Subscription subscription) =>
        !subscription.IsTrial && (subscription.EndedDay is null || subscription.EndedDay > subscription.StartedDay);
}

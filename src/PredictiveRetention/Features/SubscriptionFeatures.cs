using PredictiveRetention.Histories;

namespace PredictiveRetention.Features;

/// <summary>What a row about a subscriber holds beside the registry's features: the course of the subscriptions so far.</summary>
public static class SubscriptionFeatures
{
    public static IReadOnlyList<string> Names { get; } = ["terms", "days_since_first_term", "terms_ended", "terms_cancelled", "had_trial",
        "days_of_running_term", "amount_change"];

    /// <summary>Everything is from before the cutoff; an end or a cancellation that comes later reads as none.</summary>
    /// <param name="row">Receives Names.Count values, all finite.</param>
    public static void Build(in HistoryBefore history, MoneyUnit money, Span<float> row)
    {
        row.Clear();
        double first = -1, previous = double.NaN, latest = double.NaN;
        for (var i = 0; i < history.SubscriptionCount; i++)
        {
            var term = history.Subscription(i);
            if (term.IsTrial)
            {
                row[4] = 1;
                continue;
            }
            row[0]++;
            if (first < 0) first = history.Cutoff.Day - term.StartedDay;
            if (term.EndedDay is not null) row[2]++;
            if (term.CancelledDay is not null) row[3]++;
            row[5] = history.Cutoff.Day - term.StartedDay;
            if (term.AmountMinor is { } amount) (previous, latest) = (latest, money.Of(amount));
        }
        row[1] = (float)first;
        row[6] = double.IsFinite(latest - previous) ? (float)(latest - previous) : 0;
    }
}

using PredictiveRetention.Playbooks;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>The nights a playbook asks about when it asks by how much a risk rose. Shared by the workers of a run.</summary>
internal sealed class EarlierNights
{
    /// <summary>Of nights older than four weeks one a week is kept.</summary>
    private const int MostDaysOff = 7;

    private readonly IReadOnlyList<(int Days, PastRisk? Night)> _nights;

    public EarlierNights(RetentionStore store, Recommender recommender, Cutoff asOf) =>
        _nights = [.. recommender.RiskDays.Select(days => (days, NightOf(store, asOf.Minus(days))))];

    /// <param name="keys">Customer keys, ascending.</param>
    /// <returns>Null where no play asks.</returns>
    public EarlierRisk? Of(IReadOnlyList<long> keys) =>
        _nights.Count == 0 ? null : new EarlierRisk(_nights.ToDictionary(
            night => night.Days, night => night.Night?.Of(keys) ?? new double?[keys.Count]));

    // An older one would tell of a rise in a longer time.
    private static PastRisk? NightOf(RetentionStore store, Cutoff day) =>
        store.Scores.RiskUpTo(day) is { } night && night.AsOf.Day >= day.Day - MostDaysOff ? night : null;
}

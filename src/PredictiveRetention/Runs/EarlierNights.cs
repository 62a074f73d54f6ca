using PredictiveRetention.Playbooks;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// The nights that say by how much a risk rose: over four weeks, and over what a playbook asks. Shared by the workers of a run.
/// </summary>
internal sealed class EarlierNights
{
    /// <summary>Of nights older than four weeks one a week is kept.</summary>
    private const int MostDaysOff = 7;

    private readonly IReadOnlyList<(int Days, PastRisk Night)> _nights;

    public EarlierNights(RetentionStore store, Recommender recommender, Cutoff asOf) =>
        _nights = [.. recommender.RiskDays.Append(RiskRise.Days).Distinct()
            .Select(days => (Days: days, Night: NightOf(store, asOf.Minus(days))))
            .Where(night => night.Night is not null)
            .Select(night => (night.Days, night.Night!))];

    /// <param name="keys">Customer keys, ascending.</param>
    /// <returns>Null where no night says.</returns>
    public EarlierRisk? Of(IReadOnlyList<long> keys) =>
        _nights.Count == 0 ? null : new EarlierRisk(_nights.ToDictionary(night => night.Days, night => night.Night.Of(keys)));

    // An older one would tell of a rise in a longer time.
    private static PastRisk? NightOf(RetentionStore store, Cutoff day) =>
        store.Scores.RiskUpTo(day) is { } night && night.AsOf.Day >= day.Day - MostDaysOff ? night : null;
}

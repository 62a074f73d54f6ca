using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>
/// How far a night may be from the published one before a person must look at it: most surprises are faults of an import, not news about
/// customers. Without a night before, only the quarantine is judged; what depends on the horizon only between equal horizons.
/// </summary>
public sealed record GuardBands
{
    /// <summary>Part of the population that may be quarantined.</summary>
    public double MaxQuarantined { get; init; } = 0.005;

    /// <summary>Part of the customers that may be gone since the night before.</summary>
    public double MaxCustomersLost { get; init; } = 0.1;

    /// <summary>Customers now / before.</summary>
    public double MaxCustomersGrowth { get; init; } = 2;

    /// <summary>Change of the mean churn probability, as a difference.</summary>
    public double MaxMeanShift { get; init; } = 0.1;

    /// <summary>Sum of CLV now / before, or the other way round; by customer, so that growth does not count.</summary>
    public double MaxClvRatio { get; init; } = 2;

    /// <summary>Population stability index of the churn probabilities in tenths; above 0.25 is commonly called a shift.</summary>
    public double MaxStabilityIndex { get; init; } = 0.5;

    /// <summary>What is outside, in words with the numbers; empty when the night may be published.</summary>
    public IReadOnlyList<string> Breaches(RunHeadline tonight, long quarantined, RunHeadline? before, bool comparable)
    {
        var breaches = new List<string>();
        var population = tonight.Customers + quarantined;
        Judge(quarantined > MaxQuarantined * population,
            $"{quarantined} of {population} customers could not be scored (at most {100 * MaxQuarantined:0.##} %)");
        if (before is null || before.Customers == 0) return breaches;
        Judge(population < (1 - MaxCustomersLost) * before.Customers,
            $"{population} customers after {before.Customers} (at least {100 * (1 - MaxCustomersLost):0.##} %)");
        Judge(population > MaxCustomersGrowth * before.Customers,
            $"{population} customers after {before.Customers} (at most {MaxCustomersGrowth:0.##} times as many)");
        if (!comparable) return breaches;
        Judge(Math.Abs(tonight.MeanPChurn - before.MeanPChurn) > MaxMeanShift,
            $"mean churn probability {tonight.MeanPChurn:0.000} after {before.MeanPChurn:0.000} (at most {MaxMeanShift:0.##} apart)");
        var (clv, clvBefore) = (tonight.Clv / Math.Max(1, tonight.Customers), before.Clv / before.Customers);
        Judge(clvBefore > 0 && (clv > MaxClvRatio * clvBefore || clv < clvBefore / MaxClvRatio),
            $"CLV of {clv:0.00} a customer after {clvBefore:0.00} (at most {MaxClvRatio:0.##} times more or less)");
        if (before.PChurnTenths is { } was && tonight.PChurnTenths is { } now && StabilityIndex(now, was) is var index)
            Judge(index > MaxStabilityIndex,
                $"churn probabilities are spread otherwise than before: population stability index {index:0.00} (at most "
                    + $"{MaxStabilityIndex:0.##})");
        return breaches;

        void Judge(bool outside, ref InvariantText words)
        {
            var said = words.ToStringAndClear();
            if (outside) breaches.Add(said);
        }
    }

    /// <summary>
    /// Sum of (p - q) ln(p / q) over the tenths (Siddiqi 2006, Credit Risk Scorecards, ch. 9); half a customer is added to each, so that an
    /// empty one counts.
    /// </summary>
    public static double StabilityIndex(IReadOnlyList<long> now, IReadOnlyList<long> before)
    {
        double index = 0, all = now.Sum() + 0.5 * now.Count, allBefore = before.Sum() + 0.5 * before.Count;
        for (var i = 0; i < now.Count; i++)
        {
            var (p, q) = ((now[i] + 0.5) / all, (before[i] + 0.5) / allBefore);
            index += (p - q) * Math.Log(p / q);
        }
        return index;
    }
}

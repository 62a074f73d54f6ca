using static PredictiveRetention.Invariant;

namespace PredictiveRetention.Evaluation;

/// <summary>The minima below which the footing of a model is lower than it could be.</summary>
public sealed record SufficiencyGate
{
    public int MinBuyers { get; init; } = 500;
    public int MinHistoryDays { get; init; } = 180;

    /// <summary>History in multiples of the churn horizon.</summary>
    public int MinHorizons { get; init; } = 2;

    /// <summary>The last order must be at most this many days before the cutoff.</summary>
    public int MaxSilentDays { get; init; } = 30;

    /// <summary>Customers of each class (churned, stayed) that every labelled slice must hold.</summary>
    public int MinOfEachClass { get; init; } = 100;

    /// <summary>The horizons of history that are missing; null when there are enough. Members then learn from a shorter horizon.</summary>
    public string? MissedHorizons(HistorySurvey survey, Cutoff cutoff, Horizon horizon) =>
        survey.HistoryDays(cutoff) < MinHorizons * horizon.Days
            ? Text($"{survey.HistoryDays(cutoff)} of {MinHorizons * horizon.Days} days of history ({MinHorizons} horizons of "
                + $"{horizon.Days} days)")
            : null;

    /// <summary>
    /// Every minimum missed without which members have nothing sound to learn from, each saying what was found and what is needed.
    /// </summary>
    public IReadOnlyList<string> Missed(HistorySurvey survey, Cutoff cutoff)
    {
        var missed = new List<string>();
        Require(survey.Buyers, MinBuyers, "customers with a purchase");
        Require(survey.HistoryDays(cutoff), MinHistoryDays, "days of history");
        var silent = cutoff.Day - survey.LastDay - 1;
        if (silent > MaxSilentDays)
            missed.Add(Text($"the last order is {silent} days before the cutoff, at most {MaxSilentDays} are allowed"));
        return missed;

        void Require(int found, int needed, string what)
        {
            if (found < needed) missed.Add(Text($"{found} of {needed} {what}"));
        }
    }
}

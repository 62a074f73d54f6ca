using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>
/// Which past cutoffs a model for one horizon learns from, given that nothing at or after <see cref="Cutoff"/> may be used: an origin is
/// usable when its whole horizon lies before the cutoff. With three horizons of history the forests are fitted on origins that end one horizon
/// earlier and calibrated on the latest; with less, all origins are used and calibration is cross-fitted over customers.
/// </summary>
public sealed record OriginPlan(Cutoff Cutoff, Horizon Horizon, ModelLevel Level, IReadOnlyList<Cutoff> Training, Cutoff Calibration)
{
    /// <summary>Stacked training origins: more add little and overlap more.</summary>
    public const int MaxOrigins = 6;

    public IEnumerable<Cutoff> All => Training.Append(Calibration).Distinct();

    /// <summary>Null when not even one origin has both a history to learn from and a full horizon before the cutoff.</summary>
    public static OriginPlan? For(Cutoff cutoff, Horizon horizon, int firstDay)
    {
        var h = horizon.Days;
        var step = Math.Max(1, h / Math.Max(1, (int)Math.Round(h / 30.0)));
        var latest = cutoff.Minus(h);
        var later = Origins(cutoff.Minus(2 * h), step, firstDay + h);
        if (later.Count >= 2) return new OriginPlan(cutoff, horizon, ModelLevel.CalibratedLater, later, latest);
        var all = Origins(latest, step, firstDay + Math.Max(30, h / 3));
        return all.Count >= 1 ? new OriginPlan(cutoff, horizon, ModelLevel.CrossFitted, all, latest) : null;
    }

    /// <summary>From the latest backwards, as long as there is a history before them; newest first.</summary>
    private static List<Cutoff> Origins(Cutoff latest, int step, int earliestDay)
    {
        var origins = new List<Cutoff>();
        for (var origin = latest; origin.Day >= earliestDay && origins.Count < MaxOrigins; origin = origin.Minus(step)) origins.Add(origin);
        return origins;
    }
}

using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>
/// Which past cutoffs a model for one horizon learns from, given that nothing at or after <see cref="Cutoff"/> may be used: an origin is
/// usable when the whole horizon of its labels lies before the cutoff and there is a history before it. A history of less than one and a
/// half horizons is halved: members learn from the shorter horizon, and BTYD carries them to the one asked for.
/// </summary>
/// <param name="Asked">The horizon answers are wanted for.</param>
/// <param name="Horizon">The horizon of the labels: Asked, or the longest that fits.</param>
/// <param name="Origins">Newest first.</param>
/// <param name="LastYears">The cutoff's own day in earlier years, where a horizon of history lies before it: what the season did
/// then.</param>
public sealed record OriginPlan(Cutoff Cutoff, Horizon Asked, Horizon Horizon, IReadOnlyList<Cutoff> Origins,
    IReadOnlyList<Cutoff> LastYears)
{
    /// <summary>Stacked origins: more add little and overlap more.</summary>
    public const int MaxOrigins = 6;

    public ModelLevel Level => Horizon == Asked ? ModelLevel.Blended : ModelLevel.ShorterHorizon;

    /// <summary>Without an origin where none has both a history to learn from and labels before the cutoff.</summary>
    public static OriginPlan For(Cutoff cutoff, Horizon asked, int firstDay)
    {
        var history = cutoff.Day - firstDay;
        var fitted = 2 * history >= 3 * asked.Days ? asked : Horizon.OfDays(Math.Max(1, history / 2));
        var h = fitted.Days;
        var step = Math.Max(1, h / Math.Max(1, (int)Math.Round(h / 30.0)));
        var origins = new List<Cutoff>();
        for (var origin = cutoff.Minus(h); origin.Day >= firstDay + Math.Max(30, h / 3)
            && origins.Count < MaxOrigins; origin = origin.Minus(step)) origins.Add(origin);
        var years = new[] { 365, 730 }.Select(cutoff.Minus)
            .Where(day => day.Day >= firstDay + Math.Max(180, h) && day.Plus(h).Day <= cutoff.Day)
            .ToList();
        return new OriginPlan(cutoff, asked, origins.Count > 0 ? fitted : asked, origins, years);
    }
}

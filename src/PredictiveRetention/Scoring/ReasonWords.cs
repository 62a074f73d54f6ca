using PredictiveRetention.Features;
using PredictiveRetention.Models;

namespace PredictiveRetention.Scoring;

/// <summary>A reason as people read it.</summary>
/// <param name="Feature">Name in the registry: the strongest of its theme whose words point the way of the effect.</param>
/// <param name="Theme">What it is about.</param>
/// <param name="Words">What is so, such as 'no order for 94 days, on average every 31'.</param>
/// <param name="Value">In the feature's unit.</param>
/// <param name="Effect">Change of the log-odds of no purchase by all features of the theme; above 0 raises churn.</param>
public sealed record SaidReason(string Feature, string Theme, string Words, double Value, double Effect);

public static class ReasonWords
{
    /// <summary>
    /// Those that raise churn first, then those that lower it, the strongest first. A reason of a night before there was a leaning is left
    /// out where nobody would say it so.
    /// </summary>
    /// <param name="features">The model's feature list.</param>
    /// <param name="currency">Of the shop.</param>
    /// <param name="isOverdue">
    /// The customer is silent for longer than usual: that there was an order not long ago is then no reason to stay.
    /// </param>
    public static IEnumerable<SaidReason> Say(Reasons reasons, IReadOnlyList<string> features, Currency currency, bool isOverdue)
    {
        var of = Standing.OfGap(reasons.MeanGap);
        var said = reasons.All().Where(reason => reason.Feature < features.Count).Select(reason => features[reason.Feature]).ToHashSet();
        var inOrder = reasons.All().OrderByDescending(reason => reason.Effect > 0).ThenByDescending(reason => Math.Abs(reason.Effect));
        foreach (var reason in inOrder)
        {
            if (reason.Feature >= features.Count) continue;
            // The mean gap is said once: by itself, else beside the silence, else beside the orders of a window.
            var isGapTold = said.Contains("gap_mean")
                || features[reason.Feature] != "days_since_last_order" && said.Contains("days_since_last_order");
            var definition = FeatureRegistry.All[FeatureRegistry.IndexOf(features[reason.Feature])];
            var toward = reason.Effect > 0 ? Leaning.Raises : Leaning.Lowers;
            if ((definition.LeaningOf(reason.Value, of) & toward) == 0) continue;
            if (isOverdue && toward == Leaning.Lowers && FeatureRegistry.IsSilence(definition.Name)) continue;
            yield return new SaidReason(definition.Name, definition.Theme.ToString(),
                definition.Say(reason.Value, toward, currency, Other, isGapTold), Math.Round(reason.Value, 2),
                Math.Round(reason.Effect, 3));
        }

        double Other(string feature) => feature == "gap_mean" ? of.MeanGap : double.NaN;
    }

    /// <summary>
    /// The one that a list says: the first that raises churn, or where the risk is low the first that lowers it; null without any.
    /// </summary>
    /// <param name="reasons">As they are said.</param>
    public static SaidReason? First(IReadOnlyList<SaidReason> reasons, double pChurn) =>
        (pChurn < Reasons.LowRisk ? reasons.FirstOrDefault(reason => reason.Effect < 0) : null) ?? (reasons.Count > 0 ? reasons[0] : null);
}

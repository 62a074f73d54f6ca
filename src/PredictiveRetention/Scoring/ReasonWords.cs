using PredictiveRetention.Features;
using PredictiveRetention.Models;

namespace PredictiveRetention.Scoring;

/// <summary>A reason as people read it.</summary>
/// <param name="Feature">Name in the registry: the strongest of its theme.</param>
/// <param name="Theme">What it is about.</param>
/// <param name="Words">What is so, such as 'no order for 94 days, usually every 31'.</param>
/// <param name="Value">Null where the customer has none.</param>
/// <param name="Effect">Change of the log-odds of no purchase by all features of the theme; above 0 raises churn.</param>
public sealed record SaidReason(string Feature, string Theme, string Words, double? Value, double Effect);

public static class ReasonWords
{
    /// <param name="features">The model's feature list.</param>
    /// <param name="currency">Of the shop.</param>
    public static IEnumerable<SaidReason> Say(Reasons reasons, IReadOnlyList<string> features, Currency currency)
    {
        foreach (var reason in reasons.All())
        {
            if (reason.Feature >= features.Count) continue;
            var definition = FeatureRegistry.All[FeatureRegistry.IndexOf(features[reason.Feature])];
            yield return new SaidReason(
                definition.Name, definition.ThemeOf(reason.Value).ToString(), definition.Say(reason.Value, currency, Other),
                definition.IsAbsent(reason.Value) ? null : Math.Round(reason.Value, 2), Math.Round(reason.Effect, 3));
        }

        double Other(string feature) => feature == "gap_mean" && reasons.UsualGap > 0 ? reasons.UsualGap : double.NaN;
    }
}

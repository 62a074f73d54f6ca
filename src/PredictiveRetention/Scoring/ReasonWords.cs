using System.Globalization;
using PredictiveRetention.Features;
using PredictiveRetention.Models;

namespace PredictiveRetention.Scoring;

/// <summary>A reason as people read it.</summary>
/// <param name="Feature">Name in the registry.</param>
/// <param name="Words">What is so, such as 'days since the last purchase: 109'.</param>
/// <param name="Value">Null where the customer has none.</param>
/// <param name="Effect">Change of the log-odds of no purchase; above 0 raises churn.</param>
public sealed record SaidReason(string Feature, string Words, double? Value, double Effect);

public static class ReasonWords
{
    /// <param name="features">The model's feature list.</param>
    public static IEnumerable<SaidReason> Of(Reasons reasons, IReadOnlyList<string> features)
    {
        foreach (var reason in reasons.All())
        {
            if (reason.Feature >= features.Count) continue;
            var definition = FeatureRegistry.All[FeatureRegistry.IndexOf(features[reason.Feature])];
            // A stand-in for what the customer does not have is no figure to show.
            double? value = definition.Indicator is not null && reason.Value == definition.WhenAbsent ? null : Math.Round(reason.Value, 2);
            yield return new SaidReason(definition.Name, $"{definition.Meaning}: {Figure(definition.Unit, value)}", value, Math.Round(reason.Effect, 3));
        }
    }

    private static string Figure(string unit, double? value) => (unit, value) switch
    {
        (_, null) => "none",
        ("0/1", { } flag) => flag > 0 ? "yes" : "no",
        ("share", { } share) => (100 * share).ToString("0.#", CultureInfo.InvariantCulture) + " %",
        (_, { } figure) => figure.ToString("#,0.##", CultureInfo.InvariantCulture),
    };
}

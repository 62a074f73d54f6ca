using static PredictiveRetention.Invariant;

namespace PredictiveRetention.Evaluation;

/// <summary>A leak audit as people read it: one sentence a probe.</summary>
public static class LeakWords
{
    public static IEnumerable<string> Sentences(LeakAudit leaks)
    {
        yield return leaks.Shifted.Count == 0
            ? Text($"features of {leaks.Probed} customers with a later order are the same with and without their future")
            : Text($"LEAK: of {leaks.Probed} customers these features change when their future is taken away: "
                + $"{string.Join(", ", leaks.Shifted)}");
        yield return leaks.Alarms.Any()
            ? Text($"ALARM: too good for one feature alone: {string.Join(", ", leaks.Alarms.Select(Ranked))} (model {leaks.ModelAuc:F3})")
            : Text($"no single feature is too good to be true: {string.Join(", ", leaks.Strongest.Take(3).Select(Ranked))} (model "
                + $"{leaks.ModelAuc:F3})"
                + $"{(leaks.Strongest.Any(feature => feature.Auc >= leaks.ModelAuc) ? ", though the first ranks these customers as well "
                    + "as the model" : "")}");
        if (leaks.ShuffledAuc is { } auc)
        {
            yield return leaks.ShuffledIsFair
                ? Text($"taught coins tossed for customers, trees rank the coins of customers of the other fold with AUC {auc:F3} (0.5 "
                    + $"is chance, standard error {leaks.ShuffledError:F3})")
                : Text($"LEAK: taught coins tossed for customers, trees know those of the other fold with AUC {auc:F3} (0.5 is chance, "
                    + $"standard error {leaks.ShuffledError:F3})");
        }
    }

    private static string Ranked(FeatureRank feature) => Text($"{feature.Feature} {feature.Auc:F3}");
}

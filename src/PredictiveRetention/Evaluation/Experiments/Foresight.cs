using MathNet.Numerics.Distributions;
using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Evaluation.Experiments;

/// <summary>
/// Tells columns that were not known when the arms were drawn: what came after the treatment differs between the arms, or implies the
/// outcome. A model that learnt from them would seem to know whom a treatment changes.
/// </summary>
internal static class Foresight
{
    // So unlikely by chance that no table has a column that does so.
    private const double Chance = 1e-6;

    /// <summary>Why a column cannot have been known; null where it may.</summary>
    /// <param name="arm">Of each row; 0 is the control.</param>
    public static string? Of(TableColumn column, int[] arm, int arms, IReadOnlyList<ExperimentOutcome> outcomes)
    {
        if (DiffersByArm(column, arm, arms)) return "differs between the arms: it came after the treatment";
        foreach (var outcome in outcomes)
            if (Implies(column, outcome)) return $"implies '{outcome.Name}': it came after the treatment";
        return null;
    }

    private static bool DiffersByArm(TableColumn column, int[] arm, int arms)
    {
        var values = column.Numbers ?? null;
        for (var other = 1; other < arms; other++)
        {
            if (values is not null)
            {
                var (control, treated) = (Arm(0), Arm(other));
                if (control.Count < 2 || treated.Count < 2) continue;
                if (ArmDifference.Of(control, treated).Absolute.PValue < Chance) return true;
            }
            else if (Association(column.Texts!, arm, other) < Chance) return true;
        }
        return false;

        ArmMoments Arm(int which) =>
            ArmMoments.Of(Enumerable.Range(0, arm.Length).Where(i => arm[i] == which && double.IsFinite(values[i])).Select(i => values[i]));
    }

    /// <summary>Pearson's chi-squared test of a column's values in an arm against the control.</summary>
    private static double Association(string?[] texts, int[] arm, int other)
    {
        var counts = new Dictionary<string, (double Control, double Treated)>(StringComparer.Ordinal);
        double control = 0, treated = 0;
        for (var i = 0; i < arm.Length; i++)
        {
            if (arm[i] != 0 && arm[i] != other) continue;
            var of = counts.GetValueOrDefault(texts[i] ?? "");
            if (arm[i] == 0) (control, of.Control) = (control + 1, of.Control + 1);
            else (treated, of.Treated) = (treated + 1, of.Treated + 1);
            counts[texts[i] ?? ""] = of;
        }
        var (sum, groups) = (0.0, 0);
        foreach (var (inControl, inTreated) in counts.Values)
        {
            var all = inControl + inTreated;
            if (all * Math.Min(control, treated) / (control + treated) < 5) continue;
            var expected = all * treated / (control + treated);
            sum += (inTreated - expected) * (inTreated - expected) / expected
                + (inTreated - expected) * (inTreated - expected) / (all - expected);
            groups++;
        }
        return groups < 2 ? 1 : 1 - ChiSquared.CDF(groups - 1, sum);
    }

    /// <summary>Whoever has some value of it, or any but 0, always has the outcome, far more than chance has it.</summary>
    private static bool Implies(TableColumn column, ExperimentOutcome outcome)
    {
        var base_ = outcome.Values.Count(value => value != 0) / (double)outcome.Values.Length;
        var groups = new Dictionary<string, (int Rows, int With)>(StringComparer.Ordinal);
        for (var i = 0; i < outcome.Values.Length; i++)
        {
            var key = column.Numbers is { } numbers ? numbers[i] > 0 ? "above" : numbers[i] < 0 ? "below" : "none" : column.Texts![i] ?? "";
            var of = groups.GetValueOrDefault(key);
            groups[key] = (of.Rows + 1, of.With + (outcome.Values[i] != 0 ? 1 : 0));
        }
        return groups.Values.Any(group => group.With == group.Rows && Math.Pow(base_, group.Rows) < Chance);
    }
}

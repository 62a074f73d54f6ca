using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>One line of the league: what a tool or a rule scored on the slice.</summary>
public sealed record LeagueEntry(string Name, ChurnMetrics? Churn, SpendMetrics? Spend);

/// <summary>
/// The model and the naive rules on one later slice. Every rule that needs numbers (a base rate, a mean, the slope of recency) takes them
/// from the slice one horizon earlier, never from the slice it is judged on.
/// </summary>
public sealed record LeagueTable(Cutoff Origin, Horizon Horizon, int Customers, IReadOnlyList<LeagueEntry> Entries)
{
    public const string Ours = "PredictiveRetention";

    public LeagueEntry Model => Entries[0];

    /// <summary>True when the model ranks churn no better than recency alone, which is a legal result that the card says aloud.</summary>
    public bool RuleRanksChurnAsWell => Entries.Skip(1).Any(entry => entry.Churn?.Auc >= Model.Churn!.Auc);

    /// <summary>True when a rule's probabilities were closer to what happened than the model's.</summary>
    public bool RuleIsBetterCalibrated => Entries.Skip(1).Any(entry => entry.Churn?.LogLoss < Model.Churn!.LogLoss);

    public static LeagueTable Of(HurdleModel model, LabelledSlice judged, LabelledSlice earlier)
    {
        var pOrder = new double[judged.Count];
        var spend = new double[judged.Count];
        model.Predict(judged.Rows, pOrder, spend);
        var churned = judged.Churned;
        var rate = earlier.Churned.Average();
        var recency = LogisticCalibration.Fit([.. earlier.Facts.Select(f => -LogDays(f))], earlier.Ordered);
        double[] byRecency = [.. judged.Facts.Select(f => 1 - recency.Probability(-LogDays(f)))];
        var h = judged.Horizon.Days;
        var mean = Math.Max(0, earlier.Net.Average());
        return new LeagueTable(judged.Origin, judged.Horizon, judged.Count,
        [
            Entry(Ours, pOrder.Select(p => 1 - p), pOrder.Zip(spend, (p, s) => p * s)),
            Entry("base rate / mean spend", judged.Facts.Select(_ => rate), judged.Facts.Select(_ => mean)),
            Entry("recency", byRecency, null),
            Entry("recency / mean gap", judged.Facts.Select(f => Overdue(f, rate)), null),
            Entry("same as last horizon", null, judged.Facts.Select(f => Math.Max(0, f.SpendInLastHorizon))),
            Entry("spend rate x horizon", null, judged.Facts.Select(f => RecencyRule.ExpectedSpend(f.NetRevenue, f.TenureDays, h, 0))),
            Entry("spend rate x horizon x P(order) by recency", null, judged.Facts.Zip(byRecency, (f, p) => RecencyRule.ExpectedSpend(f.NetRevenue, f.TenureDays, h, p))),
            Entry("spend to date", null, judged.Facts.Select(f => Math.Max(0, f.NetRevenue))),
        ]);

        LeagueEntry Entry(string name, IEnumerable<double>? p, IEnumerable<double>? value) => new(
            name,
            p is null ? null : ChurnMetrics.Of(churned, p.ToArray()),
            value is null ? null : SpendMetrics.Of(judged.Net, value.ToArray()));
    }

    private static double LogDays(NaiveFacts facts) => Math.Log(1 + facts.DaysSinceLastOrder);

    private static double Overdue(NaiveFacts facts, double baseRate) =>
        facts.MeanGapDays is { } gap ? facts.DaysSinceLastOrder / (facts.DaysSinceLastOrder + gap) : baseRate;
}

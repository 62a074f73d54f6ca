using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>One line of the league: what a tool or a rule scored on the slice.</summary>
public sealed record LeagueEntry(string Name, ChurnMetrics? Churn, SpendMetrics? Spend);

/// <summary>
/// The model, its members and the naive rules on one later slice. Every rule that needs numbers (a base rate, a mean, the slope of recency)
/// takes them from an earlier slice, never from the one it is judged on.
/// </summary>
/// <param name="Members">How many entries after the first are members of the blend; the rest are rules.</param>
public sealed record LeagueTable(Cutoff Origin, Horizon Horizon, int Customers, int Members, IReadOnlyList<LeagueEntry> Entries)
{
    public const string Ours = "PredictiveRetention";

    public LeagueEntry Model => Entries[0];

    private IEnumerable<LeagueEntry> Rules => Entries.Skip(1 + Members);

    /// <summary>True when the model ranks churn no better than recency alone, which is a legal result that the card says aloud.</summary>
    public bool RuleRanksChurnAsWell => Rules.Any(entry => entry.Churn?.Auc >= Model.Churn!.Auc);

    /// <summary>True when a rule's probabilities were closer to what happened than the model's.</summary>
    public bool RuleIsBetterCalibrated => Rules.Any(entry => entry.Churn?.LogLoss < Model.Churn!.LogLoss);

    /// <param name="earlier">A slice of the same horizon before the model's cutoff; null where the history holds none: rules that need its numbers are left out.</param>
    public static LeagueTable Of(BlendFit fit, LabelledSlice judged, LabelledSlice? earlier)
    {
        var h = judged.Horizon.Days;
        var target = fit.Target(judged.Unlabelled, h);
        var answers = new BlendAnswer[judged.Count];
        fit.Model.Predict(judged.Rows, target, answers);
        var churned = judged.Churned;
        var entries = new List<LeagueEntry> { Entry(Ours, answers.Select(answer => 1 - answer.POrder), answers.Select(answer => answer.Spend)) };
        foreach (var (name, odds, logSpend) in fit.Model.Members(judged.Rows, h)) entries.Add(Entry(name, odds?.Select(x => 1 - Level.Sigmoid(x)), logSpend?.Select(Math.Exp)));
        var members = entries.Count - 1;
        double[] byRecency = [.. judged.Facts.Select(f => RecencyRule.PChurn(f.DaysSinceLastOrder, h))];
        double? rate = null;
        if (earlier is not null)
        {
            rate = earlier.Churned.Average();
            var mean = Math.Max(0, earlier.Net.Average());
            var recency = LogisticCalibration.Fit([.. earlier.Facts.Select(f => -LogDays(f))], earlier.Ordered);
            byRecency = [.. judged.Facts.Select(f => 1 - recency.Probability(-LogDays(f)))];
            entries.Add(Entry("base rate / mean spend", judged.Facts.Select(_ => rate.Value), judged.Facts.Select(_ => mean)));
        }
        entries.Add(Entry("recency", byRecency, null));
        if (rate is { } baseRate) entries.Add(Entry("recency / mean gap", judged.Facts.Select(f => Overdue(f, baseRate)), null));
        entries.Add(Entry("same as last horizon", null, judged.Facts.Select(f => Math.Max(0, f.SpendInLastHorizon))));
        entries.Add(Entry("spend rate x horizon", null, judged.Facts.Select(f => RecencyRule.ExpectedSpend(f.NetRevenue, f.TenureDays, h, 0))));
        entries.Add(Entry("spend rate x horizon x P(order) by recency", null, judged.Facts.Zip(byRecency, (f, p) => RecencyRule.ExpectedSpend(f.NetRevenue, f.TenureDays, h, p))));
        entries.Add(Entry("spend to date", null, judged.Facts.Select(f => Math.Max(0, f.NetRevenue))));
        return new LeagueTable(judged.Origin, judged.Horizon, judged.Count, members, entries);

        LeagueEntry Entry(string name, IEnumerable<double>? p, IEnumerable<double>? value) => new(
            name,
            p is null ? null : ChurnMetrics.Of(churned, p.ToArray()),
            value is null ? null : SpendMetrics.Of(judged.Net, value.ToArray()));
    }

    private static double LogDays(NaiveFacts facts) => Math.Log(1 + facts.DaysSinceLastOrder);

    private static double Overdue(NaiveFacts facts, double baseRate) =>
        facts.MeanGapDays is { } gap ? facts.DaysSinceLastOrder / (facts.DaysSinceLastOrder + gap) : baseRate;
}

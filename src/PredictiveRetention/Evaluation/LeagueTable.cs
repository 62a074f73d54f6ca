namespace PredictiveRetention.Evaluation;

/// <summary>One line of the league: what a tool or a rule scored on the slice.</summary>
public sealed record LeagueEntry(string Name, ContenderKind Kind, ChurnMetrics? Churn, SpendMetrics? Spend);

/// <summary>The model, its members and the naive rules on one later slice.</summary>
public sealed record LeagueTable(Cutoff Origin, Horizon Horizon, int Customers, IReadOnlyList<LeagueEntry> Entries)
{
    public LeagueEntry Model => Entries[0];

    private IEnumerable<LeagueEntry> Rules => Entries.Where(entry => entry.Kind == ContenderKind.Rule);

    /// <summary>True when the model ranks churn no better than recency alone, which is a legal result that the card says aloud.</summary>
    public bool RuleRanksChurnAsWell => Rules.Any(entry => entry.Churn?.Auc >= Model.Churn!.Auc);

    /// <summary>A rule that ranked spend no worse than the model; null where there is none.</summary>
    public string? RuleRanksSpendAsWell =>
        Rules.Where(entry => entry.Spend?.Gini >= Model.Spend?.Gini).MaxBy(entry => entry.Spend!.Gini)?.Name;

    /// <summary>True when a rule's probabilities were closer to what happened than the model's.</summary>
    public bool RuleIsBetterCalibrated => Rules.Any(entry => entry.Churn?.LogLoss < Model.Churn!.LogLoss);

    public static LeagueTable Build(JudgedOrigin judged)
    {
        var churned = judged.Slice.Churned;
        var bySpend = new Ranking(judged.Slice.Net);
        int[] once = [.. churned.Select(_ => 1)];
        return new LeagueTable(judged.Slice.Origin, judged.Slice.Horizon, judged.Slice.Count,
            [.. judged.Contenders.Select(contender => new LeagueEntry(
            contender.Name,
            contender.Kind,
            contender.PChurn is { } p ? new ChurnColumn(churned, p).Weighted(once) : null,
            contender.Spend is { } spend ? new SpendColumn(judged.Slice.Net, bySpend, spend).Weighted(once) : null))]);
    }
}

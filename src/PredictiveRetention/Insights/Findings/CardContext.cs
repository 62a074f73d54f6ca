using PredictiveRetention.Models;
using PredictiveRetention.Playbooks;

namespace PredictiveRetention.Insights.Findings;

/// <summary>Customers a play is recommended to tonight, and what that is expected to bring after its cost.</summary>
public sealed record PlayResult(string Id, long Customers, double ExpectedNetValue);

/// <summary>What sentences need beside the figures.</summary>
/// <param name="Plays">Of the run.</param>
/// <param name="Economics">Of the run.</param>
internal sealed record CardContext(InsightContext Insight, ModelLevel Level, DateOnly DataThrough, Playbook Playbook,
    IReadOnlyList<PlayResult> Plays, PlaybookEconomics Economics)
{
    /// <summary>Part of the revenue that is earned; 1 when values are counted as revenue.</summary>
    public double Margin => Economics.Margin;

    public Currency Currency => Insight.Currency;

    public FindingThresholds Thresholds => Insight.Recipe.Settings.Thresholds;

    /// <summary>Said wherever a probability or a CLV is.</summary>
    public string Predicted => Level == ModelLevel.RecencyRule ? "by the recency rule, not a fitted model" : "predicted";
}

namespace PredictiveRetention.Playbooks;

/// <summary>Whom a play is for: the compiled rule of its YAML.</summary>
public sealed class Audience
{
    private readonly Rule _rule;

    internal Audience(Rule rule, IReadOnlyList<int>? riskDays = null) => (_rule, RiskDays) = (rule, riskDays ?? []);

    /// <summary>How many days ago it asks what the risk was.</summary>
    internal IReadOnlyList<int> RiskDays { get; }

    public bool Includes(in Candidate candidate) => _rule.Holds(candidate);

    /// <summary>The rule in words: "lifecycle is Dormant or Lost and value tier is High".</summary>
    public override string ToString() => _rule.ToString()!;
}

namespace PredictiveRetention.Playbooks;

/// <summary>Whom a play is for: the compiled rule of its YAML.</summary>
public sealed class Audience
{
    private readonly Rule _rule;

    internal Audience(Rule rule) => _rule = rule;

    public bool Includes(in Candidate candidate) => _rule.Holds(candidate);

    /// <summary>The rule in words: "lifecycle is Dormant or Lost and value tier is High".</summary>
    public override string ToString() => _rule.ToString()!;
}

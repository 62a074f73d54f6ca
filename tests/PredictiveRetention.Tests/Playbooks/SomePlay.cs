using PredictiveRetention.Playbooks;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks;

/// <summary>A legal play as YAML; a test states only the lines that matter.</summary>
internal static class SomePlay
{
    public static string Yaml(
        string id = "nudge",
        string audience = "{ orders: { min: 0 } }",
        string cost = "{ per_contact: 1 }",
        string uplift = "0.1",
        string priority = "Medium",
        string channel = "onsite",
        string more = "",
        string currency = "GBP") => $$"""
        id: {{id}}
        name: Nudge
        why: Because it helps.
        priority: {{priority}}
        owner: CRM
        channel: {{channel}}
        timeline: Now
        audience: {{audience}}
        cost: {{cost}}
        expected_uplift: { prior: {{uplift}}, source: Assumption until measured }
        {{more}}
        currency: {{currency}}
        """;

    /// <summary>What is read, the schema accepts, too.</summary>
    public static Playbook Book(params string[] plays)
    {
        var book = Playbook.Parse(plays.Select((text, index) => ($"play-{index + 1}.yaml", text)));
        Assert.All(plays, text => Assert.True(PlaySchemaFile.Accepts(text), text));
        return book;
    }

    public static Play Play(string yaml) => Book(yaml).Plays[0];
}

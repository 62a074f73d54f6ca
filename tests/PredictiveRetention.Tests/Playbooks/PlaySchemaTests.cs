using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks;

/// <summary>
/// docs/play.schema.json is made from the code, and says of a play what reading it says. That it accepts every YAML of the tests which is
/// read is seen by <see cref="SomePlay.Book"/>, that it refuses what is a fault by <see cref="PlaybookFaultsTests"/>.
/// </summary>
public class PlaySchemaTests
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <summary>A play with every field there is.</summary>
    private static readonly string s_full = $$"""
        {
          "$schema": "play.schema.json",
          "id": "welcome-back", "formerly": ["hello-again", "come-back"], "salt": "spring", "name": "Welcome back",
          "why": "They returned.", "priority": "High", "owner": "CRM", "channel": "email", "unknown_consent": "allow",
          "timeline": "Day 7", "steps": [{ "day": 7, "message": "Thanks" }],
          "audience": { {{string.Join(", ", AudienceField.All.Values.Select(Condition))}},
            "any": [{ "orders": [1, 2] }, { "lost": [true, false] }], "not": { "persona": ["Loyalist", "Returning"] } },
          "cost": { "per_contact": 1, "share_of_order": 0.1, "per_contact_share": 0.001 }, "currency": "EUR",
          "expected_uplift": { "prior": 0.01, "source": "Assumption" },
          "cooldown_days": 30, "holdout_share": 0.1, "budget": 500, "capacity": 100, "enabled": true
        }
        """;

    [Fact]
    public void The_kept_schema_is_what_the_code_makes() => Approved.Equal("docs/play.schema.json", PlaySchema.Text());

    [Fact]
    public void It_is_a_schema_of_draft_2020_12() =>
        Assert.True(MetaSchemas.Draft202012.Evaluate(JsonDocument.Parse(PlaySchema.Text()).RootElement).IsValid);

    [Fact]
    public void Retain_prints_it()
    {
        var (exitCode, output, error) = Retain.Run("playbook", "schema");
        Assert.Equal((0, PlaySchema.Text(), ""), (exitCode, output, error));
    }

    [Fact]
    public void It_accepts_every_shipped_play_and_each_names_it()
    {
        var folder = Path.Combine(Repository.Root, "src", "PredictiveRetention", "Playbooks", "Plays");
        var files = Directory.GetFiles(folder, "*.yaml");
        Assert.Equal(Playbook.Shipped().Plays.Count, files.Length);
        Assert.All(files, file =>
        {
            Assert.StartsWith("# yaml-language-server: $schema=play.schema.json\nid: ", File.ReadAllText(file), StringComparison.Ordinal);
            Assert.True(PlaySchemaFile.Accepts(File.ReadAllText(file)), file);
        });
    }

    [Fact]
    public void Every_field_that_is_read_is_in_it_and_every_field_in_it_is_read()
    {
        Assert.True(PlaySchemaFile.Accepts(Full()));
        Assert.Null(Fault(Full()));
        var fields = Paths(Full()).Where(path => path[^1] is string).ToList();
        var written = fields.Select(path => string.Join('.', path.OfType<string>())).Where(IsNoConditionOfAnother);
        Assert.Equal(Described().Order(StringComparer.Ordinal), written.Distinct().Order(StringComparer.Ordinal));
        Assert.All(fields, path =>
        {
            var play = Full();
            var parent = At(play, path[..^1]).AsObject();
            var value = parent[(string)path[^1]];
            parent.Remove((string)path[^1]);
            parent["x_" + path[^1]] = value;
            Assert.Contains("x_" + path[^1] + ": is not a", Fault(play), StringComparison.Ordinal);
            Assert.False(PlaySchemaFile.Accepts(play), string.Join('.', path));
        });
    }

    [Fact]
    public void It_refuses_what_is_a_fault_and_nothing_else()
    {
        JsonNode?[] others = [null, true, -1, 0, 0.5, 1.5, 1_000_000_000, "x", "X y", new JsonArray(), new JsonObject(), new JsonArray("x"),
            new JsonArray(1), new JsonArray(true), new JsonArray(new JsonObject()), new JsonObject { ["min"] = 2 }];
        foreach (var path in Paths(Full()))
        {
            foreach (var other in others)
            {
                var play = Full();
                if (path[^1] is string name) At(play, path[..^1]).AsObject()[name] = other?.DeepClone();
                else At(play, path[..^1]).AsArray()[(int)path[^1]] = other?.DeepClone();
                AssertAgreed(play, $"{string.Join('.', path)}: {other?.ToJsonString() ?? "null"}");
            }
            var without = Full();
            if (path[^1] is string left) At(without, path[..^1]).AsObject().Remove(left);
            else At(without, path[..^1]).AsArray().RemoveAt((int)path[^1]);
            AssertAgreed(without, $"{string.Join('.', path)} is left out");
        }
    }

    [Fact]
    public void It_knows_names_in_every_form_in_which_they_are_read()
    {
        foreach (var field in AudienceField.All.Values.OfType<SegmentField>())
        {
            foreach (var form in field.Values.SelectMany(Forms))
                AssertAccepted(SomePlay.Yaml(audience: $"{{ {field.Name}: '{form}', lost: false }}"), field.Name + ": " + form);
        }
        foreach (var priority in PlayNames.Priorities.SelectMany(Forms)) AssertAccepted(SomePlay.Yaml(priority: priority), priority);
        foreach (var channel in PlayNames.Channels)
            AssertAccepted(SomePlay.Yaml(channel: channel.ToUpperInvariant()), channel);
        foreach (var code in Currency.Codes.SelectMany(Forms)) AssertAccepted(SomePlay.Yaml(currency: code), code);

        static IEnumerable<string> Forms(string name) =>
        [
            name, name.ToUpperInvariant(), name.Replace(' ', '-'), name.Replace(' ', '_'), name.Replace('-', ' '),
            string.Concat(name.Where(char.IsAsciiLetter))
        ];
        static void AssertAccepted(string yaml, string what)
        {
            _ = SomePlay.Play(yaml);
            Assert.True(PlaySchemaFile.Accepts(yaml), what);
        }
    }

    private static void AssertAgreed(JsonNode play, string what)
    {
        var fault = Fault(play);
        // Of several fields together.
        if (fault?.Contains("is above max", StringComparison.Ordinal) == true) return;

        Assert.True(PlaySchemaFile.Accepts(play) == fault is null, $"{what}: {fault ?? "is read"}");
    }

    private static string Condition(AudienceField field) => $"\"{field.Name}\": " + field switch
    {
        SegmentField segment => $"\"{segment.Values[0]}\"",
        FigureField => """{ "min": 1, "max": 1 }""",
        RiseField => """{ "points": 10, "days": 28 }""",
        _ => "true",
    };

    private static JsonNode Full() => JsonNode.Parse(s_full)!;

    /// <summary>Null where there is none. JSON is YAML, too.</summary>
    private static string? Fault(JsonNode play)
    {
        try
        {
            Playbook.Parse([("play.yaml", play.ToJsonString(s_indented))]);
            return null;
        }
        catch (RetentionException fault)
        {
            return fault.Message;
        }
    }

    private static JsonNode At(JsonNode node, IEnumerable<object> path) =>
        path.Aggregate(node, (at, step) => step is string name ? at[name]! : at[(int)step]!);

    /// <summary>To every field and every element of a list.</summary>
    private static IEnumerable<object[]> Paths(JsonNode? node)
    {
        var steps = node switch
        {
            JsonObject mapping => mapping.Select(field => ((object)field.Key, field.Value)),
            JsonArray list => list.Select((one, index) => ((object)index, one)),
            _ => [],
        };
        return steps.SelectMany(step => Paths(step.Item2).Select(path => (object[])[step.Item1, .. path]).Prepend([step.Item1]));
    }

    /// <summary>What audience.any and audience.not hold is an audience again.</summary>
    private static bool IsNoConditionOfAnother(string path) =>
        !path.StartsWith("audience.any.", StringComparison.Ordinal) && !path.StartsWith("audience.not.", StringComparison.Ordinal);

    /// <summary>The paths of all fields of the schema, each of which says what it is.</summary>
    private static IEnumerable<string> Described()
    {
        var root = JsonNode.Parse(PlaySchema.Text())!;
        return Fields(root, "");

        IEnumerable<string> Fields(JsonNode schema, string path)
        {
            if (schema["$ref"]?.GetValue<string>() is { } reference)
            {
                if (path is not ("audience.any" or "audience.not"))
                    foreach (var field in Fields(root["$defs"]![reference["#/$defs/".Length..]]!, path)) yield return field;
                yield break;
            }
            var inner = schema["anyOf"]?.AsArray().ToList() ?? [];
            if (schema["items"] is { } items) inner.Add(items);
            foreach (var field in inner.SelectMany(form => Fields(form!, path))) yield return field;
            foreach (var (name, value) in schema["properties"]?.AsObject() ?? [])
            {
                var full = path.Length == 0 ? name : path + "." + name;
                if (name is not ("min" or "max")) Assert.False(string.IsNullOrEmpty(value!["description"]?.GetValue<string>()), full);
                yield return full;
                foreach (var field in Fields(value!, full)) yield return field;
            }
        }
    }
}

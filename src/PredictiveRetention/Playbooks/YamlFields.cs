using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PredictiveRetention.Playbooks;

/// <summary>
/// One YAML mapping, asked field by field; faults are collected and a stand-in is returned, so that reading goes on.
/// The fields asked for are the fields allowed.
/// </summary>
internal sealed class YamlFields(string file, string path, YamlMappingNode mapping, PlayFaults faults)
{
    private readonly List<string> _asked = [];

    public Mark Start => mapping.Start;

    public Mark StartOf(string name) => Value(name)?.Start ?? mapping.Start;

    public YamlNode? Optional(string name)
    {
        if (!_asked.Contains(name)) _asked.Add(name);
        return Value(name);
    }

    public YamlNode? Required(string name)
    {
        var node = Optional(name);
        if (node is null) Fault(name, mapping.Start, "is missing");

        return node;
    }

    public string Text(string name) => Required(name) is { } node ? TextOf(name, node) ?? "" : "";

    public string? OptionalText(string name) => Optional(name) is { } node ? TextOf(name, node) : null;

    /// <summary>The index of one of the allowed words, in any case.</summary>
    public int Choice(string name, string[] allowed, int? fallback = null)
    {
        var node = fallback is null ? Required(name) : Optional(name);
        if (node is null || TextOf(name, node) is not { } text) return fallback ?? 0;

        var index = Array.FindIndex(allowed, word => word.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (index < 0) Fault(name, node.Start, $"'{text}' is not allowed{Suggestion(text, allowed)}");

        return Math.Max(index, 0);
    }

    public double Number(string name, double min, double max) => Required(name) is { } node ? NumberOf(name, node, min, max) ?? 0 : 0;

    public double Number(string name, double min, double max, double fallback) =>
        Optional(name) is { } node ? NumberOf(name, node, min, max) ?? fallback : fallback;

    /// <summary>Null where it is not there.</summary>
    public double? Amount(string name, double min, double max) => Optional(name) is { } node ? NumberOf(name, node, min, max) : null;

    public int? Whole(string name, int min, int max, bool required = false)
    {
        var node = required ? Required(name) : Optional(name);
        if (node is null || NumberOf(name, node, min, max) is not { } number) return null;

        if (number != Math.Floor(number)) Fault(name, node.Start, Invariant.Text($"{number} is not a whole number"));

        return (int)number;
    }

    public bool Flag(string name, bool fallback) => Optional(name) is { } node ? FlagOf(name, node) ?? fallback : fallback;

    /// <summary>The mapping under a name, or null after a fault.</summary>
    public YamlFields? Nested(string name, YamlNode node)
    {
        if (node is YamlMappingNode nested) return new YamlFields(file, Path(name), nested, faults);

        Fault(name, node.Start, $"takes a mapping of fields, not {Kind(node)}");
        return null;
    }

    public IEnumerable<(string Name, YamlNode Key, YamlNode Value)> Entries() =>
        mapping.Children.Select(entry => ((entry.Key as YamlScalarNode)?.Value ?? entry.Key.ToString(), entry.Key, entry.Value));

    public void RejectOthers()
    {
        foreach (var (name, key, _) in Entries().Where(entry => !_asked.Contains(entry.Name)))
        {
            Fault(name, key.Start, $"is not a field here{Suggestion(name, _asked)}");
        }
    }

    public string? TextOf(string name, YamlNode node)
    {
        if (node is not YamlScalarNode scalar)
        {
            Fault(name, node.Start, $"takes a single value, not {Kind(node)}");
            return null;
        }

        if (string.IsNullOrWhiteSpace(scalar.Value) || scalar is { Style: ScalarStyle.Plain, Value: "~" or "null" })
        {
            Fault(name, node.Start, "has no value");
            return null;
        }

        return scalar.Value.Trim();
    }

    public double? NumberOf(string name, YamlNode node, double min, double max)
    {
        if (TextOf(name, node) is not { } text) return null;

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            Fault(name, node.Start, $"'{text}' is not a number");
            return null;
        }

        if (number < min || number > max)
        {
            Fault(name, node.Start, Invariant.Text($"{number} is out of range. Allowed: {Span(min, max)}"));
            return null;
        }

        return number;
    }

    public bool? FlagOf(string name, YamlNode node)
    {
        if (TextOf(name, node) is not { } text) return null;

        if (!bool.TryParse(text, out var flag))
        {
            Fault(name, node.Start, $"'{text}' is not allowed. Allowed: true, false");
            return null;
        }

        return flag;
    }

    public void Fault(string name, Mark at, string problem) => faults.Add(file, at, Path(name), problem);

    /// <summary>Ends a sentence about an unknown word: "; did you mean 'x'? Allowed: x, y".</summary>
    public static string Suggestion(string found, IReadOnlyList<string> allowed) =>
        $"{(NearestName.Find(found, allowed) is { } nearest ? $"; did you mean '{nearest}'?" : ".")} Allowed: {string.Join(", ", allowed)}";

    /// <summary>The name of one element of a list in a fault: any[2].</summary>
    public static string Indexed(string name, int index) => Invariant.Text($"{name}[{index}]");

    public static string Kind(YamlNode node) => node switch
    {
        YamlMappingNode => "a mapping",
        YamlSequenceNode => "a list",
        _ => "a single value",
    };

    private YamlNode? Value(string name) => mapping.Children.TryGetValue(new YamlScalarNode(name), out var value) ? value : null;

    private string Path(string name) => path.Length == 0 ? name : name.Length == 0 ? path : $"{path}.{name}";

    private static string Span(double min, double max) => (min, max) switch
    {
        (double.MinValue, double.MaxValue) => "any number",
        (_, double.MaxValue or int.MaxValue) => Invariant.Text($"{min} or more"),
        _ => Invariant.Text($"{min} to {max}"),
    };
}

using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace PredictiveRetention.Playbooks;

/// <summary>
/// Compiles the audience of a play. A mapping holds when all its entries hold; an entry is a field with a value, a list of
/// values or {min, max} (inclusive), or `any:` a list of mappings of which one must hold, or `not:` a mapping that must not.
/// </summary>
internal sealed class AudienceReader
{
    public const string Any = "any";
    public const string Negation = "not";

    // Of a churn probability: less is noise of the model.
    public const double LeastPoints = 0.1;

    // So long scores are kept.
    public const int MostDaysAgo = 365;

    // Deeper is either a mistake or a YAML alias that contains itself.
    private const int MaxDepth = 8;

    // More is no audience anybody wrote: a YAML alias stands for as many conditions as what it names, and those for theirs.
    private const int MaxMappings = 1000;

    private readonly List<int> _riskDays = [];
    private bool _speaksOfLost;
    private int _mappings;

    /// <summary>
    /// Lost customers are in an audience only when the play says so: it has a `lost` condition, or names the lifecycle Lost.
    /// </summary>
    public static Audience Read(YamlFields play, YamlNode node)
    {
        var reader = new AudienceReader();
        var rule = reader.Mapping(play, "audience", node, 0, negated: false);
        var notLost = new IsFlag((FlagField)AudienceField.All[AudienceField.Lost], whenTrue: false, whenFalse: true);
        return new Audience(reader._speaksOfLost ? rule : new AllOf([rule, notLost]), reader._riskDays);
    }

    private AllOf Mapping(YamlFields parent, string name, YamlNode node, int depth, bool negated)
    {
        if (++_mappings > MaxMappings)
        {
            if (_mappings == MaxMappings + 1)
            {
                parent.Fault(name, node.Start, $"is one of more than {MaxMappings} mappings: an alias repeats what it names every time");
            }

            return Nobody;
        }

        if (depth > MaxDepth)
        {
            parent.Fault(name, node.Start, $"is nested deeper than {MaxDepth} levels");
            return Nobody;
        }

        if (parent.Nested(name, node) is not { } fields) return Nobody;

        var rules = fields.Entries()
            .Select(entry => entry.Name switch
            {
                Any => AnyMapping(fields, entry.Value, depth, negated),
                Negation => new Not(Mapping(fields, Negation, entry.Value, depth + 1, !negated)),
                _ => Condition(fields, entry.Name, entry.Key, entry.Value, negated),
            })
            .ToArray();
        if (rules.Length == 0) parent.Fault(name, node.Start, "has no condition");

        return new AllOf(rules);
    }

    private Rule AnyMapping(YamlFields fields, YamlNode node, int depth, bool negated)
    {
        if (node is YamlSequenceNode { Children.Count: > 0 } list)
        {
            return new AnyOf([.. list.Select((one, index) => Mapping(fields, YamlFields.Indexed(Any, index), one, depth + 1, negated))]);
        }

        fields.Fault(Any, node.Start, "takes a list of mappings");
        return Nobody;
    }

    private Rule Condition(YamlFields fields, string name, YamlNode key, YamlNode value, bool negated)
    {
        _speaksOfLost |= name == AudienceField.Lost;
        switch (AudienceField.All.GetValueOrDefault(name))
        {
            case SegmentField segment:
                return Segment(fields, segment, value, negated);
            case FigureField figure when value is YamlMappingNode:
                return Range(fields, figure, value);
            case FigureField figure:
                return new IsFigure(
                    figure, [.. Values(fields, name, value).Select(one => fields.NumberOf(name, one, figure.Min, figure.Max) ?? 0)]);
            case RiseField:
                return Rise(fields, name, value);
            case FlagField flag:
                var flags = Values(fields, name, value).Select(one => fields.FlagOf(name, one)).ToList();
                return new IsFlag(flag, flags.Contains(true), flags.Contains(false));
            default:
                var known = AudienceField.Names.Append(Any).Append(Negation).ToList();
                fields.Fault(name, key.Start, $"is not an audience field{YamlFields.Suggestion(name, known)}");
                return Nobody;
        }
    }

    private InSegment Segment(YamlFields fields, SegmentField field, YamlNode node, bool negated)
    {
        var allowed = 0u;
        foreach (var value in Values(fields, field.Name, node))
        {
            if (fields.TextOf(field.Name, value) is not { } text) continue;

            if (field.Parse(text) is { } index)
            {
                allowed |= 1u << index;
                _speaksOfLost |= field.Name == "lifecycle" && index == (byte)Segments.Lifecycle.Lost && !negated;
            }
            else fields.Fault(field.Name, value.Start, $"'{text}' is no {field.Words}{YamlFields.Suggestion(text, field.Values)}");
        }

        return new InSegment(field, allowed);
    }

    private Rule Rise(YamlFields parent, string name, YamlNode node)
    {
        if (parent.Nested(name, node) is not { } fields) return Nobody;

        var (points, days) = (fields.Number("points", LeastPoints, 100), fields.Whole("days", 1, MostDaysAgo, required: true) ?? 1);
        fields.RejectOthers();
        _riskDays.Add(days);
        return new RiskRaised(points, days);
    }

    private static InRange Range(YamlFields parent, FigureField field, YamlNode node)
    {
        var fields = parent.Nested(field.Name, node)!;
        double? Bound(string name) => fields.Optional(name) is { } bound ? fields.NumberOf(name, bound, field.Min, field.Max) : null;

        var (min, max) = (Bound("min"), Bound("max"));
        fields.RejectOthers();
        if (!fields.Entries().Any()) parent.Fault(field.Name, node.Start, "has neither min nor max");

        if (min > max) parent.Fault(field.Name, node.Start, string.Create(CultureInfo.InvariantCulture, $"min {min} is above max {max}"));

        return new InRange(field, min, max);
    }

    // One value is a list of one.
    private static YamlSequenceNode Values(YamlFields fields, string name, YamlNode node)
    {
        if (node is not YamlSequenceNode list) return new YamlSequenceNode(node);

        if (list.Children.Count == 0) fields.Fault(name, node.Start, "is an empty list");

        return list;
    }

    // What a faulty part stands for until all faults are known.
    private static AllOf Nobody => new([]);
}

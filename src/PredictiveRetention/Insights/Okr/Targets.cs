using System.Globalization;
using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Playbooks;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PredictiveRetention.Insights.Okr;

/// <summary>What a shop wants of a KPI.</summary>
/// <param name="By">The day it is to be reached.</param>
/// <param name="Source">Who set it, or where it comes from.</param>
public sealed record Target(OkrKpi Kpi, double Goal, DateOnly By, bool Up, string Source);

/// <summary>What a shop compares a KPI with; none comes with the product.</summary>
public sealed record Benchmark(OkrKpi Kpi, double From, double To, string Source);

/// <summary>A shop's targets, benchmarks and thresholds, from one YAML file.</summary>
public sealed record Targets(IReadOnlyList<Target> Goals, IReadOnlyList<Benchmark> Benchmarks, FindingThresholds Thresholds)
{
    public static Targets None { get; } = new([], [], new FindingThresholds());

    private static readonly string[] s_directions = ["down", "up"];

    /// <exception cref="RetentionException">Every fault: file, line, column, field, found and allowed. Two targets of one KPI are a
    /// fault.</exception>
    public static Targets Parse(string file, string text)
    {
        var faults = new PlayFaults("the targets");
        if (YamlText.Load(file, text, faults) is not { } documents)
        {
            faults.ThrowIfAny();
            return None;
        }
        if (documents.Count == 0) return None;
        if (documents[0].RootNode is not YamlMappingNode root)
        {
            faults.Add(file, new Mark(0, 1, 1), "", "is no mapping of targets, benchmarks and thresholds");
            faults.ThrowIfAny();
            return None;
        }
        var fields = new YamlFields(file, "", root, faults);
        var (goals, benchmarks) = (new List<Target>(), new List<Benchmark>());
        var lines = new Dictionary<string, Mark>();
        foreach (var one in Items(fields, "targets"))
        {
            if (Goal(one) is not { } goal) continue;
            if (!lines.TryAdd(goal.Kpi.Place, one.Start))
            {
                var before = lines[goal.Kpi.Place];
                var known = goals.First(other => other.Kpi.Place == goal.Kpi.Place);
                one.Fault("", one.Start,
                    string.Create(CultureInfo.InvariantCulture,
                        $"{goal.Kpi.Id} has a target of {known.Goal} already, in line {before.Line}; a KPI has one target"));
                continue;
            }
            goals.Add(goal);
        }
        foreach (var one in Items(fields, "benchmarks"))
        {
            if (Kpi(one) is not { } kpi) continue;
            var (from, to) = (one.Number("from", double.MinValue, double.MaxValue), one.Number("to", double.MinValue, double.MaxValue));
            benchmarks.Add(new Benchmark(kpi, from, to, one.Text("source")));
            if (from > to) one.Fault("from", one.StartOf("from"), string.Create(CultureInfo.InvariantCulture, $"{from} is above to, {to}"));
            one.RejectOthers();
        }
        var thresholds = new FindingThresholds();
        if (fields.Optional("thresholds") is { } node && fields.Nested("thresholds", node) is { } own)
        {
            foreach (var (name, get, set, min, max) in FindingThresholds.All)
                thresholds = set(thresholds, own.Number(name, min, max, get(thresholds)));
            own.RejectOthers();
        }
        fields.RejectOthers();
        faults.ThrowIfAny();
        return new Targets(goals, benchmarks, thresholds);
    }

    private static List<YamlFields> Items(YamlFields fields, string name)
    {
        if (fields.Optional(name) is not { } node) return [];
        if (node is YamlSequenceNode list)
            return [.. list.Select((one, index) => fields.Nested(YamlFields.Indexed(name, index), one)).OfType<YamlFields>()];
        fields.Fault(name, node.Start, $"takes a list, not {YamlFields.Kind(node)}");
        return [];
    }

    private static Target? Goal(YamlFields fields)
    {
        var kpi = Kpi(fields);
        var goal = fields.Number("target", double.MinValue, double.MaxValue);
        var by = Date(fields);
        var direction = fields.Choice("direction", s_directions, fallback: -1);
        var source = fields.Text("source");
        fields.RejectOthers();
        if (kpi is null || by is null) return null;
        if (kpi.Unit == Unit.Share && goal is < 0 or > 1)
            fields.Fault("target", fields.StartOf("target"),
                string.Create(CultureInfo.InvariantCulture, $"{goal} is no share; write 0.06 for 6 %"));
        if (direction >= 0 || kpi.HigherIsBetter is not null)
            return new Target(kpi, goal, by.Value, direction >= 0 ? direction == 1 : kpi.HigherIsBetter!.Value, source);
        fields.Fault("direction", fields.Start, $"is missing: for {kpi.Id} neither more nor less is better by itself. Allowed: up, down");
        return null;
    }

    /// <summary>`kpi` names one of the objectives' own; `metric`, with `view` and `labels`, any figure of a run.</summary>
    private static OkrKpi? Kpi(YamlFields fields)
    {
        var (kpi, metric) = (fields.Optional("kpi"), fields.Optional("metric"));
        var (view, labels) = (fields.Optional("view"), fields.Optional("labels"));
        if (kpi is not null && metric is null && view is null && labels is null)
        {
            var id = fields.TextOf("kpi", kpi);
            if (id is null) return null;
            if (OkrKpi.Find(id) is { } known) return known;
            fields.Fault("kpi", kpi.Start, $"'{id}' is no KPI{YamlFields.Suggestion(id, [.. OkrKpi.All.Select(one => one.Id)])}");
            return null;
        }
        if (kpi is not null || metric is null)
        {
            fields.Fault("kpi", fields.Start, "is missing: name a kpi, or a metric with its view and labels, not both");
            return null;
        }
        if (fields.TextOf("metric", metric) is not { } name) return null;
        if (MetricCatalogue.Find(name) is not { } found)
        {
            fields.Fault("metric", metric.Start,
                $"'{name}' is no "
                    + $"metric"
                    + $"{(NearestName.Find(name, [.. MetricCatalogue.All.Select(one => one.Id)]) is { } near
                        ? $"; did you mean '{near}'?"
                        : "")}");
            return null;
        }
        var at = view is null ? "kpis" : fields.TextOf("view", view) ?? "kpis";
        var parts = labels switch
        {
            null => [],
            YamlSequenceNode list => list.Select(label => fields.TextOf("labels", label) ?? "").ToList(),
            _ => new List<string> { fields.TextOf("labels", labels) ?? "" },
        };
        if (parts.Count > 3) fields.Fault("labels", labels!.Start, "takes three labels at most");
        var place = string.Join('/', parts.Prepend(name).Prepend(at));
        return OkrKpi.All.FirstOrDefault(one => one.Place == place)
            ?? new OkrKpi(place, "Own", string.Join(", ", parts.Prepend(found.Name)), at, name, [.. parts.Take(3)], null);
    }

    private static DateOnly? Date(YamlFields fields)
    {
        if (fields.Required("by") is not { } node || fields.TextOf("by", node) is not { } text) return null;
        if (IsoDate.TryRead(text, out var date)) return date;
        fields.Fault("by", node.Start, $"'{text}' is not a date; write 2027-06-30");
        return null;
    }
}

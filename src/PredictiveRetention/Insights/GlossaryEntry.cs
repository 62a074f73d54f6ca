using PredictiveRetention.Features;

namespace PredictiveRetention.Insights;

/// <summary>What a metric is, for people and programs.</summary>
/// <param name="Aggregation">sum: parts add up; ratioOfSums: numerators and denominators add up, then divide; notAdditive: only from the
/// customers themselves.</param>
/// <param name="Needs">Sources without which it is not available, in words; empty: orders are enough.</param>
/// <param name="Views">Where it is found.</param>
public sealed record GlossaryEntry(
    string Id, string Name, string Unit, string Formula, string Meaning, string Filter, string Aggregation, IReadOnlyList<string> Teams,
    IReadOnlyList<string> Needs, IReadOnlyList<string> Views)
{
    public static IReadOnlyList<GlossaryEntry> All { get; } = [.. MetricCatalogue.All.Select(Describe)];

    public static GlossaryEntry? Find(string id) => All.FirstOrDefault(entry => entry.Id == id);

    private static GlossaryEntry Describe(Metric metric) => new(
        metric.Id, metric.Name, FigureRow.WordOf(metric.Unit), metric.Formula, metric.Meaning, metric.Filter,
        char.ToLowerInvariant(metric.Aggregation.ToString()[0]) + metric.Aggregation.ToString()[1..], metric.Teams.Split(", "),
        Sources(metric.Needs), [.. ViewCatalogue.With(metric.Id).Select(view => view.Id)]);

    private static IReadOnlyList<string> Sources(DataSource needs) =>
        [.. Enum.GetValues<DataSource>()
            .Where(source => source != 0 && needs.HasFlag(source))
            .Select(SourceWords.Name)
            .Where(words => words.Length > 0)];
}

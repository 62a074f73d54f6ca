using PredictiveRetention.Features;
using PredictiveRetention.Playbooks;

namespace PredictiveRetention.Insights;

/// <summary>A name in a question that is not known; the message names the nearest and those allowed.</summary>
/// <param name="parameter">Which part of the question.</param>
public sealed class UnknownNameException(string parameter, string message) : RetentionException(Failure.Usage, message)
{
    public string Parameter { get; } = parameter;
}

/// <summary>What somebody wants to know: a view, which of its metrics, and which of its rows.</summary>
/// <param name="Metrics">Empty for all of the view.</param>
/// <param name="Where">Labels wanted, by dimension; several of one dimension are alternatives.</param>
public sealed record FigureQuestion(InsightView View, IReadOnlyList<string> Metrics, ILookup<string, string> Where)
{
    private const string MonthPrefix = "month_";

    /// <param name="groupBy">Dimensions in any order, or the name of a view behind "by_"; null for the plainest view of the metric.</param>
    /// <exception cref="UnknownNameException">There is no such metric, or none by that.</exception>
    public static FigureQuestion Parse(string metric, string? groupBy, IReadOnlyList<(string Dimension, string Value)> where)
    {
        if (MetricCatalogue.Find(metric) is null) throw Unknown("metric", metric, "metric", MetricCatalogue.All.Select(known => known.Id));
        var plainest = ViewCatalogue.With(metric).First();
        // Asking for one group is asking by group.
        if (groupBy is null && where.Select(pair => pair.Dimension).Distinct().ToList() is { Count: > 0 } named
            && named.Exists(dimension => !plainest.Dimensions.Contains(dimension, StringComparer.OrdinalIgnoreCase)))
            groupBy = string.Join(',', named).ToLowerInvariant() is var implied
                && (Grouped(implied, metric) ?? Grouped(implied, MonthPrefix + metric)) is not null
                ? implied
                : null;
        if (groupBy is null) return new FigureQuestion(plainest, [metric], where.ToLookup());
        if (Grouped(groupBy, metric) is { } view) return new FigureQuestion(view, [metric], where.ToLookup());
        // Revenue by month is the month's revenue: the same question of a period.
        if (MetricCatalogue.Find(MonthPrefix + metric) is { } ofMonth && Grouped(groupBy, ofMonth.Id) is { } months)
            return new FigureQuestion(months, [ofMonth.Id], where.ToLookup());
        if (ViewCatalogue.With(metric).FirstOrDefault(candidate => candidate.Dimensions is ["taxonomy", "segment"]) is { } segments
            && Taxonomy.All.Any(taxonomy => taxonomy.Id == groupBy))
            return new FigureQuestion(segments, [metric], where.Append(("taxonomy", groupBy)).ToLookup());
        var allowed = ViewCatalogue.With(metric).Concat(ViewCatalogue.With(MonthPrefix + metric)).SelectMany(Groups).Distinct().ToList();
        throw allowed.Count == 0
            ? new UnknownNameException("group_by", $"{metric} is of the shop as a whole: it cannot be grouped.")
            : Unknown("group_by", groupBy, $"way to group {metric}", allowed);
    }

    /// <exception cref="UnknownNameException">There is no such view, or it has no such metric.</exception>
    public static FigureQuestion OfView(string view, IReadOnlyList<string> metrics, IEnumerable<(string Dimension, string Value)> where)
    {
        var found = ViewCatalogue.Find(view) ?? throw Unknown("view", view, "view", ViewCatalogue.All.Select(known => known.Id));
        foreach (var metric in metrics)
            if (!found.Metrics.Contains(metric)) throw Unknown("metric", metric, $"metric of the view {view}", found.Metrics);
        return new FigureQuestion(found, metrics, where.ToLookup());
    }

    /// <summary>The view customers, or months, are grouped by in this way.</summary>
    /// <exception cref="UnknownNameException">There is no such way.</exception>
    public static InsightView Grouped(string groupBy) =>
        Grouped(groupBy, null) ?? throw Unknown("group_by", groupBy, "way to group", ViewCatalogue.All.SelectMany(Groups).Distinct());

    /// <summary>
    /// The rows asked for, with their reason where there are none: a missing source is said, never shown as nothing.
    /// </summary>
    /// <param name="figures">Those of the view, in their order.</param>
    /// <param name="none">Why the run has no figures of the view at all; null when it should.</param>
    /// <param name="noScores">Why the run has no scores; null where it has.</param>
    /// <exception cref="UnknownNameException">A filter names a dimension or a value the view does not have.</exception>
    public IReadOnlyList<FigureRow> Answer(IReadOnlyList<Figure> figures, SourceCoverage coverage, string? none = null,
        string? noScores = null)
    {
        foreach (var dimension in Where.Select(group => group.Key))
            if (!View.Dimensions.Contains(dimension, StringComparer.OrdinalIgnoreCase))
                throw Unknown(dimension, dimension, $"dimension of the view {View.Id}",
                    View.Dimensions.Concat(["metric", "group_by", "as_of", "run", "format"]), isFilter: true);
        if (figures.Count == 0 && none is not null)
            return [.. (Metrics.Count > 0 ? Metrics : View.Metrics).Select(metric => FigureRow.None(View, metric, none))];
        var rows = figures.Where(figure => Metrics.Count == 0 || Metrics.Contains(figure.Metric))
            .Select(figure => FigureRow.Describe(View, figure))
            .ToList();
        foreach (var metric in Metrics.Except(rows.Select(row => row.Metric)).ToList())
            rows.Add(FigureRow.None(View, metric,
                (MetricCatalogue.Get(metric).NeedsScores ? noScores : null)
                    ?? SourceWords.Missing(MetricCatalogue.Get(metric).Needs, coverage)
                    ?? (figures.Count > 0 && figures.All(figure => figure.State == FigureState.NotAvailable) ? figures[0].Note : null)
                        ?? "nothing to count"));
        // In the order asked for, groups in that of the view.
        if (Metrics.Count > 1) rows = [.. rows.OrderBy(row => Metrics.ToList().IndexOf(row.Metric))];
        foreach (var wanted in Where)
        {
            // Rows without the label say why there are none with it.
            var dimension = View.Dimensions.First(name => name.Equals(wanted.Key, StringComparison.OrdinalIgnoreCase));
            var labels = rows.Select(row => row.Labels.GetValueOrDefault(dimension)).OfType<string>().Distinct().ToList();
            foreach (var value in wanted)
                if (labels.Count > 0 && !labels.Exists(label => Matches(label, value)))
                    throw Unknown(dimension, value, dimension.Replace('_', ' '), labels, isFilter: true);
            rows.RemoveAll(row => row.Labels.TryGetValue(dimension, out var label)
                ? !wanted.Any(value => Matches(label, value))
                : row.State != "notAvailable");
        }
        return rows;
    }

    /// <summary>In any case; "Recent" is enough for "Recent (up to 30 days)".</summary>
    private static bool Matches(string label, string value) =>
        label.Equals(value, StringComparison.OrdinalIgnoreCase) || label.StartsWith(value + " (", StringComparison.OrdinalIgnoreCase);

    private static InsightView? Grouped(string groupBy, string? metric)
    {
        var wanted = groupBy.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal)
            .ToList();
        return (metric is null ? ViewCatalogue.All : ViewCatalogue.With(metric))
            .FirstOrDefault(view => view.Id != "kpis"
                && (view.Id == "by_" + groupBy || view.Dimensions.Order(StringComparer.Ordinal).SequenceEqual(wanted)));
    }

    private static IEnumerable<string> Groups(InsightView view) =>
        view.Id == "kpis" ? []
        : view.Dimensions is ["taxonomy", "segment"] ? [view.GroupBy, .. Taxonomy.All.Select(taxonomy => taxonomy.Id)]
        : view.Dimensions.Count > 1 && view.Id.StartsWith("by_", StringComparison.Ordinal) ? [view.Id["by_".Length..]]
        : [view.GroupBy];

    /// <summary>Says that a name is not known, which is nearest, and which there are.</summary>
    public static string UnknownOf(string found, string what, IReadOnlyList<string> known, bool isFilter = false)
    {
        const int Shown = 150;
        var nearest = NearestName.Find(found, known);
        var list = string.Join(", ", known.Take(Shown))
            + (known.Count > Shown ? $" and {FigureBuilder.Number(known.Count - Shown)} more" : "");
        return $"'{found}' is no {what}.{(nearest is null ? "" : $" Did you mean '{nearest}'?")} {(isFilter ? "Allowed" : "Known")}: "
            + $"{list}.";
    }

    private static UnknownNameException Unknown(string parameter, string found, string what, IEnumerable<string> allowed,
        bool isFilter = false) =>
        new(parameter, UnknownOf(found, what, [.. allowed], isFilter));
}

internal static class FilterPairs
{
    public static ILookup<string, string> ToLookup(this IEnumerable<(string Dimension, string Value)> where) =>
        where.ToLookup(pair => pair.Dimension, pair => pair.Value, StringComparer.OrdinalIgnoreCase);
}

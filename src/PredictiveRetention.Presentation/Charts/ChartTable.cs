using PredictiveRetention.Insights;

namespace PredictiveRetention.Presentation.Charts;

/// <summary>What a chart draws and its table view lists: the same cells.</summary>
/// <param name="RowName">Heading of the labels.</param>
/// <param name="RowIsPeriod">Labels are days, months or quarters as ISO writes them.</param>
public sealed record ChartTable(string RowName, IReadOnlyList<ChartSeries> Series, IReadOnlyList<ChartRow> Rows, bool RowIsPeriod = false)
{
    /// <summary>
    /// One row a label of a dimension, one series a metric. Rows of figures without the label (why there are none) are left to
    /// <see cref="Why"/>.
    /// </summary>
    public static ChartTable ByGroup(IReadOnlyList<FigureRow> figures, string dimension, string rowName, IReadOnlyList<string> metrics,
        Func<string, string?>? link = null)
    {
        var with = figures.Where(figure => figure.Labels.ContainsKey(dimension)).ToList();
        var series = metrics.Select(metric => SeriesOf(figures, metric)).ToList();
        var rows = with.GroupBy(figure => figure.Labels[dimension])
            .Select(group => new ChartRow(group.Key,
                [.. metrics.Select(metric => ChartCell.From(group.FirstOrDefault(figure => figure.Metric == metric)))],
                link?.Invoke(group.Key)))
            .ToList();
        return new ChartTable(rowName, series, rows, IsPeriod(dimension)) { Why = WhyNone(figures) };
    }

    /// <summary>One row a label of a dimension, one series a label of another, one metric.</summary>
    public static ChartTable Pivot(IReadOnlyList<FigureRow> figures, string dimension, string across, string metric, string rowName,
        Func<string, string?>? link = null)
    {
        var with = figures.Where(figure => figure.Metric == metric && figure.Labels.ContainsKey(dimension)
            && figure.Labels.ContainsKey(across))
            .ToList();
        var names = with.Select(figure => figure.Labels[across]).Distinct().ToList();
        var unit = with.FirstOrDefault()?.Unit ?? "count";
        var rows = with.GroupBy(figure => figure.Labels[dimension])
            .Select(group => new ChartRow(group.Key,
                [.. names.Select(name => ChartCell.From(group.FirstOrDefault(figure => figure.Labels[across] == name)))],
                link?.Invoke(group.Key)))
            .ToList();
        return new ChartTable(rowName, [.. names.Select(name => new ChartSeries(name, unit) { IsData = true })], rows,
            IsPeriod(dimension))
        { Why = WhyNone(figures) };
    }

    /// <summary>Why there is nothing to draw; null when there is, or nobody said.</summary>
    public string? Why { get; init; }

    public bool IsEmpty => !Rows.Any(row => row.Cells.Any(cell => cell.Value is not null));

    /// <summary>
    /// What of it is drawn: the series of the first one's unit, since another has no axis, and no more of them than there are colours. Of
    /// stacked columns the largest stay and the rest stand together; the table has all. A dot of a scatter needs both its values.
    /// </summary>
    /// <param name="rest">What the series that stand together are called.</param>
    internal ChartTable Drawn(ChartKind kind, string rest)
    {
        if (kind == ChartKind.Scatter) return Where(row => row.Cells[0].Value is not null && row.Cells[1].Value is not null);
        var drawn = Enumerable.Range(0, Series.Count).Where(i => Series[i].Unit == Series[0].Unit).ToList();
        if (kind != ChartKind.StackedColumns || drawn.Count <= ChartStyle.Colours) return With([.. drawn.Take(ChartStyle.Colours)], []);
        var largest = drawn.OrderByDescending(i => Rows.Sum(row => Math.Abs(row.Cells[i].Value ?? 0)))
            .Take(ChartStyle.Colours - 1).ToHashSet();
        return With([.. drawn.Where(largest.Contains)], [.. drawn.Where(i => !largest.Contains(i))]);

        ChartTable With(IReadOnlyList<int> alone, IReadOnlyList<int> together)
        {
            var few = this with
            {
                Series = [.. alone.Select(i => Series[i])],
                Rows = [.. Rows.Select(row => row with { Cells = [.. alone.Select(i => row.Cells[i])] })],
            };
            return together.Count == 0 ? few : few with
            {
                Series = [.. few.Series, new ChartSeries(rest, Series[0].Unit)],
                Rows = [.. few.Rows.Zip(Rows, (row, all) => row with { Cells = [.. row.Cells, Sum(all)] })],
            };

            ChartCell Sum(ChartRow row) => new(together.Sum(i => row.Cells[i].Value ?? 0));
        }
    }

    /// <summary>The last rows only.</summary>
    public ChartTable Last(int rows) => this with { Rows = [.. Rows.TakeLast(rows)] };

    /// <summary>Without the periods that have not ended.</summary>
    public ChartTable Ended() => Where(row => !row.Cells.All(cell => cell.IsOpen));

    public ChartTable Where(Func<ChartRow, bool> which) => this with { Rows = [.. Rows.Where(which)] };

    /// <summary>Highest first, by a series.</summary>
    public ChartTable Ranked(int series = 0) =>
        this with { Rows = [.. Rows.OrderByDescending(row => row.Cells[series].Value ?? double.NegativeInfinity)] };

    public IEnumerable<(ChartRow Row, double Value)> ValuesOf(int series) =>
        Rows.Where(row => row.Cells[series].Value is not null).Select(row => (row, row.Cells[series].Value!.Value));

    private static ChartSeries SeriesOf(IReadOnlyList<FigureRow> figures, string metric) =>
        figures.FirstOrDefault(figure => figure.Metric == metric) is { } known
            ? new ChartSeries(known.Name, known.Unit) { IsData = true }
            : new ChartSeries(MetricCatalogue.Get(metric).Name, FigureRow.WordOf(MetricCatalogue.Get(metric).Unit)) { IsData = true };

    private static bool IsPeriod(string dimension) => dimension is "month" or "day" or "cohort" or "cohort_month" or "cohort_quarter";

    private static string? WhyNone(IReadOnlyList<FigureRow> figures) =>
        figures.FirstOrDefault(figure => figure.State == "notAvailable" && figure.Note is not null)?.Note;
}

/// <param name="Unit">count, money, share, days, score, rate, coefficient.</param>
public sealed record ChartSeries(string Name, string Unit)
{
    /// <summary>The name comes from the catalogue or from data, not from a page's texts.</summary>
    public bool IsData { get; init; }
}

/// <param name="Link">The customers behind it.</param>
public sealed record ChartRow(string Label, IReadOnlyList<ChartCell> Cells, string? Link = null)
{
    /// <summary>Too few customers to lean on.</summary>
    public bool IsSmall => Cells.Any(cell => cell.IsSmall);
}

/// <param name="Value">Null: not available or not ended yet; the note says why.</param>
/// <param name="Customers">What it rests on.</param>
public sealed record ChartCell(double? Value, string? Note = null, bool IsSmall = false, long? Customers = null)
{
    /// <summary>Its period has not ended.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Which figure of the run it is; null where there is none.</summary>
    public FigureRow? Figure { get; init; }

    public static ChartCell From(FigureRow? figure) =>
        figure is null
            ? new ChartCell(default(double?))
            : new ChartCell(figure.Value, figure.Note, figure.State == "small",
                figure.Customers)
            { IsOpen = figure.State == "incomplete", Figure = figure };
}

public enum ChartKind
{
    Line,
    Columns,
    StackedColumns,

    /// <summary>Horizontal, one series, as a table.</summary>
    Bars,

    /// <summary>First series across, second up; a third is the size.</summary>
    Scatter,
    Funnel,

    /// <summary>First series is the area, a second the colour; eight parts at most.</summary>
    Treemap,
    Heatmap,

    /// <summary>One square a country.</summary>
    Tiles,

    /// <summary>No drawing, only the table.</summary>
    Table,
}

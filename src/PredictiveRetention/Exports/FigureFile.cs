using PredictiveRetention.Insights;
using PredictiveRetention.Storage;
using static PredictiveRetention.Exports.Cell;

namespace PredictiveRetention.Exports;

/// <summary>Figures as a table: a column per label, then metric, value, numerator, denominator, customers, state, note.</summary>
public static class FigureFile
{
    private static readonly ExportColumn<FigureRow>[] s_columns =
    [
        new("metric", ColumnKind.Text, row => row.Metric),
        new("value", ColumnKind.Number, row => Number(row.Value)),
        new("numerator", ColumnKind.Number, row => Number(row.Numerator)),
        new("denominator", ColumnKind.Number, row => Number(row.Denominator)),
        new("customers", ColumnKind.Whole, row => row.Customers is { } customers ? Whole(customers) : null),
        new("state", ColumnKind.Text, row => row.State),
        new("note", ColumnKind.Text, row => row.Note),
    ];

    /// <summary>Those every table of figures has, behind the labels.</summary>
    public static IReadOnlyList<ExportColumn> Columns => s_columns;

    /// <param name="dimensions">The label columns.</param>
    public static ExportTable Table(IReadOnlyList<string> dimensions, IEnumerable<FigureRow> rows) => ExportTable.Build(
        [
            .. dimensions.Select(name => new ExportColumn<FigureRow>(name, ColumnKind.Text, row => row.Labels.GetValueOrDefault(name))),
            .. s_columns,
        ],
        rows);
}

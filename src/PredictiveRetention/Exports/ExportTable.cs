using PredictiveRetention.Storage;

namespace PredictiveRetention.Exports;

/// <summary>A column of a file.</summary>
public record ExportColumn(string Name, ColumnKind Kind);

/// <summary>
/// A column of a kind of row: name, kind and cell stand in one place, so that a file's header, types and cells cannot drift apart.
/// </summary>
/// <param name="Cell">Invariant text; null where there is nothing.</param>
public sealed record ExportColumn<T>(string Name, ColumnKind Kind, Func<T, string?> Cell) : ExportColumn(Name, Kind);

/// <summary>Something to be written as a file: cells are invariant text, null where there is nothing.</summary>
public sealed record ExportTable(IReadOnlyList<ExportColumn> Columns, IEnumerable<string?[]> Rows)
{
    public static ExportTable Build<T>(IReadOnlyList<ExportColumn<T>> columns, IEnumerable<T> rows)
    {
        return new ExportTable(columns, rows.Select(Cells));

        string?[] Cells(T row)
        {
            var cells = new string?[columns.Count];
            for (var i = 0; i < cells.Length; i++) cells[i] = columns[i].Cell(row);
            return cells;
        }
    }

    public static ExportTable Build(RetentionStore store, SqlView view) =>
        new([.. view.Columns.Select(column => new ExportColumn(column.Name, column.Kind))], store.Views.Read(view));
}

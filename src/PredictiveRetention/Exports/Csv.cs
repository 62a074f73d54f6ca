using System.Text;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Exports;

/// <summary>
/// Tables as CSV: names in the first line, lines ended by a line feed, UTF-8; numbers and dates invariant. For programs without a mark and
/// with ids as they came; what a person downloads begins with <see cref="ByteOrderMark"/>.
/// </summary>
public static class Csv
{
    /// <summary>Without it a spreadsheet takes UTF-8 for the code page of its machine, and 'Zoë' for something else.</summary>
    public const string ByteOrderMark = "\uFEFF";

    /// <param name="forSpreadsheets">False for programs, which take no text for a formula.</param>
    /// <returns>The number of rows.</returns>
    public static long Write(ExportTable table, TextWriter writer, bool forSpreadsheets = true)
    {
        Header(table.Columns, writer);
        return Rows(table, writer, forSpreadsheets);
    }

    public static long Write(ExportTable table, Stream stream, bool forSpreadsheets = true)
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        return Write(table, writer, forSpreadsheets);
    }

    public static void Header(IReadOnlyList<ExportColumn> columns, TextWriter writer)
    {
        writer.Write(string.Join(',', columns.Select(column => column.Name)));
        writer.Write('\n');
    }

    /// <summary>The rows alone, for those who write page by page.</summary>
    public static long Rows(ExportTable table, TextWriter writer, bool forSpreadsheets = true)
    {
        long rows = 0;
        var line = new StringBuilder();
        foreach (var row in table.Rows)
        {
            line.Clear();
            for (var i = 0; i < row.Length; i++)
            {
                if (i > 0) line.Append(',');
                if (row[i] is { } cell) line.Append(Cell(cell, table.Columns[i].Kind, forSpreadsheets));
            }
            writer.Write(line.Append('\n').ToString()); // at once: a terminal's writer flushes at every write
            rows++;
        }
        return rows;
    }

    private static string Cell(string cell, ColumnKind kind, bool forSpreadsheets) => kind switch
    {
        ColumnKind.Text or ColumnKind.Date => forSpreadsheets ? CsvCell.Safe(cell) : CsvCell.Plain(cell),
        ColumnKind.Words or ColumnKind.Id => CsvCell.Plain(cell),
        _ => cell,
    };
}

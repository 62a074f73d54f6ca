using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Insights;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>Something to be written as a file: cells are invariant text, null where there is nothing.</summary>
public sealed record ExportTable(IReadOnlyList<SqlColumn> Columns, IEnumerable<string?[]> Rows)
{
    public static ExportTable Of(RetentionStore store, SqlView view) => new(view.Columns, store.Views.Read(view));

    /// <summary>Figures with a column per label, as <see cref="FigureCsv"/> has them.</summary>
    public static ExportTable Of(InsightView view, IReadOnlyList<FigureRow> rows)
    {
        ColumnKind[] kinds = [ColumnKind.Text, ColumnKind.Number, ColumnKind.Number, ColumnKind.Number, ColumnKind.Whole, ColumnKind.Text, ColumnKind.Text];
        return new ExportTable(
            [.. view.Dimensions.Select(name => new SqlColumn(name, ColumnKind.Text, "")), .. FigureCsv.Columns.Select((name, i) => new SqlColumn(name, kinds[i], ""))],
            rows.Select(row => (string?[])[.. view.Dimensions.Select(name => row.Labels.GetValueOrDefault(name)), row.Metric, .. FigureCsv.Numbers(row).Select(Maybe), row.State, row.Note]));
    }

    private static string? Maybe(string text) => text.Length == 0 ? null : text;
}

/// <summary>CSV, Parquet or JSON, by the name's ending; written beside and renamed, so that a reader never sees half a file.</summary>
public static class ExportFile
{
    public static IReadOnlyList<string> Endings { get; } = [".csv", ".parquet", ".json"];

    /// <summary>Returns the number of rows.</summary>
    /// <exception cref="RetentionException">The ending is none of <see cref="Endings"/>.</exception>
    public static long Write(ExportTable table, string path)
    {
        var ending = EndingOf(path);
        if (ending == ".parquet") return Parquet(table, path);
        var temporary = path + ".partial";
        long rows;
        try
        {
            using (var file = File.Create(temporary)) rows = ending == ".json" ? Json(table, file) : Csv(table, file);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
        return rows;
    }

    public static string EndingOf(string path) => Path.GetExtension(path).ToLowerInvariant() is var ending && Endings.Contains(ending)
        ? ending
        : throw new RetentionException(Failure.Usage, $"'{path}' says no format: let its name end in {string.Join(", ", Endings)}.");

    /// <summary>Texts that a spreadsheet would take for a formula get an apostrophe; numbers stay numbers.</summary>
    public static long Csv(ExportTable table, Stream stream, bool forSpreadsheets = true)
    {
        using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(string.Join(',', table.Columns.Select(column => column.Name)));
        long rows = 0;
        foreach (var row in table.Rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                if (i > 0) writer.Write(',');
                if (row[i] is { } cell) writer.Write(table.Columns[i].Kind is ColumnKind.Text or ColumnKind.Date ? (forSpreadsheets ? CsvCell.Safe(cell) : Quoted(cell)) : cell);
            }
            writer.WriteLine();
            rows++;
        }
        return rows;
    }

    private static long Json(ExportTable table, Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = false });
        writer.WriteStartArray();
        long rows = 0;
        foreach (var row in table.Rows)
        {
            writer.WriteStartObject();
            for (var i = 0; i < row.Length; i++)
            {
                writer.WritePropertyName(table.Columns[i].Name);
                Value(writer, row[i], table.Columns[i].Kind);
            }
            writer.WriteEndObject();
            rows++;
            if (writer.BytesPending > 1 << 16) writer.Flush();
        }
        writer.WriteEndArray();
        return rows;
    }

    private static void Value(Utf8JsonWriter writer, string? cell, ColumnKind kind)
    {
        switch (kind)
        {
            case ColumnKind.Whole when cell is not null: writer.WriteNumberValue(long.Parse(cell, CultureInfo.InvariantCulture)); break;
            case ColumnKind.Number when cell is not null && double.Parse(cell, CultureInfo.InvariantCulture) is var number && double.IsFinite(number): writer.WriteNumberValue(number); break;
            case ColumnKind.Flag when cell is not null: writer.WriteBooleanValue(cell == "true"); break;
            case ColumnKind.Text or ColumnKind.Instant when cell is not null: writer.WriteStringValue(cell); break;
            case ColumnKind.Date when DateOnly.TryParseExact(cell, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _): writer.WriteStringValue(cell); break;
            default: writer.WriteNullValue(); break;
        }
    }

    /// <summary>By way of a CSV file, which DuckDB reads back with types.</summary>
    public static long Parquet(ExportTable table, string path)
    {
        var (rows, temporary) = (path + ".rows", path + ".partial");
        try
        {
            long count;
            using (var file = File.Create(rows)) count = Csv(table, file, forSpreadsheets: false);
            using var connection = new DuckDBConnection("Data Source=:memory:");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText =
                $"COPY (SELECT {string.Join(", ", table.Columns.Select(Typed))} FROM read_csv({Text(rows)}, header = true, all_varchar = true, quote = '\"', escape = '\"', delim = ',', new_line = '\\n')) TO {Text(temporary)} (FORMAT parquet, COMPRESSION zstd)";
            command.ExecuteNonQuery();
            File.Move(temporary, path, overwrite: true);
            return count;
        }
        finally
        {
            File.Delete(rows);
            File.Delete(temporary);
        }
    }

    private static string Typed(SqlColumn column) => column.Kind switch
    {
        ColumnKind.Number => $"CAST({column.Name} AS DOUBLE) AS {column.Name}",
        ColumnKind.Whole => $"CAST({column.Name} AS BIGINT) AS {column.Name}",
        ColumnKind.Date => $"TRY_CAST({column.Name} AS DATE) AS {column.Name}",
        ColumnKind.Instant => $"CAST({column.Name} AS TIMESTAMPTZ) AS {column.Name}",
        ColumnKind.Flag => $"CASE {column.Name} WHEN 'true' THEN true WHEN 'false' THEN false END AS {column.Name}",
        _ => $"\"{column.Name}\"",
    };

    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : '"' + cell.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    private static string Text(string value) => "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";
}

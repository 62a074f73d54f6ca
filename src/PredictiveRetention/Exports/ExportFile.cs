using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Exports;

/// <summary>A table as CSV, Parquet or JSON, by the name's ending; a reader never sees half a file.</summary>
public static class ExportFile
{
    public static IReadOnlyList<string> Endings { get; } = [".csv", ".parquet", ".json"];

    /// <summary>Returns the number of rows.</summary>
    /// <exception cref="RetentionException">The ending is none of <see cref="Endings"/>.</exception>
    public static long Write(ExportTable table, string path) => EndingOf(path) switch
    {
        ".parquet" => Parquet(table, path),
        ".json" => WholeFile.Write(path, stream => Json(table, stream)),
        _ => WriteCsv(table, path),
    };

    /// <summary>CSV whatever the name. Returns the number of rows.</summary>
    public static long WriteCsv(ExportTable table, string path) => WholeFile.Write(path, stream => Csv.Write(table, stream));

    public static string EndingOf(string path) => Path.GetExtension(path).ToLowerInvariant() is var ending && Endings.Contains(ending)
        ? ending
        : throw new RetentionException(Failure.Usage, $"'{path}' says no format: let its name end in {string.Join(", ", Endings)}.");

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
            case ColumnKind.Whole when cell is not null:
                writer.WriteNumberValue(long.Parse(cell, CultureInfo.InvariantCulture));
                break;
            case ColumnKind.Number when cell is not null && double.Parse(cell, CultureInfo.InvariantCulture) is var number
                && double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case ColumnKind.Flag when cell is not null:
                writer.WriteBooleanValue(cell == "true");
                break;
            case ColumnKind.Text or ColumnKind.Id or ColumnKind.Words or ColumnKind.Instant when cell is not null:
            case ColumnKind.Date when IsoDate.TryRead(cell, out _):
                writer.WriteStringValue(cell);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    /// <summary>By way of a CSV file, which DuckDB reads back with types. Returns the number of rows.</summary>
    public static long Parquet(ExportTable table, string path)
    {
        using WholeFile file = new(path), rows = new(path + ".rows"); // the rows are never kept
        long count;
        using (var stream = rows.Create()) count = Csv.Write(table, stream, forSpreadsheets: false);
        using (var connection = new DuckDBConnection("Data Source=:memory:"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"""
                COPY (SELECT {string.Join(", ", table.Columns.Select(Typed))}
                FROM read_csv({ImportDatabase.Literal(rows.Beside)}, header = true, all_varchar = true, quote = '"', escape = '"',
                delim = ',', new_line = '\n'))
                TO {Text(file.Beside)} (FORMAT parquet, COMPRESSION zstd)
                """;
            command.ExecuteNonQuery();
        }
        file.Commit();
        return count;
    }

    private static string Typed(ExportColumn column) => column.Kind switch
    {
        ColumnKind.Number => $"CAST({column.Name} AS DOUBLE) AS {column.Name}",
        ColumnKind.Whole => $"CAST({column.Name} AS BIGINT) AS {column.Name}",
        ColumnKind.Date => $"TRY_CAST({column.Name} AS DATE) AS {column.Name}",
        ColumnKind.Instant => $"CAST({column.Name} AS TIMESTAMPTZ) AS {column.Name}",
        ColumnKind.Flag => $"CASE {column.Name} WHEN 'true' THEN true WHEN 'false' THEN false END AS {column.Name}",
        _ => $"\"{column.Name}\"",
    };

    private static string Text(string value) => "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";
}

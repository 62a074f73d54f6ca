using static PredictiveRetention.Ingestion.ImportDatabase;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// One input file, loaded as trimmed text into table raw_&lt;name&gt; with columns c0, c1, ... and null for empty. Record n, counted
/// from 1, has rowid n - 1.
/// </summary>
internal sealed class SourceFile
{
    private SourceFile(string name, string path, string format, IReadOnlyList<string> headers, CsvSource? csv)
    {
        Name = name;
        Path = path;
        Format = format;
        Headers = headers;
        Csv = csv;
    }

    /// <summary>orders, customers, refunds, events or subscriptions.</summary>
    public string Name { get; }

    public string Path { get; }
    public string Format { get; }
    public IReadOnlyList<string> Headers { get; }

    /// <summary>Null for Parquet and JSON, which have rows and no lines.</summary>
    public CsvSource? Csv { get; }

    public string Table => "raw_" + Name;
    public long SoundRecords { get; private set; }
    public long FaultyRecords => Csv?.FaultyRecords ?? 0;
    public long Records => SoundRecords + FaultyRecords;

    public static SourceFile Load(ImportDatabase database, string name, string path, FileMap map, string scratchFolder, CancellationToken ct)
    {
        Check(path);
        var format = FormatOf(path);
        try
        {
            var file = format == "csv" ? OpenCsv(name, path, map, scratchFolder, ct) : OpenTyped(database, name, path, format);
            // Cells are trimmed here, once: every expression over them would otherwise do it again.
            var cells = string.Join(", ", file.Headers.Select((_, i) => $"cell(c{i}) AS c{i}"));
            database.Execute($"CREATE TABLE {file.Table} AS SELECT {cells} FROM {file.Rows}");
            file.CountRecords(database);
            return file;
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new RetentionException(Failure.InputRejected, $"{path} cannot be read: {fault.Message}", fault);
        }
    }

    private static void Check(string path)
    {
        if (Directory.Exists(path)) throw new RetentionException(Failure.InputRejected, $"{path} is a folder: name a file in it.");
        if (!File.Exists(path)) throw new RetentionException(Failure.NotFound, $"{path} does not exist.");
        if (new FileInfo(path).Length == 0) throw new RetentionException(Failure.InputRejected, $"{path} is empty: it has no header line.");
    }

    private static string FormatOf(string path) => System.IO.Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".parquet" => "parquet",
        ".json" or ".ndjson" or ".jsonl" => "json",
        ".xlsx" or ".xls" or ".ods" =>
            throw new RetentionException(Failure.InputRejected, $"{path} is a workbook: save its sheet as CSV and import that."),
        ".zip" =>
            throw new RetentionException(Failure.InputRejected, $"{path} is an archive: unpack it and import the file in it."),
        _ => "csv",
    };

    private static SourceFile OpenCsv(string name, string path, FileMap map, string scratchFolder, CancellationToken ct)
    {
        var csv = CsvSource.Open(path, map.Delimiter, scratchFolder, ct);
        return new SourceFile(name, path, "csv", csv.Headers, csv);
    }

    private static SourceFile OpenTyped(ImportDatabase database, string name, string path, string format)
    {
        try
        {
            var headers = database.Query($"DESCRIBE FROM {Reader(format, path)}").Select(row => row.GetString(0)).ToList();
            return new SourceFile(name, path, format, HeaderNames.Distinct(headers), csv: null);
        }
        catch (DuckDB.NET.Data.DuckDBException fault)
        {
            throw new RetentionException(Failure.InputRejected, $"{path} is no {format} file: {fault.Message}", fault);
        }
    }

    private string Rows => Csv is null
        ? $"(SELECT COLUMNS(*)::VARCHAR FROM {Reader(Format, Path)}) AS r({string.Join(", ", Headers.Select((_, i) => $"c{i}"))})"
        : $"""
           read_csv({Text(Csv.ReadyPath)}, delim = {Text(Csv.Delimiter.ToString())}, quote = '"', escape = '"', header = true,
             auto_detect = false, max_line_size = {4 * CsvScanner.RecordBytesMax}, nullstr = '',
             columns = {"{"}{string.Join(", ", Headers.Select((_, i) => $"'c{i}': 'VARCHAR'"))}{"}"})
           """;

    private static string Reader(string format, string path) => format == "parquet"
        ? $"read_parquet({Text(path)})"
        : $"read_json({Text(path)}, sample_size = -1)";

    private void CountRecords(ImportDatabase database)
    {
        SoundRecords = database.Count($"SELECT count(*) FROM {Table}");
        if (Csv is not null && SoundRecords != Csv.SoundRecords)
            throw new InvalidOperationException($"{Path}: DuckDB read {SoundRecords} records where {Csv.SoundRecords} were counted.");
        if (Records == 0) throw new RetentionException(Failure.InputRejected, $"{Path} has a header and no rows.");
    }
}

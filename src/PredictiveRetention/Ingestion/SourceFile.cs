using static PredictiveRetention.Ingestion.ImportDatabase;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// One input file, loaded as trimmed text into table raw_&lt;name&gt; with columns c0, c1, ... and null for empty. Record n, counted
/// from 1, has rowid n - 1.
/// </summary>
internal sealed class SourceFile
{
    private readonly IReadOnlyList<string> _columns;
    private readonly string _place;

    private SourceFile(string name, string path, string format, IReadOnlyList<string> headers, CsvSource? csv)
    {
        Name = name;
        Path = _place = path;
        Format = format;
        Headers = _columns = headers;
        Csv = csv;
    }

    /// <summary>orders, customers, refunds, events or subscriptions; what the preset calls it where it reads a folder.</summary>
    public string Name { get; }

    /// <summary>As reports name it.</summary>
    public string Path { get; private set; }

    public string Format { get; }

    /// <summary>The file's columns, and those found inside its JSON cells.</summary>
    public IReadOnlyList<string> Headers { get; private set; }

    /// <summary>Null for Parquet and JSON, which have rows and no lines.</summary>
    public CsvSource? Csv { get; }

    public string Table => "raw_" + Name;
    public long SoundRecords { get; private set; }
    public long FaultyRecords => Csv?.FaultyRecords ?? 0;
    public long Records => SoundRecords + FaultyRecords;

    public static SourceFile Load(
        ImportDatabase database, string name, string path, IReadOnlyList<PresetField> fields, FileMap map, string scratchFolder, CancellationToken ct, string? folder = null)
    {
        Check(path);
        var format = FormatOf(path);
        try
        {
            var file = format == "csv" ? OpenCsv(name, path, map, scratchFolder, ct) : OpenTyped(database, name, path, format);
            if (folder is not null) file.Path = System.IO.Path.GetRelativePath(folder, path);
            // Cells are trimmed here, once: every expression over them would otherwise do it again.
            var cells = string.Join(", ", file.Headers.Select((_, i) => $"cell(c{i}) AS c{i}"));
            database.Execute($"CREATE TABLE {file.Table} AS SELECT {cells} FROM {file.Rows}");
            file.CountRecords(database);
            file.OpenJsonCells(database, fields);
            return file;
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new RetentionException(Failure.InputRejected, $"{path} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>The first rows as they are written, their headers, and how the file was opened.</summary>
    /// <exception cref="RetentionException">It cannot be read; the message says where.</exception>
    public static FilePreview Preview(string path, char? delimiter, int rows, CancellationToken ct)
    {
        Check(path);
        var format = FormatOf(path);
        using var scratch = new ScratchFolder();
        try
        {
            if (format == "csv") return CsvSource.Preview(path, delimiter, rows, scratch.Path, ct);
            using var database = new ImportDatabase(BusinessCalendar.Utc, scratch.Path, ct);
            var file = OpenTyped(database, "preview", path, format);
            var cells = string.Join(", ", file.Headers.Select((_, i) => $"c{Number(i)}"));
            var read = database.Query($"SELECT {cells} FROM {file.Rows} LIMIT {Number(rows)}")
                .Select(row => (IReadOnlyList<string>)[.. file.Headers.Select((_, i) => row.IsDBNull(i) ? "" : row.GetString(i))])
                .ToList();
            if (read.Count == 0) throw new RetentionException(Failure.InputRejected, $"{path} has no rows.");
            return new FilePreview(format, null, null, file.Headers, [.. read.Select((row, i) => new PreviewRow(i + 1, row, null))]);
        }
        catch (DuckDB.NET.Data.DuckDBException fault)
        {
            throw new RetentionException(Failure.InputRejected, $"{path} cannot be read as {format}: {Said(fault)}", fault);
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

    private static string FormatOf(string path) => System.IO.Path.GetExtension(Unpacked(path)).ToLowerInvariant() switch
    {
        ".parquet" => "parquet",
        ".json" or ".ndjson" or ".jsonl" => "json",
        ".xlsx" or ".xls" or ".ods" =>
            throw new RetentionException(Failure.InputRejected, $"{path} is a workbook: save its sheet as CSV and import that."),
        ".zip" =>
            throw new RetentionException(Failure.InputRejected, $"{path} is an archive: unpack it and import the file in it."),
        _ => "csv",
    };

    /// <summary>The name a packed file has when it is unpacked.</summary>
    private static string Unpacked(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;

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
            throw new RetentionException(Failure.InputRejected, $"{path} is no {format} file: {Said(fault)}", fault);
        }
    }

    /// <summary>What DuckDB says of a file, without the SQL it was reading it with.</summary>
    private static string Said(DuckDB.NET.Data.DuckDBException fault)
    {
        var sql = fault.Message.IndexOf("\nLINE ", StringComparison.Ordinal);
        return (sql < 0 ? fault.Message : fault.Message[..sql]).Trim();
    }

    private string Rows => Csv is null
        ? $"(SELECT {(Format == "json" ? "json_extract_string(COLUMNS(*), '$')" : "COLUMNS(*)::VARCHAR")} FROM {Reader(Format, _place)}) "
            + $"AS r({string.Join(", ", _columns.Select((_, i) => $"c{i}"))})"
        : $"""
           read_csv({Text(Csv.ReadyPath)}, delim = {Text(Csv.Delimiter.ToString())}, quote = '"', escape = '"', header = true,
             auto_detect = false, max_line_size = {4 * CsvScanner.RecordBytesMax}, nullstr = '',
             columns = {"{"}{string.Join(", ", _columns.Select((_, i) => $"'c{i}': 'VARCHAR'"))}{"}"})
           """;

    private static string Reader(string format, string path) => format == "parquet"
        ? $"read_parquet({Text(path)})"
        // Values stay as they are written: a time that DuckDB recognised would lose its offset, and objects would no longer be JSON.
        : $"read_json({Text(path)}, sample_size = -1, maximum_depth = 1)";

    /// <summary>
    /// Adds a column for every header such as 'properties.total' that the preset knows and some cell of 'properties' has. A file that has
    /// them as columns of their own (properties_total) needs none.
    /// </summary>
    private void OpenJsonCells(ImportDatabase database, IReadOnlyList<PresetField> fields)
    {
        var inside = fields.SelectMany(field => field.Headers).Where(header => header.Contains('.', StringComparison.Ordinal)).Distinct();
        foreach (var cell in inside.GroupBy(header => HeaderNames.Plain(header[..header.IndexOf('.', StringComparison.Ordinal)])))
        {
            var column = _columns.ToList().FindIndex(header => HeaderNames.Plain(header) == cell.Key);
            var headers = cell.Where(header => Headers.All(other => HeaderNames.Plain(other) != HeaderNames.Plain(header))).ToList();
            if (column < 0 || headers.Count == 0) continue;
            var paths = string.Join(", ", headers.Select(header => Text("$" + header[header.IndexOf('.', StringComparison.Ordinal)..])));
            var opened = $"(SELECT *, CASE WHEN json_valid(c{Number(column)}) THEN json_extract_string(c{Number(column)}, [{paths}]) END AS inside FROM {Table})";
            var filled = database.Query($"SELECT {string.Join(", ", headers.Select((_, i) => $"count(inside[{Number(i + 1)}])"))} FROM {opened}")
                .Select(row => headers.Select((_, i) => row.GetInt64(i) > 0).ToList()).Single();
            var kept = headers.Select((header, i) => (Header: header, Index: i)).Where(header => filled[header.Index]).ToList();
            if (kept.Count == 0) continue;
            var added = kept.Select((header, i) => $"cell(inside[{Number(header.Index + 1)}]) AS c{Number(Headers.Count + i)}");
            database.Execute($"CREATE TABLE opened AS SELECT * EXCLUDE (inside), {string.Join(", ", added)} FROM {opened}; DROP TABLE {Table}; ALTER TABLE opened RENAME TO {Table};");
            Headers = [.. Headers, .. kept.Select(header => header.Header)];
        }
    }

    /// <summary>Columns that are the file's own, not found inside others.</summary>
    public int OwnColumns => _columns.Count;

    private void CountRecords(ImportDatabase database)
    {
        SoundRecords = database.Count($"SELECT count(*) FROM {Table}");
        if (Csv is not null && SoundRecords != Csv.SoundRecords)
            throw new InvalidOperationException($"{Path}: DuckDB read {SoundRecords} records where {Csv.SoundRecords} were counted.");
        if (Records == 0) throw new RetentionException(Failure.InputRejected, $"{Path} has a header and no rows.");
    }
}

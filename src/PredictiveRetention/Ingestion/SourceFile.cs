using DuckDB.NET.Data;
using DuckDB.NET.Native;
using static PredictiveRetention.Ingestion.ImportDatabase;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// One input file, loaded as trimmed text into table raw_&lt;name&gt; with columns c0, c1, ... and null for empty. Record n, counted
/// from 1, has rowid n - 1.
/// </summary>
internal sealed class SourceFile
{
    private readonly string _place;

    /// <summary>What DuckDB reads: the file, or what was made of it.</summary>
    private readonly string _ready;

    private SourceFile(
        string name, string path, string format, Headings headings, CsvSource? csv, JsonRepair? repaired = null, string? unwrapped = null)
    {
        Repaired = repaired;
        _ready = unwrapped ?? repaired?.ReadyPath ?? path;
        Name = name;
        Path = _place = path;
        Format = format;
        Headings = headings;
        OwnColumns = headings.Count;
        Csv = csv;
    }

    /// <summary>orders, customers, refunds, events or subscriptions; what the preset calls it where it reads a folder.</summary>
    public string Name { get; }

    /// <summary>As reports name it.</summary>
    public string Path { get; private set; }

    public string Format { get; }

    /// <summary>The file's columns, and those found inside its JSON cells.</summary>
    public Headings Headings { get; private set; }

    /// <summary>Columns that are the file's own, not found inside others.</summary>
    public int OwnColumns { get; }

    /// <summary>Null for Parquet and JSON, which have rows and no lines.</summary>
    public CsvSource? Csv { get; }

    /// <summary>Of a JSON file that DuckDB could not read as it is; null for all others.</summary>
    public JsonRepair? Repaired { get; }

    public string Table => "raw_" + Name;
    public long SoundRecords { get; private set; }
    public long FaultyRecords => Csv?.FaultyRecords ?? Repaired?.Faults.Count ?? 0;
    public long Records => SoundRecords + FaultyRecords;

    /// <param name="memory">What the source's files before have shown.</param>
    /// <param name="unpackedMax">Bytes a packed file may hold.</param>
    /// <param name="folder">Reports name the file without it; null names it as given.</param>
    public static SourceFile Load(
        ImportDatabase database, string name, string path, IReadOnlyList<PresetField> fields, FileMap map, SourceMemory memory,
        string scratchFolder, long unpackedMax, string? folder, CancellationToken ct)
    {
        Check(path);
        var format = FormatOf(path);
        try
        {
            var file = format == "csv" ? OpenCsv(name, path, map, memory, scratchFolder, unpackedMax, ct)
                : OpenTyped(database, name, path, format, scratchFolder, unpackedMax, ct);
            if (folder is not null) file.Path = System.IO.Path.GetRelativePath(folder, path);
            if (format == "parquet") file.CheckVolume(database, unpackedMax);
            // Cells are cleaned here, once: every expression over them would otherwise do it again.
            var cells = string.Join(", ", file.Headings.Names.Select((_, i) =>
                file.Csv?.IsClean(i) == true ? $"c{Number(i)}" : $"cell(c{Number(i)}) AS c{Number(i)}"));
            database.Execute($"CREATE TABLE {file.Table} AS SELECT {cells} FROM {file.Rows}");
            file.CountRecords(database);
            file.OpenJsonCells(database, fields, map);
            return file;
        }
        catch (DuckDBException fault) when (IsOfThisMachine(fault))
        {
            throw new RetentionException(Failure.DependencyUnavailable,
                $"{path} could not be taken in: memory or the temporary disk is full. {Said(fault)}", fault);
        }
        catch (DuckDBException fault) when (format != "csv")
        {
            throw new RetentionException(Failure.InputRejected, $"{path} cannot be read as {format}: {Said(fault)}", fault);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new RetentionException(Failure.InputRejected, $"{path} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>The first rows as they are written, their headers, and how the file was opened.</summary>
    /// <exception cref="RetentionException">It cannot be read; the message says where.</exception>
    public static FilePreview Preview(string path, char? delimiter, int rows, long unpackedMax, CancellationToken ct)
    {
        Check(path);
        var format = FormatOf(path);
        using var scratch = new ScratchFolder();
        try
        {
            if (format == "csv") return CsvSource.Preview(path, delimiter, rows, scratch.Path, unpackedMax, ct);
            using var database = new ImportDatabase(BusinessCalendar.Utc, scratch.Path, ct);
            var file = OpenTyped(database, "preview", path, format, scratch.Path, unpackedMax, ct);
            var headers = file.Headings.Names;
            var cells = string.Join(", ", headers.Select((_, i) => $"c{Number(i)}"));
            var read = database.Query($"SELECT {cells} FROM {file.Rows} LIMIT {Number(rows)}")
                .Select(row => (IReadOnlyList<string>)[.. headers.Select((_, i) => row.IsDBNull(i) ? "" : row.GetString(i))])
                .ToList();
            if (read.Count == 0) throw new RetentionException(Failure.InputRejected, $"{path} has no rows.");
            return new FilePreview(format, null, null, headers, [.. read.Select((row, i) => new PreviewRow(i + 1, row, null))]);
        }
        catch (DuckDBException fault)
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
    private static string Unpacked(string path) => UnpackedStream.IsPacked(path) ? path[..^3] : path;

    private static SourceFile OpenCsv(
        string name, string path, FileMap map, SourceMemory memory, string scratchFolder, long unpackedMax, CancellationToken ct)
    {
        var csv = CsvSource.Open(path, map.Delimiter, map.Encoding, scratchFolder, unpackedMax, ct, memory.Of(name, "encoding"));
        return new SourceFile(name, path, "csv", csv.Headings, csv);
    }

    /// <summary>DuckDB sees it once it is known to be neither too deep nor too wide.</summary>
    private static SourceFile OpenTyped(
        ImportDatabase database, string name, string path, string format, string scratchFolder, long unpackedMax, CancellationToken ct)
    {
        if (format == "parquet") ParquetFooter.Check(path, unpackedMax);
        else JsonOutline.Check(path, unpackedMax, ct);
        try
        {
            var headers = Describe(database, format, path);
            var list = format == "json" ? Unwrapped(database, path, headers, scratchFolder) : null;
            if (list is not null) headers = Describe(database, format, list);
            return new SourceFile(name, path, format, Headings.Read(path, headers), csv: null, unwrapped: list);
        }
        catch (DuckDBException fault) when (format == "json" && !IsOfThisMachine(fault))
        {
            var repaired = JsonRepair.Of(path, scratchFolder, unpackedMax, ct);
            return OpenRepaired(database, name, path, repaired);
        }
        catch (DuckDBException fault)
        {
            throw new RetentionException(Failure.InputRejected, $"{path} is no {format} file: {Said(fault)}", fault);
        }
    }

    /// <summary>What programs call the list of rows they answer with, an object around it: { "orders": [...], "next": ... }.</summary>
    private static readonly string[] s_lists =
    [
        "orders", "refunds", "customers", "events", "subscriptions", "charges", "payments", "transactions", "data", "results", "records",
        "rows", "value",
    ];

    /// <summary>Where the rows of such a list are, one a line; null for a file whose rows are on top.</summary>
    private static string? Unwrapped(ImportDatabase database, string path, List<string> headers, string scratchFolder)
    {
        var named = headers.Where(header => s_lists.Contains(header.ToLowerInvariant())).ToList();
        if (named is not [var list]) return null;
        var column = $"json_extract(\"{list}\", '$')";
        var isList = database.Query($"""
            SELECT count(*) = 1 AND bool_and(json_type({column}, '$[0]') = 'OBJECT') FROM (FROM {Reader("json", path)} LIMIT 2)
            """).Select(row => !row.IsDBNull(0) && row.GetBoolean(0)).Single();
        if (!isList) return null;
        var rows = System.IO.Path.Combine(scratchFolder, Guid.NewGuid().ToString("N") + ".json");
        database.Execute($"""
            COPY (SELECT json(unnest(json_extract({column}, '$[*]')))::VARCHAR FROM {Reader("json", path)})
            TO {Text(rows)} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')
            """);
        return rows;
    }

    private static SourceFile OpenRepaired(ImportDatabase database, string name, string path, JsonRepair repaired)
    {
        try
        {
            var headings = Headings.Read(path, Describe(database, "json", repaired.ReadyPath));
            return new SourceFile(name, path, "json", headings, csv: null, repaired);
        }
        catch (DuckDBException fault)
        {
            throw new RetentionException(Failure.InputRejected, $"{path} is no json file: {Said(fault)}", fault);
        }
    }

    private static List<string> Describe(ImportDatabase database, string format, string path) =>
        [.. database.Query($"DESCRIBE FROM {Reader(format, path)}").Select(row => row.GetString(0))];

    /// <summary>A dictionary of one long text makes little of very many cells, whatever the footer says.</summary>
    private void CheckVolume(ImportDatabase database, long unpackedMax)
    {
        var bytes = string.Join(" + ", Headings.Names.Select((_, i) => $"coalesce(sum(strlen(c{i})), 0)"));
        var volume = database.Query($"SELECT ({bytes})::DOUBLE FROM {Rows}").Select(row => row.GetDouble(0)).Single();
        FileLimits.CheckUnpacked(_place, new FileInfo(_place).Length, (long)Math.Min(volume, long.MaxValue / 2), unpackedMax);
    }

    /// <summary>What DuckDB says of a file, without the SQL it was reading it with.</summary>
    private static bool IsOfThisMachine(DuckDBException fault) =>
        fault.ErrorType == DuckDBErrorType.OutOfMemory || fault.Message.Contains("No space left", StringComparison.Ordinal);

    private static string Said(DuckDBException fault)
    {
        var sql = fault.Message.IndexOf("\nLINE ", StringComparison.Ordinal);
        return (sql < 0 ? fault.Message : fault.Message[..sql]).Trim();
    }

    private string Rows => Csv is null
        ? $"(SELECT {string.Join(", ", Names.Select(NotTooLong))} "
            + $"FROM (SELECT {Values} FROM {Reader(Format, _ready)}) AS r({string.Join(", ", Names)}))"
        : $"""
           read_csv({Text(Csv.ReadyPath)}, delim = {Text(Csv.Delimiter.ToString())}, quote = '"', escape = '"', header = true,
             auto_detect = false, compression = 'none', max_line_size = {4 * CsvScanner.RecordBytesMax}, nullstr = '',
             columns = {"{"}{string.Join(", ", Names.Select(name => $"'{name}': 'VARCHAR'"))}{"}"})
           """;

    private IEnumerable<string> Names => Enumerable.Range(0, OwnColumns).Select(i => $"c{i}");

    private string Values => Format == "json" ? "json_extract_string(COLUMNS(*), '$')" : "COLUMNS(*)::VARCHAR";

    /// <summary>What CSV is split by knows how long a cell is; here DuckDB is told to stop.</summary>
    private string NotTooLong(string name, int column)
    {
        var heading = Text($"column '{ForeignText.Shown(Headings.Names[column])}' has a cell of ");
        return $"""
            CASE WHEN strlen({name}) > {FileLimits.CellBytes}
              THEN error({heading} || strlen({name}) || ' bytes ({FileLimits.CellBytes} at most)') ELSE {name} END AS {name}
            """;
    }

    private static string Reader(string format, string path) => format == "parquet"
        ? $"read_parquet({Literal(path)})"
        // Values stay as they are written: a time that DuckDB recognised would lose its offset, and objects would no longer be JSON.
        : $"""
           read_json({Literal(path)}, sample_size = -1, maximum_depth = 1, map_inference_threshold = -1,
             compression = '{(UnpackedStream.IsPacked(path) ? "gzip" : "uncompressed")}')
           """;

    /// <summary>
    /// Adds a column for every header such as 'properties.total' that the preset knows and some cell of 'properties' has. A file that has
    /// them as columns of their own (properties_total) needs none. 'refunds[].total' is the sum over a list of objects. What --map names
    /// so is looked for too.
    /// </summary>
    private void OpenJsonCells(ImportDatabase database, IReadOnlyList<PresetField> fields, FileMap map)
    {
        var inside = fields.SelectMany(field => field.Headers).Concat(map.Columns.Values.OfType<string>())
            .Where(header => header.IndexOf('.', StringComparison.Ordinal) > 0).Distinct();
        foreach (var cell in inside.GroupBy(header => HeaderNames.Plain(header[..header.IndexOfAny(['.', '['])])))
        {
            var column = Headings.At(cell.Key).Where(at => at < OwnColumns).Cast<int?>().FirstOrDefault();
            var headers = cell.Where(header => Headings.At(HeaderNames.Plain(header)).Count == 0).ToList();
            if (column is null || headers.Count == 0) continue;
            var text = $"c{column}";
            var values = string.Join(", ", headers.Select(header => ValueInside(text, header)));
            var opened = $"(SELECT *, CASE WHEN json_valid({text}) THEN [{values}] END AS inside FROM {Table})";
            var counts = string.Join(", ", headers.Select((_, i) => $"count(inside[{i + 1}])"));
            var filled = database.Query($"SELECT {counts} FROM {opened}")
                .Select(row => headers.Select((_, i) => row.GetInt64(i) > 0).ToList()).Single();
            var kept = headers.Select((header, i) => (Header: header, Index: i)).Where(header => filled[header.Index]).ToList();
            if (kept.Count == 0) continue;
            var added = string.Join(", ", kept.Select((header, i) => $"cell(inside[{header.Index + 1}]) AS c{Headings.Count + i}"));
            database.Execute($"""
                CREATE TABLE opened AS SELECT * EXCLUDE (inside), {added} FROM {opened};
                DROP TABLE {Table};
                ALTER TABLE opened RENAME TO {Table};
                """);
            Headings = Headings.With(kept.Select(header => header.Header));
        }
    }

    private static string ValueInside(string text, string header)
    {
        var path = "$" + header[header.IndexOfAny(['.', '['])..].Replace("[]", "[*]", StringComparison.Ordinal);
        var value = $"json_extract_string({text}, {Text(path)})";
        return header.Contains("[]", StringComparison.Ordinal)
            ? $"list_sum([TRY_CAST(number AS DECIMAL(18,6)) FOR number IN {value}])::VARCHAR" : value;
    }

    private void CountRecords(ImportDatabase database)
    {
        SoundRecords = database.Count($"SELECT count(*) FROM {Table}");
        if (Csv is not null && SoundRecords != Csv.SoundRecords)
            throw new InvalidOperationException($"{Path}: DuckDB read {SoundRecords} records where {Csv.SoundRecords} were counted.");
        if (Records == 0) throw new RetentionException(Failure.InputRejected, $"{Path} has a header and no rows.");
    }
}

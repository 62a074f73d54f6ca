using System.Text;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// A CSV file made ready for DuckDB: delimiter and headers are known, every record has as many fields as the header, and those
/// that have not are listed with their line. Most files are read as they are; an odd one is written anew without its faults.
/// </summary>
internal sealed class CsvSource
{
    private readonly SourceText _text;

    private CsvSource(SourceText text, char delimiter, Headings headings)
    {
        _text = text;
        Delimiter = delimiter;
        Headings = headings;
        ReadyPath = text.PlainPath;
    }

    public char Delimiter { get; }
    public Headings Headings { get; }
    public string EncodingName => _text.EncodingName;

    /// <summary>What DuckDB reads: UTF-8, a header line, sound records only.</summary>
    public string ReadyPath { get; private set; }

    /// <summary>Records in <see cref="ReadyPath"/>.</summary>
    public long SoundRecords { get; private set; }

    /// <summary>Records that could not be split.</summary>
    public long FaultyRecords { get; private set; }

    public static CsvSource Open(string path, char? delimiter, string scratchFolder, long unpackedMax, CancellationToken ct)
    {
        var source = OpenHeader(path, delimiter, scratchFolder, unpackedMax, null, ct);
        source.MakeReady(scratchFolder, ct);
        return source;
    }

    /// <summary>The file as plain text within the limits, for a reader that finds delimiter and records itself.</summary>
    /// <exception cref="RetentionException">It has no header that can be read, or goes beyond <see cref="FileLimits"/>.</exception>
    public static string PlainFile(string path, string scratchFolder, CancellationToken ct) =>
        OpenHeader(path, null, scratchFolder, FileLimits.UnpackedBytes, null, ct)._text.PlainPath;

    /// <summary>The first rows, with no pass over the others.</summary>
    public static FilePreview Preview(string path, char? delimiter, int rows, string scratchFolder, long unpackedMax, CancellationToken ct)
    {
        // Twice the longest lines, as UTF-16 has them: more of a packed file is not looked at.
        var beginning = 4L * (rows + 2) * CsvScanner.RecordBytesMax;
        var source = OpenHeader(path, delimiter, scratchFolder, unpackedMax, beginning, ct);
        var first = source.Records().Take(rows).Select(record => new PreviewRow(
            record.At.Line,
            record.At.Fault is not null ? [Encoding.UTF8.GetString(record.At.Record)]
                : [.. record.At.Fields.Select(field => CellText(record.At.Record[field]))],
            record.At.Fault)).ToList();
        if (first.Count == 0) throw new RetentionException(Failure.InputRejected, $"{path} has a header and no rows.");
        return new FilePreview("csv", source.EncodingName, source.Delimiter.ToString(), source.Headings.Names, first);
    }

    private static CsvSource OpenHeader(
        string path, char? delimiter, string scratchFolder, long unpackedMax, long? beginning, CancellationToken ct)
    {
        var text = SourceText.Open(path, scratchFolder, unpackedMax, beginning, ct);
        var separator = delimiter ?? DetectDelimiter(text);
        using var scanner = new CsvScanner(text.OpenUtf8(), separator);
        if (!scanner.Read()) throw new RetentionException(Failure.InputRejected, $"{path} is empty: it has no header line.");
        var place = FormattableString.Invariant($"{path}, line {scanner.Line}");
        if (scanner.Fault is not null)
            throw new RetentionException(Failure.InputRejected, $"{place}: the header cannot be read: {scanner.Fault}.");
        FileLimits.CheckColumns(place, scanner.Fields.Count);
        return new CsvSource(text, separator, Headings.Read(place, HeadersOf(scanner)));
    }

    /// <summary>All records after the header in file order, faulty ones included; sound ones are numbered 1, 2, ... as in DuckDB.</summary>
    public IEnumerable<(long? Number, CsvScanner At)> Records()
    {
        using var scanner = OpenRecords();
        long number = 0;
        while (scanner.Read()) yield return (scanner.Fault is null ? ++number : null, scanner);
    }

    /// <summary>A scanner past the header.</summary>
    private CsvScanner OpenRecords()
    {
        var scanner = new CsvScanner(_text.OpenUtf8(), Delimiter, Headings.Count);
        scanner.Read();
        return scanner;
    }

    private void MakeReady(string scratchFolder, CancellationToken ct)
    {
        using var scanner = OpenRecords();
        while (scanner.Read())
        {
            if (scanner.Fault is null) SoundRecords++;
            else FaultyRecords++;
            if ((SoundRecords & 0xFFFF) == 0) ct.ThrowIfCancellationRequested();
        }
        // Asked after the last record: what follows it (a lone carriage return, say) is odd too.
        // DuckDB would take a path such as 'orders[1].csv' for a pattern.
        if (scanner.IsOdd || !_text.IsUtf8 || ReadyPath.AsSpan().IndexOfAny("*?[") >= 0)
            WriteAnew(Path.Combine(scratchFolder, Guid.NewGuid().ToString("N") + ".csv"), ct);
    }

    private void WriteAnew(string path, CancellationToken ct)
    {
        using var ready = new BufferedStream(File.Create(path), 1 << 20);
        ready.Write(Encoding.UTF8.GetBytes(string.Join(Delimiter, Headings.Names.Select((_, i) => $"c{i}")) + "\n"));
        foreach (var (number, record) in Records())
        {
            if (number is not null) WriteRecord(ready, record);
            if ((number & 0xFFFF) == 0) ct.ThrowIfCancellationRequested();
        }
        ReadyPath = path;
    }

    private void WriteRecord(Stream ready, CsvScanner record)
    {
        for (var i = 0; i < record.Fields.Count; i++)
        {
            if (i > 0) ready.WriteByte((byte)Delimiter);
            var field = record.Record[record.Fields[i]];
            var trimmed = field.Trim((byte)' ');
            if (trimmed.StartsWith("\""u8)) ready.Write(trimmed);
            else if (field.Contains((byte)'"')) ready.Write(Encoding.UTF8.GetBytes(Quoted(Encoding.UTF8.GetString(field))));
            else ready.Write(field);
        }
        ready.WriteByte((byte)'\n');
    }

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The candidate the header line holds most of; sniffing the rows would only add ways to be wrong.</summary>
    private static char DetectDelimiter(SourceText text)
    {
        var best = (Delimiter: ',', Fields: 0);
        foreach (var candidate in (ReadOnlySpan<char>)[',', ';', '\t', '|'])
        {
            using var scanner = new CsvScanner(text.OpenUtf8(), candidate);
            if (scanner.Read() && scanner.Fault is null && scanner.Fields.Count > best.Fields) best = (candidate, scanner.Fields.Count);
        }
        return best.Delimiter;
    }

    private static List<string> HeadersOf(CsvScanner scanner)
    {
        var headers = new List<string>(scanner.Fields.Count);
        foreach (var range in scanner.Fields) headers.Add(CellText(scanner.Record[range]));
        return headers;
    }

    private static string CellText(ReadOnlySpan<byte> field)
    {
        var text = Encoding.UTF8.GetString(field).Trim();
        var isQuoted = text.StartsWith('"') && text.EndsWith('"') && text.Length > 1;
        return isQuoted ? text[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal).Trim() : text;
    }
}

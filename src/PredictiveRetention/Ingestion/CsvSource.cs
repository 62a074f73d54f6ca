using System.Text;
using System.Text.RegularExpressions;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// A CSV file made ready for DuckDB: delimiter and headers are known, every record has as many fields as the header, and those that have
/// more are listed with their line. Most files are read as they are; an odd one is written anew without its faults.
/// </summary>
internal sealed partial class CsvSource
{
    private readonly SourceText _text;
    private readonly string _place;
    private readonly IReadOnlyList<string> _headers;
    private readonly bool[] _unclean;

    private CsvSource(string path, SourceText text, CsvLayout layout)
    {
        _text = text;
        _headers = layout.Headers;
        _unclean = new bool[_headers.Count];
        Delimiter = layout.Delimiter;
        HeaderLine = layout.HeaderLine;
        _place = FormattableString.Invariant($"{path}, line {HeaderLine}");
        Headings = Headings.Read(_place, _headers);
        ReadyPath = text.PlainPath;
    }

    public char Delimiter { get; }
    public Headings Headings { get; private set; }

    /// <summary>The line of the file the headings are in: titles and sep=; may stand above.</summary>
    public long HeaderLine { get; }

    /// <summary>What the file left open about its encoding, and how to say it; null where nothing is doubted.</summary>
    public string? Assumption => _text.Assumption;

    public string EncodingName => _text.EncodingName;

    /// <summary>The code page that the file's own words told; null where nothing or something else did.</summary>
    public string? CodePage => _text.CodePage;

    /// <summary>What DuckDB reads: UTF-8, a header line, sound records only.</summary>
    public string ReadyPath { get; private set; }

    /// <summary>Records in <see cref="ReadyPath"/>.</summary>
    public long SoundRecords { get; private set; }

    /// <summary>Records that could not be split.</summary>
    public long FaultyRecords { get; private set; }

    /// <summary>No cell of the column has anything on it that <see cref="CellText.Clean"/> takes off.</summary>
    public bool IsClean(int column) => !_unclean[column];

    /// <param name="path">The file, packed or not.</param>
    /// <param name="delimiter">Null to find out.</param>
    /// <param name="encoding">One of <see cref="CodePages.Names"/>; null to find out.</param>
    /// <param name="scratchFolder">Where copies go.</param>
    /// <param name="unpackedMax">Bytes it may unpack to.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <param name="usual">The code page of the source's files before; null where none told.</param>
    public static CsvSource Open(
        string path, char? delimiter, string? encoding, string scratchFolder, long unpackedMax, CancellationToken ct, string? usual = null)
    {
        var source = OpenHeader(path, delimiter, encoding, scratchFolder, unpackedMax, null, ct, usual);
        source.MakeReady(scratchFolder, ct);
        return source;
    }

    /// <summary>The file as plain text within the limits, for a reader that finds delimiter and records itself.</summary>
    /// <exception cref="RetentionException">It has no header that can be read, or goes beyond <see cref="FileLimits"/>.</exception>
    public static string PlainFile(string path, string scratchFolder, CancellationToken ct) =>
        OpenHeader(path, null, null, scratchFolder, FileLimits.UnpackedBytes, null, ct)._text.PlainPath;

    /// <summary>The first rows, with no pass over the others.</summary>
    public static FilePreview Preview(string path, char? delimiter, int rows, string scratchFolder, long unpackedMax, CancellationToken ct)
    {
        // Twice the longest lines, as UTF-16 has them: more of a packed file is not looked at.
        var beginning = 4L * (rows + 2) * CsvScanner.RecordBytesMax;
        var source = OpenHeader(path, delimiter, null, scratchFolder, unpackedMax, beginning, ct);
        var filled = 0;
        var first = source.Records().Take(rows).Select(record =>
        {
            if (record.At.Fault is { } fault) return new PreviewRow(record.At.Line, [Encoding.UTF8.GetString(record.At.Record)], fault);
            filled = Math.Max(filled, record.At.FilledFields);
            return new PreviewRow(record.At.Line, source.CellsOf(record.At), null);
        }).ToList();
        if (first.Count == 0) throw new RetentionException(Failure.InputRejected, $"{path} has a header and no rows.");
        source.LeaveOutUnnamed(filled);
        var rowsShown = first.Select(row => row.Fault is null ? row with { Cells = [.. row.Cells.Take(source.Headings.Count)] } : row);
        return new FilePreview("csv", source.EncodingName, source.Delimiter.ToString(), source.Headings.Names, [.. rowsShown]);
    }

    private static CsvSource OpenHeader(
        string path, char? delimiter, string? encoding, string scratchFolder, long unpackedMax, long? beginning, CancellationToken ct,
        string? usual = null)
    {
        var text = SourceText.Open(path, encoding, scratchFolder, unpackedMax, beginning, ct, usual);
        return new CsvSource(path, text, CsvLayout.Find(path, text, delimiter));
    }

    /// <summary>All records after the header in file order, faulty ones included; sound ones are numbered 1, 2, ... as in DuckDB.</summary>
    public IEnumerable<(long? Number, CsvScanner At)> Records()
    {
        using var scanner = OpenRecords();
        long number = 0;
        while (scanner.Read()) yield return (scanner.Fault is null ? ++number : null, scanner);
    }

    /// <summary>A scanner past the header, whose next record is the first after it.</summary>
    private CsvScanner OpenRecords()
    {
        var scanner = new CsvScanner(_text.OpenUtf8(), Delimiter, _headers.Count);
        while (scanner.Line < HeaderLine && scanner.Read()) { }
        return scanner;
    }

    private void MakeReady(string scratchFolder, CancellationToken ct)
    {
        using var scanner = OpenRecords();
        var named = Named();
        var filled = named;
        while (scanner.Read())
        {
            if (scanner.Fault is null) SoundRecords++;
            else FaultyRecords++;
            if (scanner.Fault is null) NoteUnclean(scanner);
            if (named < _headers.Count && scanner.Fault is null) filled = Math.Max(filled, scanner.FilledFields);
            if ((SoundRecords & 0xFFFF) == 0) ct.ThrowIfCancellationRequested();
        }
        LeaveOutUnnamed(filled);
        // Asked after the last record: what follows it (a lone carriage return, say) is odd too.
        // DuckDB would take a path such as 'orders[1].csv' for a pattern.
        if (scanner.IsOdd || HeaderLine > 1 || Headings.Count < _headers.Count || !_text.IsUtf8
            || ReadyPath.AsSpan().IndexOfAny("*?[") >= 0)
            WriteAnew(Path.Combine(scratchFolder, Guid.NewGuid().ToString("N") + ".csv"), ct);
    }

    private void NoteUnclean(CsvScanner record)
    {
        for (var i = 0; i < record.Fields.Count; i++)
            if (!_unclean[i] && (record.IsLenient || !CellText.IsClean(record.Record[record.Fields[i]]))) _unclean[i] = true;
    }

    /// <summary>Headings without the empty ones at their end.</summary>
    private int Named()
    {
        var named = _headers.Count;
        while (named > 1 && _headers[named - 1].Length == 0) named--;
        return named;
    }

    /// <summary>A delimiter too many behind the headings makes no column, unless some record holds something there.</summary>
    private void LeaveOutUnnamed(int filled)
    {
        var kept = Math.Max(Named(), filled);
        if (kept < _headers.Count) Headings = Headings.Read(_place, [.. _headers.Take(kept)]);
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
        for (var i = 0; i < Headings.Count; i++)
        {
            if (i > 0) ready.WriteByte((byte)Delimiter);
            if (i >= record.Fields.Count) continue;
            var field = record.Record[record.Fields[i]];
            if (field.IndexOfAny((byte)'"', (byte)0) < 0) ready.Write(field);
            else if (!record.IsLenient && !field.Contains((byte)0) && field.Trim((byte)' ') is var trimmed && trimmed.StartsWith("\""u8))
                ready.Write(trimmed);
            else ready.Write(Encoding.UTF8.GetBytes(Quoted(Unquoted(field, record.IsLenient))));
        }
        ready.WriteByte((byte)'\n');
    }

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private string[] CellsOf(CsvScanner record)
    {
        var cells = new string[_headers.Count];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = i < record.Fields.Count ? Unquoted(record.Record[record.Fields[i]], record.IsLenient) : "";
        return cells;
    }

    /// <summary>What stands between the quotes of a field, or the field where it has none.</summary>
    /// <param name="isLenient">As <see cref="CsvScanner.IsLenient"/> of its record.</param>
    internal static string Unquoted(ReadOnlySpan<byte> field, bool isLenient)
    {
        var text = Encoding.UTF8.GetString(field).Replace("\0", "", StringComparison.Ordinal).Trim();
        var isQuoted = text.StartsWith('"') && text.EndsWith('"') && text.Length > 1;
        if (!isQuoted) return text;
        var inner = text[1..^1];
        return (isLenient ? Escaped().Replace(inner, "$1$2") : inner.Replace("\"\"", "\"", StringComparison.Ordinal)).Trim();
    }

    [GeneratedRegex("""\\([\\"\r\n])|"(")""")]
    private static partial Regex Escaped();
}

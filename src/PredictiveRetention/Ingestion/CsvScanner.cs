using System.Buffers;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// Splits UTF-8 CSV bytes into records, knowing the physical line each one starts on. DuckDB reads the values; this decides
/// beforehand which records are sound, so that one broken line costs one line: a quote that is never closed would otherwise
/// swallow the rest of the file, and record numbers would no longer lead back to lines.
/// Cells that are missing at a record's end are empty, and empty ones too many are none. A record that cannot be read is tried with quotes
/// escaped by a backslash and with formulas that yield a text (="1,5"); one that cannot be read so either is handed out as its first
/// physical line with a <see cref="Fault"/>, and reading resumes at the next.
/// </summary>
/// <param name="expectedFields">Cells of a record; 0 takes as many as there are.</param>
internal sealed class CsvScanner(Stream utf8, char delimiter, int expectedFields = 0) : IDisposable
{
    /// <summary>Longer than any record a shop exports; a quote not closed within it is not closed at all.</summary>
    public const int RecordBytesMax = FileLimits.CellBytes;

    private const byte Quote = (byte)'"';

    private readonly byte _delimiter = (byte)delimiter;
    private readonly SearchValues<byte> _stops = SearchValues.Create([(byte)delimiter, (byte)'\n', (byte)'\r']);
    private readonly List<Range> _fields = [];

    private readonly byte[] _buffer = new byte[4 * RecordBytesMax];
    private int _start, _length, _lines;
    private bool _ended, _begun;
    private long _nextLine = 1;

    /// <summary>The physical line the record starts on; the first line of a file is 1.</summary>
    public long Line { get; private set; }

    /// <summary>Bytes of the record without its line end.</summary>
    public ReadOnlySpan<byte> Record => _buffer.AsSpan(_recordStart, _recordLength);

    /// <summary>Fields of the record, as ranges of <see cref="Record"/>, quotes included; fewer where it ends early.</summary>
    public IReadOnlyList<Range> Fields => _fields;

    /// <summary>Within quotes a backslash escapes the character after it, and a formula such as ="1,5" is one cell.</summary>
    public bool IsLenient { get; private set; }

    /// <summary>Why the record cannot be read; null when it can.</summary>
    public string? Fault { get; private set; }

    /// <summary>
    /// Something was seen that readers of CSV disagree about (stray quotes, blank lines, mixed line ends): write the file anew.
    /// </summary>
    public bool IsOdd { get; private set; }

    private int _recordStart, _recordLength;
    private byte _lineEnd;

    /// <summary>Moves to the next record that holds anything.</summary>
    public bool Read()
    {
        while (Fill())
        {
            Line = _nextLine;
            _recordStart = _start;
            var next = ReadRecord(_buffer.AsSpan(_start, _length));
            _start += next;
            _length -= next;
            _nextLine += _lines;
            if (_recordLength > 0 && (Fault is not null || !MayBeEmpty || FilledFields > 0)) return true;
            IsOdd = true;
        }
        return false;
    }

    public void Dispose() => utf8.Dispose();

    private int ReadRecord(ReadOnlySpan<byte> text)
    {
        IsLenient = false;
        var next = SplitExpected(text);
        if (Fault is null && (expectedFields == 0 || _fields.Count == expectedFields)) return next;
        var end = text.IndexOfAny((byte)'\n', (byte)'\r');
        var line = end < 0 ? text : text[..end];
        var fault = Fault;
        if (line.IndexOf("\\\""u8) >= 0 || line.IndexOf("=\""u8) >= 0)
        {
            IsLenient = IsOdd = true;
            next = SplitExpected(text);
            // A record that ends early may end in the middle of a cell.
            if (Fault is null && (fault is not null || _fields.Count == expectedFields)) return next;
            IsLenient = false;
            next = SplitExpected(text);
        }
        return Fault is null ? next : FirstLine(text);
    }

    private int SplitExpected(ReadOnlySpan<byte> text)
    {
        Fault = null;
        var next = Split(text);
        if (Fault is not null || expectedFields == 0 || _recordLength == 0 || _fields.Count == expectedFields) return next;
        IsOdd = true;
        var found = _fields.Count;
        while (_fields.Count > expectedFields && IsEmpty(text[_fields[^1]])) _fields.RemoveAt(_fields.Count - 1);
        if (_fields.Count > expectedFields) Fault = $"{expectedFields} columns expected, {found} found";
        return next;
    }

    private bool MayBeEmpty => Record[0] == _delimiter || Record[0] is (byte)' ' or (byte)'\t' or Quote or 0;

    private static bool IsEmpty(ReadOnlySpan<byte> field)
    {
        var text = field.Trim(" \t\0"u8);
        return text.IsEmpty || text.SequenceEqual("\"\""u8);
    }

    /// <summary>Cells of the record up to the last that holds something.</summary>
    public int FilledFields
    {
        get
        {
            var filled = _fields.Count;
            while (filled > 0 && IsEmpty(Record[_fields[filled - 1]])) filled--;
            return filled;
        }
    }

    /// <summary>Keeps at least one whole record in the buffer unless the file ends before.</summary>
    private bool Fill()
    {
        if (_ended || _length > 2 * RecordBytesMax) return _length > 0;
        _buffer.AsSpan(_start, _length).CopyTo(_buffer);
        _start = 0;
        while (!_ended && _length < _buffer.Length)
        {
            var read = utf8.Read(_buffer, _length, _buffer.Length - _length);
            _length += read;
            _ended = read == 0;
        }
        if (!_begun && _buffer.AsSpan(0, _length).StartsWith("\uFEFF"u8)) (_start, _length) = (3, _length - 3);
        _begun = true;
        return _length > 0;
    }

    /// <summary>Splits one record off the start and returns where the next begins.</summary>
    private int Split(ReadOnlySpan<byte> text)
    {
        _fields.Clear();
        _lines = 1;
        var at = 0;
        while (true)
        {
            var field = at;
            while (at < text.Length && text[at] == ' ') at++;
            if (IsLenient && text[at..].StartsWith("=\""u8)) at++;
            if (at < text.Length && text[at] == Quote)
            {
                if (at > field) IsOdd = true;
                at = PastQuoted(text, at);
                if (Fault is not null) return 0;
            }
            var rest = text[at..];
            var stop = rest.IndexOfAny(_stops);
            if (stop < 0) stop = rest.Length;
            // Readers differ on a quote within an unquoted field: here it is an ordinary character.
            if (rest[..stop].IndexOfAny(Quote, (byte)0) >= 0) IsOdd = true;
            at += stop;
            if (at > 2 * RecordBytesMax || (at == text.Length && !_ended)) { Fault = "line is longer than 2 MB"; return 0; }
            if (at - field > RecordBytesMax) { Fault = "cell is longer than 1 MB"; return 0; }
            _fields.Add(field..at);
            if (at == text.Length || text[at] != _delimiter)
            {
                _recordLength = at;
                return at == text.Length ? at : PastLineEnd(text, at);
            }
            at++;
        }
    }

    /// <summary>From an opening quote to the delimiter or line end after the closing one.</summary>
    private int PastQuoted(ReadOnlySpan<byte> text, int open)
    {
        var limit = Math.Min(text.Length, open + RecordBytesMax);
        var at = open + 1;
        while (true)
        {
            var found = IsLenient ? text[at..limit].IndexOfAny(Quote, (byte)'\\') : text[at..limit].IndexOf(Quote);
            if (found < 0) { Fault = "quote is not closed"; return at; }
            CountLines(text.Slice(at, found));
            at += found + 1;
            if (text[at - 1] == '\\')
            {
                if (at < limit && text[at] == '\n') _lines++;
                at = Math.Min(at + 1, limit);
            }
            else if (at < limit && text[at] == Quote) at++;
            else break;
        }
        var closed = at;
        while (at < text.Length && text[at] == ' ') at++;
        if (at > closed) IsOdd = true;
        if (at < text.Length && !_stops.Contains(text[at])) Fault = "quote is not closed";
        return at;
    }

    private void CountLines(ReadOnlySpan<byte> quoted)
    {
        if (quoted.IndexOfAny((byte)'\n', (byte)'\r', (byte)0) < 0) return;
        if (quoted.Contains((byte)0)) IsOdd = true;
        for (var i = 0; i < quoted.Length; i++)
            if (quoted[i] == '\n' || (quoted[i] == '\r' && (i + 1 == quoted.Length || quoted[i + 1] != '\n'))) _lines++;
    }

    /// <summary>The first physical line, whatever it holds.</summary>
    private int FirstLine(ReadOnlySpan<byte> text)
    {
        IsOdd = true;
        var end = text.IndexOfAny((byte)'\n', (byte)'\r');
        // The rest of a line longer than the buffer still belongs to the same line.
        _lines = end < 0 ? 0 : 1;
        _recordLength = end < 0 ? text.Length : end;
        return end < 0 ? text.Length : PastLineEnd(text, end);
    }

    private int PastLineEnd(ReadOnlySpan<byte> text, int end)
    {
        var windows = text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n';
        var lineEnd = windows ? (byte)0 : text[end];
        if (_nextLine > 1 && lineEnd != _lineEnd) IsOdd = true;
        // A lone carriage return ends lines only in very old exports, and DuckDB is not asked to guess.
        if (lineEnd == '\r') IsOdd = true;
        _lineEnd = lineEnd;
        return end + (windows ? 2 : 1);
    }
}

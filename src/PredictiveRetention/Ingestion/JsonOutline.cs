using System.Buffers;
using System.Globalization;
using System.Text;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// How deep the objects and lists of a JSON file lie within each other, and which keys its rows have, found byte by byte. DuckDB asks each
/// level by a call within a call, and a stack that overflows there ends the process; rows that each bring keys of their own take it longer
/// the more there were before. Nothing else is judged here, so that whatever DuckDB reads (several values in a row, NaN, a comma too
/// many) passes.
/// </summary>
internal sealed class JsonOutline
{
    /// <summary>More of a key is not looked at: it is longer than a heading may be.</summary>
    private const int KeyBytesMax = 4096;

    private static readonly SearchValues<byte> s_inRow = SearchValues.Create("\"{}[]\n,"u8);
    private static readonly SearchValues<byte> s_outsideText = SearchValues.Create("\"{}[]\n"u8);
    private static readonly SearchValues<byte> s_insideText = SearchValues.Create("\"\\\n"u8);

    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    /// <summary>The keys of the row before: most rows have the same in the same order, and then none is looked up.</summary>
    private readonly List<byte[]> _lastKeys = [];

    private readonly byte[] _key = new byte[KeyBytesMax];
    private int _keyLength, _keysOfRow;
    private bool _isText, _isEscaped, _isKey, _isKeyNext, _isRow;

    /// <summary>Rows are the objects on top, or those of a list on top.</summary>
    private int _rowDepth;

    /// <summary>Levels open after what was taken.</summary>
    public int Depth { get; private set; }

    /// <summary>Different keys of all rows so far.</summary>
    public int Keys => _keys.Count;

    /// <summary>The line of the next byte; the first is 1.</summary>
    public long Line { get; private set; } = 1;

    /// <exception cref="RetentionException">
    /// It is nested too deep or its rows have too many keys, and the message says in which line; it cannot be unpacked, or unpacks to too
    /// much.
    /// </exception>
    public static void Check(string path, long unpackedMax, CancellationToken ct)
    {
        using var file = UnpackedStream.Open(path, unpackedMax, ct);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
        try
        {
            var outline = new JsonOutline();
            int read;
            while ((read = file.Read(buffer)) > 0)
            {
                ct.ThrowIfCancellationRequested();
                if (outline.Scan(buffer.AsSpan(0, read))) continue;
                var problem = outline.Keys > FileLimits.Columns ? $"more than {FileLimits.Columns} columns, as no export has"
                    : $"objects or lists are nested deeper than {FileLimits.Depth} levels, as no export's are";
                throw new RetentionException(
                    Failure.InputRejected, string.Create(CultureInfo.InvariantCulture, $"{path}, line {outline.Line}: {problem}."));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The next bytes of the file; false as soon as they are nested too deep or there are too many keys.</summary>
    public bool Scan(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_isEscaped)
            {
                _isEscaped = false;
                if (bytes[0] != '\n')
                {
                    ReadKey(bytes[..1]);
                    bytes = bytes[1..];
                    continue;
                }
            }
            var mark = bytes.IndexOfAny(_isText ? s_insideText : _isRow && Depth == _rowDepth ? s_inRow : s_outsideText);
            ReadKey(mark < 0 ? bytes : bytes[..mark]);
            if (mark < 0) return true;
            if (!Scan(bytes[mark])) return false;
            bytes = bytes[(mark + 1)..];
        }
        return true;
    }

    private bool Scan(byte mark)
    {
        switch (mark)
        {
            case (byte)'"':
                return _isText ? EndText() : BeginText();
            case (byte)'\\':
                _isEscaped = true;
                ReadKey([mark]);
                return true;
            case (byte)'\n':
                Line++;
                // No text holds the end of a line as it is: one that was not closed must not hide the lines after it.
                _isText = _isKey = false;
                return true;
            case (byte)',':
                _isKeyNext = true;
                return true;
            case (byte)'{' or (byte)'[':
                return Open(mark == '{');
            default:
                Depth = Math.Max(0, Depth - 1);
                if (Depth < _rowDepth) _isRow = _isKeyNext = false;
                return true;
        }
    }

    private bool Open(bool isObject)
    {
        if (Depth == 0) _rowDepth = isObject ? 1 : 2;
        if (++Depth == _rowDepth) (_isRow, _isKeyNext, _keysOfRow) = (isObject, isObject, 0);
        return Depth <= FileLimits.Depth;
    }

    private bool BeginText()
    {
        (_isText, _isKey, _isKeyNext, _keyLength) = (true, _isKeyNext, false, 0);
        return true;
    }

    private bool EndText()
    {
        var isKey = _isKey;
        _isText = _isKey = false;
        return !isKey || AddKey(_key.AsSpan(0, _keyLength));
    }

    private void ReadKey(ReadOnlySpan<byte> bytes)
    {
        if (!_isKey) return;
        var kept = bytes[..Math.Min(bytes.Length, KeyBytesMax - _keyLength)];
        kept.CopyTo(_key.AsSpan(_keyLength));
        _keyLength += kept.Length;
    }

    private bool AddKey(ReadOnlySpan<byte> key)
    {
        var place = _keysOfRow++;
        if (place < _lastKeys.Count && key.SequenceEqual(_lastKeys[place])) return true;
        if (place < _lastKeys.Count) _lastKeys[place] = key.ToArray();
        else if (place < FileLimits.Columns) _lastKeys.Add(key.ToArray());
        _keys.Add(Encoding.Latin1.GetString(key));
        return _keys.Count <= FileLimits.Columns;
    }
}

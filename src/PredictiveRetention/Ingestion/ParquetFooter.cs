using System.Buffers.Binary;
using System.Text;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// What the footer of a Parquet file says of itself, read as a stream: how many columns, how their names, how deep types lie within each
/// other, how much the rows unpack to. DuckDB builds the types by a call within a call, and a stack that overflows there ends the process.
/// The footer is a Thrift struct in the compact protocol: a field is (delta of its number, type) and its value, numbers are zigzag varints.
/// </summary>
internal sealed class ParquetFooter
{
    private const int TailBytes = 8; // the footer's length, then the mark
    private const int Struct = 12, List = 9;

    private readonly string _path;
    private readonly Stream _footer;
    private long _left;

    private ParquetFooter(string path, Stream footer, long length) => (_path, _footer, _left) = (path, footer, length);

    /// <exception cref="RetentionException">It is no Parquet file, or goes beyond <see cref="FileLimits"/>.</exception>
    public static void Check(string path, long unpackedMax)
    {
        using var file = File.OpenRead(path);
        try
        {
            var length = LengthOf(file);
            file.Position = file.Length - TailBytes - length;
            using var footer = new BufferedStream(file, 1 << 16);
            var (columns, rows, bytes) = new ParquetFooter(path, footer, length).ReadMetadata();
            // A cell is a byte at least once it is read, however little a row of equal ones takes.
            var cells = rows > long.MaxValue / Math.Max(1, columns) ? long.MaxValue : rows * columns;
            FileLimits.CheckUnpacked(path, file.Length, Math.Max(bytes, cells), unpackedMax);
        }
        catch (FormatException fault)
        {
            throw new RetentionException(Failure.InputRejected, $"{path} is no parquet file: {fault.Message}", fault);
        }
    }

    private static long LengthOf(FileStream file)
    {
        Span<byte> tail = stackalloc byte[TailBytes];
        if (file.Length <= TailBytes + 4) throw new FormatException("it is too short.");
        file.Position = file.Length - TailBytes;
        file.ReadExactly(tail);
        if (!tail[4..].SequenceEqual("PAR1"u8)) throw new FormatException("it does not end in PAR1.");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        return length <= file.Length - TailBytes - 4 ? length : throw new FormatException("its footer is longer than the file.");
    }

    /// <summary>Bytes are those of all columns unpacked.</summary>
    private (int Columns, long Rows, long Bytes) ReadMetadata()
    {
        var (columns, rows, groupRows, bytes) = (0, 0L, 0L, 0L);
        var field = 0;
        while (Field(ref field) is { } type)
        {
            if (field == 2) columns = ReadSchema(type);
            else if (field == 3) rows = ZigzagVarint();
            else if (field == 4)
                for (var left = ListOf(type, Struct); left > 0; left--)
                {
                    var (ofBytes, ofRows) = ReadRowGroup();
                    (bytes, groupRows) = (Sum(bytes, ofBytes), Sum(groupRows, ofRows));
                }
            else Skip(type, 0);
        }
        return (columns, Math.Max(rows, groupRows), bytes);
    }

    /// <summary>The elements of the tree of types, each before its children.</summary>
    private int ReadSchema(int type)
    {
        var count = ListOf(type, Struct);
        // By level, how many children are still to come.
        var open = new Stack<long>();
        var headings = new List<string>();
        if (count > FileLimits.Columns * FileLimits.Depth) throw TooManyTypes();
        for (var i = 0L; i < count; i++)
        {
            var (name, children) = ReadSchemaElement();
            if (i > 0)
            {
                while (open.Count > 0 && open.Peek() == 0) open.Pop();
                if (open.Count == 0) throw new FormatException("its schema does not add up.");
                open.Push(open.Pop() - 1);
                if (open.Count == 1) headings.Add(name);
            }
            else FileLimits.CheckColumns(_path, (int)Math.Clamp(children, 0, int.MaxValue));
            if (children <= 0) continue;
            open.Push(children);
            // The root is no type of the file's own.
            if (open.Count > FileLimits.Depth + 1) throw TooManyTypes();
        }
        if (open.Any(children => children > 0)) throw new FormatException("its schema does not add up.");
        FileLimits.CheckHeadings(_path, headings);
        return headings.Count;
    }

    private RetentionException TooManyTypes() => new(Failure.InputRejected, FormattableString.Invariant(
        $"{_path}: types are nested deeper than {FileLimits.Depth} levels, or too many, as no export's are."));

    private (string Name, long Children) ReadSchemaElement()
    {
        var (name, children) = ("", 0L);
        var field = 0;
        while (Field(ref field) is { } type)
        {
            if (field == 4) name = Text(4 * (FileLimits.HeadingCharacters + 1));
            else if (field == 5) children = ZigzagVarint();
            else Skip(type, 0);
        }
        return (name, children);
    }

    private (long Bytes, long Rows) ReadRowGroup()
    {
        var (bytes, rows) = (0L, 0L);
        var field = 0;
        while (Field(ref field) is { } type)
        {
            if (field == 2) bytes = ZigzagVarint();
            else if (field == 3) rows = ZigzagVarint();
            else Skip(type, 0);
        }
        return (bytes, rows);
    }

    private static long Sum(long a, long b) => b < 0 || a > long.MaxValue - b ? long.MaxValue : a + b;

    /// <summary>The type of a struct's next field, whose number is set; null where the struct ends.</summary>
    private int? Field(ref int number)
    {
        var head = Byte();
        if (head == 0) return null;
        number = head >> 4 == 0 ? (int)ZigzagVarint() : number + (head >> 4);
        return head & 15;
    }

    private long ListOf(int type, int elements)
    {
        if (type != List) throw new FormatException("its footer holds a value of another kind than it should.");
        var head = Byte();
        if ((head & 15) != elements) throw new FormatException("its footer holds a list of another kind than it should.");
        return head >> 4 == 15 ? Varint() : head >> 4;
    }

    private void Skip(int type, int depth)
    {
        if (depth > FileLimits.Depth) throw new FormatException("its footer is nested too deep.");
        switch (type)
        {
            case 1 or 2: break; // a flag is its type
            case 3: Byte(); break;
            case 4 or 5 or 6: Varint(); break;
            case 7: SkipBytes(8); break;
            case 8: SkipBytes(Varint()); break;
            case List or 10: // a list or a set
                var head = Byte();
                for (var left = head >> 4 == 15 ? Varint() : head >> 4; left > 0; left--) SkipElement(head & 15, depth);
                break;
            case 11: // a map
                var pairs = Varint();
                var kinds = pairs > 0 ? Byte() : 0;
                for (; pairs > 0; pairs--)
                {
                    SkipElement(kinds >> 4, depth);
                    SkipElement(kinds & 15, depth);
                }
                break;
            case Struct:
                var field = 0;
                while (Field(ref field) is { } inner) Skip(inner, depth + 1);
                break;
            case 13: SkipBytes(16); break;
            default: throw new FormatException("its footer holds a value of an unknown kind.");
        }
    }

    /// <summary>In a list a flag takes a byte.</summary>
    private void SkipElement(int type, int depth)
    {
        if (type is 1 or 2) Byte();
        else Skip(type, depth + 1);
    }

    /// <summary>A text; of one that is longer the beginning.</summary>
    private string Text(int bytesMax)
    {
        var length = Varint();
        var kept = new byte[(int)Math.Clamp(length, 0, bytesMax)];
        if (length < 0 || length > _left) throw CutShort();
        _footer.ReadExactly(kept);
        _left -= kept.Length;
        SkipBytes(length - kept.Length);
        return Encoding.UTF8.GetString(kept);
    }

    private void SkipBytes(long bytes)
    {
        if (bytes < 0 || bytes > _left) throw CutShort();
        _left -= bytes;
        _footer.Seek(bytes, SeekOrigin.Current);
    }

    private long ZigzagVarint()
    {
        var zigzag = Varint();
        return (long)((ulong)zigzag >> 1) ^ -(zigzag & 1);
    }

    private long Varint()
    {
        var value = 0L;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            value |= (long)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
        throw new FormatException("its footer holds a number that does not end.");
    }

    private int Byte() => _left-- > 0 && _footer.ReadByte() is >= 0 and var read ? read : throw CutShort();

    private static FormatException CutShort() => new("its footer is cut short.");
}

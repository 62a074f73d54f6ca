using System.Buffers.Binary;
using System.Text;
using Npgsql;

namespace PredictiveRetention.Storage;

/// <summary>
/// Rows written as PostgreSQL's binary COPY format (documentation of COPY, "Binary Format") from one reused buffer. The types written must
/// be those of the columns: int8 for long, int4 for int, float8 for double, bool, text, bytea.
/// </summary>
internal sealed class PostgresCopyWriter : BulkInsert
{
    private const int Flush = 1 << 16;
    private readonly NpgsqlRawCopyStream _stream;
    private readonly short _columns;
    private byte[] _buffer = new byte[2 * Flush];
    private int _length;
    private bool _completed;

    public PostgresCopyWriter(NpgsqlConnection connection, string table, string[] columns)
    {
        _columns = (short)columns.Length;
        _stream = connection.BeginRawBinaryCopy($"COPY {table} ({string.Join(", ", columns)}) FROM STDIN (FORMAT binary)");
        ReadOnlySpan<byte> header = [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xff, (byte)'\r',
            (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];
        header.CopyTo(_buffer);
        _length = header.Length;
    }

    public override void StartRow()
    {
        if (_length > Flush) Send();
        BinaryPrimitives.WriteInt16BigEndian(Take(2), _columns);
    }

    public override void Write(long value)
    {
        var field = Take(12);
        BinaryPrimitives.WriteInt32BigEndian(field, 8);
        BinaryPrimitives.WriteInt64BigEndian(field[4..], value);
    }

    public override void Write(int value)
    {
        var field = Take(8);
        BinaryPrimitives.WriteInt32BigEndian(field, 4);
        BinaryPrimitives.WriteInt32BigEndian(field[4..], value);
    }

    public override void Write(double value)
    {
        var field = Take(12);
        BinaryPrimitives.WriteInt32BigEndian(field, 8);
        BinaryPrimitives.WriteDoubleBigEndian(field[4..], value);
    }

    public override void WriteReal(float value)
    {
        if (!float.IsFinite(value))
        {
            WriteNull();
            return;
        }
        var field = Take(8);
        BinaryPrimitives.WriteInt32BigEndian(field, 4);
        BinaryPrimitives.WriteSingleBigEndian(field[4..], value);
    }

    public override void Write(bool value)
    {
        var field = Take(5);
        BinaryPrimitives.WriteInt32BigEndian(field, 1);
        field[4] = value ? (byte)1 : (byte)0;
    }

    public override void Write(string? value)
    {
        if (value is null)
        {
            WriteNull();
            return;
        }
        var size = Encoding.UTF8.GetByteCount(value);
        var field = Take(4 + size);
        BinaryPrimitives.WriteInt32BigEndian(field, size);
        Encoding.UTF8.GetBytes(value, field[4..]);
    }

    public override void Write(ReadOnlySpan<byte> value)
    {
        var field = Take(4 + value.Length);
        BinaryPrimitives.WriteInt32BigEndian(field, value.Length);
        value.CopyTo(field[4..]);
    }

    public override void WriteNull() => BinaryPrimitives.WriteInt32BigEndian(Take(4), -1);

    public override void Complete()
    {
        BinaryPrimitives.WriteInt16BigEndian(Take(2), -1);
        Send();
        _stream.Dispose();
        _completed = true;
    }

    /// <summary>Without Complete the copy is called off and the transaction cannot be committed.</summary>
    public override void Dispose()
    {
        if (_completed) return;
        _completed = true;
        try
        {
            _stream.Cancel();
        }
        catch (Exception fault) when (fault is NpgsqlException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection is gone, and the copy with it.
        }
        _stream.Dispose();
    }

    private Span<byte> Take(int size)
    {
        if (_length + size > _buffer.Length) Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, _length + size));
        var taken = _buffer.AsSpan(_length, size);
        _length += size;
        return taken;
    }

    private void Send()
    {
        _stream.Write(_buffer, 0, _length);
        _length = 0;
    }
}

/// <summary>Rows of a query read as binary COPY, column after column, from one reused buffer.</summary>
internal sealed class PostgresCopyReader : RowReader
{
    private readonly NpgsqlRawCopyStream _stream;
    private byte[] _buffer = new byte[1 << 17];
    private int _next, _end;
    private bool _ended;

    public PostgresCopyReader(NpgsqlConnection connection, string sql)
    {
        _stream = connection.BeginRawBinaryCopy($"COPY ({sql}) TO STDOUT (FORMAT binary)");
        var header = Need(19);
        _next += 19 + BinaryPrimitives.ReadInt32BigEndian(header[15..]);
    }

    public override bool Read()
    {
        if (_ended) return false;
        var columns = BinaryPrimitives.ReadInt16BigEndian(Need(2));
        _next += 2;
        _ended = columns < 0;
        return !_ended;
    }

    public override long Long()
    {
        var field = Need(12);
        _next += 12;
        return BinaryPrimitives.ReadInt32BigEndian(field) == 8
            ? BinaryPrimitives.ReadInt64BigEndian(field[4..])
            : throw Unexpected(field, 8);
    }

    public override int Int()
    {
        var field = Need(8);
        _next += 8;
        return BinaryPrimitives.ReadInt32BigEndian(field) == 4
            ? BinaryPrimitives.ReadInt32BigEndian(field[4..])
            : throw Unexpected(field, 4);
    }

    public override double Double()
    {
        var field = Need(12);
        _next += 12;
        return BinaryPrimitives.ReadInt32BigEndian(field) == 8
            ? BinaryPrimitives.ReadDoubleBigEndian(field[4..])
            : throw Unexpected(field, 8);
    }

    public override bool Bool()
    {
        var field = Need(5);
        _next += 5;
        return BinaryPrimitives.ReadInt32BigEndian(field) == 1 ? field[4] != 0 : throw Unexpected(field, 1);
    }

    public override string Text()
    {
        var size = BinaryPrimitives.ReadInt32BigEndian(Need(4));
        var text = Encoding.UTF8.GetString(Need(4 + size)[4..]);
        _next += 4 + size;
        return text;
    }

    public override bool SkipNull()
    {
        if (BinaryPrimitives.ReadInt32BigEndian(Need(4)) != -1) return false;
        _next += 4;
        return true;
    }

    public override void Dispose() => _stream.Dispose();

    /// <summary>At least this many bytes from the current place on.</summary>
    private ReadOnlySpan<byte> Need(int size)
    {
        if (_end - _next < size) Fill(size);
        return _buffer.AsSpan(_next, size);
    }

    private void Fill(int size)
    {
        _buffer.AsSpan(_next, _end - _next).CopyTo(_buffer);
        (_next, _end) = (0, _end - _next);
        if (size > _buffer.Length) Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, size));
        while (_end < size)
        {
            var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0) throw new NpgsqlException("The copy ended in the middle of a row.");
            _end += read;
        }
    }

    private static InvalidOperationException Unexpected(ReadOnlySpan<byte> field, int size) =>
        new($"A column of {BinaryPrimitives.ReadInt32BigEndian(field)} bytes was read as one of {size}.");
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PredictiveRetention.Storage;

/// <summary>
/// SHA-256 over what a shard says of its customers, in key order: made when it is scored, and again from the stored rows when a run is
/// verified.
/// </summary>
internal sealed class ShardChecksum : IDisposable
{
    private const int RowSize = 36;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _rows = new byte[256 * RowSize];
    private int _length;

    public void Add(long customerKey, double pChurn, double clv, double expectedNetValue, int rfm)
    {
        if (_length == _rows.Length) Flush();
        var row = _rows.AsSpan(_length, RowSize);
        BinaryPrimitives.WriteInt64LittleEndian(row, customerKey);
        BinaryPrimitives.WriteDoubleLittleEndian(row[8..], pChurn);
        BinaryPrimitives.WriteDoubleLittleEndian(row[16..], clv);
        BinaryPrimitives.WriteDoubleLittleEndian(row[24..], expectedNetValue);
        BinaryPrimitives.WriteInt32LittleEndian(row[32..], rfm);
        _length += RowSize;
    }

    public string Text()
    {
        Flush();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private void Flush()
    {
        _hash.AppendData(_rows, 0, _length);
        _length = 0;
    }
}

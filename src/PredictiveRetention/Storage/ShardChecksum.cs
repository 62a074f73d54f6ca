using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PredictiveRetention.Storage;

/// <summary>
/// SHA-256 over what a shard says of its customers, in key order: made when it is scored, and again from the stored rows when a run is
/// verified. What a customer gets is not in it: that is known once everybody is scored. Sums of earlier versions had it in.
/// </summary>
internal sealed class ShardChecksum : IDisposable
{
    private const string Earlier = "v1:";
    private const int RowSize = 36;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _rows = new byte[256 * RowSize];
    private int _length;

    /// <summary>True of a sum of an earlier version, which wants expected net values.</summary>
    public static bool IsOfEarlierVersion(string checksum) => checksum.StartsWith(Earlier, StringComparison.Ordinal);

    /// <param name="expectedNetValue">Null in sums of this version.</param>
    public void Add(long customerKey, double pChurn, double clv, double? expectedNetValue, int rfm)
    {
        if (_length > _rows.Length - RowSize) Flush();
        var row = _rows.AsSpan(_length, expectedNetValue is null ? RowSize - sizeof(double) : RowSize);
        BinaryPrimitives.WriteInt64LittleEndian(row, customerKey);
        BinaryPrimitives.WriteDoubleLittleEndian(row[8..], pChurn);
        BinaryPrimitives.WriteDoubleLittleEndian(row[16..], clv);
        if (expectedNetValue is { } value) BinaryPrimitives.WriteDoubleLittleEndian(row[24..], value);
        BinaryPrimitives.WriteInt32LittleEndian(row[^sizeof(int)..], rfm);
        _length += row.Length;
    }

    /// <param name="ofEarlierVersion">Whether expected net values were added.</param>
    public string Text(bool ofEarlierVersion = false)
    {
        Flush();
        return (ofEarlierVersion ? Earlier : "") + Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private void Flush()
    {
        _hash.AppendData(_rows, 0, _length);
        _length = 0;
    }
}

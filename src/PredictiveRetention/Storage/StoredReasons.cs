using System.Buffers.Binary;
using PredictiveRetention.Models;

namespace PredictiveRetention.Storage;

/// <summary>
/// Reasons as a prediction row keeps them: for each, little-endian, the index in the model's feature list (2 bytes), the value and the
/// effect (4 bytes each); behind them the mean gap (4 bytes), where there is one. The run's settings name the features. Earlier versions
/// stored at most three reasons and no gap.
/// </summary>
public static class StoredReasons
{
    private const int Size = 10;
    private const int GapSize = 4;

    internal static void Write(in Reasons reasons, BulkInsert bulk)
    {
        if (!reasons.Any)
        {
            bulk.WriteNull();
            return;
        }
        Span<byte> bytes = stackalloc byte[Reasons.Most * Size + GapSize];
        bulk.Write(bytes[..Write(reasons, bytes)]);
    }

    /// <returns>Bytes written.</returns>
    internal static int Write(in Reasons reasons, Span<byte> bytes)
    {
        var length = 0;
        Add(reasons.First, bytes, ref length);
        Add(reasons.Second, bytes, ref length);
        Add(reasons.Third, bytes, ref length);
        Add(reasons.Fourth, bytes, ref length);
        Add(reasons.Fifth, bytes, ref length);
        if (!(reasons.MeanGap > 0)) return length;
        BinaryPrimitives.WriteSingleLittleEndian(bytes[length..], reasons.MeanGap);
        return length + GapSize;
    }

    /// <param name="bytes">Of a prediction row; null where the run has no reasons.</param>
    public static Reasons Read(byte[]? bytes)
    {
        return bytes is null
            ? Reasons.None
            : new Reasons(At(0), At(1), At(2), At(3), At(4),
                bytes.Length % Size == GapSize ? BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(^GapSize..)) : 0);

        Reason At(int index) => (index + 1) * Size > bytes.Length
            ? Reason.None
            : new Reason(
                BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(index * Size)),
                BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(index * Size + 2)),
                BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(index * Size + 6)));
    }

    private static void Add(in Reason reason, Span<byte> bytes, ref int length)
    {
        if (reason.Feature < 0) return;
        BinaryPrimitives.WriteInt16LittleEndian(bytes[length..], reason.Feature);
        BinaryPrimitives.WriteSingleLittleEndian(bytes[(length + 2)..], reason.Value);
        BinaryPrimitives.WriteSingleLittleEndian(bytes[(length + 6)..], reason.Effect);
        length += Size;
    }
}

using System.Buffers.Binary;
using PredictiveRetention.Models;

namespace PredictiveRetention.Storage;

/// <summary>
/// Reasons as a prediction row keeps them: for each, little-endian, the index in the model's feature list (2 bytes), the value and the effect
/// (4 bytes each). The run's settings name the features.
/// </summary>
public static class StoredReasons
{
    private const int Size = 10;

    internal static void Write(in Reasons reasons, BulkInsert bulk)
    {
        if (!reasons.Any)
        {
            bulk.WriteNull();
            return;
        }
        Span<byte> bytes = stackalloc byte[3 * Size];
        var length = 0;
        Add(reasons.First, bytes, ref length);
        Add(reasons.Second, bytes, ref length);
        Add(reasons.Third, bytes, ref length);
        bulk.Write(bytes[..length]);
    }

    /// <param name="bytes">Of a prediction row; null where the run has no reasons.</param>
    public static Reasons Read(byte[]? bytes)
    {
        return bytes is null ? Reasons.None : new Reasons(At(0), At(1), At(2));

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

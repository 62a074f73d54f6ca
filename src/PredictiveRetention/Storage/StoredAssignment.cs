using System.Buffers.Binary;
using PredictiveRetention.Playbooks.Assignments;

namespace PredictiveRetention.Storage;

/// <summary>An assignment no night asks for any more.</summary>
/// <param name="Why">Why the proposal ended; null of who was left alone.</param>
/// <param name="EndedDay">As-of of the night with which it ended; of who was left alone the day it was assigned.</param>
internal readonly record struct ClosedAssignment(
    long CustomerKey, long RunId, int PlayNo, Arm Arm, AssignmentEnd? Why, int AssignedDay, int EndedDay, float Propensity, float PChurn,
    float NetValue, float Cost, float Spend);

/// <summary>
/// A closed assignment in 29 bytes, little-endian: probabilities in 16 bits, in steps of 1/65535; money as the upper half of a single,
/// never off by more than 0.4 %.
/// </summary>
internal static class StoredAssignment
{
    public const int Size = 29;

    private const int RunAt = 8;
    private const int PlayAt = 12;
    private const int AssignedAt = 14;
    private const int EndedAt = 16;
    private const int HowAt = 18;
    private const int PropensityAt = 19;
    private const int PChurnAt = 21;
    private const int NetValueAt = 23;
    private const int CostAt = 25;
    private const int SpendAt = 27;
    private const int ArmBits = 2;

    public static void Write(Span<byte> bytes, in ClosedAssignment of)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, of.CustomerKey);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[RunAt..], checked((uint)of.RunId));
        Short(bytes[PlayAt..], checked((ushort)of.PlayNo));
        Short(bytes[AssignedAt..], checked((ushort)of.AssignedDay));
        Short(bytes[EndedAt..], checked((ushort)of.EndedDay));
        bytes[HowAt] = (byte)((int)of.Arm | ((of.Why is { } why ? 1 + (int)why : 0) << ArmBits));
        Short(bytes[PropensityAt..], Share(of.Propensity));
        Short(bytes[PChurnAt..], Share(of.PChurn));
        Short(bytes[NetValueAt..], Money(of.NetValue));
        Short(bytes[CostAt..], Money(of.Cost));
        Short(bytes[SpendAt..], Money(of.Spend));
    }

    public static ClosedAssignment Read(ReadOnlySpan<byte> bytes)
    {
        var (arm, why) = (bytes[HowAt] & ((1 << ArmBits) - 1), bytes[HowAt] >> ArmBits);
        return new ClosedAssignment(
            KeyOf(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[RunAt..]), Short(bytes[PlayAt..]), (Arm)arm,
            why == 0 ? null : (AssignmentEnd)(why - 1), Short(bytes[AssignedAt..]), Short(bytes[EndedAt..]), Share(bytes[PropensityAt..]),
            Share(bytes[PChurnAt..]), Money(bytes[NetValueAt..]), Money(bytes[CostAt..]), Money(bytes[SpendAt..]));
    }

    public static long KeyOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(bytes);

    private static void Short(Span<byte> bytes, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);

    private static ushort Short(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static ushort Share(float value) => (ushort)MathF.Round(Math.Clamp(value, 0, 1) * ushort.MaxValue);

    private static float Share(ReadOnlySpan<byte> bytes) => (float)Short(bytes) / ushort.MaxValue;

    private static ushort Money(float value) => (ushort)((BitConverter.SingleToUInt32Bits(value) + 0x8000) >> 16);

    private static float Money(ReadOnlySpan<byte> bytes) => BitConverter.UInt32BitsToSingle((uint)Short(bytes) << 16);
}

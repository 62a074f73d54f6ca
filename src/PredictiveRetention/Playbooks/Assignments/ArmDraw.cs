using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PredictiveRetention.Playbooks.Assignments;

/// <summary>
/// A draw of customers that is never made again: it depends on its salt and the customer's key alone. A larger share holds everybody a
/// smaller one held; draws with different salts have nothing to do with each other.
/// </summary>
public readonly struct ArmDraw
{
    private readonly ulong _salt;
    private readonly double _share;

    /// <param name="share">Part of the customers to draw, 0..1.</param>
    public ArmDraw(string salt, double share)
    {
        _salt = BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(salt)));
        _share = share;
    }

    public bool Holds(long customerKey) => (Mixed((ulong)customerKey ^ _salt) >> 11) * (1.0 / (1UL << 53)) < _share;

    // The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): keys that differ in one bit share none of what is drawn by.
    private static ulong Mixed(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9UL;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBUL;
        return bits ^ (bits >> 31);
    }
}

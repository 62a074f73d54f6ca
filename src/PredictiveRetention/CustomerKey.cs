using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PredictiveRetention;

/// <summary>
/// The 64-bit key every per-customer table begins with: the first eight bytes of SHA-256 of the customer id.
/// A hash rather than a sequence, so that the key (and with it the order in which customers are read, trained on and
/// scored) does not depend on the order of imports, and so that key ranges of equal width hold equal shares.
/// Two ids with one key (expected once in 3,700 shops of 100 million customers) are found at import, which is refused whole.
/// </summary>
public static class CustomerKey
{
    public static long Hash(string customerId)
    {
        Span<byte> utf8 = stackalloc byte[256];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (Encoding.UTF8.TryGetBytes(customerId, utf8, out var length)) SHA256.HashData(utf8[..length], hash);
        else SHA256.HashData(Encoding.UTF8.GetBytes(customerId), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }

    /// <summary>Which of so many folds a customer belongs to: the same in every fit, whoever else is there.</summary>
    /// <param name="folds">1 or more; the answer is 0..folds - 1.</param>
    public static int FoldOf(long key, int folds) => (int)((Scattered(key) >> 40) % (ulong)folds);

    /// <summary>A fair draw of customers that does not depend on who else is there.</summary>
    /// <param name="share">Part of the customers to draw, 0..1.</param>
    public static bool IsDrawn(long key, double share) => share >= 1 || (Scattered(key) >> 11) * (1.0 / (1UL << 53)) < share;

    // Fibonacci hashing (Knuth, vol. 3, 6.4): keys of a shard share their high bits, and these must not decide.
    private static ulong Scattered(long key) => (ulong)key * 0x9E3779B97F4A7C15UL;
}

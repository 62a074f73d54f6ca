namespace PredictiveRetention.Storage;

/// <summary>
/// A score as the history keeps it, in 3 bytes: p_churn in 12 bits, in steps of 1/4094 (never off by more than 0.00013), CLV in 12 bits, in
/// steps of 0.57 % from 0.01 to 100 million currency units (never off by more than 0.3 %). A CLV of 0 is exact; one below half of 0.01 is
/// kept as 0, one above 100 million as 100 million. p_churn of all ones: not scored that night.
/// </summary>
internal static class StoredScore
{
    public const int Size = 3;

    private const int NotScored = 0xFFF;
    private const int MostClv = 0xFFF;
    private const double LeastClv = 0.01;

    private static readonly double s_step = Math.Log(1e8 / LeastClv) / (MostClv - 1);

    public static void Write(Span<byte> bytes, double pChurn, double clv)
    {
        var p = (int)Math.Round(Math.Clamp(pChurn, 0, 1) * (NotScored - 1));
        var money = clv < LeastClv / 2 ? 0 : (int)Math.Clamp(1 + Math.Round(Math.Log(clv / LeastClv) / s_step), 1, MostClv);
        (bytes[0], bytes[1], bytes[2]) = ((byte)(p >> 4), (byte)(((p & 0xF) << 4) | (money >> 8)), (byte)money);
    }

    /// <summary>Null where the customer was not scored.</summary>
    public static (double PChurn, double Clv)? Read(ReadOnlySpan<byte> bytes)
    {
        var (p, money) = ((bytes[0] << 4) | (bytes[1] >> 4), ((bytes[1] & 0xF) << 8) | bytes[2]);
        return p == NotScored ? null : ((double)p / (NotScored - 1), money == 0 ? 0 : LeastClv * Math.Exp((money - 1) * s_step));
    }

    /// <summary>So many customers who were not scored.</summary>
    public static void Clear(Span<byte> bytes) => bytes.Fill(0xFF);
}

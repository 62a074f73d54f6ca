namespace PredictiveRetention.Evaluation;

/// <summary>An estimate with the bounds that hold 95 % of its bootstrap replicates.</summary>
public readonly record struct Interval(double Value, double Low, double High)
{
    /// <summary>From a value and what it was in each replicate; replicates where it does not exist are left out.</summary>
    public static Interval Percentiles(double value, IEnumerable<double> replicates)
    {
        double[] sorted = [.. replicates.Where(double.IsFinite).Order()];
        return sorted.Length == 0 ? new Interval(value, double.NaN, double.NaN) : new Interval(value, At(0.025), At(0.975));

        double At(double probability) => sorted[(int)Math.Round(probability * (sorted.Length - 1))];
    }
}

/// <summary>
/// How often a customer counts in a replicate: a Poisson number of mean 1 drawn from the key (the bootstrap of Hanley and MacGibbon 2006),
/// so a customer counts as often at every origin - customers, not rows, are drawn - and the draw depends on nobody else.
/// </summary>
internal static class CustomerBootstrap
{
    public const int Replicates = 200;

    // P(at most k), k = 0, 1, ...: e^-1 times the partial sums of 1/k!.
    private static readonly double[] s_atMost = [.. Enumerable.Range(0, 12)
        .Select(k => Math.Exp(-1) * Enumerable.Range(0, k + 1).Sum(j => 1 / Enumerable.Range(1, j).Aggregate(1.0, (product,
            i) => product * i)))];

    public static int[] Weights(long[] keys, int replicate)
    {
        var weights = new int[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            var u = Uniform((ulong)keys[i] ^ (ulong)(replicate + 1) * 0xD1B54A32D192ED03UL);
            while (weights[i] < s_atMost.Length && u > s_atMost[weights[i]]) weights[i]++;
        }
        return weights;
    }

    // The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    private static double Uniform(ulong z)
    {
        z += 0x9E3779B97F4A7C15UL;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ z >> 27) * 0x94D049BB133111EBUL;
        return ((z ^ z >> 31) >> 11) * (1.0 / (1UL << 53));
    }
}

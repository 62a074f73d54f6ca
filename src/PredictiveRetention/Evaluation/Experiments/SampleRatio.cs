using MathNet.Numerics.Distributions;

namespace PredictiveRetention.Evaluation.Experiments;

/// <summary>
/// Whether the arms are as large as they were drawn to be: where they are not, somebody fell out of one on the way, and no difference of
/// the arms says anything. Pearson's chi-squared test; a p below <see cref="Blocks"/> blocks a result (Fabijan et al., KDD 2019).
/// </summary>
public static class SampleRatio
{
    public const double Blocks = 0.001;

    /// <param name="counts">Customers, by arm.</param>
    /// <param name="shares">Drawn with, by arm; they add up to 1.</param>
    /// <returns>Probability of arms as unequal as these, or more, by chance.</returns>
    public static double PValue(ReadOnlySpan<long> counts, ReadOnlySpan<double> shares)
    {
        if (counts.Length != shares.Length) throw new ArgumentException("A share belongs to every arm.", nameof(shares));
        var (all, sum, arms) = (0.0, 0.0, 0);
        foreach (var count in counts) all += count;
        for (var arm = 0; arm < counts.Length; arm++)
        {
            var expected = all * shares[arm];
            if (expected <= 0)
            {
                if (counts[arm] > 0) return 0;
                continue;
            }
            arms++;
            sum += (counts[arm] - expected) * (counts[arm] - expected) / expected;
        }
        return arms < 2 ? 1 : 1 - ChiSquared.CDF(arms - 1, sum);
    }
}

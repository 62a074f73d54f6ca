namespace PredictiveRetention.Segments;

/// <summary>Type 7 of Hyndman and Fan (1996), "Sample Quantiles in Statistical Packages": linear interpolation at (n - 1) p.</summary>
internal static class Quantile
{
    /// <summary>The p quantile of ascending values; 0 when there are none.</summary>
    public static double At(ReadOnlySpan<double> sorted, double p)
    {
        if (sorted.IsEmpty) return 0;

        // Decimal, because 90 x 0.7 is a hair under 63 in double, and the cut then a hair under the value it should equal:
        // a customer exactly on it would count as above it.
        var position = (sorted.Length - 1) * (decimal)p;
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((double)(position - below) * (sorted[above] - sorted[below]));
    }
}

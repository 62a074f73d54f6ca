namespace PredictiveRetention.Segments;

/// <summary>The four thresholds that part a figure into five scores.</summary>
public readonly record struct ScoreCuts(double P20, double P40, double P60, double P80)
{
    /// <summary>
    /// How many thresholds lie strictly below the value, 0..4. A comparison with values, never with ranks: equal values
    /// always share a score, and where many are equal some scores stay empty.
    /// </summary>
    public int CountBelow(double value) =>
        (P20 < value ? 1 : 0) + (P40 < value ? 1 : 0) + (P60 < value ? 1 : 0) + (P80 < value ? 1 : 0);

    /// <summary>The thresholds at 20, 40, 60 and 80 % of ascending values; all 0 when there are none.</summary>
    public static ScoreCuts Fifths(ReadOnlySpan<double> sorted) =>
        new(Quantile.At(sorted, 0.2), Quantile.At(sorted, 0.4), Quantile.At(sorted, 0.6), Quantile.At(sorted, 0.8));
}

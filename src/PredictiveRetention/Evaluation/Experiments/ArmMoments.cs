namespace PredictiveRetention.Evaluation.Experiments;

/// <summary>An outcome in one arm: how often, its mean, and the sum of squared deviations from it (Welford 1962).</summary>
public readonly record struct ArmMoments(long Count, double Mean, double SquaredDeviations)
{
    /// <summary>Of the sample; NaN below two.</summary>
    public double Variance => Count > 1 ? SquaredDeviations / (Count - 1) : double.NaN;

    /// <summary>Of the mean, squared.</summary>
    public double SquaredError => Variance / Count;

    public static ArmMoments Of(IEnumerable<double> values)
    {
        var moments = default(ArmMoments);
        foreach (var value in values) moments = moments.With(value);
        return moments;
    }

    /// <param name="deviation">Of the sample: the root of <see cref="Variance"/>.</param>
    public static ArmMoments Summary(long count, double mean, double deviation) => new(count, mean, deviation * deviation * (count - 1));

    public ArmMoments With(double value)
    {
        var count = Count + 1;
        var mean = Mean + (value - Mean) / count;
        return new ArmMoments(count, mean, SquaredDeviations + (value - Mean) * (value - mean));
    }
}

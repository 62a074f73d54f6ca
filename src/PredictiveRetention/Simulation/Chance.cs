namespace PredictiveRetention.Simulation;

/// <summary>
/// A stream of chance that belongs to one customer and one purpose (SplitMix64 started from a hash of seed, customer and purpose), so that
/// a customer is the same whoever else there is, and more e-mails change no order. Not System.Random, whose sequence is not ours to
/// promise.
/// </summary>
internal sealed class Chance
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state;

    public void StartOver(int seed, long customer, int purpose) =>
        _state = Mix(Mix(Mix((uint)seed + Golden) ^ (ulong)customer) ^ (ulong)purpose);

    /// <summary>0 to below 1.</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Happens(double probability) => Uniform() < probability;

    public int Below(int count) => (int)(Uniform() * count);

    /// <summary>Mean 1.</summary>
    public double Exponential() => -Math.Log(1 - Uniform());

    public double Normal() => Math.Sqrt(2 * Exponential()) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>Marsaglia and Tsang's squeeze; below shape 1 by the power of a uniform.</summary>
    public double Gamma(double shape, double mean)
    {
        if (shape < 1) return mean / shape * Unscaled(shape + 1) * Math.Pow(1 - Uniform(), 1 / shape);
        return mean / shape * Unscaled(shape);
    }

    /// <param name="weight">Alpha plus beta: how close to the mean.</param>
    public double Beta(double mean, double weight)
    {
        var yes = Gamma(mean * weight, mean * weight);
        return yes / (yes + Gamma((1 - mean) * weight, (1 - mean) * weight));
    }

    /// <summary>Index into shares given as running sums that end in 1.</summary>
    public int Pick(ReadOnlySpan<double> runningShares)
    {
        var at = Uniform();
        var i = 0;
        while (i < runningShares.Length - 1 && at >= runningShares[i]) i++;
        return i;
    }

    private double Unscaled(double shape)
    {
        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal();
            var v = 1 + c * x;
            if (v <= 0) continue;
            v = v * v * v;
            if (Math.Log(1 - Uniform()) < 0.5 * x * x + d - d * v + d * Math.Log(v)) return d * v;
        }
    }

    private ulong Next() => Mix(_state += Golden);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

namespace PredictiveRetention.Models;

/// <summary>
/// Histories with equal (x, t_x, T) as one row with its count: a likelihood has as many terms as there are different histories.
/// </summary>
/// <param name="X">Repeat purchase days.</param>
/// <param name="Tx">Time of the last purchase, counted from the first.</param>
/// <param name="T">Time observed.</param>
/// <param name="Count">Customers.</param>
public sealed record BtydSample(double[] X, double[] Tx, double[] T, double[] Count)
{
    /// <summary>More different histories are rounded to a coarser time, doubled until they fit.</summary>
    public const int MaxGroups = 20_000;

    public double Customers => Count.Sum();

    /// <param name="x">Repeat purchase days, one a customer; tx and T likewise, 0 &lt;= tx &lt;= T.</param>
    /// <param name="resolution">The finest time worth telling apart: a day, in the unit of T.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a history is impossible.</exception>
    public static BtydSample Group(ReadOnlySpan<int> x, ReadOnlySpan<double> tx, ReadOnlySpan<double> T, double resolution = 1.0 / 7)
    {
        if (x.Length != tx.Length || x.Length != T.Length)
            throw new ArgumentException($"{x.Length} x, {tx.Length} t_x and {T.Length} T.", nameof(x));
        for (var i = 0; i < x.Length; i++)
            if (x[i] < 0 || !(tx[i] >= 0) || !(tx[i] <= T[i]) || !double.IsFinite(T[i]))
                throw new ArgumentException($"History {i} is impossible: x {x[i]}, t_x {tx[i]}, T {T[i]}.", nameof(x));
        for (var step = resolution; ; step *= 2)
        {
            var groups = new Dictionary<(int X, long Tx, long T), int>();
            for (var i = 0; i < x.Length && groups.Count <= MaxGroups; i++)
            {
                var key = (x[i], Round(tx[i], step), Round(T[i], step));
                groups[key] = groups.GetValueOrDefault(key) + 1;
            }
            if (groups.Count > MaxGroups) continue;
            var sorted = groups.OrderBy(group => group.Key).ToArray();
            return new BtydSample(
                [.. sorted.Select(group => (double)group.Key.X)], [.. sorted.Select(group => group.Key.Tx * step)],
                [.. sorted.Select(group => group.Key.T * step)], [.. sorted.Select(group => (double)group.Value)]);
        }
    }

    private static long Round(double time, double step) => (long)Math.Round(time / step);
}

namespace PredictiveRetention.Models;

/// <summary>
/// How one column was spread over the customers a model was made for, and how far earlier customers of the same shop were from it.
/// </summary>
/// <param name="Name">A feature, or p_churn or clv.</param>
/// <param name="Edges">Upper bounds of the bins but the last, ascending: deciles, those that coincide once.</param>
/// <param name="Share">Of the customers in each bin; Edges.Length + 1 values.</param>
/// <param name="Customers">Counted for Share.</param>
/// <param name="Natural">The largest population stability index of the origins it learnt from against the population: what the shop's own
/// change comes to.</param>
public sealed record DriftColumn(string Name, float[] Edges, double[] Share, int Customers, double Natural)
{
    // 99.9 % point of chi-square by degrees of freedom 1..9.
    private static readonly double[] s_chiSquare = [10.83, 13.82, 16.27, 18.47, 20.52, 22.46, 24.32, 26.12, 27.88];

    public int Bin(float value)
    {
        var bin = 0;
        while (bin < Edges.Length && value > Edges[bin]) bin++;
        return bin;
    }

    /// <summary>Population stability index of these counts: sum of (a - e) ln(a / e), half a customer added to every bin.</summary>
    public double Index(ReadOnlySpan<long> counts)
    {
        double n = 0, index = 0;
        foreach (var count in counts) n += count;
        for (var bin = 0; bin < Share.Length; bin++)
        {
            var actual = (counts[bin] + 0.5) / (n + 0.5 * Share.Length);
            var expected = (Share[bin] * Customers + 0.5) / (Customers + 0.5 * Share.Length);
            index += (actual - expected) * Math.Log(actual / expected);
        }
        return index;
    }

    /// <summary>
    /// Above this it has drifted: a quarter more than the shop's own change, and what chance alone exceeds once in a thousand times (under
    /// no drift the index is chi-square over the harmonic number of customers: Yurdakul and Naranjo 2020).
    /// </summary>
    public double Threshold(long customers) =>
        1.25 * Natural + (Edges.Length == 0 ? 0 : s_chiSquare[Edges.Length - 1] * (1.0 / Customers + 1.0 / Math.Max(1, customers)));

    /// <param name="values">At the cutoff, one a customer.</param>
    /// <param name="earlier">The same column at the origins learnt from.</param>
    public static DriftColumn Measure(string name, float[] values, IEnumerable<float[]> earlier)
    {
        var sorted = (float[])values.Clone();
        Array.Sort(sorted);
        float[] edges = [.. Enumerable.Range(1, 9)
            .Select(tenth => sorted[Math.Min(sorted.Length - 1, tenth * sorted.Length / 10)])
            .Distinct()
            .Where(edge => edge < sorted[^1])];
        var column = new DriftColumn(name, edges, [], values.Length, 0);
        column = column with { Share = [.. column.Count(values).Select(count => (double)count / values.Length)] };
        return column with { Natural = earlier.Select(origin => column.Index(column.Count(origin))).DefaultIfEmpty(0).Max() };
    }

    private long[] Count(float[] values)
    {
        var counts = new long[Edges.Length + 1];
        foreach (var value in values) counts[Bin(value)]++;
        return counts;
    }
}

/// <summary>What tonight's customers are compared with.</summary>
/// <param name="Columns">The model's features in order, then p_churn and clv.</param>
public sealed record DriftReference(IReadOnlyList<DriftColumn> Columns)
{
    public const string Churn = "p_churn";
    public const string Clv = "clv";

    /// <summary>Counts a customer.</summary>
    /// <param name="row">The model's features.</param>
    /// <param name="counts">From <see cref="Empty"/>.</param>
    public void Count(ReadOnlySpan<float> row, double pChurn, double clv, IReadOnlyList<long[]> counts)
    {
        for (var j = 0; j < row.Length; j++) counts[j][Columns[j].Bin(row[j])]++;
        counts[row.Length][Columns[row.Length].Bin((float)pChurn)]++;
        counts[row.Length + 1][Columns[row.Length + 1].Bin((float)clv)]++;
    }

    public long[][] Empty() => [.. Columns.Select(column => new long[column.Share.Length])];
}

namespace PredictiveRetention.Models;

/// <summary>Bounds of a customer's net spend within a horizon. NaN where the model has nothing to make them from.</summary>
public readonly record struct SpendRange(float Low80, float High80, float Low90, float High90)
{
    public static SpendRange None { get; } = new(float.NaN, float.NaN, float.NaN, float.NaN);

    public SpendRange Times(double factor) =>
        new((float)(Low80 * factor), (float)(High80 * factor), (float)(Low90 * factor), (float)(High90 * factor));
}

/// <summary>
/// Intervals of spend by conformal prediction of the distribution (Chernozhukov, Wuethrich and Zhu 2021), apart for each group of purchase
/// days (Mondrian: Vovk 2003). A customer spends nothing with probability 1 - p, otherwise E[spend | order] times a ratio drawn from what
/// the group's ratios were on customers the members had not seen; the tail areas are then set so that the group's intervals held what they
/// promise, but no further than half again above it: where most spend nothing, a group is covered however its few likely buyers fare, and
/// theirs would be empty. How much a whole shop will buy is not known either: every row is taken at three levels, as it came and off by
/// <see cref="LevelError"/> either way, which is how far levels were off on origins inside the training data of three shops.
/// </summary>
/// <param name="From">Fewest purchase days of each group, ascending, the first 1.</param>
/// <param name="Ratios">Spend over its expectation among those who ordered: quantiles at (k + 1/2) / length, one row a group.</param>
/// <param name="Tail80">Tail area that made 80 % of the group's spends lie inside.</param>
/// <param name="Tail90">Likewise 90 %.</param>
public sealed record SpendIntervals(int[] From, double[][] Ratios, double[] Tail80, double[] Tail90)
{
    private const int Quantiles = 101;
    private const int MinRows = 300;

    /// <summary>No customer's interval leaves out more than this times what it promises.</summary>
    private const double MostOfTail = 1.5;

    /// <summary>Standard deviation of the log of a shop's total over its expectation.</summary>
    private const double LevelError = 0.2;

    /// <summary>Three points of the normal distribution with its variance and equal weights.</summary>
    private static readonly double[] s_levels = [-LevelError * Math.Sqrt(1.5), 0, LevelError * Math.Sqrt(1.5)];

    private static readonly int[] s_from = [1, 2, 3, 5, 10];

    /// <param name="pOrder">P(order) within the horizon.</param>
    /// <param name="spend">Expected net spend within it.</param>
    public SpendRange RangeFor(int purchaseDays, double pOrder, double spend)
    {
        var group = Group(purchaseDays);
        var (low80, high80) = Bounds(Ratios[group], Tail80[group], pOrder, spend);
        var (low90, high90) = Bounds(Ratios[group], Tail90[group], pOrder, spend);
        return new SpendRange((float)Math.Min(low80, spend), (float)high80, (float)Math.Min(low90, low80), (float)Math.Max(high80, high90));
    }

    /// <param name="pOrder">Of customers the members had not seen, as are the other answers, at the level that came.</param>
    /// <param name="net">What they spent.</param>
    /// <returns>Null with too few customers who ordered.</returns>
    public static SpendIntervals? Fit(double[] pOrder, double[] spend, double[] net, int[] purchaseDays) => Fit(
        [.. s_levels.SelectMany(level => pOrder.Select(p => p / (p + (1 - p) * Math.Exp(-level))))],
        [.. s_levels.SelectMany(level => spend.Select(expected => expected * Math.Exp(level)))],
        [.. s_levels.SelectMany(_ => net)], [.. s_levels.SelectMany(_ => purchaseDays)], MinRows * s_levels.Length);

    private static SpendIntervals? Fit(double[] pOrder, double[] spend, double[] net, int[] purchaseDays, int minRows)
    {
        List<int> from = [];
        List<double[]> ratios = [];
        List<double> tail80 = [], tail90 = [];
        for (var g = s_from.Length - 1; g >= 0; g--)
        {
            // A group too small for quantiles of its own joins the one below it.
            var end = from.Count == 0 ? int.MaxValue : from[^1];
            int[] at = [.. Enumerable.Range(0, net.Length).Where(i => purchaseDays[i] >= s_from[g] && purchaseDays[i] < end)];
            double[] observed = [.. at.Where(i => net[i] > 0).Select(i => net[i] * pOrder[i] / spend[i]).Order()];
            if ((observed.Length < minRows / 3 || at.Length < minRows) && g > 0) continue;
            if (observed.Length == 0) return null;
            double[] quantiles = [.. Enumerable.Range(0, Quantiles).Select(k => Quantile(observed, (k + 0.5) / Quantiles))];
            from.Add(s_from[g]);
            ratios.Add(quantiles);
            tail80.Add(Tail(0.2, at));
            tail90.Add(Tail(0.1, at));

            double Tail(double wanted, int[] rows)
            {
                // Coverage falls as the tail grows; the finite-sample correction asks for one row more.
                var needed = Math.Min(rows.Length, Math.Ceiling((rows.Length + 1) * (1 - wanted)));
                double low = 0.001, high = MostOfTail * wanted;
                for (var i = 0; i < 30; i++)
                {
                    var tail = (low + high) / 2;
                    var inside = rows.Count(row => Bounds(quantiles, tail, pOrder[row], spend[row]) is var (lower, upper)
                        && net[row] >= lower && net[row] <= upper);
                    if (inside >= needed) low = tail;
                    else high = tail;
                }
                return low;
            }
        }
        from.Reverse();
        ratios.Reverse();
        tail80.Reverse();
        tail90.Reverse();
        from[0] = 1;
        return new SpendIntervals([.. from], [.. ratios], [.. tail80], [.. tail90]);
    }

    /// <summary>Where nothing is likely enough, the lower bound is 0 and the whole tail lies above; else half of it on each side.</summary>
    private static (double Low, double High) Bounds(double[] ratios, double tail, double pOrder, double spend)
    {
        var nothing = 1 - pOrder;
        var expected = spend / Math.Max(1e-9, pOrder);
        return nothing > tail / 2
            ? (0, At(1 - tail))
            : (At(tail / 2), At(1 - tail / 2));

        double At(double probability)
        {
            if (probability <= nothing) return 0;
            return expected * Quantile(ratios, (probability - nothing) / pOrder);
        }
    }

    private int Group(int purchaseDays)
    {
        var group = From.Length - 1;
        while (group > 0 && purchaseDays < From[group]) group--;
        return group;
    }

    private static double Quantile(double[] sorted, double probability)
    {
        var at = Math.Clamp(probability * sorted.Length - 0.5, 0, sorted.Length - 1);
        var below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }
}

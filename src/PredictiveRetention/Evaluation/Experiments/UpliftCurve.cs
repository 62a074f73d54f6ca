namespace PredictiveRetention.Evaluation.Experiments;

/// <summary>How well an order of customers finds those whom a treatment changes.</summary>
/// <param name="Qini">
/// Area between the curve and the straight line of a random order, as a part of that of the perfect order; below 0 where the order is worse
/// than none (Radcliffe 2007, normalised as scikit-uplift does).
/// </param>
/// <param name="QiniRaw">The same area over the square of the number of customers, outcomes a customer.</param>
/// <param name="Auuc">Like <see cref="Qini"/>, of the curve of the difference of the arms' means times the customers so far.</param>
/// <param name="AtShare">Difference of the arms' means among the first of the order, by the share of all.</param>
public sealed record UpliftQuality(double Qini, double QiniRaw, double Auuc, IReadOnlyList<(double Share, double Uplift)> AtShare);

/// <summary>
/// Customers by what a model says a treatment changes, the most first, with what came of it. Customers of equal scores count at once, so
/// that their order among themselves says nothing.
/// </summary>
public sealed class UpliftCurve
{
    private readonly int[] _order;
    private readonly double[] _scores;
    private readonly double[] _outcomes;
    private readonly bool[] _treated;
    private readonly int[] _perfect;
    private readonly double[] _best;

    /// <param name="scores">Uplift said of each customer.</param>
    /// <param name="outcomes">What came: 0 or 1, or money.</param>
    public UpliftCurve(double[] scores, double[] outcomes, bool[] treated)
    {
        if (scores.Length != outcomes.Length || scores.Length != treated.Length)
            throw new ArgumentException("Scores, outcomes and arms are of the same customers.", nameof(scores));
        (_scores, _outcomes, _treated) = (scores, outcomes, treated);
        _order = Ordered(scores);
        // First whoever buys although treated, last whoever buys untreated.
        _best = [.. outcomes.Zip(treated, (outcome, isTreated) => isTreated ? outcome : -outcome)];
        _perfect = Ordered(_best);
    }

    /// <summary>Of customers who count so often.</summary>
    /// <param name="weights">One a customer; null where each counts once.</param>
    /// <param name="shares">To tell the uplift of the first so many of.</param>
    public UpliftQuality Quality(int[]? weights = null, params ReadOnlySpan<double> shares)
    {
        var found = Walk(_order, _scores, weights, shares);
        var best = Walk(_perfect, _best, weights, default);
        return new UpliftQuality(
            Normalised(found.Qini, best.Qini), found.Qini.Area / (found.All * found.All), Normalised(found.Auuc, best.Auuc), found.AtShare);

        static double Normalised(in Curve curve, in Curve best) => best.Area == 0 ? double.NaN : curve.Area / best.Area;
    }

    /// <summary>Bounds that hold 95 % of replicates in which customers are drawn again.</summary>
    public Interval QiniInterval(long[] keys)
    {
        var replicates = Enumerable.Range(0, CustomerBootstrap.Replicates).AsParallel().AsOrdered()
            .Select(replicate => Quality(CustomerBootstrap.Weights(keys, replicate)).Qini).ToList();
        return Interval.Percentiles(Quality().Qini, replicates);
    }

    private (Curve Qini, Curve Auuc, double All, IReadOnlyList<(double, double)> AtShare) Walk(
        int[] order, double[] scores, int[]? weights, ReadOnlySpan<double> shares)
    {
        var (qini, auuc) = (default(Curve), default(Curve));
        double inTreated = 0, inControl = 0, ofTreated = 0, ofControl = 0, all = 0;
        foreach (var i in order) all += weights?[i] ?? 1;
        var atShare = new List<(double, double)>();
        for (var at = 0; at < order.Length; at++)
        {
            var i = order[at];
            var weight = weights?[i] ?? 1;
            if (_treated[i]) (inTreated, ofTreated) = (inTreated + weight, ofTreated + weight * _outcomes[i]);
            else (inControl, ofControl) = (inControl + weight, ofControl + weight * _outcomes[i]);
            while (atShare.Count < shares.Length && inTreated + inControl >= shares[atShare.Count] * all)
                atShare.Add((shares[atShare.Count], Mean(ofTreated, inTreated) - Mean(ofControl, inControl)));
            if (at + 1 < order.Length && scores[order[at + 1]] == scores[i]) continue;
            qini.To(inTreated + inControl, ofTreated - (inControl > 0 ? ofControl * inTreated / inControl : 0));
            auuc.To(inTreated + inControl, (Mean(ofTreated, inTreated) - Mean(ofControl, inControl)) * (inTreated + inControl));
        }
        return (qini, auuc, all, atShare);

        static double Mean(double sum, double count) => count > 0 ? sum / count : 0;
    }

    private static int[] Ordered(double[] scores)
    {
        int[] order = [.. Enumerable.Range(0, scores.Length)];
        Array.Sort(scores.Select(score => -score).ToArray(), order);
        return order;
    }

    /// <summary>A curve from the origin, and the area between it and the straight line to its end.</summary>
    private struct Curve
    {
        private double _x, _y, _under;

        public readonly double Area => _under - _x * _y / 2;

        public void To(double x, double y)
        {
            _under += (x - _x) * (y + _y) / 2;
            (_x, _y) = (x, y);
        }
    }
}

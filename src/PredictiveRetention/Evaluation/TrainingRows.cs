using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>
/// An origin of a fit: its slice, the rows with the answers of a BTYD model fitted on what lay before it, and what the cutoff's own BTYD model
/// expects of the same customers. The first model errs as one does that has not seen the horizon, but had less history; the second has the
/// history, but has seen the horizon: what BTYD will err by is taken to lie between, nearer the second (on origins inside the training data
/// of three shops a quarter of the way was best).
/// </summary>
internal sealed record FittedOrigin(LabelledSlice Slice, float[] Rows, double[] LogOdds, double[] LogSpend, double ServedBuyers, double ServedSpend)
{
    private const double Reach = 0.5;

    /// <summary>Log of the buyers that came over those expected, each held within one half: an origin further off is odd, not a level.</summary>
    public double OrderError => Error(Slice.Ordered.Count(ordered => ordered), LogOdds.Sum(Level.Sigmoid), ServedBuyers);

    /// <summary>Log of the spend that came over what was expected, likewise.</summary>
    public double ValueError => Error(Slice.Net.Sum(), LogSpend.Sum(Math.Exp), ServedSpend);

    public OriginRecord Record(double weight) => new(
        Slice.Origin, Slice.Count, LogOdds.Sum(Level.Sigmoid), ServedBuyers, Slice.Ordered.Count(ordered => ordered), LogSpend.Sum(Math.Exp), ServedSpend, Slice.Net.Sum(), weight);

    /// <param name="served">BTYD at the cutoff.</param>
    /// <returns>Null where the slice is empty or BTYD cannot be fitted on what came before it.</returns>
    public static FittedOrigin? Of(LabelledSlice slice, IReadOnlyList<string> features, BtydModel served)
    {
        if (slice.Count == 0 || BtydModel.Fit(slice.Buyers) is not { } btyd) return null;
        var width = slice.Width + BtydModel.Columns;
        var rows = new float[slice.Count * width];
        var at = new BtydColumns(features);
        btyd.Append(slice.Rows, slice.Width, at, slice.Horizon.Days, rows);
        var odds = new double[slice.Count];
        var spend = new double[slice.Count];
        Span<float> says = stackalloc float[BtydModel.Columns];
        double buyers = 0, total = 0;
        for (var i = 0; i < slice.Count; i++)
        {
            (odds[i], spend[i]) = (rows[i * width + slice.Width], (double)rows[i * width + slice.Width + 1] + rows[i * width + slice.Width + 2]);
            served.Fill(at.Of(slice.Rows.AsSpan(i * slice.Width, slice.Width)), slice.Horizon.Days, says);
            buyers += Level.Sigmoid(says[0]);
            total += Math.Exp((double)says[1] + says[2]);
        }
        return new FittedOrigin(slice, rows, odds, spend, buyers, total);
    }

    private static double Error(double actual, double own, double served) 
    {
        return 0.25 * Log(own) + 0.75 * Log(served);

        double Log(double expected) => actual > 0 && expected > 0 ? Math.Clamp(Math.Log(actual / expected), -Reach, Reach) : actual > 0 ? Reach : -Reach;
    }
}

/// <summary>The rows of all origins of a fit, one after the other, newest origin first.</summary>
internal sealed class TrainingRows
{
    public TrainingRows(IReadOnlyList<FittedOrigin> origins, int folds)
    {
        Width = origins[0].Slice.Width + BtydModel.Columns;
        Origins = origins;
        Folds = folds;
        Values = [.. origins.SelectMany(origin => origin.Rows)];
        Ordered = [.. origins.SelectMany(origin => origin.Slice.Ordered)];
        Net = [.. origins.SelectMany(origin => origin.Slice.Net.Select(net => Math.Max(0, net)))];
        Origin = [.. origins.SelectMany((origin, i) => Enumerable.Repeat(i, origin.Slice.Count))];
        Fold = [.. origins.SelectMany(origin => origin.Slice.Keys.Select(key => (int)(((ulong)key * 0x9E3779B97F4A7C15UL >> 40) % (ulong)folds)))];
        LogOdds = [.. origins.SelectMany(origin => origin.LogOdds)];
        LogSpend = [.. origins.SelectMany(origin => origin.LogSpend)];
    }

    public IReadOnlyList<FittedOrigin> Origins { get; }
    public int Folds { get; }
    public int Width { get; }
    public int Count => Ordered.Length;

    /// <summary>Count x Width.</summary>
    public float[] Values { get; }
    public bool[] Ordered { get; }

    /// <summary>Net spend in the horizon, not below 0, currency units.</summary>
    public double[] Net { get; }
    public int[] Origin { get; }

    /// <summary>A customer has one fold, whatever the origin.</summary>
    public int[] Fold { get; }

    /// <summary>By BTYD.</summary>
    public double[] LogOdds { get; }

    /// <summary>By BTYD.</summary>
    public double[] LogSpend { get; }

    public ReadOnlySpan<float> Row(int i) => Values.AsSpan(i * Width, Width);

    public int[] Where(Func<int, bool> keep) => [.. Enumerable.Range(0, Count).Where(keep)];

    public float[] Take(int[] rows)
    {
        var values = new float[rows.Length * Width];
        for (var i = 0; i < rows.Length; i++) Row(rows[i]).CopyTo(values.AsSpan(i * Width, Width));
        return values;
    }
}

using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>An origin of a fit: its slice, and the rows with the answers of BTYD models fitted on what lay before it.</summary>
/// <param name="LogOdds">Of an order, by Pareto/NBD.</param>
/// <param name="LogSpend">Expected, by Pareto/NBD and Gamma-Gamma, of somebody who keeps what is usual.</param>
/// <param name="LogKept">Log of what the customer keeps over what is usual.</param>
/// <param name="Expected">Of all its customers, by the average of the BTYD models.</param>
internal sealed record FittedOrigin(
    LabelledSlice Slice, float[] Rows, double[] LogOdds, double[] LogSpend, double[] LogKept, BtydLevel Expected)
{
    public OriginRecord Record(double weight) => new(Slice.Origin, Slice.Count, Expected, Slice.Came, weight);

    /// <returns>Null where the slice is empty or BTYD cannot be fitted on what came before it.</returns>
    public static FittedOrigin? Fit(LabelledSlice slice, IReadOnlyList<string> features)
    {
        if (slice.Count == 0 || BtydModel.Fit(slice.Past.Buyers) is not { } btyd) return null;
        var width = slice.Width + BtydModel.Columns;
        var rows = new float[slice.Count * width];
        var at = new BtydColumns(features);
        btyd.Append(slice.Rows, slice.Width, at, slice.Horizon.Days, rows);
        var odds = new double[slice.Count];
        var spend = new double[slice.Count];
        var kept = new double[slice.Count];
        var keptAt = new KeptColumns(features);
        for (var i = 0; i < slice.Count; i++)
            (odds[i],
                spend[i]) = (rows[i * width + slice.Width], (double)rows[i * width + slice.Width + 1] + rows[i * width + slice.Width + 2]);
        for (var i = 0; i < slice.Count; i++) kept[i] = LogKept(slice.Rows.AsSpan(i * slice.Width, slice.Width));
        return new FittedOrigin(slice, rows, odds, spend, kept,
            btyd.LevelOf(slice.Rows, slice.Width, at, slice.SeasonalDays(slice.Horizon.Days), LogKept));

        double LogKept(ReadOnlySpan<float> row) => keptAt.Log(slice.Past.Kept, row);
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
        Fold = [.. origins.SelectMany(origin => origin.Slice.Keys.Select(key => CustomerKey.FoldOf(key, folds)))];
        LogOdds = [.. origins.SelectMany(origin => origin.LogOdds)];
        LogSpend = [.. origins.SelectMany(origin => origin.LogSpend)];
        Kept = [.. origins.SelectMany(origin => origin.LogKept.Select(Math.Exp))];
        Usual = [.. Net.Zip(Kept, (net, kept) => net / kept)];
    }

    public IReadOnlyList<FittedOrigin> Origins { get; }
    public int Folds { get; }
    public int Width { get; }
    public int Count => Ordered.Length;

    /// <summary>Count x Width.</summary>
    public float[] Values { get; }
    public bool[] Ordered { get; }

    /// <summary>Net spend in the horizon, not below 0.</summary>
    public double[] Net { get; }

    /// <summary>What the customer keeps over what is usual, above 0.</summary>
    public double[] Kept { get; }

    /// <summary>
    /// What Net would be of somebody who keeps what is usual: what members of spend learn. A row counts Kept times in a likelihood of
    /// totals, as an exposure does.
    /// </summary>
    public double[] Usual { get; }
    public int[] Origin { get; }

    /// <summary>A customer has one fold, whatever the origin.</summary>
    public int[] Fold { get; }

    /// <summary>By BTYD.</summary>
    public double[] LogOdds { get; }

    /// <summary>By BTYD, of somebody who keeps what is usual.</summary>
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

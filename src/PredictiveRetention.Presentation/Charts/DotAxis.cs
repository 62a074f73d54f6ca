namespace PredictiveRetention.Presentation.Charts;

/// <summary>An axis of a scatter: from zero, or so far below that every dot lies within with its label, in steps people count in.</summary>
/// <param name="Step">Between ticks; From and To are multiples of it.</param>
/// <param name="Labelled">Ticks that have a label are multiples of this, from Least to Most.</param>
internal sealed record DotAxis(double From, double To, double Step, double Labelled, double Least, double Most)
{
    /// <param name="dots">Their values, and the pixels each takes below and above its value.</param>
    /// <param name="pixels">How long the axis is, and what a label takes of it.</param>
    /// <param name="isShare">Parts of a whole: there is no label beyond it.</param>
    /// <param name="ticks">To each label: the more, the closer the axis ends to what it shows.</param>
    public static DotAxis Fit(
        IReadOnlyList<(double Value, double Below, double Above)> dots, (double Axis, double Label) pixels, bool isShare, int ticks)
    {
        if (dots.Count == 0) return new DotAxis(0, 1, 1, 1, 0, 1);
        var least = Math.Min(0, dots.Min(dot => dot.Value));
        var (from, to) = (least, dots.Max(dot => dot.Value));
        if (to <= from) to = from + 1;
        var (labelled, step) = (0.0, 0.0);
        // What the dots take in the axis's unit grows with the axis.
        for (var i = 0; i < 6; i++)
        {
            var unit = (to - from) / pixels.Axis;
            labelled = RoundUp((to - from) / Math.Max(2, Math.Floor(pixels.Axis / pixels.Label)));
            step = labelled / ticks;
            from = step * Math.Floor(Math.Min(0, dots.Min(dot => dot.Value - dot.Below * unit)) / step);
            to = step * Math.Ceiling(dots.Max(dot => dot.Value + dot.Above * unit) / step);
        }
        var most = isShare && dots.All(dot => dot.Value <= 1) ? 1 : to;
        return new DotAxis(from, to, step, labelled, labelled * Math.Floor(least / labelled), most);
    }

    public bool IsLabelled(double value)
    {
        var (steps, room) = (value / Labelled, 1e-6 * Labelled);
        return value >= Least - room && value <= Most + room && Math.Abs(steps - Math.Round(steps)) < 1e-6;
    }

    /// <summary>1, 2, 2.5, 5 or 10 times a power of ten, not less than asked for.</summary>
    private static double RoundUp(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        foreach (var times in (double[])[1, 2, 2.5, 5])
            if (times * power >= least * (1 - 1e-9)) return times * power;
        return 10 * power;
    }
}

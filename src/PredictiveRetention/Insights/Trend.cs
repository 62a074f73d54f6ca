using MathNet.Numerics.Distributions;

namespace PredictiveRetention.Insights;

/// <summary>
/// A least-squares line through months, with the 95 % interval of its slope by Student's t; no slope from fewer than four months.
/// </summary>
internal readonly record struct Trend(int Months, double? Slope, double? Low, double? High)
{
    public static Trend Fit(IReadOnlyList<(double X, double Y)> points)
    {
        var n = points.Count;
        if (n < MonthFigures.FewestForTrend) return new Trend(n, null, null, null);
        var (meanX, meanY) = (points.Average(point => point.X), points.Average(point => point.Y));
        var sxx = points.Sum(point => (point.X - meanX) * (point.X - meanX));
        var slope = points.Sum(point => (point.X - meanX) * (point.Y - meanY)) / sxx;
        var residual = points.Sum(point => Math.Pow(point.Y - meanY - (slope * (point.X - meanX)), 2));
        var half = StudentT.InvCDF(0, 1, n - 2, 0.975) * Math.Sqrt(residual / (n - 2) / sxx);
        return new Trend(n, slope, slope - half, slope + half);
    }
}

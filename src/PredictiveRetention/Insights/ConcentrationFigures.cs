using System.Runtime.InteropServices;
using static PredictiveRetention.Insights.MetricCatalogue;

namespace PredictiveRetention.Insights;

/// <summary>How unevenly revenue to date and predicted CLV lie on customers.</summary>
internal static class ConcentrationFigures
{
    private static readonly int[] s_tops = [1, 10, 20];

    public static void Build(FigureSheet sheet, ShopSums sums)
    {
        var net = CollectionsMarshal.AsSpan(sums.NetMinor).ToArray();
        Array.Sort(net);
        Build(sheet, "revenue", Array.ConvertAll(net, minor => (double)minor / sheet.Context.Currency.MinorPerUnit));
        if (sheet.Context.NoScores is { } none)
        {
            sheet.AddUnavailable("concentration", TopShare, FigureState.NotAvailable, none, "clv");
            sheet.AddUnavailable("lorenz", CumulativeShare, FigureState.NotAvailable, none, "clv");
            return;
        }
        var clv = CollectionsMarshal.AsSpan(sums.Clv).ToArray();
        Array.Sort(clv);
        Build(sheet, "clv", Array.ConvertAll(clv, value => (double)value));
    }

    /// <param name="ascending">One value a customer.</param>
    private static void Build(FigureSheet sheet, string measure, double[] ascending)
    {
        var n = ascending.Length;
        var upTo = new double[n + 1];
        for (var i = 0; i < n; i++) upTo[i + 1] = upTo[i] + ascending[i];
        var total = upTo[n];
        foreach (var percent in s_tops)
        {
            var top = Math.Clamp((int)Math.Round(n * percent / 100m, MidpointRounding.AwayFromZero), Math.Min(1, n), n);
            sheet.Ratio("concentration", TopShare, total - upTo[n - top], total, top, measure, FigureBuilder.Number(percent) + " %");
        }
        sheet.Ratio("concentration", MeanValue, total, n, n, measure);
        sheet.Value("concentration", MedianValue, n == 0 ? null : (ascending[(n - 1) / 2] + ascending[n / 2]) / 2, n, measure);
        var area = 0.0;
        for (var i = 1; i <= n; i++) area += (upTo[i - 1] + upTo[i]) / 2;
        sheet.Value("concentration", Gini, total > 0 ? 1 - (2 * area / n / total) : null, n, measure,
            note: total > 0 ? null : "not available: nothing to share out");
        for (var percent = 0; percent <= 100; percent += 5)
            sheet.Ratio("lorenz", CumulativeShare, upTo[(int)(n * (long)percent / 100)], total, n, measure, FigureBuilder.Number(percent));
    }
}

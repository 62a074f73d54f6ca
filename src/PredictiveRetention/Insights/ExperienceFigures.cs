using static PredictiveRetention.Insights.MetricCatalogue;

namespace PredictiveRetention.Insights;

/// <summary>What customers met (deliveries, visits) beside what they said and spent. Associations, never causes.</summary>
internal static class ExperienceFigures
{
    private const int LastDay = 60;

    public static void Build(FigureSheet sheet, ShopSums sums)
    {
        Deliveries(sheet, sums);
        var sample = sums.Sample;
        if (sheet.Missing(Get("visits_per_customer")) is { } missing)
            sheet.AddUnavailable("kpis", Spearman, FigureState.NotAvailable, missing, "visits and revenue of 12 months");
        else sheet.Value("kpis", Spearman, Rho([.. sample.Select(pair => ((double)pair.Visits, (double)pair.NetMinor, 1.0))]), sample.Count,
            "visits and revenue of 12 months", note: "of a random draw where there are more customers");
        var c = sums.Correlation.Row(0);
        var n = c[0];
        var (sxx, syy, sxy) = (c[3] - (c[1] * c[1] / n), c[4] - (c[2] * c[2] / n), c[5] - (c[1] * c[2] / n));
        sheet.Value("kpis", Pearson, n > 2 && sxx > 0 && syy > 0 ? sxy / Math.Sqrt(sxx * syy) : null, (long)n,
            note: n > 2 ? null : "not available: too few repeaters");
    }

    private static void Deliveries(FigureSheet sheet, ShopSums sums)
    {
        if (sheet.Missing(BinOrders) is { } missing)
        {
            sheet.AddUnavailable("delivery_review", BinOrders, FigureState.NotAvailable, missing);
            sheet.AddUnavailable("kpis", Spearman, FigureState.NotAvailable, missing, "delivery days and review score");
            return;
        }
        var reviewed = sheet.Missing(BinReview);
        for (var day = 0; day <= LastDay + 1; day++)
        {
            var row = new double[sums.Deliveries.Width];
            for (var from = day; from <= (day > LastDay ? ShopSums.DeliveryEnd : day); from++)
                for (var i = 0; i < row.Length; i++) row[i] += sums.Deliveries.Row(from)[i];
            var name = day > LastDay ? "over " + FigureBuilder.Number(LastDay) : FigureBuilder.Number(day);
            sheet.Ratio("delivery_review", BinOrders, row[0], null, (long)row[0], name);
            if (reviewed is null) sheet.Ratio("delivery_review", BinReview, row[2], row[1], (long)row[1], name);
        }
        if (reviewed is not null)
        {
            sheet.AddUnavailable("kpis", Spearman, FigureState.NotAvailable, reviewed, "delivery days and review score");
            return;
        }
        var pairs = new List<(double, double, double)>();
        foreach (var day in sums.Deliveries.Codes)
            for (var score = 1; score <= 5; score++)
                if (sums.Deliveries.Row(day)[2 + score] is > 0 and var orders) pairs.Add((day, score, orders));
        sheet.Value("kpis", Spearman, Rho(pairs), (long)pairs.Sum(pair => pair.Item3), "delivery days and review score",
            note: "reviewed delivered orders; association, not cause");
        for (var score = 1; score <= 5; score++)
        {
            var orders = 0.0;
            foreach (var day in sums.Deliveries.Codes) orders += sums.Deliveries.Row(day)[2 + score];
            sheet.Ratio("review_scores", BinOrders, orders, null, (long)orders, FigureBuilder.Number(score));
        }
    }

    /// <summary>Spearman's rho of weighted pairs: the correlation of mean ranks; null where one side is all the same.</summary>
    public static double? Rho(IReadOnlyList<(double X, double Y, double Weight)> pairs)
    {
        var (x, y) = (Ranks(pairs, static pair => pair.X), Ranks(pairs, static pair => pair.Y));
        double n = 0, mx = 0, my = 0;
        for (var i = 0; i < pairs.Count; i++)
            (n, mx, my) = (n + pairs[i].Weight, mx + (pairs[i].Weight * x[i]), my + (pairs[i].Weight * y[i]));
        if (n < 3) return null;
        (mx, my) = (mx / n, my / n);
        double sxx = 0, syy = 0, sxy = 0;
        for (var i = 0; i < pairs.Count; i++)
        {
            sxx += pairs[i].Weight * (x[i] - mx) * (x[i] - mx);
            syy += pairs[i].Weight * (y[i] - my) * (y[i] - my);
            sxy += pairs[i].Weight * (x[i] - mx) * (y[i] - my);
        }
        return sxx > 0 && syy > 0 ? sxy / Math.Sqrt(sxx * syy) : null;
    }

    private static double[] Ranks(IReadOnlyList<(double X, double Y, double Weight)> pairs,
        Func<(double X, double Y, double Weight), double> side)
    {
        var order = Enumerable.Range(0, pairs.Count).OrderBy(i => side(pairs[i])).ToArray();
        var ranks = new double[pairs.Count];
        var below = 0.0;
        for (var from = 0; from < order.Length;)
        {
            var to = from;
            var weight = 0.0;
            for (; to < order.Length && side(pairs[order[to]]) == side(pairs[order[from]]); to++) weight += pairs[order[to]].Weight;
            for (; from < to; from++) ranks[order[from]] = below + ((weight + 1) / 2);
            below += weight;
        }
        return ranks;
    }
}

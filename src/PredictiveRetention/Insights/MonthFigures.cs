using static PredictiveRetention.Insights.MetricCatalogue;

namespace PredictiveRetention.Insights;

/// <summary>Months, months by segment, moves between segments, days, trends, seasons and growth.</summary>
internal static class MonthFigures
{
    /// <summary>Fewer complete months make no trend.</summary>
    public const int FewestForTrend = 4;

    private static readonly string[] s_trends =
    [
        "month_revenue", "month_orders", "month_aov", "month_new_customers", "month_buyers", "month_repeat_rate", "month_active_30d",
        "month_new_revenue_share", "month_review_score", "month_delivery_days",
        "month_open_rate", "month_visits_per_customer",
    ];

    private static readonly string[] s_segmentTrends = ["month_customers", "month_aov", "month_retention", "month_p_churn",
        "month_open_rate", "month_visits_per_customer"];

    public static void Build(FigureSheet sheet, ShopSums sums)
    {
        var grid = sheet.Context.Months;
        Metric[] ofAll = [.. OfMonths];
        Metric[] ofNew = [.. OfMonths.Where(metric => metric.Id is "month_new_customers" or "month_repeat_rate"
            or "month_new_revenue_share")];
        for (var month = 0; month <= grid.Last; month++)
        {
            if (month == 0 && sums.Months.Row(0)[(int)MonthMeasure.Orders] == 0) continue;
            if (month == 0) Earlier(sheet, sums, grid.Name(0));
            else
            {
                var notNew = sheet.Context.NotNew(grid.Start(month));
                if (notNew is not null)
                    foreach (var metric in ofNew)
                        sheet.AddUnavailable("months", metric, FigureState.NotAvailable, notNew, grid.Name(month));
                sheet.Month("months", notNew is null ? ofAll : [.. ofAll.Except(ofNew)], sums.Months.Row(month), grid.IsComplete(month),
                    grid.Name(month), rejected: Rejected(sheet, sums, month), isEmpty: IsEmpty(sums, month));
                if (grid.IsComplete(month)) FigureBuilder.ActiveAt(sheet, sums, month);
            }
        }
        foreach (var metric in OfMonths)
            if (sheet.Missing(metric) is { } missing) sheet.AddUnavailable("months", metric, FigureState.NotAvailable, missing);
        Metric[] ofSegments = [.. OfMonths.Except(ofNew).Where(metric => metric.Id != "month_repeat_rate_to_date")];
        foreach (var taxonomy in Taxonomy.All)
            for (var month = 1; month <= grid.Last; month++)
                for (var segment = 0; segment < taxonomy.Names.Count; segment++)
                    sheet.Month("months_by_" + taxonomy.Id, ofSegments, sums.Months.Row(MonthWalk.Slot(taxonomy.Offset + segment, month)),
                        grid.IsComplete(month), grid.Name(month), taxonomy.Names[segment],
                        IsEmpty(sums, month) ? Rejected(sheet, sums, month) : null, isEmpty: true);
        Moves(sheet, sums);
        Daily(sheet, sums);
        Revenue(sheet, sums);
        Trends(sheet);
    }

    private static bool IsEmpty(ShopSums sums, int month) => sums.Months.Row(month)[(int)MonthMeasure.Orders] == 0;

    private static string? Rejected(FigureSheet sheet, ShopSums sums, int month) =>
        RejectedOrders.In(sheet.Context.Recipe.Rejected, sheet.Context.Months.Name(month), IsEmpty(sums, month));

    /// <summary>What lies before the window: only what adds up with the months.</summary>
    private static void Earlier(FigureSheet sheet, ShopSums sums, string name)
    {
        var row = sums.Months.Row(0);
        var minor = (double)sheet.Context.Currency.MinorPerUnit;
        sheet.Ratio("months", Get("month_orders"), row[(int)MonthMeasure.Orders], null, null, name);
        sheet.Ratio("months", Get("month_revenue"), row[(int)MonthMeasure.RevenueMinor] / minor, null, null, name);
        sheet.Ratio("months", Get("month_new_customers"), row[(int)MonthMeasure.NewCustomers], null, null, name);
    }

    private static void Moves(FigureSheet sheet, ShopSums sums)
    {
        var grid = sheet.Context.Months;
        for (var i = 0; i < Taxonomy.Followed.Count; i++)
        {
            var taxonomy = Taxonomy.Followed[i];
            var size = taxonomy.Names.Count + 1;
            for (var month = Math.Max(1,
                grid.LastComplete - sheet.Context.Recipe.Settings.MigrationMonths + 1); month <= grid.LastComplete; month++)
            {
                if (!grid.IsComplete(month)) continue;
                var row = sums.Moves[i].Row(month).ToArray();
                for (var segment = 0; segment < size - 1; segment++)
                {
                    // Who did not move stayed.
                    var stayed = sums.Months.Row(MonthWalk.Slot(taxonomy.Offset + segment, month))[(int)MonthMeasure.AtStart];
                    for (var to = 0; to < size - 1; to++) stayed -= row[(segment * size) + to];
                    row[(segment * size) + segment] = stayed;
                }
                for (var from = 0; from < size; from++)
                {
                    var start = 0.0;
                    for (var to = 0; to < size - 1; to++) start += row[(from * size) + to];
                    if (start == 0) continue;
                    for (var to = 0; to < size - 1; to++)
                    {
                        if (row[(from * size) + to] == 0) continue;
                        var (before, after) = (from == size - 1 ? "(not a customer yet)" : taxonomy.Names[from], taxonomy.Names[to]);
                        sheet.Ratio("moves_" + taxonomy.Id, Moved, row[(from * size) + to], null, (long)start, grid.Name(month), before,
                            after);
                        sheet.Ratio("moves_" + taxonomy.Id, MovedShare, row[(from * size) + to], start, (long)start, grid.Name(month),
                            before, after);
                    }
                }
            }
        }
    }

    private static void Daily(FigureSheet sheet, ShopSums sums)
    {
        var days = sheet.Context.Recipe.Settings.Days;
        var zero = sheet.Context.AsOf.Day - days;
        var segments = Taxonomy.All.First(taxonomy => taxonomy.Id == "engagement_segment").Names;
        var active = new double[segments.Count];
        for (var day = 0; day < days; day++)
        {
            for (var segment = 0; segment < segments.Count; segment++) active[segment] += sums.Daily.Row(segment)[day];
            // Days before the first month have no segments.
            if (zero + day < sheet.Context.Months.Start(1)) continue;
            var date = new Cutoff(zero + day).ToString();
            for (var segment = 0; segment < segments.Count; segment++)
                sheet.Ratio("daily_active", DailyActive, active[segment], null, null, date, segments[segment]);
        }
    }

    private static void Revenue(FigureSheet sheet, ShopSums sums)
    {
        var grid = sheet.Context.Months;
        var months = Enumerable.Range(1, grid.Last).Where(grid.IsComplete)
            .Where(month => !IsEmpty(sums, month) || Rejected(sheet, sums, month) is null)
            .Select(month => (Name: grid.Name(month),
                Revenue: sums.Months.Row(month)[(int)MonthMeasure.RevenueMinor] / sheet.Context.Currency.MinorPerUnit))
            .ToList();
        if (months.Count == 0)
        {
            foreach (var metric in new[] { AverageMonth, MonthsBelow, PeakMonth })
                sheet.AddUnavailable("kpis", metric, FigureState.NotAvailable, "not available: no complete month yet");
            return;
        }
        var sum = months.Sum(month => month.Revenue);
        sheet.Ratio("kpis", AverageMonth, sum, months.Count, null);
        sheet.Ratio("kpis", MonthsBelow, months.Count(month => month.Revenue < sum / months.Count), months.Count, null);
        var peak = months.MaxBy(month => month.Revenue);
        sheet.Value("kpis", PeakMonth, peak.Revenue, null, note: peak.Name);
    }

    /// <summary>From the figures themselves, so that a trend is that of the line people see.</summary>
    private static void Trends(FigureSheet sheet)
    {
        var grid = sheet.Context.Months;
        var index = sheet.Figures.Where(figure => figure.View is "months" or "months_by_business_segment" or "months_by_engagement_segment"
            && figure.Value is not null && s_trends.Concat(s_segmentTrends).Contains(figure.Metric))
            .ToLookup(figure => (figure.View, figure.Metric, Segment: figure.D2));
        foreach (var id in s_trends) Series(id, "months", "");
        foreach (var view in new[] { "months_by_business_segment", "months_by_engagement_segment" })
            foreach (var segment in Taxonomy.All.First(taxonomy => "months_by_" + taxonomy.Id == view).Names)
                foreach (var id in s_segmentTrends) Series(id, view, segment);

        void Series(string id, string view, string segment)
        {
            if (sheet.Missing(Get(id)) is not null) return;
            var taxonomy = view == "months" ? "" : view["months_by_".Length..];
            var values = new double?[grid.Last + 1];
            var numbers = Enumerable.Range(1, grid.Last).ToDictionary(grid.Name);
            foreach (var figure in index[(view, id, segment)])
                if (numbers.TryGetValue(figure.D1, out var month)) values[month] = figure.Value;
            var trend = Trend.Fit([.. Enumerable.Range(1, grid.Last)
                .Where(month => values[month] is not null)
                .Select(month => ((double)month, values[month]!.Value))]);
            sheet.Ratio("trends", TrendMonths, trend.Months, null, null, id, taxonomy, segment);
            var note = trend.Months < FewestForTrend
                ? $"not available: {FigureBuilder.Number(trend.Months)} complete months, {FigureBuilder.Number(FewestForTrend)} are needed"
                : null;
            sheet.Value("trends", Slope, trend.Slope, null, id, taxonomy, segment, note);
            sheet.Value("trends", SlopeLow, trend.Low, null, id, taxonomy, segment, note);
            sheet.Value("trends", SlopeHigh, trend.High, null, id, taxonomy, segment, note);
            for (var month = 13; month <= grid.Last; month++)
                if (values[month] is { } now && values[month - 12] is { } then)
                    sheet.Ratio("seasonality", SeasonalIndex, now, then, null, id, taxonomy.Length == 0 ? "" : taxonomy + ": " + segment,
                        grid.Name(month));
            var last = grid.LastComplete;
            if (id is not ("month_customers" or "month_revenue" or "month_buyers" or "month_orders")) return;
            if (last > 1 && values[last] is { } latest && values[last - 1] is { } previous)
                sheet.Ratio("growth", Change1m, latest - previous, previous, null, id, taxonomy, segment);
            if (last > 12 && values[last] is { } current && values[last - 12] is { } year)
                sheet.Ratio("growth", Change12m, current - year, year, null, id, taxonomy, segment);
        }
    }
}

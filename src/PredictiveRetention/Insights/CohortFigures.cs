using static PredictiveRetention.Insights.MetricCatalogue;

namespace PredictiveRetention.Insights;

/// <summary>
/// Cohorts by month and by quarter of the first purchase; a period that has not ended at the as-of is blank, and so is a cohort that
/// probably holds older customers: neither is in an average.
/// </summary>
internal static class CohortFigures
{
    public static void Build(FigureSheet sheet, ShopSums sums)
    {
        var grid = sheet.Context.Months;
        Build(sheet, "month", sums.Cohorts, grid.Last, grid.Name, grid.HasEnded, grid.Start);
        Build(sheet, "quarter", sums.QuarterCohorts, grid.LastQuarter, grid.QuarterName, grid.QuarterHasEnded, grid.QuarterStartDay);
    }

    private static void Build(FigureSheet sheet, string unit, Tally tally, int last, Func<int, string> name, Func<int, bool> hasEnded,
        Func<int, int> startDay)
    {
        var view = "cohorts_" + unit;
        var periods = tally.Width / 4;
        var minor = (double)sheet.Context.Currency.MinorPerUnit;
        var small = sheet.Context.Recipe.Settings.SmallGroup;
        var averages = new (double Returned, double Size, double? Low, double? High)[last];
        for (var cohort = 1; cohort <= last; cohort++)
        {
            var row = tally.Row(cohort);
            if (row[0] == 0) continue;
            var (size, n) = (row[0], (long)row[0]);
            var notNew = sheet.Context.NotNew(startDay(cohort));
            var later = 0.0;
            for (var period = 0; period < periods; period++) later += row[periods + period];
            var second = 0.0;
            for (var period = 0; cohort + period <= last; period++)
            {
                var (d1, d2) = (name(cohort), FigureBuilder.Number(period));
                second += row[(2 * periods) + period];
                if (notNew is not null || !hasEnded(cohort + period))
                {
                    var (state, why) = notNew is null ? (FigureState.Incomplete, "the period has not ended")
                        : (FigureState.NotAvailable, notNew);
                    foreach (var metric in new[] { Retention, RollingRetention, CumulativeRetention, CohortRevenue })
                        sheet.AddUnavailable(view, metric, state, why, d1, d2);
                    continue;
                }
                sheet.Ratio(view, Retention, row[period], size, n, d1, d2);
                sheet.Ratio(view, RollingRetention, later, size, n, d1, d2);
                sheet.Ratio(view, CumulativeRetention, second, size, n, d1, d2);
                sheet.Ratio(view, CohortRevenue, row[(3 * periods) + period] / minor, size, n, d1, d2);
                ref var average = ref averages[period];
                average.Returned += row[period];
                average.Size += size;
                if (n >= small)
                    (average.Low,
                        average.High) = (Math.Min(average.Low ?? 1, row[period] / size), Math.Max(average.High ?? 0, row[period] / size));
                later -= row[periods + period];
            }
        }
        for (var period = 0; period < last; period++)
        {
            var (returned, size, low, high) = averages[period];
            if (size == 0) continue;
            var d1 = FigureBuilder.Number(period);
            sheet.Ratio("cohort_average_" + unit, Retention, returned, size, (long)size, d1);
            sheet.Value("cohort_average_" + unit, RetentionLow, low, (long)size, d1,
                note: low is null ? "not available: no complete cohort is large enough" : null);
            sheet.Value("cohort_average_" + unit, RetentionHigh, high, (long)size, d1,
                note: low is null ? "not available: no complete cohort is large enough" : null);
        }
    }
}

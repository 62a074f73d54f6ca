using System.Globalization;
using PredictiveRetention.Presentation.Charts;

namespace PredictiveRetention.Presentation.Reports;

/// <summary>Cohorts as reports show them.</summary>
internal static class Cohorts
{
    private const int Periods = 12;

    public static ReportChart Average(ReportMaterial from, string? says) =>
        from.Chart("cohort-average", ChartKind.Line,
            Upto(ChartTable.ByGroup(from.Rows("cohort_average_month"), "period", from.T["Months since the first purchase"],
                ["retention", "retention_low", "retention_high"]), 1), says, from.T["Retention month by month, all cohorts"],
            from.T["Part of a cohort that purchased in the n-th calendar month after its first; over all cohorts whose month is "
                + "complete, with the lowest and the highest single cohort."]);

    public static ReportChart Monthly(ReportMaterial from, string? says) =>
        from.Chart("cohorts-month", ChartKind.Heatmap,
            Short(from.Pivot("cohorts_month", "cohort", "period", "retention", from.T["Cohort"])), says,
            from.T["Monthly cohorts, part that purchased in the n-th month after"],
            from.T["One row a month of first purchase. A dash is a month that has not ended; an asterisk marks cohorts of few customers."]);

    public static ReportChart Quarterly(ReportMaterial from) =>
        from.Chart("cohorts-quarter", ChartKind.Heatmap,
            Short(from.Pivot("cohorts_quarter", "cohort", "period", "retention", from.T["Cohort"])), null,
            from.T["Quarterly cohorts, part that purchased in the n-th quarter after"],
            from.T["The same by quarters: a quarter counts a purchase in any of its months, so the numbers are higher and are not to be "
                + "compared with months."]);

    private static ChartTable Short(ChartTable table) =>
        ReportMaterial.Columns(table, series => Number(series.Name) is { } period && period is >= 1 and <= Periods)
            .Where(row => row.Label.Length == 7 && row.Cells.Any(cell => cell.Value is not null)).Last(Periods + 1);

    private static ChartTable Upto(ChartTable table, int first) =>
        table.Where(row => Number(row.Label) is { } period && period >= first && period <= Periods);

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

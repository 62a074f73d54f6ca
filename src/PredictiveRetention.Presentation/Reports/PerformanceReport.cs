using PredictiveRetention.Insights.WhatIf;
using PredictiveRetention.Presentation.Charts;

namespace PredictiveRetention.Presentation.Reports;

/// <summary>The full performance report: objectives, north star, risks, pivots, cohorts, KPIs, what-ifs and recommendations.</summary>
internal static class PerformanceReport
{
    private const int Cells = 10;
    private const int Shown = 24;

    public static List<ReportSection> Sections(ReportMaterial from)
    {
        var T = from.T;
        return
        [
            new("northstar", T["North star"],
            [
                from.Tiles("customers", "revenue", "aov", "orders", "repeat_rate", "active_revenue_share_12m"),
                from.Say("002.northstar"),
            ]),
            new("summary", T["In short"],
                [from.Say("002.one_time_and_returning", "002.power_users", "002.dormant_and_recent_high", "002.lifecycle_order",
                    "002.urgent")]),
            new("risks", T["Key risks"],
                [from.Say("002.risk_acquisition", "002.risk_constrained_clv", "002.risk_high_value", "002.risk_cohorts",
                    "002.risk_growth")]),
            new("objectives", T["Objectives and targets"], [from.Objectives()]),
            new("kpis", T["Key performance indicators"],
            [
                from.Say("002.kpi_1_month_1_retention"),
                from.Chart("funnel", ChartKind.Funnel, from.ByGroup("funnel", "step", T["Step"], "customers", "step_rate"),
                    "002.kpi_2_funnel", T["KPI 2: repeat funnel"],
                    T["One-time to regular is of all customers; regular to power user of those who came back."]),
                from.Say("002.kpi_3_active_revenue", "002.kpi_4_concentration"),
            ]),
            new("frequency", T["How often customers buy"],
            [
                from.Chart("frequency", ChartKind.Bars,
                    from.ByGroup("by_frequency_class", "frequency_class", T["Frequency class"], "customers", "customer_share", "revenue",
                        "revenue_share", "revenue_per_customer"), "002.one_time_and_returning", T["Frequency classes"],
                    T["By purchases to date; the bar is the number of customers."]),
                from.Chart("value", ChartKind.Bars,
                    from.ByGroup("by_value_tier", "value_tier", T["Value tier"], "revenue_per_customer", "customers", "revenue",
                        "revenue_share"), "002.kpi_4_concentration", T["Value tiers"],
                    T["Tiers are cut by net revenue to date, so some concentration is by definition."]),
            ]),
            new("pivots", T["Last purchase and value"],
            [
                from.Chart("pivot-revenue", ChartKind.Heatmap,
                    from.WithTotals(from.Pivot("by_recency_value", "recency", "value_tier", "revenue", T["Last purchase"]), "by_recency",
                        "by_value_tier", "revenue"), "002.dormant_and_recent_high", T["Revenue by last purchase and value"],
                    T["Net revenue to date. The buckets of days cover unequal spans of time. Totals are figures of their own and agree "
                        + "with the cells."]),
                from.Chart("pivot-customers", ChartKind.Heatmap,
                    from.WithTotals(from.Pivot("by_recency_value", "recency", "value_tier", "customers", T["Last purchase"]), "by_recency",
                        "by_value_tier", "customers"), null, T["The same cells, counted in customers"],
                    T["Customers, in the same cells."]),
                from.Chart("lifecycle", ChartKind.Bars,
                    from.ByGroup("by_lifecycle3", "lifecycle3", T["Lifecycle"], "revenue", "revenue_share", "customers", "customer_share"),
                    "002.lifecycle_order", T["Revenue by lifecycle"],
                    T["By days since the last order: a rule, never ranks."]),
            ]),
            new("months", T["Month by month"],
            [
                from.Chart("revenue-months", ChartKind.Columns,
                    ReportMaterial.Months(ChartTable.ByGroup(from.Rows("months"), "month", T["Month"], ["month_revenue"]), Shown),
                    "002.monthly_revenue", T["Net revenue by month"],
                    T["Complete months only; refunds count in the month they were made."]),
                from.Tiles("average_month_revenue", "peak_month_revenue", "months_below_average"),
            ]),
            new("segments", T["The largest of the 27 segments"],
            [
                from.Chart("combined", ChartKind.Bars, Combined(from), null, T["Revenue by lifecycle, value tier and frequency class"],
                    T["The ten cells with most net revenue to date. Active | High | Regular is also called VIP; the cell At Risk | High "
                        + "| One-time is the urgent one."]),
                from.Chart("combined-channel", ChartKind.Heatmap, CombinedChannel(from), null,
                    T["Revenue of the largest cells by acquisition channel"],
                    T["Net revenue to date; the channel is that of the customer's first order, Unknown where the shop has not said."]),
            ]),
            new("cohorts", T["Cohorts"],
            [
                Cohorts.Average(from, "002.kpi_1_month_1_retention"),
                Cohorts.Monthly(from, null),
                Cohorts.Quarterly(from),
            ]),
            new("channels", T["Acquisition channels"],
            [
                from.Chart("channels", ChartKind.Bars,
                    from.ByGroup("by_channel", "channel", T["Channel"], "revenue", "customers", "customer_share", "revenue_per_customer",
                        "repeat_rate"), "002.channels", T["Revenue by channel"],
                    T["The channel of a customer's first order. Means without an interval: small differences say nothing about quality."]),
                from.Tiles("largest_channel_share", "hhi", "channel_coverage"),
            ]),
            new("delivery", T["Delivery and reviews"],
            [
                from.Chart("delivery-review", ChartKind.Line,
                    ChartTable.ByGroup(from.Rows("delivery_review"), "days", T["Days to deliver"], ["bin_review", "bin_orders"]) is var bins
                        ? ReportMaterial.Columns(bins.Where(row => row.Cells.All(cell => cell.Value is not null && !cell.IsSmall)),
                            series => series.Unit == "score")
                        : null!, "002.delivery_and_reviews", T["Review score by days to deliver"],
                    T["Mean score of the orders that took so many days; days with few orders are left out. Association, not cause."]),
                from.Chart("first-delivery", ChartKind.Bars,
                    from.ByGroup("by_first_delivery", "first_delivery", T["First delivery"], "repeat_rate", "second_order_90d",
                        "customers"), "002.delivery_and_repeat", T["First delivery and coming back"],
                    T["Customers by how their first order came. Association, not cause."]),
                from.Tiles("review_score", "delivery_days", "late_rate"),
            ]),
            new("cuts", T["By region and first category"],
            [
                from.Chart("regions", ChartKind.Bars,
                    from.ByGroup("by_region", "region", T["Region"], "revenue", "customers", "aov", "repeat_rate", "p_churn"),
                    "003.regions", T["Regions"], T["By the country of the customer; Unknown where the shop has not said."]),
                from.Chart("categories", ChartKind.Bars,
                    from.ByGroup("by_first_category", "first_category", T["First category"], "customers", "revenue", "repeat_rate",
                        "clv_per_customer"), null, T["By the category of the first purchase"],
                            T["The category of the first order: what to write to a new customer about."]),
            ]),
            new("what-if", T["What it would be worth"],
            [
                from.WhatIfs(new WhatIfRequest { ConversionPoints = 1 }, new WhatIfRequest { ConversionPoints = 2 },
                    new WhatIfRequest { RecoverDormant = 0.10 }),
            ]),
            new("recommendations", T["Recommendations"], [from.Recommendations(_ => true)]),
            new("sources", T["What the figures rest on"],
            [
                from.Chart("sources", ChartKind.Table, ChartTable.ByGroup(from.Rows("sources"), "source", T["Source"], ["coverage"]), null,
                    T["Coverage of the sources"],
                    T["Part of the rows that could say it which do. A source that is not there leaves its figures not available, never "
                        + "zero."]),
            ]),
        ];
    }

    private static ChartTable Combined(ReportMaterial from)
    {
        var rows = from.Rows("by_combined");
        var table = Joined(rows, ["lifecycle3", "value_tier", "frequency_class"],
            ["revenue", "revenue_share", "customers", "revenue_per_customer", "p_churn"], from.T["Segment"]);
        var ranked = table.Ranked();
        return ranked with { Rows = [.. ranked.Rows.Where((row, i) => i < Cells || row.Label == "At Risk | High | One-time")] };
    }

    private static ChartTable CombinedChannel(ReportMaterial from)
    {
        var largest = Combined(from).Rows.Take(Cells).Select(row => row.Label.Replace(" | ", "|", StringComparison.Ordinal)).ToList();
        var pivot = ChartTable.Pivot(from.Rows("by_combined_channel"), "combined", "channel", "revenue", from.T["Segment"]);
        return pivot with
        {
            Rows = [.. pivot.Rows.Where(row => largest.Contains(row.Label))
            .OrderBy(row => largest.IndexOf(row.Label))
            .Select(row => row with { Label = row.Label.Replace("|", " | ", StringComparison.Ordinal) })]
        };
    }

    /// <summary>One row for all labels together.</summary>
    private static ChartTable Joined(IReadOnlyList<PredictiveRetention.Insights.FigureRow> rows, string[] dimensions, string[] metrics,
        string rowName)
    {
        var named = rows.Where(row => dimensions.All(row.Labels.ContainsKey))
            .Select(row => (Label: string.Join(" | ", dimensions.Select(dimension => row.Labels[dimension])), Row: row))
            .GroupBy(pair => pair.Label)
            .Select(group => new ChartRow(group.Key,
                [.. metrics.Select(metric => ChartCell.From(group.FirstOrDefault(pair => pair.Row.Metric == metric).Row))]))
            .ToList();
        var plain = ChartTable.ByGroup(rows, dimensions[0], rowName, metrics);
        return plain with { Rows = named };
    }
}

using PredictiveRetention.Presentation.Charts;

namespace PredictiveRetention.Presentation.Reports;

/// <summary>Business segments month by month, with every question that is asked about them answered beside its chart.</summary>
internal static class MonthlyReport
{
    private const string Segment = "business_segment";
    private const int Shown = 13;

    public static List<ReportSection> Sections(ReportMaterial from)
    {
        var T = from.T;
        var byRule =
            T["Segments of past months are by the recency rule at each month's end, because a model that learnt from later days has no "
                + "say in them."];
        return
        [
            new("now", T["The segments now"],
            [
                from.Tiles("customers", "revenue_12m", "aov", "repeat_rate", "p_churn", "open_rate", "visits_per_customer"),
                from.Chart("segments", ChartKind.Bars,
                    from.ByGroup("by_business_segment", Segment, T["Business segment"], "customers", "customer_share", "revenue_12m", "aov",
                        "p_churn", "clv_per_customer"), null, T["Business segments tonight"],
                    T["Tonight's segments, by prediction; the bar is the number of customers."]),
                from.Segments(Segment),
            ]),
            new("size", T["How many customers, month by month"],
            [
                from.Chart("size", ChartKind.StackedColumns, Monthly(from, "month_customers"), "001.growth",
                    T["Customers by segment at month end"],
                    T["Customers at each month's end, one colour a segment; columns begin at zero and add up to all customers."] + " "
                        + byRule),
                from.Say("001.growth", "001.size_season", "001.moving_up"),
            ]),
            new("value", T["What an order is worth"],
            [
                from.Chart("aov", ChartKind.Bars,
                    from.ByGroup("by_business_segment", Segment, T["Business segment"], "aov", "orders", "revenue_per_customer",
                        "customers")
                        .Ranked(), "001.highest_aov", T["Average order value by segment"],
                    T["Net revenue over orders, to date, by tonight's segment: a ratio of sums, never a mean of means."]),
                from.Chart("aov-months", ChartKind.Line, Monthly(from, "month_aov"), "001.aov_trend", T["Average order value by month"],
                    T["Net revenue of the month over its orders; refunds count in the month they were made, and a month that they "
                        + "took back whole has no value."] + " " + byRule),
                from.Say("001.highest_aov", "001.aov_trend", "001.value_gap"),
            ]),
            new("retention", T["Who comes back"],
            [
                from.Chart("retention-months", ChartKind.Line, Monthly(from, "month_retention"), "001.retention_comparison",
                    T["Retention by month"], T["Part of those in the segment at the month's start who ordered in it."] + " " + byRule),
                from.Say("001.retention_concern", "001.retention_season", "001.retention_comparison"),
            ]),
            new("risk", T["Who is likely to stop"],
            [
                from.Chart("risk", ChartKind.StackedColumns,
                    ReportMaterial.Columns(
                        from.Pivot("risk_distribution", "probability", Segment, "risk_customers", T["Probability of no purchase"]),
                        series => series.Name != "All"), "001.highest_risk", T["How risk is spread"],
                    T["Customers not lost by their predicted probability of no purchase within the horizon, one colour a segment."]),
                from.Chart("risk-quartiles", ChartKind.Table,
                    from.Pivot("risk_quartiles", Segment, "percent", "risk_quartile", T["Business segment"]), null,
                    T["Quartiles of the probability, in per cent of the customers at or below"],
                    T["Under 25, 50 and 75: the probability that so many per cent of the segment's customers are at or below."]),
                from.Say("001.highest_risk", "001.risk_trend", "001.value_and_risk"),
            ]),
            new("email", T["Who reads e-mail"],
            [
                from.Chart("email", ChartKind.Line, Monthly(from, "month_open_rate"), "001.email_response", T["E-mail open rate by month"],
                    T["Messages first opened in the month over messages delivered in it."] + " " + byRule),
                from.Say("001.email_response", "001.email_trend", "001.email_season"),
            ]),
            new("site", T["Who visits the site"],
            [
                from.Chart("visits", ChartKind.Bars,
                    from.ByGroup("by_business_segment", Segment, T["Business segment"], "visits_per_customer", "customers").Ranked(),
                    "001.site_engagement", T["Visits per customer by segment"],
                    T["Visits and app sessions of thirty days over customers, those without any included."]),
                from.Chart("visits-months", ChartKind.Line, Monthly(from, "month_visits_per_customer"), "001.site_trend",
                    T["Visits per customer by month"], T["Visits of the month over the customers at its end."] + " " + byRule),
                from.Chart("visits-value", ChartKind.Bars,
                    from.ByGroup("by_visits", "visits", T["Visits of twelve months"], "revenue_per_customer", "customers", "repeat_rate"),
                    "001.visits_and_value", T["Visits and value"],
                    T["Net revenue to date of a customer, by visits of twelve months. Association, not cause."]),
                from.Say("001.site_engagement", "001.site_trend", "001.visits_and_value"),
            ]),
        ];
    }

    private static ChartTable Monthly(ReportMaterial from, string metric) =>
        ReportMaterial.Months(from.Pivot("months_by_business_segment", "month", Segment, metric, from.T["Month"]), Shown);
}

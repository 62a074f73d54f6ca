using PredictiveRetention.Presentation.Charts;

namespace PredictiveRetention.Presentation.Reports;

/// <summary>
/// The executive summary: what the business rests on, who its customers are, what they are worth, who is leaving, what to do.
/// </summary>
internal static class ExecutiveReport
{
    public static List<ReportSection> Sections(ReportMaterial from)
    {
        var T = from.T;
        return
        [
            new("overview", T["At a glance"],
            [
                from.Tiles("customers", "orders", "revenue", "aov", "repeat_rate", "churn_rate", "clv_per_customer", "revenue_at_risk",
                    "profiles_without_orders"),
                from.Say("000.interpretation", "004.revenue", "004.at_risk", "004.return"),
            ]),
            new("personas", T["Personas"],
            [
                from.Chart("persona-size", ChartKind.Bars,
                    from.ByGroup("by_persona", "persona", T["Persona"], "customers", "customer_share", "revenue", "revenue_share", "aov"),
                    "000.persona_most_frequent", T["Customers by persona"],
                    T["One row a persona; the bar is its number of customers. Net revenue and order value are to date."]),
                from.Chart("persona-risk", ChartKind.Bars,
                    from.ByGroup("by_persona", "persona", T["Persona"], "p_churn", "expected_churners", "clv_per_customer", "clv_share"),
                    "000.persona_churn_risk", T["Churn risk by persona"],
                    T["The bar is the mean probability of no purchase within the horizon, of customers not lost."]),
                from.Say("000.persona_spend", "000.persona_clv", "000.persona_churners"),
                from.Segments("persona"),
            ]),
            new("clv", T["Customer lifetime value"],
            [
                from.Say("000.clv_average"),
                from.Chart("clv-tiers", ChartKind.Bars,
                    from.ByGroup("by_clv_tier", "clv_tier", T["CLV tier"], "clv", "clv_share", "customers", "clv_per_customer", "p_churn",
                        "revenue_per_customer"), "003.clv_tiers", T["CLV by tier"],
                    T["Tiers are cut by predicted CLV; the bar is what all customers of the tier are expected to spend."]),
                from.Chart("clv-top", ChartKind.Table,
                    Named(from.Pivot("concentration", "part", "measure", "top_share", T["Highest customers"]),
                        ("revenue", T["Of revenue to date"]), ("clv", T["Of predicted CLV"])), "000.clv_concentration",
                            T["What the highest customers hold"],
                    T["Share of all revenue to date and of all CLV that lies with the highest per cent of customers."]),
                from.Say("000.clv_drivers"),
            ]),
            new("rfm", T["RFM segments"],
            [
                from.Chart("rfm", ChartKind.Bars,
                    from.ByGroup("by_rfm_segment", "rfm_segment", T["RFM segment"], "customers", "customer_share", "revenue", "clv",
                        "p_churn")
                        .Ranked(), "000.rfm_top_segment", T["Customers by RFM segment"],
                    T["Segments by recency, frequency and money, by rule; largest first."]),
                from.Chart("rfm-moves", ChartKind.Heatmap, Moves(from), "000.rfm_slipping",
                    T["Moves between RFM segments in the last complete month"],
                    T["Rows: the segment at the month's start. Columns: at its end. Cells: customers who moved; who stayed is not shown."]),
            ]),
            new("churn", T["Churn"],
            [
                from.Say("000.churn_rate"),
                from.Chart("churn-persona", ChartKind.Bars,
                    ChartTable.ByGroup(from.Rows("churn", ("taxonomy", "persona")), "segment", T["Persona then"], ["churn_rate"]).Ranked(),
                    "000.churn_by_persona", T["Churn by persona"],
                    T["Part of the customers active one horizon ago who have bought nothing since, by their persona then. Observed, not "
                        + "predicted."]),
            ]),
            new("cohorts", T["Cohort retention"],
            [
                Cohorts.Average(from, "000.early_loss"),
                Cohorts.Monthly(from, null),
            ]),
            new("short-term", T["Short-term actions"],
                [from.Recommendations(card => card.Id is "000.play_one_timer_reactivation" or "000.play_subscriber_cross_sell"
                    or "000.play_loyalist_repeat_incentive")]),
            new("long-term", T["Long-term programmes"],
                [from.Recommendations(card => card.Id is "000.play_loyalty_programme" or "002.play_high_value_retention"
                    or "002.play_regular_to_power_user")]),
        ];
    }

    private static ChartTable Moves(ReportMaterial from)
    {
        var rows = from.Rows("moves_rfm_segment");
        var last = rows.Select(row => row.Labels.GetValueOrDefault("month")).OfType<string>().Max(StringComparer.Ordinal);
        var moved = last is null
            ? rows
            : [.. rows.Where(row => row.Labels.GetValueOrDefault("month") == last
                && row.Labels.GetValueOrDefault("from") != row.Labels.GetValueOrDefault("to"))];
        var table = ChartTable.Pivot(moved, "from", "to", "moved", from.T["From"]);
        // As rows and columns in the same order.
        var order = from.Rows("by_rfm_segment")
            .Select(row => row.Labels.GetValueOrDefault("rfm_segment"))
            .OfType<string>()
            .Distinct()
            .ToList();
        return Ordered(table, order);
    }

    private static ChartTable Named(ChartTable table, params (string Name, string Words)[] names) =>
        table with
        {
            Series = [.. table.Series.Select(series => names.FirstOrDefault(pair => pair.Name == series.Name).Words is { } words
            ? series with { Name = words }
            : series)]
        };

    private static ChartTable Ordered(ChartTable table, List<string> order)
    {
        var columns = Enumerable.Range(0, table.Series.Count).OrderBy(i => order.IndexOf(table.Series[i].Name)).ToList();
        return table with
        {
            Series = [.. columns.Select(i => table.Series[i])],
            Rows = [.. table.Rows.OrderBy(row => order.IndexOf(row.Label))
                .Select(row => row with { Cells = [.. columns.Select(i => row.Cells[i])] })],
        };
    }
}

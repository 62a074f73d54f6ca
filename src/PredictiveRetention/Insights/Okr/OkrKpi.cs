namespace PredictiveRetention.Insights.Okr;

/// <summary>A metric an objective is followed by, and where its figure is.</summary>
/// <param name="Objective">O1 to O4; "Supporting" where it serves several.</param>
/// <param name="HigherIsBetter">Null where neither is: a target must then say its direction.</param>
public sealed record OkrKpi(string Id, string Objective, string Name, string View, string Metric, IReadOnlyList<string> Labels,
    bool? HigherIsBetter, bool Primary = false)
{
    public static IReadOnlyList<(string Id, string Words)> Objectives { get; } =
    [
        ("O1", "Increase customer lifetime value and revenue per customer"), ("O2", "Improve customer retention and reduce churn"),
        ("O3", "Convert first-time buyers into repeat customers"), ("O4", "Grow the active revenue base faster than churn"),
        ("Supporting", "What the objectives lean on"),
    ];

    public static IReadOnlyList<OkrKpi> All { get; } =
    [
        new("high_value_revenue_share", "O1", "Revenue concentration: share of value tier High", "by_value_tier", "revenue_share", ["High"],
            null, Primary: true),
        new("clv_per_customer", "O1", "Predicted CLV per customer", "kpis", "clv_per_customer", [], true),
        new("revenue_per_customer", "O1", "Revenue per customer", "kpis", "revenue_per_customer", [], true),
        new("month_1_retention", "O2", "Month-1 retention", "cohort_average_month", "retention", ["1"], true, Primary: true),
        new("churn_rate", "O2", "Churn rate (observed)", "kpis", "churn_rate", [], false),
        new("repeat_rate", "O3", "Repeat rate: one-time to regular", "kpis", "repeat_rate", [], true, Primary: true),
        new("regular_to_power", "O3", "Regular to power user", "kpis", "regular_to_power", [], true),
        new("active_revenue_share_12m", "O4", "Revenue from active customers, 12 months", "kpis", "active_revenue_share_12m", [], true,
            Primary: true),
        new("active_revenue_share", "O4", "Revenue from active customers, to date", "kpis", "active_revenue_share", [], true),
        new("review_score", "Supporting", "Review score", "kpis", "review_score", [], true),
        new("delivery_days", "Supporting", "Delivery days", "kpis", "delivery_days", [], false),
    ];

    public static OkrKpi? Find(string id) => All.FirstOrDefault(kpi => kpi.Id == id);

    public Unit Unit => MetricCatalogue.Get(Metric).Unit;

    /// <summary>The same in every file, however it is named there.</summary>
    public string Place => string.Join('/', Labels.Prepend(Metric).Prepend(View));
}

using System.Collections.Frozen;
using static PredictiveRetention.Insights.MetricCatalogue;

namespace PredictiveRetention.Insights;

/// <summary>One table of figures: how its rows are told apart, and what each says.</summary>
/// <param name="Dimensions">What the labels d1 to d3 of its rows are.</param>
/// <param name="Metrics">Ids, in the order of the rows.</param>
/// <param name="Report">Where people meet it.</param>
public sealed record InsightView(string Id, string Title, IReadOnlyList<string> Dimensions, IReadOnlyList<string> Metrics, string Report)
{
    /// <summary>What to write after --group-by to get it; empty for the shop as a whole.</summary>
    public string GroupBy => string.Join(',', Dimensions);
}

/// <summary>Every view there is, in the order a reader would look for a metric.</summary>
public static class ViewCatalogue
{
    private const string Overview = "Overview";
    private const string Segments = "Segments";
    private const string Monthly = "Monthly performance";
    private const string Cohorts = "Retention";
    private const string Value = "Value";
    private const string Experience = "Experience";
    private const string Audience = "Audience";
    private const string Risk = "Churn risk";

    /// <summary>The numbers a shop looks at first.</summary>
    public static IReadOnlyList<string> Headline { get; } =
    [
        "customers", "orders", "revenue", "revenue_12m", "aov", "revenue_per_customer", "repeat_rate", "power_users", "second_order_90d",
        "active_30d", "active_revenue_share", "still_buying", "slipping", "at_risk_rate",
        "churn_rate", "p_churn", "expected_churners", "expected_revenue", "revenue_at_risk", "could_come_back",
        "clv", "clv_per_customer", "average_month_revenue",
        "delivery_days", "review_score", "open_rate", "visits_per_customer", "actions", "expected_net_value",
    ];

    private static readonly string[] s_segmentMonths =
        [.. OfMonths.Select(metric => metric.Id)
            .Where(id => id is not ("month_new_customers" or "month_repeat_rate" or "month_new_revenue_share"
                or "month_repeat_rate_to_date"))];

    private static readonly HashSet<string> s_audience =
        ["age_group", "gender", "age_gender", "region", "country", "channel", "combined_channel", "first_category", "visits"];

    public static IReadOnlyList<InsightView> All { get; } =
    [
        new(
            "kpis", "The shop as a whole", ["pair"],
            [
                .. OfGroups.Select(metric => metric.Id),
                .. Ids(ChurnRate, ActiveRevenueShare, ActiveRevenueShare12m, HighActiveDormant, AverageMonth, MonthsBelow, PeakMonth, Hhi,
                    LargestChannel, Spearman, Pearson, Profiles, OrdersOfNobody, RevenueOfNobody),
            ],
            Overview),
        .. Dimension.All.Select(dimension => new InsightView(
            "by_" + dimension.Id, dimension.Title, dimension.Columns, [.. FigureBuilder.MetricsOf(dimension).Select(metric => metric.Id)],
            s_audience.Contains(dimension.Id) ? Audience : dimension.Id.StartsWith("first_delivery", StringComparison.Ordinal) ? Experience
                : Segments)),
        new("months", "Month by month", ["month"],
            [.. OfMonths.Select(metric => metric.Id), .. Ids(ActiveRevenueShare, ActiveRevenueShare12m, HighActiveDormant)], Monthly),
        .. Taxonomy.All.Select(taxonomy => new InsightView("months_by_" + taxonomy.Id,
            $"Month by month, {Words(taxonomy)} at the month's "
                + $"end"
                + $"{(taxonomy.Id == "business_segment" ? " by the recency rule, not to be compared with tonight's by prediction" : "")}",
                    ["month", taxonomy.Id], s_segmentMonths, Monthly)),
        .. Taxonomy.Followed.Select(taxonomy => new InsightView("moves_" + taxonomy.Id,
            $"Moves between segments in a month, {Words(taxonomy)}", ["month", "from", "to"], Ids(Moved, MovedShare), Segments)),
        new("daily_active", "Active customers day by day", ["day", "engagement_segment"], Ids(DailyActive), Monthly),
        new("trends", "Trends over complete months", ["series", "taxonomy", "segment"], Ids(TrendMonths, Slope, SlopeLow, SlopeHigh),
            Monthly),
        new("seasonality", "Months against the same month last year", ["series", "segment", "month"], Ids(SeasonalIndex), Monthly),
        new("growth", "Growth of segments", ["series", "taxonomy", "segment"], Ids(Change1m, Change12m), Monthly),
        new("cohorts_month", "Cohorts by month of the first purchase", ["cohort", "period"],
            Ids(Retention, RollingRetention, CumulativeRetention, CohortRevenue), Cohorts),
        new("cohort_average_month", "Average over monthly cohorts", ["period"], Ids(Retention, RetentionLow, RetentionHigh), Cohorts),
        new("cohorts_quarter", "Cohorts by quarter of the first purchase", ["cohort", "period"],
            Ids(Retention, RollingRetention, CumulativeRetention, CohortRevenue), Cohorts),
        new("cohort_average_quarter", "Average over quarterly cohorts", ["period"], Ids(Retention, RetentionLow, RetentionHigh), Cohorts),
        new("funnel", "From a first purchase to a habit", ["step"], ["customers", StepRate.Id], Cohorts),
        new("second_order", "How soon customers come back", ["days"], Ids(SecondWithin), Cohorts),
        new("order_sequence", "First, second, n-th purchase", ["number"], Ids(SequenceOrders, SequenceValue, SequenceGap), Cohorts),
        new("concentration", "How unevenly revenue and CLV lie", ["measure", "part"], Ids(TopShare, MeanValue, MedianValue, Gini), Value),
        new("lorenz", "Lorenz curve", ["measure", "percent"], Ids(CumulativeShare), Value),
        new("churn", "Observed churn by segment at the period's start", ["taxonomy", "segment"], Ids(ChurnRate), Risk),
        new("risk_distribution", "Customers by predicted churn probability", ["business_segment", "probability"], Ids(RiskCustomers), Risk),
        new("risk_quartiles", "Quartiles of the predicted churn probability", ["business_segment", "percent"], Ids(RiskQuartile), Risk),
        new("delivery_review", "Delivery days and review scores", ["days"], Ids(BinOrders, BinReview), Experience),
        new("review_scores", "Delivered orders by review score", ["score"], Ids(BinOrders), Experience),
        new("sources", "What the figures of each source rest on", ["source"], Ids(Coverage), Overview),
    ];

    private static readonly FrozenDictionary<string, InsightView> s_byId = All.ToFrozenDictionary(view => view.Id);

    public static InsightView? Find(string id) => s_byId.GetValueOrDefault(id);

    /// <summary>Views with a metric, the plainest first.</summary>
    public static IEnumerable<InsightView> With(string metric) => All.Where(view => view.Metrics.Contains(metric));

    private static string[] Ids(params Metric[] metrics) => [.. metrics.Select(metric => metric.Id)];

    private static string Words(Taxonomy taxonomy) => taxonomy.Id.Replace('_', ' ');
}

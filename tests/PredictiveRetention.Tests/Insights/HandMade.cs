using PredictiveRetention.Features;
using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Models;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Tests.Insights;

/// <summary>Figures written down by hand; the shop's known numbers are those a public report printed and got wrong.</summary>
internal sealed class HandMade
{
    public static readonly Cutoff AsOf = Cutoff.Parse("2018-08-30");

    public List<Figure> Figures { get; } = [];

    public HandMade Ratio(string view, string metric, double top, double? bottom, long? customers, string d1 = "", string d2 = "",
        string d3 = "", string? note = null)
    {
        Figures.RemoveAll(figure => (figure.View, figure.Metric, figure.D1, figure.D2, figure.D3) == (view, metric, d1, d2, d3));
        Figures.Add(new Figure(view, metric, d1, d2, d3, top, bottom, bottom is { } below ? top / below : top, customers,
            customers < 30 ? FigureState.Small : FigureState.Ok, note));
        return this;
    }

    public HandMade Value(string view, string metric, double value, long? customers = null, string d1 = "", string d2 = "", string d3 = "",
        string? note = null)
    {
        Figures.RemoveAll(figure => (figure.View, figure.Metric, figure.D1, figure.D2, figure.D3) == (view, metric, d1, d2, d3));
        Figures.Add(new Figure(view, metric, d1, d2, d3, null, null, value, customers, FigureState.Ok, note));
        return this;
    }

    public HandMade Trend(string metric, double slope, double low, double high, int months = 12, string taxonomy = "",
        string segment = "") =>
        Value("trends", "slope", slope, null, metric, taxonomy, segment).Value("trends", "slope_low", low, null, metric, taxonomy, segment)
            .Value("trends", "slope_high", high, null, metric, taxonomy, segment)
            .Ratio("trends", "trend_months", months, null, null, metric, taxonomy, segment);

    public CardContext Context(double margin = 1, ModelLevel level = ModelLevel.Blended, DataSource sources = DataSource.Orders,
        InsightSettings? settings = null, Playbook? playbook = null, IReadOnlyList<PlayResult>? plays = null) => new(
        new InsightContext(AsOf, new SourceCoverage(sources), Currency.Parse("BRL"), Segments.Some.Cutoffs(), new SegmentSettings(), 90,
            365,
            365, new InsightRecipe { Settings = settings ?? new InsightSettings(), FirstOrderDay = AsOf.Day - 700, Quarters = [] }),
        level, AsOf.Minus(1).Date, playbook ?? Playbook.Shipped(), plays ?? [new PlayResult("win-back-dormant-high-value", 1200, 6000)],
        new PlaybookEconomics(Currency.Parse("BRL"), margin, medianOrder: 50));

    public IReadOnlyList<Card> Cards(CardContext? context = null) =>
        PredictiveRetention.Insights.Findings.Cards.Build(context ?? Context(), Figures);

    public Card Card(string id, CardContext? context = null) => Cards(context).Single(card => card.Id == id);

    /// <summary>93,358 customers, 96,478 orders, 15,492,354 of revenue; 2,801 have come back, 19 of them five times or more.</summary>
    public static HandMade GoodPulse()
    {
        const double All = 93_358, Revenue = 15_492_354, Second = 420_150;
        var shop = new HandMade();
        shop.Ratio("kpis", "customers", All, null, 93_358)
            .Ratio("kpis", "buyers", All, null, 93_358)
            .Ratio("kpis", "orders", 96_478, null, 93_358)
            .Ratio("kpis", "revenue", Revenue, null, 93_358)
            .Ratio("kpis", "aov", Revenue, 96_478, 93_358)
            .Ratio("kpis", "orders_per_customer", 96_478, All, 93_358)
            .Ratio("kpis", "revenue_per_customer", Revenue, All, 93_358)
            .Ratio("kpis", "repeat_customers", 2_801, null, 93_358)
            .Ratio("kpis", "repeat_rate", 2_801, All, 93_358)
            .Ratio("kpis", "power_users", 19, null, 93_358)
            .Ratio("kpis", "regular_to_power", 19, 2_801, 93_358)
            .Ratio("kpis", "clv_per_customer", 466_790, All, 93_358)
            .Ratio("kpis", "p_churn", 56_000, 60_000, 93_358)
            .Ratio("kpis", "high_risk", 20_000, null, 93_358)
            .Ratio("kpis", "at_risk_rate", 19_000, 60_000, 93_358).Ratio("kpis", "slipping", 19_000, null, 93_358)
            .Ratio("kpis", "high_risk_rate", 20_000, 60_000, 93_358)
            .Ratio("kpis", "expected_revenue_buying", 9_000_000, null, 93_358)
            .Ratio("kpis", "revenue_at_risk_slipping", 3_000_000, null, 93_358)
            .Ratio("kpis", "expected_churners", 56_000, null, 93_358)
            .Ratio("kpis", "revenue_at_risk", 8_000_000, null, 93_358)
            .Ratio("kpis", "priority_customers", 900, null, 93_358).Ratio("kpis", "priority_spend", 40_000, null, 93_358)
            .Ratio("kpis", "actions", 1_200, null, 93_358)
            .Ratio("kpis", "expected_net_value", 6_000, null, 93_358)
            .Ratio("kpis", "action_cost", 1_500, null, 93_358)
            .Ratio("kpis", "action_roi", 6_000, 1_500, 93_358)
            .Ratio("kpis", "churn_rate", 48_000, 50_000, 50_000, note: "no purchase in the period")
            .Ratio("kpis", "active_revenue_share", 5_300_000, Revenue, 93_358)
            .Ratio("kpis", "active_revenue_share_12m", 2_500_000, 10_000_000, 93_358)
            .Ratio("kpis", "average_month_revenue", 15_455_160, 23, null)
            .Value("kpis", "peak_month_revenue", 1_150_000, note: "2017-11")
            .Ratio("kpis", "months_below_average", 11, 23, null);
        foreach (var (name, n, revenue) in new[] { ("One-time", 90_557L, 14_567_905.0), ("Regular", 2_782L, 909_408.0),
            ("Power User", 19L, 15_041.0) })
            shop.Ratio("by_frequency_class", "customers", n, null, n, name)
                .Ratio("by_frequency_class", "customer_share", n, All, n, name)
                .Ratio("by_frequency_class", "revenue_share", revenue, Revenue, n, name)
                .Ratio("by_frequency_class", "revenue_per_customer", revenue, n, n, name);
        shop.Ratio("by_frequency_class", "p_churn", 54_000, 58_000, 90_557, "One-time");
        shop.Ratio("funnel", "step_rate", 2_801, All, 93_358, "2 Regular or more")
            .Ratio("funnel", "step_rate", 19, 2_801, 2_801, "3 Power users");
        shop.Ratio("order_sequence", "sequence_value", Second, 2_801, 2_801, "2");
        foreach (var (name, n, revenue) in new[] { ("High", 19_400L, 8_464_220.0), ("Mid", 55_200L, 6_287_280.0),
            ("Low", 18_758L, 740_854.0) })
            shop.Ratio("by_value_tier", "customers", n, null, n, name)
                .Ratio("by_value_tier", "revenue_share", revenue, Revenue, n, name)
                .Ratio("by_value_tier", "revenue_per_customer", revenue, n, n, name);
        foreach (var (name, n, revenue) in new[] { ("Active", 12_000L, 2_000_000.0), ("At Risk", 19_000L, 3_100_000.0),
            ("Dormant", 62_358L, 10_392_354.0) })
            shop.Ratio("by_lifecycle3", "revenue", revenue, null, n, name)
                .Ratio("by_lifecycle3", "revenue_share", revenue, Revenue, n, name)
                .Ratio("by_lifecycle3", "customers", n, null, n, name)
                .Ratio("by_lifecycle3", "customer_share", n, All, n, name);
        foreach (var (name, n, revenue) in new[] { ("Recent (up to 30 days)", 3_900L, 1_700_000.0),
            ("Dormant (over 90 days)", 11_300L, 4_900_000.0) })
            shop.Ratio("by_recency_value", "revenue", revenue, null, n, name, "High")
                .Ratio("by_recency_value", "customers", n, null, n, name, "High")
                .Ratio("by_recency_value", "clv", n * 4.0, null, n, name, "High");
        foreach (var (name, n) in new[] { ("One-time", 10_800L), ("Regular", 480L), ("Power User", 20L) })
            shop.Ratio("by_combined", "customers", n, null, n, "Dormant", "High", name)
                .Ratio("by_combined", "revenue", n * 433.6, null, n, "Dormant", "High", name)
                .Ratio("by_combined", "clv", n * 4.0, null, n, "Dormant", "High", name)
                .Ratio("by_combined", "expected_churners", n * 0.49, null, n, "Dormant", "High", name)
                .Ratio("by_combined", "p_churn", n * 0.49, n * 0.5, n, "Dormant", "High", name)
                .Ratio("by_combined", "could_come_back", n * 0.49 * 200, null, n, "Dormant", "High", name);
        shop.Ratio("by_combined", "customers", 6_100, null, 6_100, "At Risk", "High", "One-time")
            .Ratio("by_combined", "revenue", 2_600_000, null, 6_100, "At Risk", "High", "One-time")
            .Ratio("by_combined", "clv", 30_000, null, 6_100, "At Risk", "High", "One-time");
        shop.Ratio("cohort_average_month", "retention", 420, 87_000, 87_000, "1")
            .Value("cohort_average_month", "retention_low", 0.002, 87_000, "1")
            .Value("cohort_average_month", "retention_high", 0.007, 87_000, "1")
            .Ratio("cohort_average_month", "retention", 250, 80_000, 80_000, "2")
            .Ratio("cohort_average_month", "retention", 200, 73_000, 73_000, "3")
            .Ratio("cohorts_month", "cumulative_retention", 30, 2_000, 2_000, "2017-01", "3")
            .Ratio("cohorts_month", "cumulative_retention", 70, 3_000, 3_000, "2017-02", "3");
        foreach (var metric in new[] { "clv", "revenue" })
            shop.Ratio("concentration", "mean_value", 466_790, All, 93_358, metric)
                .Value("concentration", "median_value", 3.1, 93_358, metric)
                .Value("concentration", "gini", 0.57, 93_358, metric)
                .Ratio("concentration", "top_share", 9, 100, 934, metric, "1 %")
                .Ratio("concentration", "top_share", 38, 100, 9_336, metric, "10 %")
                .Ratio("concentration", "top_share", 54, 100, 18_672, metric, "20 %");
        shop.Ratio("churn", "churn_rate", 9_700, 10_000, 10_000, "value_tier", "High")
            .Ratio("churn", "churn_rate", 40_000, 41_000, 41_000, "persona", "One-Timer")
            .Ratio("churn", "churn_rate", 30, 60, 60, "persona", "Loyalist");
        foreach (var (name, n, churners) in new[] { ("One-Timer", 88_000L, 54_000.0), ("Newcomer", 5_000L, 1_900.0),
            ("Loyalist", 58L, 20.0) })
            shop.Ratio("by_persona", "customers", n, null, n, name)
                .Ratio("by_persona", "customer_share", n, All, n, name)
                .Ratio("by_persona", "expected_churners", churners, null, n, name)
                .Ratio("by_persona", "expected_churner_share", churners, 56_000, n, name);
        foreach (var (name, n) in new[] { ("At Risk", 30_000L), ("Champions", 300L) })
            shop.Ratio("by_rfm_segment", "customers", n, null, n, name)
                .Ratio("by_rfm_segment", "customer_share", n, All, n, name)
                .Ratio("by_rfm_segment", "revenue_share", n * 160, Revenue, n, name)
                .Ratio("by_rfm_segment", "clv_share", n, All, n, name);
        foreach (var (name, n, clv) in new[] { ("Premium", 9_336L, 177_000.0), ("Gold", 18_672L, 150_000.0), ("Silver", 28_000L, 100_000.0),
            ("Bronze", 37_350L, 39_790.0) })
            shop.Ratio("by_clv_tier", "clv", clv, null, n, name)
                .Ratio("by_clv_tier", "clv_share", clv, 466_790, n, name)
                .Ratio("by_clv_tier", "customers", n, null, n, name)
                .Ratio("by_clv_tier", "clv_per_customer", clv, n, n, name);
        const string Dormant = "At-Risk-Dormant";
        shop.Ratio("by_engagement_segment", "customers", 81_000, null, 81_000, Dormant)
            .Ratio("by_engagement_segment", "revenue_share", 13_000_000, Revenue, 81_000, Dormant)
            .Ratio("by_engagement_segment", "clv_share", 300_000, 466_790, 81_000, Dormant)
            .Ratio("by_engagement_segment", "clv_per_customer", 300_000, 81_000, 81_000, Dormant)
            .Ratio("by_engagement_segment", "actions", 700, null, 81_000, Dormant)
            .Ratio("by_engagement_segment", "expected_net_value", 2_000, null, 81_000, Dormant)
            .Ratio("by_engagement_segment", "action_cost", 900, null, 81_000, Dormant);
        return shop;
    }
}

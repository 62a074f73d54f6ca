using System.Collections.Frozen;
using PredictiveRetention.Features;
using static PredictiveRetention.Features.DataSource;

namespace PredictiveRetention.Insights;

/// <summary>Every metric there is.</summary>
public static class MetricCatalogue
{
    private const string AsOf = "customers with a valid order before the as-of";
    private const string InMonth = "one calendar month of the shop's time zone";
    private const string Lifetime = AsOf + "; everything up to the as-of";

    /// <summary>Metrics of any group of customers at the as-of.</summary>
    public static IReadOnlyList<Metric> OfGroups { get; } =
    [
        Sum("customers", "Customers", Unit.Count, Measure.Customers, "Different people who have ordered at least once.", Lifetime, "All"),
        Part("customer_share", "Share of customers", Measure.Customers, "Part of all customers in this group.", Lifetime, "All"),
        Sum("buyers", "Buyers", Unit.Count, Measure.Buyers,
            "Customers with at least one purchase: an order worth something that was not refunded in full.", Lifetime, "All"),
        Sum("orders", "Orders", Unit.Count, Measure.Orders, "Valid orders, whatever they were worth.", Lifetime, "Finance, Marketing"),
        Part("order_share", "Share of orders", Measure.Orders, "Part of all orders placed by this group.", Lifetime, "Finance, Marketing"),
        Sum("purchases", "Purchases", Unit.Count, Measure.Purchases, "Orders worth something that were not refunded in full.", Lifetime,
            "Finance, Marketing"),
        Sum("revenue", "Net revenue", Unit.Money, Measure.RevenueMinor,
            "What customers paid, after discounts and refunds, to date. Taxes and shipping as in the imported amounts.", Lifetime,
            "Finance, Marketing"),
        Part("revenue_share", "Revenue concentration", Measure.RevenueMinor, "Share of revenue held by each group.", Lifetime,
            "Finance, Strategy"),
        Sum("revenue_12m", "Net revenue, last 12 months", Unit.Money, Measure.Revenue12mMinor,
            "The same over the 365 days before the as-of.", AsOf + "; [as-of - 365 days, as-of)", "Finance, Marketing"),
        Part("revenue_12m_share", "Share of revenue, last 12 months", Measure.Revenue12mMinor,
            "Part of the last 365 days' revenue from this group.", AsOf + "; [as-of - 365 days, as-of)", "Finance, Strategy"),
        Ratio("aov", "Average order value", Unit.Money, Measure.RevenueMinor, Measure.Orders,
            "Average spend per transaction: all revenue over all orders, never a mean of customers' means.", Lifetime, "Finance, Marketing")
            with { IsOfPaid = true },
        Ratio("revenue_per_customer", "Revenue per customer", Unit.Money, Measure.RevenueMinor, Measure.Customers,
            "Revenue from one customer of the group.", Lifetime, "Finance, Marketing"),
        Ratio("orders_per_customer", "Orders per customer", Unit.Rate, Measure.Orders, Measure.Customers,
            "How often a customer of the group has ordered.", Lifetime, "CRM, Marketing"),
        Sum("repeat_customers", "Repeat customers", Unit.Count, Measure.RepeatCustomers, "Customers with two purchases or more.", Lifetime,
            "CRM, Marketing"),
        Ratio("repeat_rate", "Repeat rate", Unit.Share, Measure.RepeatCustomers, Measure.Customers,
            "Part of the customers who returned to buy again: at least two purchases.", Lifetime, "CRM, Marketing"),
        Sum("power_users", "Power users", Unit.Count, Measure.PowerUsers, "Customers with five purchases or more (configurable).", Lifetime,
            "CRM, Marketing"),
        Ratio("regular_to_power", "Regular to power user", Unit.Share, Measure.PowerUsers, Measure.RepeatCustomers,
            "Part of the repeat customers who became power users.", Lifetime, "CRM, Marketing"),
        Sum("active_30d", "Active customers (30 d)", Unit.Count, Measure.Active30d, "Customers with an order in the last 30 days.",
            AsOf + "; [as-of - 30 days, as-of)", "CRM, Product"),
        Ratio("active_rate_30d", "Active rate (30 d)", Unit.Share, Measure.Active30d, Measure.Customers,
            "Part of the customers who ordered in the last 30 days.", AsOf + "; [as-of - 30 days, as-of)", "CRM, Product"),
        Sum("activity_30d", "Customers with any activity (30 d)", Unit.Count, Measure.Active30dAny,
            "Customers who ordered, visited or opened an e-mail in the last 30 days.", AsOf + "; [as-of - 30 days, as-of)", "CRM, Product",
            Visits | Email) with { NeedsAny = true },
        Sum("still_buying", "Customers still buying", Unit.Count, Measure.StillBuying,
            "Neither inactive nor lost: silent for at most two churn horizons (configurable).", AsOf, "CRM, Analytics"),
        Sum("slipping", "Slipping customers", Unit.Count, Measure.Slipping,
            "Still buying, and silent for much longer than usual for themselves: more than twice their usual gap and more than 14 days "
                + "(configurable). A rule, not a prediction.", AsOf, "CRM"),
        Ratio("at_risk_rate", "At-risk rate (slipping)", Unit.Share, Measure.Slipping, Measure.StillBuying,
            "Part of the customers still buying who are slipping. A rule, not a prediction.", AsOf, "CRM, Analytics"),
        Sum("high_risk", "Customers at high risk (predicted)", Unit.Count, Measure.HighRisk,
            "Customers in the risk band High, without the lost.", AsOf, "CRM, Analytics"),
        Ratio("high_risk_rate", "High-risk rate (predicted)", Unit.Share, Measure.HighRisk, Measure.NotLost,
            "Part of the customers not lost whose predicted churn probability is in the band High.", AsOf, "CRM, Analytics"),
        Ratio("p_churn", "Mean churn probability (predicted)", Unit.Share, Measure.PChurn, Measure.NotLost,
            "The average probability of no purchase within the churn horizon, of customers not lost.", AsOf, "CRM, Analytics"),
        Sum("expected_churners", "Expected churners", Unit.Count, Measure.ExpectedChurners,
            "How many of the group are expected to buy nothing within the churn horizon: the sum of the probabilities of those not lost.",
            AsOf, "CRM, Analytics"),
        Part("expected_churner_share", "Share of expected churners", Measure.ExpectedChurners,
            "Part of all expected churners in this group.", AsOf, "CRM, Analytics"),
        Sum("clv", "Predicted CLV", Unit.Money, Measure.Clv, "Expected net spend within the CLV horizon, of all customers of the group.",
            AsOf, "Finance, CRM"),
        Part("clv_share", "Share of predicted CLV", Measure.Clv, "Part of all predicted CLV in this group.", AsOf, "Finance, CRM"),
        Ratio("clv_per_customer", "Predicted CLV per customer", Unit.Money, Measure.Clv, Measure.Customers,
            "The mean expected net spend within the CLV horizon.", AsOf, "Finance, CRM"),
        Sum("total_clv", "Total CLV", Unit.Money, Measure.TotalClv, "Net revenue to date and predicted CLV together.", AsOf,
            "Finance, CRM"),
        Part("total_clv_share", "Share of total CLV", Measure.TotalClv, "Part of all total CLV in this group.", AsOf, "Finance, CRM"),
        Sum("expected_revenue", "Expected revenue", Unit.Money, Measure.Expected,
            "What customers not lost are expected to spend within the churn horizon: the chance of an order times what it would bring.",
            AsOf, "Finance, CRM"),
        Sum("expected_revenue_buying", "Expected revenue of the still buying", Unit.Money, Measure.ExpectedBuying,
            "The part of it from customers still buying.", AsOf, "Finance, CRM"),
        Sum("expected_revenue_inactive", "Expected revenue of the inactive", Unit.Money, Measure.ExpectedInactive,
            "The part of it from customers who are inactive and not lost.", AsOf, "Finance, CRM"),
        Sum("revenue_at_risk", "Revenue at risk", Unit.Money, Measure.AtRisk,
            "What customers still buying would spend within the churn horizon if each ordered, less what is expected of them: churn "
                + "probability times what an order would bring. Not revenue of the past.", AsOf, "Finance, CRM"),
        Sum("revenue_at_risk_slipping", "Revenue at risk with slipping customers", Unit.Money, Measure.AtRiskSlipping,
            "The part of it with customers who are slipping.", AsOf, "Finance, CRM"),
        Sum("could_come_back", "Could come back", Unit.Money, Measure.CouldComeBack,
            "What customers who are inactive and not lost would spend if each ordered, less what is expected of them. It is gone already "
                + "and never part of the revenue at risk.", AsOf, "Finance, CRM"),
        Ratio("refund_rate", "Refund rate", Unit.Share, Measure.RefundsMinor, Measure.PaidMinor, "Refunded money over paid money.",
            Lifetime, "Finance, Operations", DataSource.Refunds),
        Ratio("discount_rate", "Discount rate", Unit.Share, Measure.DiscountMinor, Measure.GrossMinor,
            "Discounts over the price before them, of purchases.", Lifetime, "Finance, Marketing", Discounts),
        Ratio("discounted_share", "Discounted purchases", Unit.Share, Measure.DiscountedPurchases, Measure.Purchases,
            "Part of the purchases that had a discount.", Lifetime, "Finance, Marketing", Discounts),
        Ratio("delivery_days", "Delivery days", Unit.Days, Measure.DeliveryDays, Measure.Delivered,
            "Calendar days from order to delivery: how fast customers receive their orders.",
            "valid orders delivered on or after their day and before the as-of", "Operations, Logistics", Delivery),
        Ratio("late_rate", "Late deliveries", Unit.Share, Measure.Late, Measure.Promised,
            "Part of the delivered orders that came after the promised day.",
            "valid orders delivered before the as-of that had a promised day", "Operations, Logistics", Delivery),
        Ratio("review_score", "Review score", Unit.Score, Measure.ReviewSum, Measure.Reviews,
            "Average rating of reviewed orders, each order once. A review counts 30 days after its order, because sources give it no date.",
            "valid orders with a score, older than 30 days", "Operations, Product", DataSource.Reviews),
        Ratio("review_coverage", "Reviewed orders", Unit.Share, Measure.Reviews, Measure.Orders,
            "Part of the orders with a review: how much the score rests on.", Lifetime, "Operations, Product", DataSource.Reviews),
        Ratio("open_rate", "E-mail open rate", Unit.Share, Measure.UniqueOpens12m, Measure.EmailsDelivered12m,
            "Messages opened at least once over messages delivered.",
            "events of [as-of - 365 days, as-of); messages sent where no delivery is recorded", "CRM", Email),
        Ratio("click_rate", "E-mail click rate", Unit.Share, Measure.UniqueClicks12m, Measure.EmailsDelivered12m,
            "Messages clicked at least once over messages delivered.",
            "events of [as-of - 365 days, as-of); messages sent where no delivery is recorded", "CRM", Email),
        Ratio("visits_per_customer", "Visits per customer (30 d)", Unit.Rate, Measure.Visits30d, Measure.Customers,
            "Visits and app sessions of the last 30 days per customer, those without any included.", AsOf + "; [as-of - 30 days, as-of)",
            "Product, Marketing", Visits),
        Ratio("visits_per_customer_12m", "Visits per customer (12 months)", Unit.Rate, Measure.Visits12m, Measure.Customers,
            "Visits and app sessions of the last 365 days per customer, those without any included.", AsOf + "; [as-of - 365 days, as-of)",
            "Product, Marketing", Visits),
        Ratio("tickets_per_customer", "Tickets per customer (12 months)", Unit.Rate, Measure.Tickets12m, Measure.Customers,
            "Support tickets of the last 365 days per customer.", AsOf + "; [as-of - 365 days, as-of)", "Operations", Tickets),
        Ratio("consistency", "Activity consistency", Unit.Share, Measure.ActiveMonths, Measure.ObservableMonths,
            "Part of the months since their first order in which customers ordered.",
            "complete calendar months of the monthly window, from each customer's first order", "CRM, Product"),
        Ratio("tenure_days", "Tenure", Unit.Days, Measure.TenureDays, Measure.Customers,
            "Mean days since the first purchase, or since first seen where that was before the data begin.", AsOf,
            "CRM"),
        Ratio("recency_days", "Days since the last order", Unit.Days, Measure.RecencyDays, Measure.Customers,
            "Mean days since the last purchase.", AsOf, "CRM"),
        Ratio("subscriber_share", "Subscribers", Unit.Share, Measure.Subscribers, Measure.Customers,
            "Part of the customers with a running subscription.", AsOf, "CRM", Subscriptions),
        Sum("margin", "Margin", Unit.Money, Measure.MarginMinor, "Contribution of the orders that say theirs.", Lifetime, "Finance",
            Margins),
        Ratio("margin_rate", "Margin rate", Unit.Share, Measure.MarginMinor, Measure.MarginPaidMinor,
            "Contribution over paid amount, of the orders that say theirs.", Lifetime, "Finance", Margins),
        Ratio("second_order_30d", "Second-order conversion, 30 days", Unit.Share, Measure.Second30d, Measure.Observed30d,
            "Part of the customers who purchased again within 30 days of their first purchase, of those first seen at least 30 days ago.",
            "first purchase at least 30 days before the as-of", "CRM, Marketing"),
        Ratio("second_order_60d", "Second-order conversion, 60 days", Unit.Share, Measure.Second60d, Measure.Observed60d,
            "The same within 60 days.", "first purchase at least 60 days before the as-of", "CRM, Marketing"),
        Ratio("second_order_90d", "Second-order conversion, 90 days", Unit.Share, Measure.Second90d, Measure.Observed90d,
            "The same within 90 days.", "first purchase at least 90 days before the as-of", "CRM, Marketing"),
        Sum("actions", "Recommended actions", Unit.Count, Measure.Actions,
            "Customers for whom a play is worth its cost, within the shop's limits; without those left alone for its measure.", AsOf,
            "CRM"),
        Sum("expected_net_value", "Expected net value of actions", Unit.Money, Measure.ExpectedNetValue,
            "What the recommended actions are expected to bring after their cost, by the plays' assumed effects until measured.", AsOf,
            "CRM, Finance"),
        Sum("action_cost", "Cost of actions", Unit.Money, Measure.ActionCost, "Expected cost of the recommended actions.", AsOf,
            "CRM, Finance"),
        Ratio("action_roi", "Return on actions", Unit.Rate, Measure.ExpectedNetValue, Measure.ActionCost,
            "Expected net value per unit of cost.", AsOf, "CRM, Finance"),
        Sum("priority_customers", "Valuable customers to act on first", Unit.Count, Measure.Priority,
            "Among the fifth of the still buying by net revenue of the last 12 months or by what an order would bring, and slipping, or "
                + "with a risk that rose by 10 points or more in 28 days.", AsOf, "CRM"),
        Sum("priority_spend", "What valuable customers to act on first would spend", Unit.Money, Measure.PrioritySpend,
            "Net spend of those customers within the churn horizon if each ordered.", AsOf, "CRM, Finance"),
        Sum("upgrade_candidates", "Gold customers near Premium", Unit.Count, Measure.NearPremium,
            "CLV tier Gold with a predicted CLV of at least four fifths of where Premium begins.", AsOf, "CRM"),
        Ratio("channel_coverage", "Known acquisition channel", Unit.Share, Measure.Known, Measure.Customers,
            "Part of the customers whose acquisition channel is known; the others are Unknown, never guessed.", AsOf, "Marketing",
            Acquisition),
        Ratio("mean_age", "Mean age", Unit.Rate, Measure.AgeYears, Measure.WithAge,
            "Years at the as-of, of customers whose birth year is known.", AsOf, "Marketing", Demographics),
    ];

    /// <summary>Metrics of a month, of everybody or of a segment.</summary>
    public static IReadOnlyList<Metric> OfMonths { get; } =
    [
        Month("month_customers", "Customers at month end", Unit.Count, MonthMeasure.Customers, null,
            "Customers with an order before the month's end.", "All"),
        Month("month_orders", "Orders in the month", Unit.Count, MonthMeasure.Orders, null, "Valid orders placed in the month.",
            "Finance, Marketing"),
        Month("month_revenue", "Net revenue in the month", Unit.Money, MonthMeasure.RevenueMinor, null,
            "Orders of the month minus refunds dated in it.", "Finance, Marketing"),
        Month("month_refunds", "Refunds in the month", Unit.Money, MonthMeasure.RefundsMinor, null, "Refunds dated in the month.",
            "Finance", DataSource.Refunds),
        Month("month_discounts", "Discounts in the month", Unit.Money, MonthMeasure.DiscountMinor, null,
            "Discounts on orders of the month.", "Finance, Marketing", Discounts),
        Month("month_aov", "Average order value in the month", Unit.Money, MonthMeasure.RevenueMinor, MonthMeasure.Orders,
            "Net revenue of the month over its orders.", "Finance, Marketing") with { IsOfPaid = true },
        Month("month_revenue_per_customer", "Revenue per customer in the month", Unit.Money, MonthMeasure.RevenueMinor,
            MonthMeasure.Customers, "Net revenue of the month over the customers at its end.", "Finance, Marketing"),
        Month("month_buyers", "Buyers in the month", Unit.Count, MonthMeasure.Buyers, null, "Customers who ordered in the month.",
            "CRM, Marketing"),
        Month("month_active_share", "Share active in the month", Unit.Share, MonthMeasure.Buyers, MonthMeasure.Customers,
            "Buyers of the month over the customers at its end.", "CRM, Product"),
        Month("month_new_customers", "New customers in the month", Unit.Count, MonthMeasure.NewCustomers, null,
            "Customers whose first order was in the month; whoever was first seen before the data begin is new in none of them.",
            "Marketing"),
        Month("month_repeat_rate", "Repeat customer rate in the month", Unit.Share, MonthMeasure.ReturningBuyers, MonthMeasure.Buyers,
            "Part of the month's buyers who placed an order in it that was not their first.", "CRM, Marketing"),
        Month("month_new_revenue_share", "Revenue from new customers", Unit.Share, MonthMeasure.NewRevenueMinor, MonthMeasure.PaidMinor,
            "Part of the month's paid amount from customers whose first order was in it: how much the shop lives on acquisition.",
            "Finance, Marketing"),
        Month("month_active_30d", "Active customers (30 d) at month end", Unit.Count, MonthMeasure.Active30d, null,
            "Customers with an order in the 30 days before the month's end.", "CRM, Product"),
        Month("month_repeat_rate_to_date", "Repeat rate at month end", Unit.Share, MonthMeasure.RepeatToDate, MonthMeasure.Customers,
            "Customers with two purchases or more by the month's end over customers by then.", "CRM, Marketing"),
        Month("month_revenue_to_date", "Net revenue to month end", Unit.Money, MonthMeasure.RevenueToDateMinor, null,
            "All net revenue of these customers up to the month's end.", "Finance"),
        Month("month_revenue_12m", "Net revenue of 12 months at month end", Unit.Money, MonthMeasure.Revenue12mMinor, null,
            "Net revenue of the 365 days before the month's end.", "Finance"),
        Month("month_p_churn", "Mean churn risk at month end (rule)", Unit.Share, MonthMeasure.PChurn, MonthMeasure.NotLost,
            "Mean churn probability by the recency rule: days / (days + half the horizon). Past months are not scored again by a model "
                + "that learnt from later ones.", "CRM, Analytics"),
        Month("month_delivery_days", "Delivery days of the month's orders", Unit.Days, MonthMeasure.DeliveryDays, MonthMeasure.Delivered,
            "Calendar days from order to delivery, of orders placed in the month and delivered before the as-of.", "Operations, Logistics",
            Delivery),
        Month("month_late_rate", "Late deliveries of the month's orders", Unit.Share, MonthMeasure.Late, MonthMeasure.Promised,
            "Part of them delivered after the promised day.", "Operations, Logistics", Delivery),
        Month("month_review_score", "Review score of the month's orders", Unit.Score, MonthMeasure.ReviewSum, MonthMeasure.Reviews,
            "Average rating of orders placed in the month.", "Operations, Product", DataSource.Reviews),
        Month("month_open_rate", "E-mail open rate in the month", Unit.Share, MonthMeasure.UniqueOpens, MonthMeasure.EmailsDelivered,
            "Messages first opened in the month over messages delivered in it.", "CRM", Email),
        Month("month_visits_per_customer", "Visits per customer in the month", Unit.Rate, MonthMeasure.Visits, MonthMeasure.Customers,
            "Visits and app sessions of the month over the customers at its end, those without any included.", "Product, Marketing",
            Visits),
        Month("month_retention", "Retention in the month", Unit.Share, MonthMeasure.Retained, MonthMeasure.AtStart,
            "Part of those in the segment at the month's start who ordered in the month.", "CRM"),
    ];

    // Metrics of single views; each is made where its view is.
    public static Metric Retention { get; } = Own("retention", "Cohort retention (classic)", Unit.Share,
        "customers of the cohort who purchased in period n", "customers of the cohort",
        "Part of an acquisition cohort still purchasing in a given period; period 0 is that of the first purchase, 100 % by construction.",
        "Product, CRM", Aggregation.RatioOfSums);
    public static Metric RollingRetention { get; } = Own("rolling_retention", "Cohort retention (rolling)", Unit.Share,
        "customers of the cohort who purchased in period n or later", "customers of the cohort",
        "Part of a cohort not yet gone for good by period n.", "Product, CRM", Aggregation.RatioOfSums);
    public static Metric CumulativeRetention { get; } = Own("cumulative_retention", "Cohort conversion (cumulative)", Unit.Share,
        "customers of the cohort with a second purchase by the end of period n", "customers of the cohort",
        "Part of a cohort that has bought again by period n.", "Product, CRM", Aggregation.RatioOfSums);
    public static Metric CohortRevenue { get; } = Own("cohort_revenue", "Cohort revenue per customer", Unit.Money,
        "paid amount of the cohort's purchases in period n", "customers of the cohort", "What a customer of the cohort paid in period n.",
        "Finance, CRM", Aggregation.RatioOfSums);
    public static Metric RetentionLow { get; } = Own("retention_low", "Lowest cohort retention", Unit.Share,
        "the lowest retention of a complete cohort that is not small", null, "The range beside the average.", "Product, CRM");
    public static Metric RetentionHigh { get; } = Own("retention_high", "Highest cohort retention", Unit.Share,
        "the highest retention of a complete cohort that is not small", null, "The range beside the average.", "Product, CRM");
    public static Metric TopShare { get; } = OfMoney(Own("top_share", "Share of the top customers", Unit.Share,
        "sum of the highest values of that part of the customers", "sum of all values",
        "How much hangs on the best customers. The number of customers is rounded, one at least.", "Finance, Strategy"));
    public static Metric Gini { get; } = Own("gini", "Gini coefficient", Unit.Coefficient, "1 - 2 x area under the Lorenz curve", null,
        "0: everybody brings the same; 1: one customer brings everything. Neither is good or bad by itself.", "Finance, Strategy");
    public static Metric CumulativeShare { get; } = OfMoney(Own("cumulative_share", "Lorenz curve", Unit.Share,
        "sum of the lowest values of that part of the customers", "sum of all values",
        "What the lowest part of the customers brings together.", "Finance, Strategy"));
    public static Metric MedianValue { get; } = Own("median_value", "Median per customer", Unit.Money,
        "the middle value, customers in order", null, "Half of the customers bring less.", "Finance, CRM");
    public static Metric MeanValue { get; } = Own("mean_value", "Mean per customer", Unit.Money, "sum of all values", "customers",
        "Few large ones pull it above the median.", "Finance, CRM");
    public static Metric Slope { get; } = Own("slope", "Trend a month", Unit.Rate, "least-squares slope over complete months", null,
        "Change a month, in the metric's own unit.", "Analytics");
    public static Metric SlopeLow { get; } = Own("slope_low", "Trend, lower bound", Unit.Rate, "95 % interval of the slope (Student's t)",
        null, "Above 0: rising. Months are taken as independent.", "Analytics");
    public static Metric SlopeHigh { get; } = Own("slope_high", "Trend, upper bound", Unit.Rate, "95 % interval of the slope (Student's t)",
        null, "Below 0: falling.", "Analytics");
    public static Metric TrendMonths { get; } = Own("trend_months", "Months of the trend", Unit.Count, "complete months with a value", null,
        "What the trend rests on; fewer than 4 make none.", "Analytics");
    public static Metric SeasonalIndex { get; } = Own("seasonal_index", "Against the same month last year", Unit.Rate, "value of the month",
        "value twelve months before", "1: as last year.", "Analytics");
    public static Metric Change1m { get; } = Own("change_1m", "Change in a month", Unit.Share, "value now minus value a month before",
        "value a month before", "Growth over the last complete month.", "Analytics");
    public static Metric Change12m { get; } = Own("change_12m", "Change in twelve months", Unit.Share,
        "value now minus value twelve months before", "value twelve months before", "Growth over twelve complete months.", "Analytics");
    public static Metric Spearman { get; } = Own("spearman", "Rank correlation", Unit.Coefficient,
        "Spearman's rho, ties by mean rank; scores to whole stars, deliveries of more than a year as one", null,
        "Whether two things rise together; association, not cause.", "Analytics");
    public static Metric Pearson { get; } = Own("frequency_spend_correlation", "Frequency against spend", Unit.Coefficient,
        "correlation of repeat purchase days and mean value of a repeat purchase day, of repeaters", null,
        "Value models assume it near 0; above 0.2 they warn.", "Analytics");
    public static Metric Hhi { get; } = Own("hhi", "Channel concentration", Unit.Coefficient,
        "sum of squared shares of customers by known channel", null, "Herfindahl-Hirschman index: 1 is one channel.", "Marketing");
    public static Metric LargestChannel { get; } = Own("largest_channel_share", "Largest channel", Unit.Share,
        "customers of the largest known channel", "customers with a known channel", "How much hangs on one channel.", "Marketing");
    public static Metric ChurnRate { get; } = Own("churn_rate", "Churn rate (observed)", Unit.Share,
        "of those, without a purchase in [as-of - horizon, as-of)",
        "customers with a purchase in the last max(365, 4 x horizon) days before as-of - horizon",
        "Part of the customers active at the period's start who bought nothing in it. Segments are those at its start.", "CRM",
        Aggregation.RatioOfSums);
    public static Metric RiskCustomers { get; } = Own("risk_customers", "Customers by churn probability", Unit.Count,
        "customers not lost, by predicted probability", null, "How risk is spread.", "CRM, Analytics", Aggregation.Sum) with
    {
        NeedsScores = true
    };
    public static Metric RiskQuartile { get; } = Own("risk_quartile", "Churn probability, quartile", Unit.Share,
        "the predicted probability a quarter, half, three quarters of the customers not lost are at or below, to a tenth of a point", null,
        "How risk is spread within a segment.", "CRM, Analytics") with
    { NeedsScores = true };
    public static Metric SequenceOrders { get; } = Own("sequence_orders", "Purchases by number", Unit.Count,
        "purchases that were a customer's n-th", null, "How many customers got that far.", "CRM", Aggregation.Sum);
    public static Metric SequenceValue { get; } = Own("sequence_value", "Value of the n-th purchase", Unit.Money,
        "paid amount of n-th purchases", "n-th purchases",
        "What the second purchase brings: the base of any what-if about repeat customers.", "CRM, Finance", Aggregation.RatioOfSums);
    public static Metric SequenceGap { get; } = Own("sequence_gap", "Days to the n-th purchase", Unit.Days,
        "days since the purchase before", "n-th purchases", "Mean days since the purchase before.", "CRM", Aggregation.RatioOfSums);
    public static Metric StepRate { get; } = Own("step_rate", "Step rate", Unit.Share, "customers of the step",
        "customers of the step before",
        "Part who went on. One-time to regular has all customers below the line, regular to power the repeat customers.", "CRM",
        Aggregation.RatioOfSums);
    public static Metric SecondWithin { get; } = Own("second_within", "Second purchase within", Unit.Share,
        "customers with a second purchase within d days of the first", "customers first seen at least d days ago",
        "How soon customers come back.", "CRM", Aggregation.RatioOfSums);
    public static Metric MonthsBelow { get; } = Own("months_below_average", "Months below average", Unit.Share,
        "complete months with less revenue than the average", "complete months", "Growth makes early months low.", "Finance");
    public static Metric AverageMonth { get; } = Own("average_month_revenue", "Average monthly revenue", Unit.Money,
        "net revenue of complete months", "complete months", "Complete months only.", "Finance", Aggregation.RatioOfSums);
    public static Metric PeakMonth { get; } = Own("peak_month_revenue", "Best month", Unit.Money,
        "net revenue of the complete month that had most", null, "Which month is in the note.", "Finance");
    public static Metric Moved { get; } = Own("moved", "Customers who moved", Unit.Count,
        "customers in one segment at the month's start and the other at its end, both by the cut-offs of the month's quarter", null,
        "Who slips and who rises.", "CRM", Aggregation.Sum);
    public static Metric MovedShare { get; } = Own("moved_share", "Share who moved", Unit.Share, "customers who moved",
        "customers in the first segment", "Part of a segment that ended the month in the other.", "CRM", Aggregation.RatioOfSums);
    public static Metric DailyActive { get; } = Own("daily_active", "Active customers (30 d), daily", Unit.Count,
        "customers with an order in the 30 days up to and including the day, by their segment on that day", null, "The pulse of the shop.",
        "Product", Aggregation.Sum);
    public static Metric BinOrders { get; } = Own("bin_orders", "Delivered orders", Unit.Count, "orders delivered in that many days", null,
        "How deliveries are spread.", "Operations", Aggregation.Sum, Delivery);
    public static Metric BinReview { get; } = Own("bin_review", "Review score by delivery days", Unit.Score, "sum of scores",
        "reviewed orders delivered in that many days", "Whether slow deliveries are rated lower; association, not cause.",
        "Operations, Product", Aggregation.RatioOfSums, Delivery | DataSource.Reviews);
    public static Metric ActiveRevenueShare { get; } = OfMoney(Own("active_revenue_share", "Revenue from active customers", Unit.Share,
        "net revenue to date of customers in the lifecycle New, Reactivated or Active", "net revenue to date",
        "Share of all revenue ever from customers who are active now; a long history lowers it.", "Finance, CRM",
        Aggregation.RatioOfSums));
    public static Metric ActiveRevenueShare12m { get; } = OfMoney(Own("active_revenue_share_12m",
        "Revenue from active customers, 12 months",
        Unit.Share, "net revenue of 12 months of customers in the lifecycle New, Reactivated or Active", "net revenue of 12 months",
        "The same for the last 365 days.", "Finance, CRM", Aggregation.RatioOfSums));
    public static Metric HighActiveDormant { get; } = OfMoney(Own("high_active_dormant_ratio", "High value: active to dormant", Unit.Rate,
        "net revenue to date of High value customers in the lifecycle New, Reactivated or Active",
        "that of High value customers Dormant or Lost", "Below 1: more of the best customers' revenue lies with those who left.",
        "CRM, Strategy", Aggregation.RatioOfSums));
    public static Metric Coverage { get; } = Own("coverage", "Source coverage", Unit.Share, "rows that say it", "rows that could",
        "What each figure of the source rests on.", "Analytics", Aggregation.RatioOfSums);
    public static Metric Profiles { get; } = Own("profiles_without_orders", "Profiles without orders", Unit.Count,
        "customers known to the store without a valid order before the as-of", null, "Not customers yet; in no other figure.", "Marketing",
        Aggregation.Sum);
    public static Metric OrdersOfNobody { get; } = Own("orders_of_nobody", "Orders of nobody known", Unit.Count,
        "valid orders before the as-of that name no customer", null,
        "Guests and tills: in no other figure. With the orders of customers they are all the shop has sold.", "Finance", Aggregation.Sum);
    public static Metric RevenueOfNobody { get; } = OfMoney(Own("revenue_of_nobody", "Net revenue of nobody known", Unit.Money,
        "amounts of valid orders that name no customer, less what went back", null,
        "Added to the net revenue of customers it is that of the books.", "Finance", Aggregation.Sum));

    public static IReadOnlyList<Metric> All { get; } =
    [
        .. OfGroups, .. OfMonths, Retention, RollingRetention, CumulativeRetention, CohortRevenue, RetentionLow, RetentionHigh, TopShare,
        Gini, CumulativeShare, MedianValue, MeanValue,
        Slope, SlopeLow, SlopeHigh, TrendMonths, SeasonalIndex, Change1m, Change12m, Spearman, Pearson, Hhi, LargestChannel, ChurnRate,
        RiskCustomers, RiskQuartile,
        SequenceOrders, SequenceValue, SequenceGap, StepRate, SecondWithin, MonthsBelow, AverageMonth, PeakMonth, Moved, MovedShare,
        DailyActive, BinOrders, BinReview,
        ActiveRevenueShare, ActiveRevenueShare12m, HighActiveDormant, Coverage, Profiles, OrdersOfNobody,
        RevenueOfNobody,
    ];

    private static readonly FrozenDictionary<string, Metric> s_byId = All.ToFrozenDictionary(metric => metric.Id);

    public static Metric? Find(string id) => s_byId.GetValueOrDefault(id);

    /// <exception cref="KeyNotFoundException">There is no such metric: a slip in the code.</exception>
    public static Metric Get(string id) => s_byId[id];

    private static Metric Sum(string id, string name, Unit unit, Measure top, string meaning, string filter, string teams,
        DataSource needs = DataSource.Orders) =>
        new(id, name, unit, Aggregation.Sum, Words(top.ToString()), null, meaning, filter, teams,
            needs)
        { Top = top, TopIsMinor = IsMinor(top.ToString()) };

    private static Metric Ratio(string id, string name, Unit unit, Measure top, Measure bottom, string meaning, string filter, string teams,
        DataSource needs = DataSource.Orders) =>
        new(id, name, unit, Aggregation.RatioOfSums, Words(top.ToString()), Words(bottom.ToString()), meaning, filter, teams,
            needs)
        { Top = top, Bottom = bottom, TopIsMinor = IsMinor(top.ToString()), BottomIsMinor = IsMinor(bottom.ToString()) };

    private static Metric Part(string id, string name, Measure top, string meaning, string filter, string teams) =>
        new(id, name, Unit.Share, Aggregation.RatioOfSums, Words(top.ToString()), Words(top.ToString()) + " of the whole shop", meaning,
            filter,
            teams)
        {
            Top = top, Bottom = top, OfTotal = true, TopIsMinor = IsMinor(top.ToString()),
            BottomIsMinor = IsMinor(top.ToString())
        };

    private static Metric Month(string id, string name, Unit unit, MonthMeasure top, MonthMeasure? bottom, string meaning, string teams,
        DataSource needs = DataSource.Orders) =>
        new(id, name, unit, bottom is null ? Aggregation.Sum : Aggregation.RatioOfSums, Words(top.ToString()),
            bottom is { } below ? Words(below.ToString()) : null, meaning, InMonth, teams, needs)
        {
            MonthTop = top, MonthBottom = bottom, TopIsMinor = IsMinor(top.ToString()),
            BottomIsMinor = bottom is { } b && IsMinor(b.ToString()),
        };

    private static Metric OfMoney(Metric metric) => metric with { IsOfMoney = true };

    private static Metric Own(string id, string name, Unit unit, string numerator, string? denominator, string meaning, string teams,
        Aggregation aggregation = Aggregation.NotAdditive, DataSource needs = DataSource.Orders) =>
        new(id, name, unit, aggregation, numerator, denominator, meaning, Lifetime, teams, needs);

    private static bool IsMinor(string measure) => measure.EndsWith("Minor", StringComparison.Ordinal);

    /// <summary>Measures whose name alone does not say what is counted.</summary>
    private static string? Special(string measure) => measure switch
    {
        nameof(Measure.NotLost) => "customers not lost",
        nameof(Measure.StillBuying) => "customers still buying",
        nameof(Measure.Slipping) => "slipping customers",
        nameof(Measure.Expected) => "expected revenue",
        nameof(Measure.ExpectedBuying) => "expected revenue of the still buying",
        nameof(Measure.ExpectedInactive) => "expected revenue of the inactive",
        nameof(Measure.AtRisk) => "revenue at risk",
        nameof(Measure.AtRiskSlipping) => "revenue at risk with slipping customers",
        nameof(Measure.CouldComeBack) => "what the inactive would spend, less what is expected",
        nameof(Measure.HighRisk) => "customers not lost in the risk band High",
        nameof(Measure.PChurn) or nameof(Measure.ExpectedChurners) => "sum of churn probabilities",
        nameof(Measure.RevenueMinor) => "net revenue",
        nameof(Measure.Revenue12mMinor) => "net revenue of 365 days",
        nameof(Measure.PaidMinor) => "paid amount",
        nameof(Measure.RefundsMinor) => "refunded amount",
        nameof(Measure.GrossMinor) => "price before discounts",
        nameof(Measure.DiscountMinor) => "discounts",
        nameof(Measure.Active30d) => "customers with an order in 30 days",
        nameof(Measure.Active30dAny) => "customers with an order, a visit or an opened e-mail in 30 days",
        nameof(Measure.Delivered) => "delivered orders",
        nameof(Measure.DeliveryDays) => "sum of days to deliver",
        nameof(Measure.Promised) => "delivered orders with a promised day",
        nameof(Measure.Late) => "orders delivered after the promised day",
        nameof(Measure.Reviews) => "reviewed orders",
        nameof(Measure.ReviewSum) => "sum of scores",
        nameof(Measure.EmailsDelivered12m) or nameof(MonthMeasure.EmailsDelivered) => "delivered e-mails",
        nameof(Measure.UniqueOpens12m) or nameof(MonthMeasure.UniqueOpens) => "messages opened",
        nameof(Measure.UniqueClicks12m) => "messages clicked",
        nameof(Measure.Visits30d) => "visits of 30 days",
        nameof(Measure.Visits12m) => "visits of 365 days",
        nameof(Measure.Tickets12m) => "tickets of 365 days",
        nameof(Measure.ActiveMonths) => "months with an order",
        nameof(Measure.ObservableMonths) => "complete months since the first order",
        nameof(Measure.TenureDays) => "sum of days since the customers joined",
        nameof(Measure.RecencyDays) => "sum of days since the last purchase",
        nameof(Measure.Subscribers) => "customers with a running subscription",
        nameof(Measure.MarginPaidMinor) => "paid amount of orders with a margin",
        nameof(Measure.Observed30d) => "customers first seen at least 30 days ago",
        nameof(Measure.Observed60d) => "customers first seen at least 60 days ago",
        nameof(Measure.Observed90d) => "customers first seen at least 90 days ago",
        nameof(Measure.Second30d) or nameof(Measure.Second60d) or nameof(Measure.Second90d) =>
            "those of them with a second purchase by then",
        nameof(Measure.Priority) => "valuable customers slipping or with a risk that rose",
        nameof(Measure.PrioritySpend) => "what they would spend if each ordered",
        nameof(Measure.NearPremium) => "Gold customers near Premium",
        nameof(Measure.Known) => "customers with a known acquisition channel",
        nameof(Measure.AgeYears) => "sum of ages",
        nameof(Measure.WithAge) => "customers of known age",
        nameof(Measure.Clv) => "predicted CLV",
        nameof(Measure.TotalClv) => "net revenue and predicted CLV",
        nameof(MonthMeasure.AtStart) => "customers there at the month's start",
        nameof(MonthMeasure.Retained) => "those of them who ordered in the month",
        nameof(MonthMeasure.ReturningBuyers) => "buyers with an order that was not their first",
        nameof(MonthMeasure.NewRevenueMinor) => "paid amount of new customers",
        nameof(MonthMeasure.RevenueToDateMinor) => "net revenue to the month's end",
        nameof(MonthMeasure.RepeatToDate) => "customers with two purchases or more by the month's end",
        _ => null,
    };

    /// <summary>'RevenuePerDayMinor' as 'revenue per day'.</summary>
    private static string Words(string measure) => Special(measure) ?? Plain(measure);

    private static string Plain(string measure)
    {
        var name = IsMinor(measure) ? measure[..^"Minor".Length] : measure;
        return string.Concat(name.Select((letter,
            i) => i > 0 && (char.IsUpper(letter) || (char.IsDigit(letter) && !char.IsDigit(name[i - 1])))
                ? " " + char.ToLowerInvariant(letter)
                : char.ToLowerInvariant(letter).ToString()));
    }
}

using static System.Double;
using static PredictiveRetention.Features.DataSource;

namespace PredictiveRetention.Features;

/// <summary>
/// Every feature the models may use: its name, unit, meaning and source beside the one expression that computes it.
/// Feeds the schema of the models, the model card and the reasons. Order matters: it is the column order of a feature row.
/// A value is NaN where the customer has none (no second order, no review); the indicator beside it says so to the models.
/// </summary>
public static class FeatureRegistry
{
    public static IReadOnlyList<FeatureDefinition> All { get; } = Build();

    public static int IndexOf(string name)
    {
        for (var i = 0; i < All.Count; i++)
            if (All[i].Name == name) return i;
        throw new ArgumentException($"No feature is named '{name}'.", nameof(name));
    }

    /// <summary>History before the earliest training cutoff that features of a season need: a year, and a horizon to see its customers again.</summary>
    private const int FullYear = 455;

    private static FeatureDefinition[] Build() =>
    [
        // RFM, orders view
        F("frequency", "orders", "purchases so far", Orders, h => h.Purchases),
        F("days_since_last_order", "days", "days since the last purchase", Orders, h => h.LastAge),
        F("tenure_days", "days", "days since the first purchase (T)", Orders, h => h.FirstAge),
        F("monetary_total", "money", "spent so far, refunds deducted", Orders, h => h.Spend - h.Refunded),
        F("monetary_mean", "money", "average value of a purchase", Orders, h => h.MeanSpend, absent: -1, "has_purchase"),
        F("has_purchase", "0/1", "has bought anything worth more than nothing", Orders, h => h.AnyPurchase ? 1 : 0),
        F("zero_value_orders", "orders", "orders worth nothing or refunded in full", Orders, h => h.ZeroValueOrders),

        // RFM, BTYD view: purchase days
        F("btyd_frequency", "days", "repeat purchase days (x)", Orders, h => Math.Max(0, h.PurchaseDays - 1)),
        F("btyd_recency", "days", "days between the first and the last purchase (t_x)", Orders, h => h.FirstAge - h.LastAge),
        F("btyd_monetary", "money", "average spend of a repeat purchase day", Orders, h => h.Repeated ? h.SpendAfterFirstDay / (h.PurchaseDays - 1) : NaN, absent: -1, "has_repeat"),
        F("has_repeat", "0/1", "bought on more than one day", Orders, h => h.Repeated ? 1 : 0),

        // inter-purchase times
        F("gap_mean", "days", "usual number of days between purchases", Orders, h => h.MeanGap, absent: -1, "has_repeat"),
        F("gap_median", "days", "median number of days between purchases", Orders, h => h.Gaps > 0 ? h.GapMedian : NaN, absent: -1, "has_repeat"),
        F("gap_std", "days", "how irregular the days between purchases are", Orders, h => h.Gaps > 1 ? Deviation(h.GapSum, h.GapSquares, h.Gaps) : NaN, absent: -1, "has_two_gaps"),
        F("gap_cv", "ratio", "irregularity relative to the usual gap", Orders, h => h.Gaps > 1 ? Deviation(h.GapSum, h.GapSquares, h.Gaps) / h.MeanGap : NaN, absent: -1, "has_two_gaps"),
        F("gap_max", "days", "longest pause so far", Orders, h => h.Gaps > 0 ? h.GapMax : NaN, absent: -1, "has_repeat"),
        F("gap_min", "days", "shortest pause so far", Orders, h => h.Gaps > 0 ? h.GapMin : NaN, absent: -1, "has_repeat"),
        F("gap_last", "days", "days between the last two purchases", Orders, h => h.Gaps > 0 ? h.GapLast : NaN, absent: -1, "has_repeat"),
        F("gap_recent_trend", "ratio", "recent gaps relative to the usual gap (above 1: slowing down)", Orders, h => h.Gaps > 0 ? h.GapRecentThree / h.MeanGap : NaN, absent: -1, "has_repeat"),
        F("overdue_ratio", "ratio", "days since the last purchase relative to the usual gap", Orders, h => h.Gaps > 0 ? h.LastAge / h.MeanGap : NaN, absent: -1, "has_repeat"),
        F("overdue_longest", "ratio", "days since the last purchase relative to the longest pause", Orders, h => h.Gaps > 0 ? h.LastAge / h.GapMax : NaN, absent: -1, "has_repeat"),
        F("recency_share", "share", "part of the relationship that lies before the last purchase (t_x / T)", Orders, h => h.FirstAge > 0 ? (double)(h.FirstAge - h.LastAge) / h.FirstAge : 0),
        F("orders_per_year", "orders", "purchases a year of the relationship", Orders, h => 365.0 * h.Purchases / Math.Max(30, h.FirstAge)),
        F("has_two_gaps", "0/1", "bought on more than two days", Orders, h => h.Gaps > 1 ? 1 : 0),

        // windows
        F("orders_30d", "orders", "purchases in the last 30 days", Orders, h => h.Last30.Orders),
        F("orders_90d", "orders", "purchases in the last 90 days", Orders, h => h.Last90.Orders),
        F("orders_180d", "orders", "purchases in the last 180 days", Orders, h => h.Last180.Orders),
        F("orders_365d", "orders", "purchases in the last 365 days", Orders, h => h.Last365.Orders),
        F("spend_30d", "money", "spent in the last 30 days", Orders, h => h.Last30.Spend),
        F("spend_90d", "money", "spent in the last 90 days", Orders, h => h.Last90.Spend),
        F("spend_180d", "money", "spent in the last 180 days", Orders, h => h.Last180.Spend),
        F("spend_365d", "money", "spent in the last 365 days", Orders, h => h.Last365.Spend),
        F("active_months_12", "months", "months of the last twelve with a purchase", Orders, h => h.ActiveMonths12),
        F("orders_decayed_30d", "orders", "purchases, halving in weight every 30 days", Orders, h => h.Orders30Decayed),
        F("orders_decayed_90d", "orders", "purchases, halving in weight every 90 days", Orders, h => h.Orders90Decayed),
        F("orders_decayed_180d", "orders", "purchases, halving in weight every 180 days", Orders, h => h.Orders180Decayed),
        F("spend_decayed_90d", "money", "spend, halving in weight every 90 days", Orders, h => h.Spend90Decayed),
        F("spend_decayed_180d", "money", "spend, halving in weight every 180 days", Orders, h => h.Spend180Decayed),

        // trends
        F("orders_trend_90d", "orders", "purchases in the last 90 days against the 90 before", Orders, h => h.Last90.Orders - h.Prior90.Orders),
        F("spend_trend_90d", "share", "change of spend, last 90 days against the 90 before (-1 to 1)", Orders, h => Change(h.Last90.Spend, h.Prior90.Spend)),
        F("spend_trend_365d", "share", "change of spend, last year against the year before (-1 to 1)", Orders, h => h.FirstAge > 365 ? Change(h.Last365.Spend, h.Prior365.Spend) : NaN, absent: -2, "has_year") with { MinHistoryDays = FullYear },
        F("order_value_trend", "ratio", "last three purchases against the average purchase", Orders, h => h.Purchases > 3 ? h.SpendLastThree / h.MeanSpend : NaN, absent: -1, "has_more_than_three"),
        F("has_more_than_three", "0/1", "bought more than three times", Orders, h => h.Purchases > 3 ? 1 : 0),

        // the size of orders
        F("order_value_last", "money", "value of the last purchase", Orders, h => h.AnyPurchase ? h.SpendLast : NaN, absent: -1, "has_purchase"),
        F("order_value_first", "money", "value of the first purchase", Orders, h => h.AnyPurchase ? h.SpendFirst : NaN, absent: -1, "has_purchase"),
        F("order_value_max", "money", "largest purchase", Orders, h => h.AnyPurchase ? h.SpendMax : NaN, absent: -1, "has_purchase"),
        F("order_value_cv", "ratio", "how much the value of purchases varies", Orders, h => h.Purchases > 1 ? Deviation(h.Spend, h.SpendSquares, h.Purchases) / h.MeanSpend : NaN, absent: -1, "has_repeat_order"),
        F("has_repeat_order", "0/1", "bought more than once", Orders, h => h.Purchases > 1 ? 1 : 0),
        F("units_mean", "units", "units in a purchase", Quantities, h => h.WithQuantity > 0 ? h.Quantity / h.WithQuantity : NaN, absent: -1, "has_quantity"),
        F("has_quantity", "0/1", "units are known for a purchase", Quantities, h => h.WithQuantity > 0 ? 1 : 0),
        F("margin_mean", "money", "margin of a purchase", Margins, h => h.WithMargin > 0 ? h.Margin / h.WithMargin : NaN, absent: 0, "has_margin"),
        F("has_margin", "0/1", "margin is known for a purchase", Margins, h => h.WithMargin > 0 ? 1 : 0),

        // season
        // (the time of the year of the cutoff itself is no feature: a handful of stacked cutoffs would only be told apart by it)
        F("first_season_sin", "", "time of the year of the first purchase (sine)", Orders, h => Math.Sin(Season(h.FirstDayOfYear))) with { MinHistoryDays = FullYear },
        F("first_season_cos", "", "time of the year of the first purchase (cosine)", Orders, h => Math.Cos(Season(h.FirstDayOfYear))) with { MinHistoryDays = FullYear },
        F("orders_same_season", "orders", "purchases in the coming 90 days of the calendar, a year ago", Orders, h => h.FirstAge > 365 ? h.SeasonLastYear.Orders : NaN, absent: -1, "has_year") with { MinHistoryDays = FullYear },
        F("spend_same_season", "money", "spend in the coming 90 days of the calendar, a year ago", Orders, h => h.FirstAge > 365 ? h.SeasonLastYear.Spend : NaN, absent: -1, "has_year") with { MinHistoryDays = FullYear },
        F("has_year", "0/1", "first purchase more than a year ago", Orders, h => h.FirstAge > 365 ? 1 : 0) with { MinHistoryDays = FullYear },
        F("weekend_share", "share", "part of the purchases made at weekends", Orders, h => h.AnyPurchase ? (double)h.WeekendPurchases / h.Purchases : NaN, absent: -1, "has_purchase"),

        // discount
        F("discounted_share", "share", "part of the purchases with a discount", Discounts, h => h.AnyPurchase ? (double)h.DiscountedPurchases / h.Purchases : NaN, absent: -1, "has_purchase"),
        F("discount_rate", "share", "discount as part of the list price", Discounts, h => h.GrossMinor > 0 ? (double)h.DiscountMinor / h.GrossMinor : NaN, absent: -1, "has_purchase"),
        F("last_discounted", "0/1", "the last purchase had a discount", Discounts, h => h.LastDiscounted ? 1 : 0),

        // returns
        F("refunds", "refunds", "refunds so far", Refunds, h => h.Refunds),
        F("refund_rate", "share", "refunded part of the spend", Refunds, h => h.Spend > 0 ? h.Refunded / h.Spend : NaN, absent: -1, "has_purchase"),
        F("refunded_365d", "money", "refunded in the last 365 days", Refunds, h => h.Refunded365),
        F("days_since_last_refund", "days", "days since the last refund", Refunds, h => h.Refunds > 0 ? h.LastRefundAge : NaN, absent: -1, "has_refund"),
        F("has_refund", "0/1", "had a refund", Refunds, h => h.Refunds > 0 ? 1 : 0),

        // variety
        F("categories", "categories", "different categories bought", Categories, h => h.Categories),
        F("top_category_share", "share", "part of the purchases in the favourite category", Categories, h => h.TopCategoryShare, absent: -1, "has_category"),
        F("has_category", "0/1", "a category is known for a purchase", Categories, h => h.Categories > 0 ? 1 : 0),
        F("channels", "channels", "different channels used", Channels, h => h.Channels),
        F("top_channel_share", "share", "part of the purchases through the favourite channel", Channels, h => h.TopChannelShare, absent: -1, "has_channel"),
        F("has_channel", "0/1", "a channel is known for a purchase", Channels, h => h.Channels > 0 ? 1 : 0),

        // delivery and review
        F("delivery_days_mean", "days", "average days from order to delivery", Delivery, h => h.Delivered > 0 ? h.DeliveryDays / h.Delivered : NaN, absent: -1, "has_delivery"),
        F("delivery_days_last", "days", "days the last delivery took", Delivery, h => h.Delivered > 0 ? h.DeliveryDaysLast : NaN, absent: -1, "has_delivery"),
        F("late_share", "share", "part of the deliveries that came late", Delivery, h => h.DeliveredWithPromise > 0 ? (double)h.Late / h.DeliveredWithPromise : NaN, absent: -1, "has_promise"),
        F("last_late", "0/1", "the last delivery came late", Delivery, h => h.LastLate ? 1 : 0),
        F("has_delivery", "0/1", "a delivery is known", Delivery, h => h.Delivered > 0 ? 1 : 0),
        F("has_promise", "0/1", "a promised date is known for a delivery", Delivery, h => h.DeliveredWithPromise > 0 ? 1 : 0),
        F("review_mean", "score 1-5", "average review", Reviews, h => h.Reviews > 0 ? h.ReviewSum / h.Reviews : NaN, absent: -1, "has_review"),
        F("review_last", "score 1-5", "last review", Reviews, h => h.Reviews > 0 ? h.ReviewLast : NaN, absent: -1, "has_review"),
        F("review_min", "score 1-5", "worst review", Reviews, h => h.Reviews > 0 ? h.ReviewMin : NaN, absent: -1, "has_review"),
        F("has_review", "0/1", "wrote a review", Reviews, h => h.Reviews > 0 ? 1 : 0),

        // engagement
        F("emails_sent_90d", "e-mails", "e-mails sent in the last 90 days", Email, h => h.Sent90),
        F("emails_opened_90d", "e-mails", "e-mails opened in the last 90 days", Email, h => h.Opened90),
        F("emails_clicked_90d", "e-mails", "e-mails clicked in the last 90 days", Email, h => h.Clicked90),
        F("email_open_rate_365d", "share", "opened part of the e-mails of the last 365 days", Email, h => h.Sent365 > 0 ? (double)h.Opened365 / h.Sent365 : NaN, absent: -1, "has_email"),
        F("days_since_last_open", "days", "days since the last opened e-mail", Email, h => h.LastOpenAge > 0 ? h.LastOpenAge : NaN, absent: -1, "has_opened"),
        F("has_email", "0/1", "was sent an e-mail in the last 365 days", Email, h => h.Sent365 > 0 ? 1 : 0),
        F("has_opened", "0/1", "ever opened an e-mail", Email, h => h.LastOpenAge > 0 ? 1 : 0),
        F("visits_30d", "visits", "visits and app sessions in the last 30 days", Visits, h => h.Visits30),
        F("visits_90d", "visits", "visits and app sessions in the last 90 days", Visits, h => h.Visits90),
        F("days_since_last_visit", "days", "days since the last visit", Visits, h => h.LastVisitAge > 0 ? h.LastVisitAge : NaN, absent: -1, "has_visit"),
        F("has_visit", "0/1", "ever visited", Visits, h => h.LastVisitAge > 0 ? 1 : 0),
        F("tickets_90d", "tickets", "support tickets in the last 90 days", Tickets, h => h.Tickets90),

        // subscription
        F("subscription_active", "0/1", "has a running subscription", Subscriptions, h => h.SubscriptionActive ? 1 : 0),
        F("subscription_cancelled", "0/1", "cancelled a subscription that still runs", Subscriptions, h => h.SubscriptionCancelled ? 1 : 0),
        F("subscription_trial", "0/1", "the latest subscription is a trial", Subscriptions, h => h.SubscriptionTrial ? 1 : 0),
        F("subscription_age_days", "days", "days since the latest subscription began", Subscriptions, h => h.Subscriptions > 0 ? h.SubscriptionAge : NaN, absent: -1, "has_subscription"),
        F("subscription_ended_days", "days", "days since a subscription ended", Subscriptions, h => h.SubscriptionEndedAge > 0 ? h.SubscriptionEndedAge : NaN, absent: -1, "has_ended_subscription"),
        F("subscription_amount", "money", "recurring amount of the latest subscription", Subscriptions, h => h.Subscriptions > 0 ? h.SubscriptionAmount : NaN, absent: -1, "has_subscription"),
        F("has_subscription", "0/1", "ever had a subscription", Subscriptions, h => h.Subscriptions > 0 ? 1 : 0),
        F("has_ended_subscription", "0/1", "a subscription ended", Subscriptions, h => h.SubscriptionEndedAge > 0 ? 1 : 0),

        // demographics: stored and charted, off in models unless asked for
        F("age_years", "years", "age", Demographics, h => h.BirthYear is { } year ? h.CutoffYear - year : NaN, absent: -1, "has_birth_year") with { OffByDefault = true },
        F("has_birth_year", "0/1", "birth year is known", Demographics, h => h.BirthYear is null ? 0 : 1) with { OffByDefault = true },
    ];

    private static FeatureDefinition F(
        string name, string unit, string meaning, DataSource source, FeatureValue value, float absent = 0, string? indicator = null) =>
        new(name, unit, meaning, source) { WhenAbsent = absent, Indicator = indicator, Value = value };

    private static double Season(int dayOfYear) => 2 * Math.PI * dayOfYear / 365.25;

    /// <summary>(a - b) / (a + b): -1 when all of it stopped, 1 when all of it is new, 0 when neither window has any.</summary>
    private static double Change(double now, double before) => now + before > 0 ? (now - before) / (now + before) : 0;

    private static double Deviation(double sum, double squares, int n) => Math.Sqrt(Math.Max(0, squares / n - sum / n * (sum / n)));
}

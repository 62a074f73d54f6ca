using System.Globalization;
using static System.Double;
using static PredictiveRetention.Features.DataSource;

namespace PredictiveRetention.Features;

/// <summary>
/// Every feature the models may use: its name, theme, unit, meaning and source beside the one expression that computes it and the words
/// that say it. Feeds the schema of the models, the model card and the reasons. Order matters: it is the column order of a feature row.
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

    /// <summary>
    /// History before the earliest training cutoff that features of a season need: a year, and a horizon to see its customers again.
    /// </summary>
    private const int FullYear = 455;

    private static FeatureDefinition[] Build() =>
    [
        // RFM, orders view
        F("frequency", Theme.Frequency, "orders", "purchases so far", Orders, h => h.Purchases,
            t => $"{t.Count("order")} so far"),
        F("days_since_last_order", Theme.Recency, "days", "days since the last purchase", Orders, h => h.LastAge,
            Silence),
        F("tenure_days", Theme.Tenure, "days", "days since the first purchase (T)", Orders, h => h.FirstAge,
            t => t.Value < 0.5 ? "customer since today" : $"customer for {t.Days()}"),
        F("monetary_total", Theme.Money, "money", "spent so far, refunds deducted", Orders, h => h.Net,
            t => t.Value < 0 ? $"got back {t.Money(-t.Value)} more than was spent" : $"spent {t.Money()} so far"),
        F("monetary_mean", Theme.Money, "money", "average value of a purchase", Orders, h => h.MeanSpend,
            t => $"spends {t.Money()} an order on average", absent: -1, "has_purchase"),
        F("has_purchase", Theme.Frequency, "0/1", "has bought anything worth more than nothing", Orders, h => h.AnyPurchase ? 1 : 0,
            t => t.Either("has paid for an order", "never paid for an order")),
        F("zero_value_orders", Theme.Returns, "orders", "orders worth nothing or refunded in full", Orders, h => h.ZeroValueOrders,
            t => $"{t.Count("order")} worth nothing or refunded in full"),

        // RFM, BTYD view: purchase days
        F("btyd_frequency", Theme.Frequency, "days", "repeat purchase days (x)", Orders, h => Math.Max(0, h.PurchaseDays - 1),
            t => t.Value < 0.5 ? "never came back" : $"came back on {t.Days()}"),
        F("btyd_recency", Theme.Tenure, "days", "days between the first and the last purchase (t_x)", Orders, h => h.FirstAge - h.LastAge,
            t => t.Value < 0.5 ? "first and last order on the same day" : $"{t.Days()} between the first and the last order"),
        F("btyd_monetary", Theme.Money, "money", "average spend of a repeat purchase day", Orders,
            h => h.Repeated ? h.SpendAfterFirstDay / (h.PurchaseDays - 1) : NaN,
            t => $"spends {t.Money()} each time after the first", absent: -1, "has_repeat"),
        F("has_repeat", Theme.Frequency, "0/1", "bought on more than one day", Orders, h => h.Repeated ? 1 : 0,
            t => t.Either("ordered on more than one day", "ordered on one day only")),

        // inter-purchase times
        F("gap_mean", Theme.Rhythm, "days", "usual number of days between purchases", Orders, h => h.MeanGap,
            t => $"usually orders {FeatureReading.Every(t.Value)}", absent: -1, "has_repeat"),
        F("gap_median", Theme.Rhythm, "days", "median number of days between purchases", Orders, h => h.Gaps > 0 ? h.GapMedian : NaN,
            t => $"half the pauses between orders were {t.Days()} or shorter", absent: -1, "has_repeat"),
        F("gap_std", Theme.Rhythm, "days", "how irregular the days between purchases are", Orders,
            h => h.Gaps > 1 ? Deviation(h.GapSum, h.GapSquares, h.Gaps) : NaN,
            t => t.Value < 0.5 ? "orders at even intervals" : $"pauses between orders vary by about {t.Days()}", absent: -1,
            "has_two_gaps"),
        F("gap_cv", Theme.Rhythm, "ratio", "irregularity relative to the usual gap", Orders,
            h => h.Gaps > 1 ? Deviation(h.GapSum, h.GapSquares, h.Gaps) / h.MeanGap : NaN,
            t => t.Value < 0.005 ? "orders at even intervals" : $"pauses between orders vary by {t.Percent()} of the usual one", absent: -1,
            "has_two_gaps"),
        F("gap_max", Theme.Rhythm, "days", "longest pause so far", Orders, h => h.Gaps > 0 ? h.GapMax : NaN,
            t => $"longest pause between orders so far: {t.Days()}", absent: -1, "has_repeat"),
        F("gap_min", Theme.Rhythm, "days", "shortest pause so far", Orders, h => h.Gaps > 0 ? h.GapMin : NaN,
            t => $"shortest pause between orders so far: {t.Days()}", absent: -1, "has_repeat"),
        F("gap_last", Theme.Rhythm, "days", "days between the last two purchases", Orders, h => h.Gaps > 0 ? h.GapLast : NaN,
            t => $"{t.Days()} between the last two orders", absent: -1, "has_repeat"),
        F("gap_recent_trend", Theme.Rhythm, "ratio", "recent gaps relative to the usual gap (above 1: slowing down)", Orders,
            h => h.Gaps > 0 ? h.GapRecentThree / h.MeanGap : NaN,
            t => "latest pauses between orders " + t.Ratio("as long as usual", "the usual one"), absent: -1, "has_repeat"),
        F("overdue_ratio", Theme.Recency, "ratio", "days since the last purchase relative to the usual gap", Orders,
            h => h.Gaps > 0 ? h.LastAge / h.MeanGap : NaN,
            t => "silent for " + t.Ratio("as long as usual between orders", "the usual pause between orders"), absent: -1, "has_repeat"),
        F("overdue_longest", Theme.Recency, "ratio", "days since the last purchase relative to the longest pause", Orders,
            h => h.Gaps > 0 ? h.LastAge / h.GapMax : NaN,
            t => "silent for " + t.Ratio("as long as the longest pause so far", "the longest pause so far"), absent: -1, "has_repeat"),
        F("recency_share", Theme.Recency, "share", "part of the relationship that lies before the last purchase (t_x / T)", Orders,
            h => h.FirstAge > 0 ? (double)(h.FirstAge - h.LastAge) / h.FirstAge : 0,
            t => t.Value <= 0 ? "never came back after the first day" : t.Value >= 1 ? "ordered to the very last"
                : $"silent for the last {FeatureReading.Percent(1 - t.Value)} of the time as a customer"),
        F("orders_per_year", Theme.Frequency, "orders", "purchases a year of the relationship", Orders,
            h => 365.0 * h.Purchases / Math.Max(30, h.FirstAge),
            t => $"{t.Count("order")} a year on average"),
        F("has_two_gaps", Theme.Frequency, "0/1", "bought on more than two days", Orders, h => h.Gaps > 1 ? 1 : 0,
            t => t.Either("ordered on more than two days", "ordered on two days at most")),

        // windows
        F("orders_30d", Theme.Frequency, "orders", "purchases in the last 30 days", Orders, h => h.Last30.Orders,
            t => $"{t.Count("order")} in the last 30 days"),
        F("orders_90d", Theme.Frequency, "orders", "purchases in the last 90 days", Orders, h => h.Last90.Orders,
            t => Quarters(t, t.Value, t.Other("orders_trend_90d")) ?? $"{t.Count("order")} in the last 90 days"),
        F("orders_180d", Theme.Frequency, "orders", "purchases in the last 180 days", Orders, h => h.Last180.Orders,
            t => $"{t.Count("order")} in the last 180 days"),
        F("orders_365d", Theme.Frequency, "orders", "purchases in the last 365 days", Orders, h => h.Last365.Orders,
            t => $"{t.Count("order")} in the last 365 days"),
        F("spend_30d", Theme.Money, "money", "spent in the last 30 days", Orders, h => h.Last30.Spend,
            t => t.Value <= 0 ? "spent nothing in the last 30 days" : $"spent {t.Money()} in the last 30 days"),
        F("spend_90d", Theme.Money, "money", "spent in the last 90 days", Orders, h => h.Last90.Spend,
            t => t.Value <= 0 ? "spent nothing in the last 90 days" : $"spent {t.Money()} in the last 90 days"),
        F("spend_180d", Theme.Money, "money", "spent in the last 180 days", Orders, h => h.Last180.Spend,
            t => t.Value <= 0 ? "spent nothing in the last 180 days" : $"spent {t.Money()} in the last 180 days"),
        F("spend_365d", Theme.Money, "money", "spent in the last 365 days", Orders, h => h.Last365.Spend,
            t => t.Value <= 0 ? "spent nothing in the last 365 days" : $"spent {t.Money()} in the last 365 days"),
        F("active_months_12", Theme.Frequency, "months", "months of the last twelve with a purchase", Orders, h => h.ActiveMonths12,
            t => t.Value < 0.5 ? "no order in the last twelve months" : t.Value >= 11.5 ? "ordered in each of the last twelve months"
                : $"ordered in {t.Number()} of the last twelve months"),
        F("orders_decayed_30d", Theme.Frequency, "orders", "purchases, halving in weight every 30 days", Orders, h => h.Orders30Decayed,
            t => t.Value < 0.05 ? "hardly any order of late" : $"{t.Count("order")} so far, each counting half after 30 days"),
        F("orders_decayed_90d", Theme.Frequency, "orders", "purchases, halving in weight every 90 days", Orders, h => h.Orders90Decayed,
            t => t.Value < 0.05 ? "hardly any order of late" : $"{t.Count("order")} so far, each counting half after 90 days"),
        F("orders_decayed_180d", Theme.Frequency, "orders", "purchases, halving in weight every 180 days", Orders, h => h.Orders180Decayed,
            t => t.Value < 0.05 ? "hardly any order of late" : $"{t.Count("order")} so far, each counting half after 180 days"),
        F("spend_decayed_90d", Theme.Money, "money", "spend, halving in weight every 90 days", Orders, h => h.Spend90Decayed,
            t => $"spent {t.Money()} so far, half of it forgotten every 90 days"),
        F("spend_decayed_180d", Theme.Money, "money", "spend, halving in weight every 180 days", Orders, h => h.Spend180Decayed,
            t => $"spent {t.Money()} so far, half of it forgotten every 180 days"),

        // trends
        F("orders_trend_90d", Theme.Frequency, "orders", "purchases in the last 90 days against the 90 before", Orders,
            h => h.Last90.Orders - h.Prior90.Orders,
            t => Quarters(t, t.Other("orders_90d"), t.Value) ?? More(t)),
        F("spend_trend_90d", Theme.Money, "share", "change of spend, last 90 days against the 90 before (-1 to 1)", Orders,
            h => Change(h.Last90.Spend, h.Prior90.Spend),
            t => Spending(t.Value, "in the last 90 days", "in the 90 before")),
        F("spend_trend_365d", Theme.Money, "share", "change of spend, last year against the year before (-1 to 1)", Orders,
            h => h.FirstAge > 365 ? Change(h.Last365.Spend, h.Prior365.Spend) : NaN,
            t => Spending(t.Value, "in the last year", "in the year before"), absent: -2, "has_year") with { MinHistoryDays = FullYear },
        F("order_value_trend", Theme.Money, "ratio", "last three purchases against the average purchase", Orders,
            h => h.Purchases > 3 ? h.SpendLastThree / h.MeanSpend : NaN,
            t => "last three orders worth " + t.Ratio("as much as usual", "the average order"), absent: -1, "has_more_than_three"),
        F("has_more_than_three", Theme.Frequency, "0/1", "bought more than three times", Orders, h => h.Purchases > 3 ? 1 : 0,
            t => t.Either("ordered more than three times", "ordered three times at most")),

        // the size of orders
        F("order_value_last", Theme.Money, "money", "value of the last purchase", Orders, h => h.AnyPurchase ? h.SpendLast : NaN,
            t => $"last order worth {t.Money()}", absent: -1, "has_purchase"),
        F("order_value_first", Theme.Money, "money", "value of the first purchase", Orders, h => h.AnyPurchase ? h.SpendFirst : NaN,
            t => $"first order worth {t.Money()}", absent: -1, "has_purchase"),
        F("order_value_max", Theme.Money, "money", "largest purchase", Orders, h => h.AnyPurchase ? h.SpendMax : NaN,
            t => $"largest order worth {t.Money()}", absent: -1, "has_purchase"),
        F("order_value_cv", Theme.Money, "ratio", "how much the value of purchases varies", Orders,
            h => h.Purchases > 1 ? Deviation(h.Spend, h.SpendSquares, h.Purchases) / h.MeanSpend : NaN,
            t => t.Value < 0.005 ? "every order worth the same" : $"order values vary by {t.Percent()} of the average", absent: -1,
            "has_repeat_order"),
        F("has_repeat_order", Theme.Frequency, "0/1", "bought more than once", Orders, h => h.Purchases > 1 ? 1 : 0,
            t => t.Either("ordered more than once", "ordered once only")),
        F("units_mean", Theme.Money, "units", "units in a purchase", Quantities,
            h => h.WithQuantity > 0 ? h.Quantity / h.WithQuantity : NaN,
            t => $"{t.Count("unit")} an order on average", absent: -1, "has_quantity"),
        F("has_quantity", Theme.Money, "0/1", "units are known for a purchase", Quantities, h => h.WithQuantity > 0 ? 1 : 0,
            t => t.Either("units of the orders are known", "units of the orders are not known")),
        F("margin_mean", Theme.Money, "money", "margin of a purchase", Margins, h => h.WithMargin > 0 ? h.Margin / h.WithMargin : NaN,
            t => t.Value < 0 ? $"orders lose {t.Money(-t.Value)} on average" : $"orders earn {t.Money()} on average", absent: 0,
            "has_margin"),
        F("has_margin", Theme.Money, "0/1", "margin is known for a purchase", Margins, h => h.WithMargin > 0 ? 1 : 0,
            t => t.Either("margin of the orders is known", "margin of the orders is not known")),

        // season
        // (the time of the year of the cutoff itself is no feature: a handful of stacked cutoffs would only be told apart by it)
        F("first_season_sin", Theme.Season, "", "time of the year of the first purchase (sine)", Orders,
            h => Math.Sin(Season(h.FirstDayOfYear)),
            t => FirstOrder(t.Value, t.Other("first_season_cos"))
                ?? (t.Value > 0
                    ? "first ordered between January and June"
                    : "first ordered between July and December")) with { MinHistoryDays = FullYear },
        F("first_season_cos", Theme.Season, "", "time of the year of the first purchase (cosine)", Orders,
            h => Math.Cos(Season(h.FirstDayOfYear)),
            t => FirstOrder(t.Other("first_season_sin"), t.Value)
                ?? (t.Value > 0
                    ? "first ordered between October and March"
                    : "first ordered between April and September")) with { MinHistoryDays = FullYear },
        F("orders_same_season", Theme.Season, "orders", "purchases in the coming 90 days of the calendar, a year ago", Orders,
            h => h.FirstAge > 365 ? h.SeasonLastYear.Orders : NaN,
            t => $"{t.Count("order")} in this season a year ago", absent: -1, "has_year") with { MinHistoryDays = FullYear },
        F("spend_same_season", Theme.Season, "money", "spend in the coming 90 days of the calendar, a year ago", Orders,
            h => h.FirstAge > 365 ? h.SeasonLastYear.Spend : NaN,
            t => t.Value <= 0 ? "spent nothing in this season a year ago" : $"spent {t.Money()} in this season a year ago", absent: -1,
            "has_year") with { MinHistoryDays = FullYear },
        F("has_year", Theme.Tenure, "0/1", "first purchase more than a year ago", Orders, h => h.FirstAge > 365 ? 1 : 0,
            t => t.Either("customer for more than a year", "customer for a year at most")) with { MinHistoryDays = FullYear },
        F("weekend_share", Theme.Season, "share", "part of the purchases made at weekends", Orders,
            h => h.AnyPurchase ? (double)h.WeekendPurchases / h.Purchases : NaN,
            t => t.Share("never orders at weekends", "orders at weekends only", "of the orders at weekends"), absent: -1, "has_purchase"),

        // discount
        F("discounted_share", Theme.Discount, "share", "part of the purchases with a discount", Discounts,
            h => h.AnyPurchase ? (double)h.DiscountedPurchases / h.Purchases : NaN,
            t => t.Share("never had a discount", "every order with a discount", "of the orders with a discount"), absent: -1,
            "has_purchase"),
        F("discount_rate", Theme.Discount, "share", "discount as part of the list price", Discounts,
            h => h.GrossMinor > 0 ? (double)h.DiscountMinor / h.GrossMinor : NaN,
            t => t.Value <= 0 ? "pays the full price" : $"{t.Percent()} off the full price on average", absent: -1, "has_purchase"),
        F("last_discounted", Theme.Discount, "0/1", "the last purchase had a discount", Discounts, h => h.LastDiscounted ? 1 : 0,
            t => t.Either("last order with a discount", "last order without a discount")),

        // returns
        F("refunds", Theme.Returns, "refunds", "refunds so far", Refunds, h => h.Refunds,
            t => $"{t.Count("refund")} so far"),
        F("refund_rate", Theme.Returns, "share", "refunded part of the spend", Refunds, h => h.Paid > 0 ? h.RefundedDated / h.Paid : NaN,
            t => t.Share("nothing refunded so far", "everything refunded so far", "of what was spent was refunded"), absent: -1,
            "has_purchase"),
        F("refunded_total", Theme.Returns, "money", "refunded so far", Refunds, h => h.Refunded,
            t => t.Value <= 0 ? "nothing refunded so far" : $"{t.Money()} refunded so far"),
        F("refunded_365d", Theme.Returns, "money", "refunded in the last 365 days", Refunds, h => h.Refunded365,
            t => t.Value <= 0 ? "nothing refunded in the last 365 days" : $"{t.Money()} refunded in the last 365 days"),
        F("days_since_last_refund", Theme.Returns, "days", "days since the last refund", Refunds,
            h => h.Refunds > 0 ? h.LastRefundAge : NaN,
            t => $"last refund {t.Ago()}", absent: -1, "has_refund"),
        F("has_refund", Theme.Returns, "0/1", "had a refund", Refunds, h => h.Refunds > 0 ? 1 : 0,
            t => t.Either("has had a refund", "never had a refund")),

        // variety
        F("categories", Theme.Variety, "categories", "different categories bought", Categories, h => h.Categories,
            t => t.Value < 0.5 ? "no category known" : t.Value < 1.5 ? "bought from one category" : $"bought from {t.Number()} categories"),
        F("top_category_share", Theme.Variety, "share", "part of the purchases in the favourite category", Categories,
            h => h.TopCategoryShare,
            t => t.Share("no favourite category", "every order in one category", "of the orders in the favourite category"), absent: -1,
            "has_category"),
        F("has_category", Theme.Variety, "0/1", "a category is known for a purchase", Categories, h => h.Categories > 0 ? 1 : 0,
            t => t.Either("categories of the orders are known", "categories of the orders are not known")),
        F("channels", Theme.Variety, "channels", "different channels used", Channels, h => h.Channels,
            t => t.Value < 0.5 ? "no channel known" : $"ordered through {t.Count("channel")}"),
        F("top_channel_share", Theme.Variety, "share", "part of the purchases through the favourite channel", Channels,
            h => h.TopChannelShare,
            t => t.Share("no favourite channel", "every order through one channel", "of the orders through the favourite channel"),
            absent: -1, "has_channel"),
        F("has_channel", Theme.Variety, "0/1", "a channel is known for a purchase", Channels, h => h.Channels > 0 ? 1 : 0,
            t => t.Either("channels of the orders are known", "channels of the orders are not known")),

        // delivery and review
        F("delivery_days_mean", Theme.Delivery, "days", "average days from order to delivery", Delivery,
            h => h.Delivered > 0 ? h.DeliveryDays / h.Delivered : NaN,
            t => t.Value < 0.05 ? "deliveries come the same day" : $"deliveries take {t.Count("day")} on average", absent: -1,
            "has_delivery"),
        F("delivery_days_last", Theme.Delivery, "days", "days the last delivery took", Delivery,
            h => h.Delivered > 0 ? h.DeliveryDaysLast : NaN,
            t => t.Value < 0.5 ? "last delivery came the same day" : $"last delivery took {t.Days()}", absent: -1, "has_delivery"),
        F("late_share", Theme.Delivery, "share", "part of the deliveries that came late", Delivery,
            h => h.DeliveredWithPromise > 0 ? (double)h.Late / h.DeliveredWithPromise : NaN,
            t => t.Share("no delivery came late", "every delivery came late", "of the deliveries came late"), absent: -1, "has_promise"),
        F("last_late", Theme.Delivery, "0/1", "the last delivery came late", Delivery, h => h.LastLate ? 1 : 0,
            t => t.Either("last delivery came late", "last delivery not known to be late")),
        F("has_delivery", Theme.Delivery, "0/1", "a delivery is known", Delivery, h => h.Delivered > 0 ? 1 : 0,
            t => t.Either("a delivery is known", "no delivery is known")),
        F("has_promise", Theme.Delivery, "0/1", "a promised date is known for a delivery", Delivery,
            h => h.DeliveredWithPromise > 0 ? 1 : 0,
            t => t.Either("a promised delivery date is known", "no promised delivery date is known")),
        F("review_mean", Theme.Reviews, "score 1-5", "average review", Reviews, h => h.Reviews > 0 ? h.ReviewSum / h.Reviews : NaN,
            t => $"reviews give {t.Number()} of 5 on average", absent: -1, "has_review"),
        F("review_last", Theme.Reviews, "score 1-5", "last review", Reviews, h => h.Reviews > 0 ? h.ReviewLast : NaN,
            t => $"last review gave {t.Number()} of 5", absent: -1, "has_review"),
        F("review_min", Theme.Reviews, "score 1-5", "worst review", Reviews, h => h.Reviews > 0 ? h.ReviewMin : NaN,
            t => $"worst review gave {t.Number()} of 5", absent: -1, "has_review"),
        F("has_review", Theme.Reviews, "0/1", "wrote a review", Reviews, h => h.Reviews > 0 ? 1 : 0,
            t => t.Either("has written a review", "never wrote a review")),

        // engagement
        F("emails_sent_90d", Theme.Email, "e-mails", "e-mails sent in the last 90 days", Email, h => h.Sent90,
            t => $"was sent {t.Count("e-mail")} in the last 90 days"),
        F("emails_opened_90d", Theme.Email, "e-mails", "e-mails opened in the last 90 days", Email, h => h.Opened90,
            t => $"opened {t.Count("e-mail")} in the last 90 days"),
        F("emails_clicked_90d", Theme.Email, "e-mails", "e-mails clicked in the last 90 days", Email, h => h.Clicked90,
            t => $"clicked in {t.Count("e-mail")} in the last 90 days"),
        F("email_open_rate_365d", Theme.Email, "share", "opened part of the e-mails of the last 365 days", Email,
            h => h.Sent365 > 0 ? (double)h.Opened365 / h.Sent365 : NaN,
            t => t.Share("opened no e-mail of the last 365 days", "opened every e-mail of the last 365 days",
                "of the e-mails of the last 365 days opened"), absent: -1, "has_email"),
        F("days_since_last_open", Theme.Email, "days", "days since the last opened e-mail", Email,
            h => h.LastOpenAge > 0 ? h.LastOpenAge : NaN,
            t => $"last opened an e-mail {t.Ago()}", absent: -1, "has_opened"),
        F("has_email", Theme.Email, "0/1", "was sent an e-mail in the last 365 days", Email, h => h.Sent365 > 0 ? 1 : 0,
            t => t.Either("was sent e-mails in the last 365 days", "was sent no e-mail in the last 365 days")),
        F("has_opened", Theme.Email, "0/1", "ever opened an e-mail", Email, h => h.LastOpenAge > 0 ? 1 : 0,
            t => t.Either("has opened an e-mail", "never opened an e-mail")),
        F("visits_30d", Theme.Visits, "visits", "visits and app sessions in the last 30 days", Visits, h => h.Visits30,
            t => $"{t.Count("visit")} in the last 30 days"),
        F("visits_90d", Theme.Visits, "visits", "visits and app sessions in the last 90 days", Visits, h => h.Visits90,
            t => $"{t.Count("visit")} in the last 90 days"),
        F("days_since_last_visit", Theme.Visits, "days", "days since the last visit", Visits,
            h => h.LastVisitAge > 0 ? h.LastVisitAge : NaN,
            t => $"last visit {t.Ago()}", absent: -1, "has_visit"),
        F("has_visit", Theme.Visits, "0/1", "ever visited", Visits, h => h.LastVisitAge > 0 ? 1 : 0,
            t => t.Either("has visited", "never visited")),
        F("tickets_90d", Theme.Support, "tickets", "support tickets in the last 90 days", Tickets, h => h.Tickets90,
            t => $"{t.Count("support ticket")} in the last 90 days"),

        // subscription
        F("subscription_active", Theme.Subscription, "0/1", "has a running subscription", Subscriptions, h => h.SubscriptionActive ? 1 : 0,
            t => t.Either("has a running subscription", "has no running subscription")),
        F("subscription_cancelled", Theme.Subscription, "0/1", "cancelled a subscription that still runs", Subscriptions,
            h => h.SubscriptionCancelled ? 1 : 0,
            t => t.Either("cancelled a subscription that still runs", "cancelled no running subscription")),
        F("subscription_trial", Theme.Subscription, "0/1", "the latest subscription is a trial", Subscriptions,
            h => h.SubscriptionTrial ? 1 : 0,
            t => t.Either("latest subscription is a trial", "no trial subscription")),
        F("subscription_age_days", Theme.Subscription, "days", "days since the latest subscription began", Subscriptions,
            h => h.Subscriptions > 0 ? h.SubscriptionAge : NaN,
            t => $"latest subscription began {t.Ago()}", absent: -1, "has_subscription"),
        F("subscription_ended_days", Theme.Subscription, "days", "days since a subscription ended", Subscriptions,
            h => h.SubscriptionEndedAge > 0 ? h.SubscriptionEndedAge : NaN,
            t => $"a subscription ended {t.Ago()}", absent: -1, "has_ended_subscription"),
        F("subscription_amount", Theme.Subscription, "money", "recurring amount of the latest subscription", Subscriptions,
            h => h.Subscriptions > 0 ? h.SubscriptionAmount : NaN,
            t => $"latest subscription costs {t.Money()}", absent: -1, "has_subscription"),
        F("has_subscription", Theme.Subscription, "0/1", "ever had a subscription", Subscriptions, h => h.Subscriptions > 0 ? 1 : 0,
            t => t.Either("has had a subscription", "never had a subscription")),
        F("has_ended_subscription", Theme.Subscription, "0/1", "a subscription ended", Subscriptions,
            h => h.SubscriptionEndedAge > 0 ? 1 : 0,
            t => t.Either("a subscription ended", "no subscription ended")),

        // demographics: stored and charted, off in models unless asked for
        F("age_years", Theme.Demography, "years", "age", Demographics, h => h.BirthYear is { } year ? h.CutoffYear - year : NaN,
            t => $"{t.Count("year")} old", absent: -1, "has_birth_year") with { OffByDefault = true },
        F("has_birth_year", Theme.Demography, "0/1", "birth year is known", Demographics, h => h.BirthYear is null ? 0 : 1,
            t => t.Either("age is known", "age is not known")) with { OffByDefault = true },
    ];

    private static FeatureDefinition F(
        string name, Theme theme, string unit, string meaning, DataSource source, FeatureValue value, FeatureWords said, float absent = 0,
        string? indicator = null) =>
        new(name, unit, meaning, source) { Theme = theme, WhenAbsent = absent, Indicator = indicator, Value = value, Said = said };

    /// <summary>
    /// A short silence is an order not long ago, a long one is no order; long is beyond the usual gap, or a month where there is none.
    /// </summary>
    private static string Silence(FeatureReading t)
    {
        var gap = t.Other("gap_mean");
        if (IsNaN(gap)) return t.Value <= 30 ? "ordered " + t.Ago() : $"no order for {t.Days()}";
        return t.Value <= gap
            ? $"ordered {t.Ago()}, usually {FeatureReading.Every(gap)}"
            : $"no order for {t.Days()}, usually "
                + $"{(gap < 1.5 ? "every day" : string.Create(CultureInfo.InvariantCulture, $"every {gap:N0}"))}";
    }

    /// <summary>Null where one of the two is not at hand.</summary>
    private static string? Quarters(FeatureReading t, double now, double trend) => now - trend is >= 0 and var before
        ? $"{FeatureReading.Count(now, "order")} in the last 90 days, "
            + $"{(before < 0.5 ? "none" : before.ToString("N0", CultureInfo.InvariantCulture))} in the 90 before"
        : null;

    private static string More(FeatureReading t) => Math.Abs(t.Value) < 0.5
        ? "as many orders in the last 90 days as in the 90 before"
        : $"{FeatureReading.Count(Math.Abs(t.Value), "order")} {(t.Value > 0 ? "more" : "fewer")} in the last 90 days than in the 90 "
            + $"before";

    /// <param name="change">See <see cref="Change"/>.</param>
    private static string Spending(double change, string now, string before) => change switch
    {
        <= -1 => $"spent nothing {now}, unlike {before}",
        >= 1 => $"spent nothing {before}, unlike {now}",
        _ => ((1 + change) / (1 - change)) switch
        {
            > 0.995 and < 1.005 => $"spent as much {now} as {before}",
            < 1 and var part => $"spent {FeatureReading.Percent(1 - part)} less {now} than {before}",
            < 2 and var part => $"spent {FeatureReading.Percent(part - 1)} more {now} than {before}",
            var times => string.Create(CultureInfo.InvariantCulture, $"spent {times:#,0.#} times as much {now} as {before}"),
        },
    };

    /// <summary>Null where one of the two is not at hand.</summary>
    private static string? FirstOrder(double sin, double cos) => IsNaN(sin) || IsNaN(cos)
        ? null
        : "first ordered in "
            + new DateOnly(2001, 1, 1)
                .AddDays((int)((Math.Atan2(sin, cos) / (2 * Math.PI) + 1) % 1 * 365))
                .ToString("MMMM", CultureInfo.InvariantCulture);

    private static double Season(int dayOfYear) => 2 * Math.PI * dayOfYear / 365.25;

    /// <summary>(a - b) / (a + b): -1 when all of it stopped, 1 when all of it is new, 0 when neither window has any.</summary>
    private static double Change(double now, double before) => now + before > 0 ? (now - before) / (now + before) : 0;

    private static double Deviation(double sum, double squares, int n) => Math.Sqrt(Math.Max(0, squares / n - sum / n * (sum / n)));
}

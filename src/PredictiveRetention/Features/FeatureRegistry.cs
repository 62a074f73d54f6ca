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

    /// <summary>Features whose words are the silence of a customer: 'no order for 94 days', 'ordered 12 days ago'.</summary>
    public static bool IsSilence(string name) => name is "days_since_last_order" or "overdue_ratio";

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
        F("frequency", Theme.Frequency, "orders", "purchases so far", Orders, h => h.Purchases)
            .SaidAs(t => t.Raises && t.Value < 1.5 ? "ordered only once so far" : $"{t.Only}{t.Count("order")} so far",
                (v, _) => Lean(raises: v is >= 1 and < 5, lowers: v >= 2)),
        F("days_since_last_order", Theme.Recency, "days", "days since the last purchase", Orders, h => h.LastAge)
            .SaidAs(t => Silence(t, t.Value), (v, of) => LeanOfSilence(v, of.MeanGap)),
        F("tenure_days", Theme.Tenure, "days", "days since the first purchase (T)", Orders, h => h.FirstAge)
            .SaidAs(t => t.Raises ? $"new customer, first ordered {t.Ago()}" : $"customer for {t.Span()}",

                (v, of) => Lean(
                    raises: v <= 60, lowers: v >= 180 && of.MayHaveOrdered(2) && of.MayHaveOrderedWithin(v / 2))),
        F("monetary_total", Theme.Money, "money", "spent so far, refunds deducted", Orders, h => h.Net)
            .SaidAs(t => t.Value < 0 ? $"got back {t.Money(-t.Value)} more than was spent"
                : $"spent {t.Money()} so far",
                (v, of) => Lean(raises: v < 0, lowers: v > 0 && of.MayHaveOrdered(2))),
        F("monetary_mean", Theme.Money, "money", "average value of a purchase", Orders, h => h.MeanSpend, absent: -1,
            indicator: "has_purchase"),
        F("has_purchase", Theme.Frequency, "0/1", "has bought anything worth more than nothing", Orders, h => h.AnyPurchase ? 1 : 0),
        F("zero_value_orders", Theme.Returns, "orders", "orders worth nothing or refunded in full", Orders, h => h.ZeroValueOrders)
            .SaidAs(t => $"{t.Count("order")} free or refunded in full", (v, _) => Lean(raises: v >= 1)),

        // RFM, BTYD view: purchase days
        F("btyd_frequency", Theme.Frequency, "days", "repeat purchase days (x)", Orders, h => Math.Max(0, h.PurchaseDays - 1))
            .SaidAs(t => t.Value < 0.5 ? "has not come back since the first order" : $"came back {t.Only}{t.Times()} so far",
                (v, of) => Lean(raises: v < 4 && of.MayBeCustomerFor(30), lowers: v >= 1)),
        F("btyd_recency", Theme.Tenure, "days", "days between the first and the last purchase (t_x)", Orders,
            h => h.FirstAge - h.LastAge)
            .SaidAs(t => $"kept ordering for {t.Span()}", (v, of) => Lean(lowers: v >= 180 && of.MayHaveOrdered(3))),
        F("btyd_monetary", Theme.Money, "money", "average spend of a repeat purchase day", Orders,
            h => h.Repeated ? h.SpendAfterFirstDay / (h.PurchaseDays - 1) : NaN, absent: -1, indicator: "has_repeat"),
        F("has_repeat", Theme.Frequency, "0/1", "bought on more than one day", Orders, h => h.Repeated ? 1 : 0),

        // inter-purchase times
        F("gap_mean", Theme.Rhythm, "days", "mean number of days between purchases", Orders, h => h.MeanGap, absent: -1,
            indicator: "has_repeat")
            .SaidAs(t => $"orders on average {t.Only}{FeatureReading.Every(t.Value)}",
                (v, of) => of.MayHaveOrdered(3)
                    ? Lean(raises: v >= 45, lowers: v <= 60 && of.MayHaveOrderedWithin(2 * v))
                    : Leaning.Neither),
        F("gap_median", Theme.Rhythm, "days", "median number of days between purchases", Orders, h => h.Gaps > 0 ? h.GapMedian : NaN,
            absent: -1, indicator: "has_repeat"),
        F("gap_std", Theme.Rhythm, "days", "how irregular the days between purchases are", Orders,
            h => h.Gaps > 1 ? Deviation(h.GapSum, h.GapSquares, h.Gaps) : NaN, absent: -1, indicator: "has_two_gaps"),
        F("gap_cv", Theme.Rhythm, "ratio", "irregularity relative to the mean gap", Orders,
            h => h.Gaps > 1 ? Deviation(h.GapSum, h.GapSquares, h.Gaps) / h.MeanGap : NaN, absent: -1, indicator: "has_two_gaps"),
        F("gap_max", Theme.Rhythm, "days", "longest pause so far", Orders, h => h.Gaps > 0 ? h.GapMax : NaN, absent: -1,
            indicator: "has_repeat")
            .SaidAs(t => $"came back once after a pause of {t.Days()}",
                (v, of) => Lean(lowers: v >= 60 && of.MayHaveOrderedWithin(v) && of.MayBeSilentFor(of.MeanGap))),
        F("gap_min", Theme.Rhythm, "days", "shortest pause so far", Orders, h => h.Gaps > 0 ? h.GapMin : NaN, absent: -1,
            indicator: "has_repeat"),
        F("gap_last", Theme.Rhythm, "days", "days between the last two purchases", Orders, h => h.Gaps > 0 ? h.GapLast : NaN, absent: -1,
            indicator: "has_repeat")
            .SaidAs(t => Pace(t, "the last order came after", t.Value), (v, of) => LeanOfPace(v, of)),
        F("gap_recent_trend", Theme.Rhythm, "ratio", "recent gaps relative to the mean gap (above 1: slowing down)", Orders,
            h => h.Gaps > 0 ? h.GapRecentThree / h.MeanGap : NaN, absent: -1, indicator: "has_repeat")
            .SaidAs(t => Pace(t, "lately orders every", t.Value * t.MeanGap),
                (v, of) => of.MayHaveOrdered(5) ? LeanOfPace(v * of.MeanGap, of) : Leaning.Neither),
        F("overdue_ratio", Theme.Recency, "ratio", "days since the last purchase relative to the mean gap", Orders,
            h => h.Gaps > 0 ? h.LastAge / h.MeanGap : NaN, absent: -1, indicator: "has_repeat")
            .SaidAs(t => Silence(t, t.Value * t.MeanGap),
                (v, of) => of.MeanGap > 0 ? LeanOfSilence(v * of.MeanGap, of.MeanGap) : Leaning.Neither),
        F("overdue_longest", Theme.Recency, "ratio", "days since the last purchase relative to the longest pause", Orders,
            h => h.Gaps > 0 ? h.LastAge / h.GapMax : NaN, absent: -1, indicator: "has_repeat")
            .SaidAs(t => t.Raises ? "silent for longer than ever before" : "came back after longer pauses before",
                (v, of) => Lean(raises: v >= 1.1f, lowers: v < 0.8f && of.MayHaveOrdered(3) && of.MayBeSilentFor(of.MeanGap))),
        F("recency_share", Theme.Recency, "share", "part of the relationship that lies before the last purchase (t_x / T)", Orders,
            h => h.FirstAge > 0 ? (double)(h.FirstAge - h.LastAge) / h.FirstAge : 0),
        F("orders_per_year", Theme.Frequency, "orders", "purchases a year of the relationship", Orders,
            h => 365.0 * h.Purchases / Math.Max(30, h.FirstAge)),
        F("has_two_gaps", Theme.Frequency, "0/1", "bought on more than two days", Orders, h => h.Gaps > 1 ? 1 : 0),

        // windows
        F("orders_30d", Theme.Frequency, "orders", "purchases in the last 30 days", Orders, h => h.Last30.Orders)
            .SaidAs(t => InWindow(t, 30), (v, of) => LeanOfWindow(v, 30, enough: 2, of)),
        F("orders_90d", Theme.Frequency, "orders", "purchases in the last 90 days", Orders, h => h.Last90.Orders)
            .SaidAs(t => InWindow(t, 90), (v, of) => LeanOfWindow(v, 90, enough: 2, of)),
        F("orders_180d", Theme.Frequency, "orders", "purchases in the last 180 days", Orders, h => h.Last180.Orders)
            .SaidAs(t => InWindow(t, 180), (v, of) => LeanOfWindow(v, 180, enough: 2, of)),
        F("orders_365d", Theme.Frequency, "orders", "purchases in the last 365 days", Orders, h => h.Last365.Orders)
            .SaidAs(t => InWindow(t, 365), (v, of) => LeanOfWindow(v, 365, enough: 3, of)),
        F("spend_30d", Theme.Money, "money", "spent in the last 30 days", Orders, h => h.Last30.Spend)
            .SaidAs(t => $"spent {t.Money()} in the last 30 days", (v, _) => Lean(lowers: v > 0)),
        F("spend_90d", Theme.Money, "money", "spent in the last 90 days", Orders, h => h.Last90.Spend)
            .SaidAs(t => $"spent {t.Money()} in the last 90 days", (v, _) => Lean(lowers: v > 0)),
        F("spend_180d", Theme.Money, "money", "spent in the last 180 days", Orders, h => h.Last180.Spend)
            .SaidAs(t => $"spent {t.Money()} in the last 180 days", (v, of) => Lean(lowers: v > 0 && of.MayHaveOrdered(2))),
        F("spend_365d", Theme.Money, "money", "spent in the last 365 days", Orders, h => h.Last365.Spend)
            .SaidAs(t => $"spent {t.Money()} in the last year", (v, of) => Lean(lowers: v > 0 && of.MayHaveOrdered(2))),
        F("active_months_12", Theme.Frequency, "months", "months of the last twelve with a purchase", Orders, h => h.ActiveMonths12)
            .SaidAs(t => t.Value >= 11.5 ? "ordered in each of the last twelve months"
                : $"ordered in {t.Only}{t.Number()} of the last twelve months",
                (v, of) => Lean(raises: v is >= 1 and <= 2 && of.MayBeCustomerFor(365), lowers: v >= 3)),
        F("orders_decayed_30d", Theme.Frequency, "orders", "purchases, halving in weight every 30 days", Orders, h => h.Orders30Decayed),
        F("orders_decayed_90d", Theme.Frequency, "orders", "purchases, halving in weight every 90 days", Orders, h => h.Orders90Decayed),
        F("orders_decayed_180d", Theme.Frequency, "orders", "purchases, halving in weight every 180 days", Orders,
            h => h.Orders180Decayed),
        F("spend_decayed_90d", Theme.Money, "money", "spend, halving in weight every 90 days", Orders, h => h.Spend90Decayed),
        F("spend_decayed_180d", Theme.Money, "money", "spend, halving in weight every 180 days", Orders, h => h.Spend180Decayed),

        // trends
        F("orders_trend_90d", Theme.Frequency, "orders", "purchases in the last 90 days against the 90 before", Orders,
            h => h.Last90.Orders - h.Prior90.Orders)
            .SaidAs(Quarters, (v, of) => Lean(raises: v <= -1 && of.MayHaveOrderedWithin(90), lowers: v >= 1 && of.MayBeCustomerFor(180))),
        F("spend_trend_90d", Theme.Money, "share", "change of spend, last 90 days against the 90 before (-1 to 1)", Orders,
            h => Change(h.Last90.Spend, h.Prior90.Spend))
            .SaidAs(t => Spending(t.Value, "in the last 90 days", "in the 90 before"),
                (v, of) => Lean(raises: v is > -1 and <= -0.1f, lowers: v >= 0.1f && of.MayBeCustomerFor(180))),
        F("spend_trend_365d", Theme.Money, "share", "change of spend, last year against the year before (-1 to 1)", Orders,
            h => h.FirstAge > 365 ? Change(h.Last365.Spend, h.Prior365.Spend) : NaN, absent: -2,
            indicator: "has_year")
            .SaidAs(t => Spending(t.Value, "in the last year", "in the year before"),
                (v, _) => Lean(raises: v is > -1 and <= -0.1f, lowers: v >= 0.1f)) with { MinHistoryDays = FullYear },
        F("order_value_trend", Theme.Money, "ratio", "last three purchases against the average purchase", Orders,
            h => h.Purchases > 3 ? h.SpendLastThree / h.MeanSpend : NaN, absent: -1, indicator: "has_more_than_three")
            .SaidAs(t => t.Raises ? $"the last three orders were {FeatureReading.Percent(1 - t.Value)} smaller than usual"
                : $"the last three orders were {FeatureReading.Percent(t.Value - 1)} larger than usual",
                (v, _) => Lean(raises: v <= 0.8f, lowers: v >= 1.2f)),
        F("has_more_than_three", Theme.Frequency, "0/1", "bought more than three times", Orders, h => h.Purchases > 3 ? 1 : 0),

        // the size of orders
        F("order_value_last", Theme.Money, "money", "value of the last purchase", Orders, h => h.AnyPurchase ? h.SpendLast : NaN,
            absent: -1, indicator: "has_purchase"),
        F("order_value_first", Theme.Money, "money", "value of the first purchase", Orders, h => h.AnyPurchase ? h.SpendFirst : NaN,
            absent: -1, indicator: "has_purchase"),
        F("order_value_max", Theme.Money, "money", "largest purchase", Orders, h => h.AnyPurchase ? h.SpendMax : NaN, absent: -1,
            indicator: "has_purchase"),
        F("order_value_cv", Theme.Money, "ratio", "how much the value of purchases varies", Orders,
            h => h.Purchases > 1 ? Deviation(h.Spend, h.SpendSquares, h.Purchases) / h.MeanSpend : NaN, absent: -1,
            indicator: "has_repeat_order"),
        F("has_repeat_order", Theme.Frequency, "0/1", "bought more than once", Orders, h => h.Purchases > 1 ? 1 : 0),
        F("units_mean", Theme.Money, "units", "units in a purchase", Quantities,
            h => h.WithQuantity > 0 ? h.Quantity / h.WithQuantity : NaN, absent: -1, indicator: "has_quantity"),
        F("has_quantity", Theme.Money, "0/1", "units are known for a purchase", Quantities, h => h.WithQuantity > 0 ? 1 : 0),
        F("margin_mean", Theme.Money, "money", "margin of a purchase", Margins, h => h.WithMargin > 0 ? h.Margin / h.WithMargin : NaN,
            absent: 0, indicator: "has_margin"),
        F("has_margin", Theme.Money, "0/1", "margin is known for a purchase", Margins, h => h.WithMargin > 0 ? 1 : 0),

        // season
        // (the time of the year of the cutoff itself is no feature: a handful of stacked cutoffs would only be told apart by it)
        F("first_season_sin", Theme.Season, "", "time of the year of the first purchase (sine)", Orders,
            h => Math.Sin(Season(h.FirstDayOfYear))) with { MinHistoryDays = FullYear },
        F("first_season_cos", Theme.Season, "", "time of the year of the first purchase (cosine)", Orders,
            h => Math.Cos(Season(h.FirstDayOfYear))) with { MinHistoryDays = FullYear },
        F("orders_same_season", Theme.Season, "orders", "purchases in the coming 90 days of the calendar, a year ago", Orders,
            h => h.FirstAge > 365 ? h.SeasonLastYear.Orders : NaN, absent: -1, indicator: "has_year")
            .SaidAs(t => t.Value < 0.5 ? "ordered nothing at this time last year" : $"{t.Count("order")} at this time last year",
                (v, _) => Lean(raises: v < 1, lowers: v >= 1)) with { MinHistoryDays = FullYear },
        F("spend_same_season", Theme.Season, "money", "spend in the coming 90 days of the calendar, a year ago", Orders,
            h => h.FirstAge > 365 ? h.SeasonLastYear.Spend : NaN, absent: -1, indicator: "has_year")
            .SaidAs(t => t.Value <= 0 ? "spent nothing at this time last year" : $"spent {t.Money()} at this time last year",
                (v, _) => Lean(raises: v <= 0, lowers: v > 0)) with { MinHistoryDays = FullYear },
        F("has_year", Theme.Tenure, "0/1", "first purchase more than a year ago", Orders,
            h => h.FirstAge > 365 ? 1 : 0) with { MinHistoryDays = FullYear },
        F("weekend_share", Theme.Season, "share", "part of the purchases made at weekends", Orders,
            h => h.AnyPurchase ? (double)h.WeekendPurchases / h.Purchases : NaN, absent: -1, indicator: "has_purchase"),

        // discount
        F("discounted_share", Theme.Discount, "share", "part of the purchases with a discount", Discounts,
            h => h.AnyPurchase ? (double)h.DiscountedPurchases / h.Purchases : NaN, absent: -1, indicator: "has_purchase")
            .SaidAs(t => t.Value <= 0 ? "never needed a discount" : t.Value >= 1 ? "buys only with a discount"
                : $"{t.Percent()} of the orders with a discount",
                (v, of) => of.MayHaveOrdered(2) ? Lean(raises: v >= 0.5f, lowers: v <= 0) : Leaning.Neither),
        F("discount_rate", Theme.Discount, "share", "discount as part of the list price", Discounts,
            h => h.GrossMinor > 0 ? (double)h.DiscountMinor / h.GrossMinor : NaN, absent: -1, indicator: "has_purchase")
            .SaidAs(t => t.Value <= 0 ? "pays the full price" : $"pays {t.Percent()} less than the full price",
                (v, of) => Lean(raises: v >= 0.1f, lowers: v <= 0 && of.MayHaveOrdered(2))),
        F("last_discounted", Theme.Discount, "0/1", "the last purchase had a discount", Discounts, h => h.LastDiscounted ? 1 : 0)
            .SaidAs(_ => "the last order was at a discount", (v, _) => Lean(raises: v > 0)),

        // returns
        F("refunds", Theme.Returns, "refunds", "refunds so far", Refunds, h => h.Refunds)
            .SaidAs(t => $"{t.Count("refund")} so far", (v, _) => Lean(raises: v >= 1)),
        F("refund_rate", Theme.Returns, "share", "refunded part of the spend", Refunds, h => h.Paid > 0 ? h.RefundedDated / h.Paid : NaN,
            absent: -1, indicator: "has_purchase")
            .SaidAs(t => t.Value >= 0.995 ? "got all the money back" : $"got {t.Percent()} of the money back",
                (v, _) => Lean(raises: v >= 0.01f)),
        F("refunded_total", Theme.Returns, "money", "refunded so far", Refunds, h => h.Refunded)
            .SaidAs(t => $"got {t.Money()} refunded", (v, _) => Lean(raises: v > 0)),
        F("refunded_365d", Theme.Returns, "money", "refunded in the last 365 days", Refunds, h => h.Refunded365)
            .SaidAs(t => $"got {t.Money()} refunded in the last year", (v, _) => Lean(raises: v > 0)),
        F("days_since_last_refund", Theme.Returns, "days", "days since the last refund", Refunds,
            h => h.Refunds > 0 ? h.LastRefundAge : NaN, absent: -1, indicator: "has_refund")
            .SaidAs(t => $"got a refund {t.Ago()}", (v, _) => Lean(raises: v <= 180)),
        F("has_refund", Theme.Returns, "0/1", "had a refund", Refunds, h => h.Refunds > 0 ? 1 : 0),

        // variety
        F("categories", Theme.Variety, "categories", "different categories bought", Categories, h => h.Categories)
            .SaidAs(t => t.Value < 1.5 ? "always buys from the same category" : $"bought from {t.Number()} categories",
                (v, of) => Lean(raises: v is >= 1 and < 2 && of.MayHaveOrdered(3), lowers: v >= 2)),
        F("top_category_share", Theme.Variety, "share", "part of the purchases in the favourite category", Categories,
            h => h.TopCategoryShare, absent: -1, indicator: "has_category"),
        F("has_category", Theme.Variety, "0/1", "a category is known for a purchase", Categories, h => h.Categories > 0 ? 1 : 0),
        F("channels", Theme.Variety, "channels", "different channels used", Channels, h => h.Channels)
            .SaidAs(t => $"orders through {t.Count("channel")}", (v, _) => Lean(lowers: v >= 2)),
        F("top_channel_share", Theme.Variety, "share", "part of the purchases through the favourite channel", Channels,
            h => h.TopChannelShare, absent: -1, indicator: "has_channel"),
        F("has_channel", Theme.Variety, "0/1", "a channel is known for a purchase", Channels, h => h.Channels > 0 ? 1 : 0),

        // delivery and review
        F("delivery_days_mean", Theme.Delivery, "days", "average days from order to delivery", Delivery,
            h => h.Delivered > 0 ? h.DeliveryDays / h.Delivered : NaN, absent: -1, indicator: "has_delivery")
            .SaidAs(t => t.Value < 0.5 ? "deliveries come the same day" : $"deliveries take {t.Days()} on average", LeanOfDelivery),
        F("delivery_days_last", Theme.Delivery, "days", "days the last delivery took", Delivery,
            h => h.Delivered > 0 ? h.DeliveryDaysLast : NaN, absent: -1, indicator: "has_delivery")
            .SaidAs(t => t.Value < 0.5 ? "the last delivery came the same day" : $"the last delivery took {t.Days()}", LeanOfDelivery),
        F("late_share", Theme.Delivery, "share", "part of the deliveries that came late", Delivery,
            h => h.DeliveredWithPromise > 0 ? (double)h.Late / h.DeliveredWithPromise : NaN, absent: -1, indicator: "has_promise")
            .SaidAs(t => t.Value >= 1 ? "every delivery came late" : $"{t.Percent()} of the deliveries came late",
                (v, of) => Lean(raises: v > 0 && of.MayHaveOrdered(2))),
        F("last_late", Theme.Delivery, "0/1", "the last delivery came late", Delivery, h => h.LastLate ? 1 : 0)
            .SaidAs(_ => "the last delivery came late", (v, _) => Lean(raises: v > 0)),
        F("has_delivery", Theme.Delivery, "0/1", "a delivery is known", Delivery, h => h.Delivered > 0 ? 1 : 0),
        F("has_promise", Theme.Delivery, "0/1", "a promised date is known for a delivery", Delivery,
            h => h.DeliveredWithPromise > 0 ? 1 : 0),
        F("review_mean", Theme.Reviews, "score 1-5", "average review", Reviews, h => h.Reviews > 0 ? h.ReviewSum / h.Reviews : NaN,
            absent: -1, indicator: "has_review")
            .SaidAs(t => $"gives {t.Number()} of 5 in reviews", LeanOfReview),
        F("review_last", Theme.Reviews, "score 1-5", "last review", Reviews, h => h.Reviews > 0 ? h.ReviewLast : NaN, absent: -1,
            indicator: "has_review")
            .SaidAs(t => $"gave {t.Number()} of 5 in the last review", LeanOfReview),
        F("review_min", Theme.Reviews, "score 1-5", "worst review", Reviews, h => h.Reviews > 0 ? h.ReviewMin : NaN, absent: -1,
            indicator: "has_review")
            .SaidAs(t => $"once gave only {t.Number()} of 5 in a review", (v, _) => Lean(raises: v <= 2)),
        F("has_review", Theme.Reviews, "0/1", "wrote a review", Reviews, h => h.Reviews > 0 ? 1 : 0)
            .SaidAs(_ => "took the time to write a review", (v, _) => Lean(lowers: v > 0)),

        // engagement
        F("emails_sent_90d", Theme.Email, "e-mails", "e-mails sent in the last 90 days", Email, h => h.Sent90),
        F("emails_opened_90d", Theme.Email, "e-mails", "e-mails opened in the last 90 days", Email, h => h.Opened90)
            .SaidAs(t => $"opened {t.Count("e-mail")} in the last 90 days", (v, _) => Lean(lowers: v >= 1)),
        F("emails_clicked_90d", Theme.Email, "e-mails", "e-mails clicked in the last 90 days", Email, h => h.Clicked90)
            .SaidAs(t => $"clicked in {t.Count("e-mail")} in the last 90 days", (v, _) => Lean(lowers: v >= 1)),
        F("email_open_rate_365d", Theme.Email, "share", "opened part of the e-mails of the last 365 days", Email,
            h => h.Sent365 > 0 ? (double)h.Opened365 / h.Sent365 : NaN, absent: -1, indicator: "has_email")
            .SaidAs(t => t.Value <= 0 ? "opened no e-mail of the last year"
                : t.Value >= 1 ? "opened every e-mail of the last year"
                : $"opened {t.Only}{t.Percent()} of the e-mails of the last year",
                (v, _) => Lean(raises: v < 0.2f, lowers: v >= 0.2f)),
        F("days_since_last_open", Theme.Email, "days", "days since the last opened e-mail", Email,
            h => h.LastOpenAge > 0 ? h.LastOpenAge : NaN, absent: -1, indicator: "has_opened")
            .SaidAs(t => t.Raises ? $"opened no e-mail for {t.Days()}" : $"opened an e-mail {t.Ago()}",
                (v, _) => Lean(raises: v >= 60, lowers: v <= 30)),
        F("has_email", Theme.Email, "0/1", "was sent an e-mail in the last 365 days", Email, h => h.Sent365 > 0 ? 1 : 0),
        F("has_opened", Theme.Email, "0/1", "ever opened an e-mail", Email, h => h.LastOpenAge > 0 ? 1 : 0),
        F("visits_30d", Theme.Visits, "visits", "visits and app sessions in the last 30 days", Visits, h => h.Visits30)
            .SaidAs(t => $"{t.Count("visit")} in the last 30 days", (v, _) => Lean(raises: v < 1, lowers: v >= 1)),
        F("visits_90d", Theme.Visits, "visits", "visits and app sessions in the last 90 days", Visits, h => h.Visits90)
            .SaidAs(t => $"{t.Count("visit")} in the last 90 days", (v, _) => Lean(raises: v < 1, lowers: v >= 1)),
        F("days_since_last_visit", Theme.Visits, "days", "days since the last visit", Visits,
            h => h.LastVisitAge > 0 ? h.LastVisitAge : NaN, absent: -1, indicator: "has_visit")
            .SaidAs(t => t.Raises ? $"no visit for {t.Days()}" : $"last visit {t.Ago()}", (v, _) => Lean(raises: v >= 30, lowers: v <= 30)),
        F("has_visit", Theme.Visits, "0/1", "ever visited", Visits, h => h.LastVisitAge > 0 ? 1 : 0),
        F("tickets_90d", Theme.Support, "tickets", "support tickets in the last 90 days", Tickets, h => h.Tickets90)
            .SaidAs(t => $"{t.Count("support ticket")} in the last 90 days", (v, _) => Lean(raises: v >= 1)),

        // subscription
        F("subscription_active", Theme.Subscription, "0/1", "has a running subscription", Subscriptions,
            h => h.SubscriptionActive ? 1 : 0)
            .SaidAs(_ => "has a running subscription", (v, _) => Lean(lowers: v > 0)),
        F("subscription_cancelled", Theme.Subscription, "0/1", "cancelled a subscription that still runs", Subscriptions,
            h => h.SubscriptionCancelled ? 1 : 0)
            .SaidAs(_ => "cancelled a subscription that still runs", (v, _) => Lean(raises: v > 0)),
        F("subscription_trial", Theme.Subscription, "0/1", "the latest subscription is a trial", Subscriptions,
            h => h.SubscriptionTrial ? 1 : 0)
            .SaidAs(_ => "the subscription is a trial", (v, _) => Lean(raises: v > 0)),
        F("subscription_age_days", Theme.Subscription, "days", "days since the latest subscription began", Subscriptions,
            h => h.Subscriptions > 0 ? h.SubscriptionAge : NaN, absent: -1, indicator: "has_subscription"),
        F("subscription_ended_days", Theme.Subscription, "days", "days since a subscription ended", Subscriptions,
            h => h.SubscriptionEndedAge > 0 ? h.SubscriptionEndedAge : NaN, absent: -1, indicator: "has_ended_subscription")
            .SaidAs(t => $"a subscription ended {t.Ago()}", (v, _) => Lean(raises: v <= 365)),
        F("subscription_amount", Theme.Subscription, "money", "recurring amount of the latest subscription", Subscriptions,
            h => h.Subscriptions > 0 ? h.SubscriptionAmount : NaN, absent: -1, indicator: "has_subscription"),
        F("has_subscription", Theme.Subscription, "0/1", "ever had a subscription", Subscriptions, h => h.Subscriptions > 0 ? 1 : 0),
        F("has_ended_subscription", Theme.Subscription, "0/1", "a subscription ended", Subscriptions,
            h => h.SubscriptionEndedAge > 0 ? 1 : 0),

        // demographics: stored and charted, off in models unless asked for
        F("age_years", Theme.Demography, "years", "age", Demographics, h => h.BirthYear is { } year ? h.CutoffYear - year : NaN,
            absent: -1, indicator: "has_birth_year") with { OffByDefault = true },
        F("has_birth_year", Theme.Demography, "0/1", "birth year is known", Demographics,
            h => h.BirthYear is null ? 0 : 1) with { OffByDefault = true },
    ];

    private static FeatureDefinition F(
        string name, Theme theme, string unit, string meaning, DataSource source, FeatureValue value, float absent = 0,
        string? indicator = null) =>
        new(name, unit, meaning, source) { Theme = theme, WhenAbsent = absent, Indicator = indicator, Value = value };

    private static Leaning Lean(bool raises = false, bool lowers = false) =>
        (raises ? Leaning.Raises : Leaning.Neither) | (lowers ? Leaning.Lowers : Leaning.Neither);

    /// <summary>So many times the mean gap are a silence beyond it.</summary>
    private const float Late = 1.25f;

    /// <summary>
    /// A silence within the mean gap lowers, one beyond it raises. Two weeks are no silence whatever the gap, and two months may be one
    /// where the gap is not yet over; of somebody who came once, a month or two may be either.
    /// </summary>
    private static Leaning LeanOfSilence(float days, float gap) => IsNaN(gap)
        ? Lean(raises: days > 30, lowers: days <= 60)
        : Lean(
            raises: days > Late * gap || days >= 60 && days > gap / 2,
            lowers: days <= gap || days <= Math.Min(60, Late * gap) || days <= 14);

    /// <summary>What raises is no order, told against the mean gap where that is over; what lowers is an order not long ago.</summary>
    private static string Silence(FeatureReading t, double days)
    {
        var gap = t.MeanGap;
        if (!t.Raises)
            return $"ordered {FeatureReading.Ago(days)}" + (days <= gap && !t.IsGapTold ? $", on average {FeatureReading.Every(gap)}" : "");
        return $"no order for {FeatureReading.Days(days)}"
            + (!(days > Late * gap) || t.IsGapTold ? ""
                : $", on average {(gap < 1.5 ? "every day" : $"every {FeatureReading.Whole(gap)}")}");
    }

    /// <summary>
    /// Of the pause between two orders, or a few: longer than the usual one raises, shorter lowers while the silence is not long.
    /// </summary>
    private static Leaning LeanOfPace(float days, in Standing of) => Lean(
        raises: days > Late * of.MeanGap && days >= of.MeanGap + 2,
        lowers: Late * days < of.MeanGap && days <= of.MeanGap - 2 && of.MayHaveOrderedWithin(2 * of.MeanGap));

    private static string Pace(FeatureReading t, string what, double days) =>
        $"{what} {FeatureReading.Days(days)}, on average {FeatureReading.Whole(t.MeanGap)}";

    /// <summary>
    /// Of the orders in the last so many days: few raise where more would usually have come, or where they are fewer than enough; enough
    /// lower. None says no more than the silence, and a single one in a month or a quarter no more than the day of the last order.
    /// </summary>
    private static Leaning LeanOfWindow(float orders, int days, int enough, in Standing of)
    {
        var few = FewerThanUsual(orders, days, of.MeanGap);
        return Lean(
            raises: orders >= 1 && (few || days >= 180 && orders < enough) && of.MayBeCustomerFor(days),
            lowers: !few && orders >= enough);
    }

    private static string InWindow(FeatureReading t, int days) =>
        $"{t.Only}{t.Count("order")} in the last {(days == 365 ? "year" : $"{days} days")}"
            + (t.Raises && !t.IsGapTold && FewerThanUsual(t.Value, days, t.MeanGap)
                ? $", on average {FeatureReading.Every(t.MeanGap)}"
                : "");

    private static bool FewerThanUsual(double orders, int days, double gap) => orders < 0.6 * days / gap;

    private static string Quarters(FeatureReading t) => t.Other("orders_90d") - t.Value is >= 0 and var before
        ? $"{FeatureReading.Count(before + t.Value, "order")} in the last 90 days, "
            + $"{(before < 0.5 ? "none" : FeatureReading.Whole(before))} in the 90 before"
        : $"{FeatureReading.Count(Math.Abs(t.Value), "order")} {(t.Raises ? "fewer" : "more")} in the last 90 days than in the 90 before";

    /// <param name="change">See <see cref="Change"/>.</param>
    private static string Spending(double change, string now, string before) => change switch
    {
        >= 1 => $"began to spend again {now}",
        _ => ((1 + change) / (1 - change)) switch
        {
            < 0.01 => $"spent next to nothing {now}, unlike {before}",
            < 1 and var part => $"spent {FeatureReading.Percent(1 - part)} less {now} than {before}",
            < 2 and var part => $"spent {FeatureReading.Percent(part - 1)} more {now} than {before}",
            < 100 and var times => string.Create(CultureInfo.InvariantCulture, $"spent {times:0.#} times as much {now} as {before}"),
            _ => $"began to spend again {now}",
        },
    };

    /// <summary>A week is what people are used to; what they find quick or slow lies well on either side of it.</summary>
    private static Leaning LeanOfDelivery(float days, Standing of) => Lean(raises: days >= 8, lowers: days <= 4);

    private static Leaning LeanOfReview(float score, Standing of) => Lean(raises: score <= 3, lowers: score >= 4);

    private static double Season(int dayOfYear) => 2 * Math.PI * dayOfYear / 365.25;

    /// <summary>(a - b) / (a + b): -1 when all of it stopped, 1 when all of it is new, 0 when neither window has any.</summary>
    private static double Change(double now, double before) => now + before > 0 ? (now - before) / (now + before) : 0;

    private static double Deviation(double sum, double squares, int n) => Math.Sqrt(Math.Max(0, squares / n - sum / n * (sum / n)));
}

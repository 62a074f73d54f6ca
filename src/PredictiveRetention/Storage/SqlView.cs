namespace PredictiveRetention.Storage;

/// <summary>How a column is written into a file.</summary>
public enum ColumnKind
{
    Text,

    /// <summary>An id that programs join by: as it was imported, also where a spreadsheet would take it for a formula.</summary>
    Id,

    /// <summary>Text of our own, in which nobody else writes.</summary>
    Words,
    Number,
    Whole,
    Flag,

    /// <summary>ISO date; anything else in such a column is no date and becomes null where types are kept.</summary>
    Date,

    /// <summary>RFC 3339, UTC.</summary>
    Instant,
}

public sealed record SqlColumn(string Name, ColumnKind Kind, string Meaning);

/// <summary>A view for BI tools: its name and columns stay what they are.</summary>
/// <param name="Order">Columns its rows are exported by.</param>
public sealed record SqlView(string Name, string Title, string Order, IReadOnlyList<SqlColumn> Columns);

/// <summary>Every view of schema/0006_views.sql and later ones. docs/sql-views.md says the same; tests hold the three together.</summary>
public static class SqlViews
{
    private static readonly SqlColumn s_key = new("customer_key", ColumnKind.Whole, "hash of customer_id; what to join by");
    private static readonly SqlColumn s_id = new("customer_id", ColumnKind.Id, "as imported");
    private static readonly SqlColumn s_currency = new("currency", ColumnKind.Text, "ISO 4217; all money of the row is in its units");
    private static readonly SqlColumn s_pChurn = new("p_churn", ColumnKind.Number, "probability of no purchase within the churn horizon");
    private static readonly SqlColumn s_clv = new("clv", ColumnKind.Number, "expected net spend within the CLV horizon");
    private static readonly SqlColumn s_risk = new("revenue_at_risk", ColumnKind.Number,
        "p_churn x spend_if_order of the still buying; 0 of others");
    private static readonly SqlColumn s_net = new("net_revenue", ColumnKind.Number, "net spend to the as-of");
    private static readonly SqlColumn s_play = new("play_id", ColumnKind.Text, "recommended play");
    private static readonly SqlColumn s_run = new("run_id", ColumnKind.Whole, "the run it is of");
    private static readonly SqlColumn s_asOf = new("as_of", ColumnKind.Date, "what happened from this day on is unknown to the run");

    private static readonly SqlColumn[] s_segments =
    [
        new("rfm_segment", ColumnKind.Text, "one of 11"),
        new("lifecycle", ColumnKind.Text, "New, Reactivated, Active, At Risk, Dormant, Lost"),
        new("value_tier", ColumnKind.Text, "High, Mid, Low"),
        new("frequency_class", ColumnKind.Text, "One-time, Regular, Power User"),
        new("clv_tier", ColumnKind.Text, "Premium, Gold, Silver, Bronze"),
        new("business_segment", ColumnKind.Text, "VIP, Regular, At Risk, Inactive, New"),
        new("engagement_segment", ColumnKind.Text, "High-Value Active, Discount-Driven, At-Risk-Dormant, Steady"),
        new("persona", ColumnKind.Text, "Subscriber, Newcomer, Discount Seeker, Loyalist, One-Timer, Returning"),
        new("risk_band", ColumnKind.Text, "High, Medium, Low, by p_churn"),
    ];

    private static readonly SqlColumn s_usualGap = new("usual_gap_days", ColumnKind.Number,
        "days between purchase days: the customer's mean, drawn towards the shop's median");
    private static readonly SqlColumn s_overdue = new("overdue", ColumnKind.Flag, "silent for much longer than usual for this customer");
    private static readonly SqlColumn s_slipping = new("slipping", ColumnKind.Flag, "overdue, and not gone yet");
    private static readonly SqlColumn s_highValue = new("high_value", ColumnKind.Flag,
        "still buying, and among the top by revenue_12m or by spend_if_order");

    private static readonly SqlColumn[] s_rhythm =
    [
        s_usualGap, s_overdue, s_slipping, new("still_buying", ColumnKind.Flag, "neither inactive nor lost"), s_highValue,
        new("revenue_12m", ColumnKind.Number, "net spend of the 365 days before the as-of"),
    ];

    private static readonly SqlColumn[] s_action =
    [
        s_play, new("no_action", ColumnKind.Text, "why there is none"),
        new("expected_net_value", ColumnKind.Number, "what the action is expected to bring after its cost"),
        new("action_cost", ColumnKind.Number, "its cost"),
    ];

    public static IReadOnlyList<SqlView> All { get; } =
    [
        new(
            "v_current_predictions", "Everything the published night says of each customer", "customer_key",
            [
                s_key, s_id, s_pChurn, s_clv, Number("clv_lo80", "80 % interval of clv; null without a fitted model"),
                Number("clv_hi80", "its upper bound"), Number("clv_lo90", "90 % interval of clv"), Number("clv_hi90", "its upper bound"),
                Number("p_alive", "probability of not having stopped, by Pareto/NBD; null for the recency rule"),
                Number("next_order_p10", "days from the as-of until an order came with probability 10 %; null: not within the horizon"),
                Number("next_order_p50", "the same for 50 %"), Number("next_order_p90", "the same for 90 %"),
                Number("spend_if_order", "expected net spend within the churn horizon if there is a purchase"), s_risk,
                new("lost", ColumnKind.Flag, "silent for so long that the customer is reported, not counted as risk"),
                Whole("orders", "purchases to the as-of"), Whole("purchase_days", "days with a purchase"),
                Whole("days_since_last_order", "to the as-of"), Whole("days_since_first_order", "to the as-of"), .. s_rhythm, s_net,
                s_currency,
                Whole("rfm", "three digits 1 to 5, 5 best: recency, frequency, monetary value"),
                .. s_segments, .. s_action, s_run, s_asOf, new("model_version", ColumnKind.Text, "what it was scored with"),
            ]),
        new(
            "v_customer_360",
            "Each customer the store knows: profile, orders so far and the published night's prediction (null where there is none)",
            "customer_key",
            [
                s_key, s_id, new("first_seen_at", ColumnKind.Instant, "as imported"), Whole("birth_year", "as imported"),
                new("gender", ColumnKind.Text, "as imported"), new("country", ColumnKind.Text, "as imported"),
                new("city", ColumnKind.Text, "as imported"),
                new("acquisition_channel", ColumnKind.Text, "as imported"),
                new("consent_email", ColumnKind.Flag, "may be mailed; null: not known"),
                new("first_order_at", ColumnKind.Instant, "of valid orders"), new("last_order_at", ColumnKind.Instant, "of valid orders"),
                Whole("valid_orders", "all in the store, also those after the as-of"), Number("paid", "their amount"),
                Number("refunded", "all refunds in the store"), s_currency, s_pChurn, s_clv, Number("clv_lo80", "80 % interval of clv"),
                Number("clv_hi80", "its upper bound"),
                Number("p_alive", "probability of not having stopped"),
                Number("next_order_p50", "days from the as-of until an order is as likely as not"),
                Number("spend_if_order", "expected net spend within the churn horizon if there is a purchase"), s_risk,
                new("lost", ColumnKind.Flag, "silent for so long that the customer is not counted as risk"), s_net,
                Whole("days_since_last_order", "to the as-of"), .. s_rhythm,
                Whole("rfm", "three digits 1 to 5, 5 best"), .. s_segments, .. s_action, s_run, s_asOf,
            ]),
        new(
            "v_order", "Valid orders", "customer_key, order_id",
            [
                s_key, s_id, new("order_id", ColumnKind.Id, "as imported"), new("ordered_at", ColumnKind.Instant, "UTC"),
                Number("amount", "paid, after discount; refunds are not taken off"), Number("discount", "null where the source says none"),
                Number("margin", "contribution; null where the source says none"),
                s_currency, new("status", ColumnKind.Text, "as imported"), new("channel", ColumnKind.Text, "as imported"),
                new("category", ColumnKind.Text, "as imported"), Whole("quantity", "as imported"),
                new("promised_at", ColumnKind.Instant, "promised delivery"),
                new("delivered_at", ColumnKind.Instant, "delivery"), Number("review_score", "1 to 5"),
            ]),
        new(
            "v_actions", "Customers for whom the published night recommends a play", "expected_net_value DESC, customer_key",
            [
                s_key, s_id, s_play, s_action[2], s_action[3], s_currency, s_pChurn, s_clv,
                Number("spend_if_order", "expected net spend within the churn horizon if there is a purchase"), s_risk,
                Whole("days_since_last_order", "to the as-of"), s_usualGap, s_overdue, s_slipping, s_highValue, s_net,
                s_segments[0], s_segments[1], s_segments[2], s_segments[5], s_segments[7], s_segments[8], s_run, s_asOf,
                new("owner", ColumnKind.Text, "who works on it; null: nobody yet"),
                new("status", ColumnKind.Text, "open, in progress, done, dismissed"), new("due", ColumnKind.Date, "when it is to be done"),
                new("note", ColumnKind.Text, "as written"),
            ]),
        new(
            "v_rfm", "Customers by RFM code; codes nobody has are not listed", "rfm",
            [
                Whole("rfm", "three digits 1 to 5, 5 best"), Whole("recency_score", "5: most recent"),
                Whole("frequency_score", "5: most purchases"), Whole("monetary_score", "5: most net revenue"), s_segments[0],
                Whole("customers", "with this code"), Whole("purchases", "theirs"),
                s_net, Number("clv", "sum of expected net spend"), Number("revenue_at_risk", "their sum"),
                Number("p_churn", "mean of those not lost"), s_currency, s_run, s_asOf,
            ]),
        new(
            "v_metric", "Every figure of the published night; `retain metrics --list` explains them", "position",
            [
                new("view_name", ColumnKind.Text, "the table of figures it is in: kpis, by_lifecycle, months, ..."),
                new("metric", ColumnKind.Text, "its id"), new("name", ColumnKind.Text, "its name"),
                new("unit", ColumnKind.Text, "count, money, share (0 to 1), days, score, rate, coefficient"),
                new("d1", ColumnKind.Text, "first label; empty: everything"), new("d2", ColumnKind.Text, "second label"),
                new("d3", ColumnKind.Text, "third label"), Number("value", "null unless there is one"),
                Number("numerator", "add these up, not values, to get a larger group"),
                Number("denominator", "null for sums"), Whole("customers", "how many it is of"),
                new("state", ColumnKind.Text, "ok, notAvailable, incomplete, small"),
                new("note", ColumnKind.Text, "why there is no value, or what else must be known"),
                Whole("position", "order within the run"), s_run, s_asOf,
            ]),
        new(
            "v_segment_month", "Segments month by month, customers by their segment at the month's end", "taxonomy, month, segment",
            [
                new("taxonomy", ColumnKind.Text,
                    "lifecycle, value_tier, frequency_class, engagement_segment, business_segment, persona, rfm_segment, value_lifecycle"),
                        new("month", ColumnKind.Text, "2011-03"), new("segment", ColumnKind.Text, "its name"),
                Whole("customers", "at the month's end"), Number("revenue", "orders of the month minus refunds dated in it"),
                Whole("orders", "valid orders in the month"), Number("aov", "revenue over orders"),
                Whole("buyers", "customers who ordered in the month"), Number("active_share", "buyers over customers"),
                Number("revenue_per_customer", "revenue over customers"),
                Number("retention", "part of those in the segment at the month's start who ordered in it"),
                Number("p_churn_rule", "mean churn risk by the recency rule"),
                Number("revenue_12m", "net revenue of the 365 days before the month's end"),
                Number("revenue_to_date", "all net revenue by the month's end"),
                Number("open_rate", "messages opened over delivered; null without e-mail events"),
                Number("visits_per_customer", "null without visits"), Number("delivery_days", "null without delivery times"),
                Number("review_score", "null without reviews"),
                new("state", ColumnKind.Text, "complete, or incomplete: the month has not been seen whole and has no values"), s_run,
                s_asOf,
            ]),
        new(
            "v_cohort", "Cohorts by their first purchase", "unit, cohort, period",
            [
                new("unit", ColumnKind.Text, "month or quarter"), new("cohort", ColumnKind.Text, "2011-03 or 2011-Q1"),
                Whole("period", "whole calendar months or quarters since; 0 is that of the first purchase"),
                Whole("customers", "of the cohort; null in a period that has not ended"),
                Number("retention", "part who purchased in the period"), Number("rolling_retention", "in the period or later"),
                Number("cumulative_retention", "a second purchase by the period's end"),
                Number("revenue_per_customer", "paid in the period per customer of the cohort"),
                new("state", ColumnKind.Text, "ok, small, or incomplete: the period has not ended and has no values"), s_run, s_asOf,
            ]),
        new(
            "v_runs", "Nights and replays", "run_id",
            [
                s_run, new("purpose", ColumnKind.Text, "night or replay"), new("business_date", ColumnKind.Date, "the date it is for"),
                Whole("attempt", "of that date"), s_asOf,
                new("state", ColumnKind.Text, "planned, scoring, validating, held, published, superseded, dropped, discarded, failed"),
                new("is_current", ColumnKind.Text, "yes: what readers see"), Whole("customers", "who had to be scored"),
                new("model_version", ColumnKind.Text, "what it was scored with"), new("created_at", ColumnKind.Instant, "when it began"),
                new("finished_at", ColumnKind.Instant, "when it ended"),
                new("published_at", ColumnKind.Instant, "when readers first saw it"),
                new("error", ColumnKind.Text, "why it failed or is held"),
            ]),
    ];

    public static SqlView? Find(string name) => All.FirstOrDefault(view => view.Name == name);

    private static SqlColumn Number(string name, string meaning) => new(name, ColumnKind.Number, meaning);

    private static SqlColumn Whole(string name, string meaning) => new(name, ColumnKind.Whole, meaning);
}

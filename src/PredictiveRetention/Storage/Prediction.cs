using PredictiveRetention.Features;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Storage;

/// <summary>One customer's row of a run.</summary>
/// <param name="RiskRise">See <see cref="Segments.RiskRise"/>; NaN where it is not known.</param>
public readonly record struct Prediction(
    long CustomerKey, CustomerFacts Facts, CustomerScore Score, SegmentAssignment Segments, Recommendation Action, float RiskRise)
{
    public CustomerMoney Money => CustomerMoney.Of(Score, Segments.Rhythm);

    /// <summary>Into the prediction table.</summary>
    internal static RowWriter<(long RunId, Prediction Row)> Writer { get; } = new(
        ("customer_key", (bulk, in of) => bulk.Write(of.Row.CustomerKey)),
        ("run_id", (bulk, in of) => bulk.Write(of.RunId)),
        ("p_churn", (bulk, in of) => bulk.Write(of.Row.Score.PChurn)),
        ("clv", (bulk, in of) => bulk.Write(of.Row.Score.Clv)),
        ("spend_if_order", (bulk, in of) => bulk.Write(of.Row.Score.SpendIfOrder)),
        ("revenue_at_risk", (bulk, in of) => bulk.Write(of.Row.Money.AtRisk)),
        ("lost", (bulk, in of) => bulk.Write(of.Row.Score.Lost)),
        ("orders", (bulk, in of) => bulk.Write(of.Row.Facts.Orders)),
        ("purchase_days", (bulk, in of) => bulk.Write(of.Row.Facts.PurchaseDays)),
        ("days_since_last_order", (bulk, in of) => bulk.Write(of.Row.Facts.DaysSinceLastOrder)),
        ("days_since_first_order", (bulk, in of) => bulk.Write(of.Row.Facts.DaysSinceFirstOrder)),
        ("net_revenue_minor", (bulk, in of) => bulk.Write(of.Row.Facts.NetRevenueMinor)),
        ("rfm", (bulk, in of) => bulk.Write(of.Row.Segments.Rfm.Code)),
        ("rfm_segment", (bulk, in of) => bulk.Write((int)of.Row.Segments.RfmSegment)),
        ("lifecycle", (bulk, in of) => bulk.Write((int)of.Row.Segments.Lifecycle)),
        ("value_tier", (bulk, in of) => bulk.Write((int)of.Row.Segments.ValueTier)),
        ("frequency_class", (bulk, in of) => bulk.Write((int)of.Row.Segments.FrequencyClass)),
        ("clv_tier", (bulk, in of) => bulk.Write((int)of.Row.Segments.ClvTier)),
        ("business_segment", (bulk, in of) => bulk.Write((int)of.Row.Segments.BusinessSegment)),
        ("engagement_segment", (bulk, in of) => bulk.Write((int)of.Row.Segments.EngagementSegment)),
        ("persona", (bulk, in of) => bulk.Write((int)of.Row.Segments.Persona)),
        ("risk_band", (bulk, in of) => bulk.Write((int)of.Row.Segments.RiskBand)),
        ("play_id", (bulk, in of) => bulk.Write(of.Row.Action.PlayId)),
        ("no_action", (bulk, in of) => bulk.Write((int?)of.Row.Action.Reason)),
        ("expected_net_value", (bulk, in of) => bulk.Write(of.Row.Action.ExpectedNetValue)),
        ("action_cost", (bulk, in of) => bulk.Write(of.Row.Action.Cost)),
        ("reasons", (bulk, in of) => StoredReasons.Write(of.Row.Score.Reasons, bulk)),
        ("p_alive", (bulk, in of) => bulk.WriteReal(of.Row.Score.PAlive)),
        ("clv_lo80", (bulk, in of) => bulk.WriteReal(of.Row.Score.Range.Low80)),
        ("clv_hi80", (bulk, in of) => bulk.WriteReal(of.Row.Score.Range.High80)),
        ("clv_lo90", (bulk, in of) => bulk.WriteReal(of.Row.Score.Range.Low90)),
        ("clv_hi90", (bulk, in of) => bulk.WriteReal(of.Row.Score.Range.High90)),
        ("next_order_p10", (bulk, in of) => bulk.WriteReal(of.Row.Score.Next.P10)),
        ("next_order_p50", (bulk, in of) => bulk.WriteReal(of.Row.Score.Next.P50)),
        ("next_order_p90", (bulk, in of) => bulk.WriteReal(of.Row.Score.Next.P90)),
        ("overdue", (bulk, in of) => bulk.Write(of.Row.Segments.Rhythm.Overdue)),
        ("slipping", (bulk, in of) => bulk.Write(of.Row.Segments.Rhythm.Slipping)),
        ("still_buying", (bulk, in of) => bulk.Write(of.Row.Segments.Rhythm.StillBuying)),
        ("usual_gap_days", (bulk, in of) => bulk.WriteReal(of.Row.Segments.Rhythm.UsualGapDays)),
        ("high_value", (bulk, in of) => bulk.Write(of.Row.Segments.HighValue)),
        ("risk_rise", (bulk, in of) => bulk.WriteReal(of.Row.RiskRise)),
        ("revenue_12m_minor", (bulk, in of) => bulk.Write(of.Row.Facts.Revenue12mMinor)));
}

/// <summary>What was chosen for a customer once everybody was scored.</summary>
internal readonly record struct ChosenAction(long CustomerKey, Recommendation Action)
{
    /// <summary>Into a table of the columns of predictions.</summary>
    public static RowWriter<ChosenAction> Writer { get; } = new(
        ("customer_key", (bulk, in of) => bulk.Write(of.CustomerKey)),
        ("play_id", (bulk, in of) => bulk.Write(of.Action.PlayId)),
        ("no_action", (bulk, in of) => bulk.Write((int?)of.Action.Reason)),
        ("expected_net_value", (bulk, in of) => bulk.Write(of.Action.ExpectedNetValue)),
        ("action_cost", (bulk, in of) => bulk.Write(of.Action.Cost)));
}

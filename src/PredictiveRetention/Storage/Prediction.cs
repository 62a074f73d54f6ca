using PredictiveRetention.Features;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Storage;

/// <summary>One customer's row of a run.</summary>
public readonly record struct Prediction(
    long CustomerKey, CustomerFacts Facts, CustomerScore Score, SegmentAssignment Segments, Recommendation Action)
{
    /// <summary>Columns of the prediction table, in the order <see cref="WriteTo"/> writes them.</summary>
    internal static string[] Columns { get; } =
    [
        "customer_key", "run_id", "p_churn", "clv", "spend_if_order", "revenue_at_risk", "lost",
        "orders", "purchase_days", "days_since_last_order", "days_since_first_order", "net_revenue_minor",
        "rfm", "rfm_segment", "lifecycle", "value_tier", "frequency_class", "clv_tier", "business_segment", "engagement_segment", "persona", "risk_band",
        "play_id", "no_action", "expected_net_value", "action_cost", "reasons",
        "p_alive", "clv_lo80", "clv_hi80", "clv_lo90", "clv_hi90", "next_order_p10", "next_order_p50", "next_order_p90",
    ];

    internal void WriteTo(BulkInsert bulk, long runId)
    {
        bulk.StartRow();
        bulk.Write(CustomerKey);
        bulk.Write(runId);
        bulk.Write(Score.PChurn);
        bulk.Write(Score.Clv);
        bulk.Write(Score.SpendIfOrder);
        bulk.Write(Score.RevenueAtRisk);
        bulk.Write(Score.Lost);
        bulk.Write(Facts.Orders);
        bulk.Write(Facts.PurchaseDays);
        bulk.Write(Facts.DaysSinceLastOrder);
        bulk.Write(Facts.DaysSinceFirstOrder);
        bulk.Write(Facts.NetRevenueMinor);
        bulk.Write(Segments.Rfm.Code);
        bulk.Write((int)Segments.RfmSegment);
        bulk.Write((int)Segments.Lifecycle);
        bulk.Write((int)Segments.ValueTier);
        bulk.Write((int)Segments.FrequencyClass);
        bulk.Write((int)Segments.ClvTier);
        bulk.Write((int)Segments.BusinessSegment);
        bulk.Write((int)Segments.EngagementSegment);
        bulk.Write((int)Segments.Persona);
        bulk.Write((int)Segments.RiskBand);
        bulk.Write(Action.PlayId);
        bulk.Write((int?)Action.Reason);
        bulk.Write(Action.ExpectedNetValue);
        bulk.Write(Action.Cost);
        StoredReasons.Write(Score.Reasons, bulk);
        bulk.WriteReal(Score.PAlive);
        bulk.WriteReal(Score.Range.Low80);
        bulk.WriteReal(Score.Range.High80);
        bulk.WriteReal(Score.Range.Low90);
        bulk.WriteReal(Score.Range.High90);
        bulk.WriteReal(Score.Next.P10);
        bulk.WriteReal(Score.Next.P50);
        bulk.WriteReal(Score.Next.P90);
    }
}

-- How long each customer is silent beside how often that customer buys, and who is worth most: null in runs of earlier versions.

ALTER TABLE prediction ADD COLUMN overdue boolean;
ALTER TABLE prediction ADD COLUMN slipping boolean;
ALTER TABLE prediction ADD COLUMN still_buying boolean;
ALTER TABLE prediction ADD COLUMN usual_gap_days real;
ALTER TABLE prediction ADD COLUMN high_value boolean;
ALTER TABLE prediction ADD COLUMN revenue_12m_minor bigint;

DROP VIEW v_rfm;
DROP VIEW v_actions;
DROP VIEW v_customer_360;
DROP VIEW v_current_predictions;

CREATE VIEW v_current_predictions AS
SELECT p.customer_key, c.customer_id, p.p_churn, p.clv, p.clv_lo80, p.clv_hi80, p.clv_lo90, p.clv_hi90, p.p_alive,
  p.next_order_p10, p.next_order_p50, p.next_order_p90, p.spend_if_order, p.revenue_at_risk, p.lost,
  p.orders, p.purchase_days, p.days_since_last_order, p.days_since_first_order,
  p.usual_gap_days, p.overdue, p.slipping, p.still_buying, p.high_value, CAST(p.revenue_12m_minor AS double precision) / s.minor_per_unit AS revenue_12m,
  CAST(p.net_revenue_minor AS double precision) / s.minor_per_unit AS net_revenue, s.currency, p.rfm,
  n1.name AS rfm_segment, n2.name AS lifecycle, n3.name AS value_tier, n4.name AS frequency_class, n5.name AS clv_tier,
  n6.name AS business_segment, n7.name AS engagement_segment, n8.name AS persona, n9.name AS risk_band,
  p.play_id, n10.name AS no_action, p.expected_net_value, p.action_cost, r.run_id, r.as_of, r.model_version
FROM prediction p
JOIN run r ON r.run_id = p.run_id
JOIN customer c ON c.customer_key = p.customer_key
CROSS JOIN shop s
LEFT JOIN segment_name n1 ON n1.taxonomy = 'rfm_segment' AND n1.code = p.rfm_segment
LEFT JOIN segment_name n2 ON n2.taxonomy = 'lifecycle' AND n2.code = p.lifecycle
LEFT JOIN segment_name n3 ON n3.taxonomy = 'value_tier' AND n3.code = p.value_tier
LEFT JOIN segment_name n4 ON n4.taxonomy = 'frequency_class' AND n4.code = p.frequency_class
LEFT JOIN segment_name n5 ON n5.taxonomy = 'clv_tier' AND n5.code = p.clv_tier
LEFT JOIN segment_name n6 ON n6.taxonomy = 'business_segment' AND n6.code = p.business_segment
LEFT JOIN segment_name n7 ON n7.taxonomy = 'engagement_segment' AND n7.code = p.engagement_segment
LEFT JOIN segment_name n8 ON n8.taxonomy = 'persona' AND n8.code = p.persona
LEFT JOIN segment_name n9 ON n9.taxonomy = 'risk_band' AND n9.code = p.risk_band
LEFT JOIN segment_name n10 ON n10.taxonomy = 'no_action' AND n10.code = p.no_action
-- A single value, known before the scan: PostgreSQL then reads the partition of that run alone.
WHERE p.run_id = (SELECT cr.run_id FROM current_run cr WHERE cr.purpose = 'night');

CREATE VIEW v_customer_360 AS
SELECT c.customer_key, c.customer_id, $at_from$c.first_seen_at_ms$at_to$ AS first_seen_at, c.birth_year, c.gender, c.country, c.city, c.acquisition_channel, c.consent_email,
  $at_from$o.first_ms$at_to$ AS first_order_at, $at_from$o.last_ms$at_to$ AS last_order_at, coalesce(o.orders, 0) AS valid_orders,
  CAST(coalesce(o.paid_minor, 0) AS double precision) / s.minor_per_unit AS paid,
  CAST(coalesce(f.refunded_minor, 0) AS double precision) / s.minor_per_unit AS refunded,
  s.currency, p.p_churn, p.clv, p.clv_lo80, p.clv_hi80, p.p_alive, p.next_order_p50, p.spend_if_order, p.revenue_at_risk, p.lost, p.net_revenue,
  p.days_since_last_order, p.usual_gap_days, p.overdue, p.slipping, p.still_buying, p.high_value, p.revenue_12m,
  p.rfm, p.rfm_segment, p.lifecycle, p.value_tier, p.frequency_class, p.clv_tier, p.business_segment, p.engagement_segment, p.persona, p.risk_band,
  p.play_id, p.no_action, p.expected_net_value, p.action_cost, p.run_id, p.as_of
FROM customer c
CROSS JOIN shop s
LEFT JOIN (
  SELECT customer_key, count(*) AS orders, sum(amount_minor) AS paid_minor, min(ordered_at_ms) AS first_ms, max(ordered_at_ms) AS last_ms FROM orders WHERE is_valid GROUP BY customer_key
) o ON o.customer_key = c.customer_key
LEFT JOIN (SELECT customer_key, sum(amount_minor) AS refunded_minor FROM refund r
  WHERE NOT EXISTS (SELECT 1 FROM orders n WHERE n.customer_key = r.customer_key AND n.order_id = r.order_id AND NOT n.is_valid) GROUP BY customer_key) f ON f.customer_key = c.customer_key
LEFT JOIN v_current_predictions p ON p.customer_key = c.customer_key;

CREATE VIEW v_actions AS
SELECT p.customer_key, p.customer_id, p.play_id, p.expected_net_value, p.action_cost, p.currency, p.p_churn, p.clv, p.spend_if_order, p.revenue_at_risk, p.days_since_last_order, p.usual_gap_days, p.overdue, p.slipping, p.high_value, p.net_revenue,
  p.rfm_segment, p.lifecycle, p.value_tier, p.business_segment, p.persona, p.risk_band, p.run_id, p.as_of, w.owner, coalesce(w.status, 'open') AS status, w.due, w.note
FROM v_current_predictions p
LEFT JOIN action_work w ON w.customer_key = p.customer_key AND w.play_id = p.play_id
WHERE p.play_id IS NOT NULL;

CREATE VIEW v_rfm AS
SELECT rfm, rfm / 100 AS recency_score, (rfm / 10) % 10 AS frequency_score, rfm % 10 AS monetary_score, rfm_segment, count(*) AS customers,
  sum(orders) AS purchases, sum(net_revenue) AS net_revenue, sum(clv) AS clv, sum(revenue_at_risk) AS revenue_at_risk,
  avg(CASE WHEN lost THEN NULL ELSE p_churn END) AS p_churn, currency, run_id, as_of
FROM v_current_predictions
GROUP BY rfm, rfm_segment, currency, run_id, as_of;

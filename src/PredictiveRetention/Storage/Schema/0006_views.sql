-- What BI tools read: views with stable names and columns, of the published night where a run is concerned. Money is in currency units,
-- segments have their names. docs/sql-views.md says what each column means; SqlViews is where both come from.
-- $at_from$ and $at_to$ stand around UTC milliseconds and make an instant of them: a timestamp on PostgreSQL, RFC 3339 text on SQLite.

ALTER TABLE shop ADD COLUMN minor_per_unit bigint;

-- The names segments have, filled by the program when it opens the store.
CREATE TABLE segment_name (
  taxonomy text NOT NULL,
  code     int NOT NULL,
  name     text NOT NULL,
  PRIMARY KEY (taxonomy, code)
);

CREATE TABLE metric_name (
  metric  text PRIMARY KEY,
  name    text NOT NULL,
  unit    text NOT NULL,
  formula text NOT NULL,
  meaning text NOT NULL
);

CREATE VIEW v_current_predictions AS
SELECT p.customer_key, c.customer_id, p.p_churn, p.clv, p.clv_lo80, p.clv_hi80, p.clv_lo90, p.clv_hi90, p.p_alive,
  p.next_order_p10, p.next_order_p50, p.next_order_p90, p.spend_if_order, p.revenue_at_risk, p.lost,
  p.orders, p.purchase_days, p.days_since_last_order, p.days_since_first_order,
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

CREATE VIEW v_order AS
SELECT o.customer_key, c.customer_id, o.order_id, $at_from$o.ordered_at_ms$at_to$ AS ordered_at,
  CAST(o.amount_minor AS double precision) / s.minor_per_unit AS amount,
  CAST(o.discount_minor AS double precision) / s.minor_per_unit AS discount,
  CAST(o.margin_minor AS double precision) / s.minor_per_unit AS margin,
  o.currency, o.status, o.channel, o.category, o.quantity,
  $at_from$o.promised_at_ms$at_to$ AS promised_at, $at_from$o.delivered_at_ms$at_to$ AS delivered_at, o.review_score
FROM orders o
JOIN customer c ON c.customer_key = o.customer_key
CROSS JOIN shop s
WHERE o.is_valid;

CREATE VIEW v_customer_360 AS
SELECT c.customer_key, c.customer_id, $at_from$c.first_seen_at_ms$at_to$ AS first_seen_at, c.birth_year, c.gender, c.country, c.city, c.acquisition_channel, c.consent_email,
  $at_from$o.first_ms$at_to$ AS first_order_at, $at_from$o.last_ms$at_to$ AS last_order_at, coalesce(o.orders, 0) AS valid_orders,
  CAST(coalesce(o.paid_minor, 0) AS double precision) / s.minor_per_unit AS paid,
  CAST(coalesce(f.refunded_minor, 0) AS double precision) / s.minor_per_unit AS refunded,
  s.currency, p.p_churn, p.clv, p.clv_lo80, p.clv_hi80, p.p_alive, p.next_order_p50, p.spend_if_order, p.revenue_at_risk, p.lost, p.net_revenue,
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
SELECT customer_key, customer_id, play_id, expected_net_value, action_cost, currency, p_churn, clv, spend_if_order, revenue_at_risk, days_since_last_order, net_revenue,
  rfm_segment, lifecycle, value_tier, business_segment, persona, risk_band, run_id, as_of
FROM v_current_predictions
WHERE play_id IS NOT NULL;

CREATE VIEW v_rfm AS
SELECT rfm, rfm / 100 AS recency_score, (rfm / 10) % 10 AS frequency_score, rfm % 10 AS monetary_score, rfm_segment, count(*) AS customers,
  sum(orders) AS purchases, sum(net_revenue) AS net_revenue, sum(clv) AS clv, sum(revenue_at_risk) AS revenue_at_risk,
  avg(CASE WHEN lost THEN NULL ELSE p_churn END) AS p_churn, currency, run_id, as_of
FROM v_current_predictions
GROUP BY rfm, rfm_segment, currency, run_id, as_of;

CREATE VIEW v_metric AS
SELECT f.view AS view_name, f.metric, m.name, m.unit, f.d1, f.d2, f.d3, f.value, f.numerator, f.denominator, f.customers,
  CASE f.state WHEN 0 THEN 'ok' WHEN 1 THEN 'notAvailable' WHEN 2 THEN 'incomplete' ELSE 'small' END AS state, f.note, f.seq AS position, r.run_id, r.as_of
FROM current_run cr
JOIN run r ON r.run_id = cr.run_id
JOIN figure f ON f.run_id = cr.run_id
LEFT JOIN metric_name m ON m.metric = f.metric
WHERE cr.purpose = 'night';

CREATE VIEW v_segment_month AS
SELECT substr(view_name, 11) AS taxonomy, d1 AS month, d2 AS segment,
  CAST(max(CASE WHEN metric = 'month_customers' THEN value END) AS bigint) AS customers,
  max(CASE WHEN metric = 'month_revenue' THEN value END) AS revenue,
  CAST(max(CASE WHEN metric = 'month_orders' THEN value END) AS bigint) AS orders,
  max(CASE WHEN metric = 'month_aov' THEN value END) AS aov,
  CAST(max(CASE WHEN metric = 'month_buyers' THEN value END) AS bigint) AS buyers,
  max(CASE WHEN metric = 'month_active_share' THEN value END) AS active_share,
  max(CASE WHEN metric = 'month_revenue_per_customer' THEN value END) AS revenue_per_customer,
  max(CASE WHEN metric = 'month_retention' THEN value END) AS retention,
  max(CASE WHEN metric = 'month_p_churn' THEN value END) AS p_churn_rule,
  max(CASE WHEN metric = 'month_revenue_12m' THEN value END) AS revenue_12m,
  max(CASE WHEN metric = 'month_revenue_to_date' THEN value END) AS revenue_to_date,
  max(CASE WHEN metric = 'month_open_rate' THEN value END) AS open_rate,
  max(CASE WHEN metric = 'month_visits_per_customer' THEN value END) AS visits_per_customer,
  max(CASE WHEN metric = 'month_delivery_days' THEN value END) AS delivery_days,
  max(CASE WHEN metric = 'month_review_score' THEN value END) AS review_score,
  CASE WHEN max(CASE WHEN state = 'incomplete' THEN 1 ELSE 0 END) = 1 THEN 'incomplete' ELSE 'complete' END AS state, run_id, as_of
FROM v_metric
WHERE substr(view_name, 1, 10) = 'months_by_' AND d2 <> ''
GROUP BY view_name, d1, d2, run_id, as_of;

CREATE VIEW v_cohort AS
SELECT substr(view_name, 9) AS unit, d1 AS cohort, CAST(d2 AS int) AS period, max(customers) AS customers,
  max(CASE WHEN metric = 'retention' THEN value END) AS retention,
  max(CASE WHEN metric = 'rolling_retention' THEN value END) AS rolling_retention,
  max(CASE WHEN metric = 'cumulative_retention' THEN value END) AS cumulative_retention,
  max(CASE WHEN metric = 'cohort_revenue' THEN value END) AS revenue_per_customer,
  max(state) AS state, run_id, as_of
FROM v_metric
WHERE view_name IN ('cohorts_month', 'cohorts_quarter') AND d2 <> ''
GROUP BY view_name, d1, d2, run_id, as_of;

CREATE VIEW v_runs AS
SELECT r.run_id, r.purpose, r.business_date, r.attempt, r.as_of, r.state, CASE WHEN cr.run_id IS NULL THEN 'no' ELSE 'yes' END AS is_current,
  r.expected_count AS customers, r.model_version, $at_from$r.created_at_ms$at_to$ AS created_at, $at_from$r.finished_at_ms$at_to$ AS finished_at,
  $at_from$r.published_at_ms$at_to$ AS published_at, r.error
FROM run r
LEFT JOIN current_run cr ON cr.run_id = r.run_id AND cr.purpose = r.purpose;

-- What people do about recommendations, kept across nights: by customer and play. Every change leaves a row of who, when and what;
-- a change names the version it was made from, so that two people do not overwrite each other.

CREATE TABLE action_work (
  customer_key  bigint NOT NULL,
  play_id       text NOT NULL,
  owner         text,
  status        text NOT NULL,
  due           text,
  note          text,
  version       int NOT NULL,
  changed_at_ms bigint NOT NULL,
  PRIMARY KEY (customer_key, play_id)
) $clustered$;

CREATE TABLE action_event (
  customer_key bigint NOT NULL,
  play_id      text NOT NULL,
  version      int NOT NULL,
  at_ms        bigint NOT NULL,
  actor        text NOT NULL,
  what         text NOT NULL,
  PRIMARY KEY (customer_key, play_id, version)
) $clustered$;

DROP VIEW v_actions;

CREATE VIEW v_actions AS
SELECT p.customer_key, p.customer_id, p.play_id, p.expected_net_value, p.action_cost, p.currency, p.p_churn, p.clv, p.spend_if_order, p.revenue_at_risk, p.days_since_last_order, p.net_revenue,
  p.rfm_segment, p.lifecycle, p.value_tier, p.business_segment, p.persona, p.risk_band, p.run_id, p.as_of, w.owner, coalesce(w.status, 'open') AS status, w.due, w.note
FROM v_current_predictions p
LEFT JOIN action_work w ON w.customer_key = p.customer_key AND w.play_id = p.play_id
WHERE p.play_id IS NOT NULL;

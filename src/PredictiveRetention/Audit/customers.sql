-- The prediction rows themselves: facts and segments of every customer, from silver rows and the run's cut-offs. A row here is a column
-- of the predictions: how many rows there are, and for how many the recomputed value agrees.

CREATE TABLE prediction_check AS
WITH last AS (SELECT * FROM fact WHERE from_day <= as_of() AND to_day > as_of()),
told AS (
  SELECT p.*, f.purchases AS f_purchases, f.purchase_days AS f_days, as_of() - f.last_day AS since_last, as_of() - f.first_day AS since_first, as_of() - j.day AS since_joined, f.net, coalesce(y.net, 0) AS net_12m, f.gap, f.gross, f.discount, f.discounted,
    lifecycle_of(f.purchases, as_of() - coalesce(j.day, f.first_day), as_of() - f.last_day, f.gap) AS is_lifecycle, value_of(f.net, now_high_value(), now_mid_value()) AS is_value,
    usual_gap(f.purchase_days, f.first_day, f.last_day, q.median_gap) AS is_usual, overdue(as_of() - f.last_day, is_usual) AS late, buying(as_of() - f.last_day, q.inactive_after) AS still,
    rfm_of(as_of() - f.last_day, f.purchases, f.net, q) AS is_rfm, u.customer IS NOT NULL AS subscribed, p_rule(as_of() - f.last_day) AS p_by_rule
  FROM prediction p LEFT JOIN last f USING (customer) LEFT JOIN (SELECT customer, net FROM year_net WHERE cutoff = as_of()) y USING (customer) LEFT JOIN joined j USING (customer) LEFT JOIN (SELECT customer FROM subscribed WHERE cutoff = as_of()) u USING (customer), (SELECT * FROM cut WHERE from_day = -1) q),
compared AS (
  SELECT customer, unnest([
    {name: 'orders', same: orders = f_purchases},
    {name: 'purchase_days', same: purchase_days = f_days},
    {name: 'days_since_last_order', same: days_since_last_order = since_last},
    {name: 'days_since_first_order', same: days_since_first_order = since_first},
    {name: 'net_revenue_minor', same: net_revenue = net},
    {name: 'lost', same: lost = (since_last > lost_after())},
    {name: 'rfm', same: rfm = is_rfm},
    {name: 'rfm_segment', same: rfm_segment = enum_code(rfm_segment_of((SELECT segment FROM rfm_cell WHERE code = is_rfm), since_joined))},
    {name: 'lifecycle', same: lifecycle = enum_code(is_lifecycle)},
    {name: 'value_tier', same: value_tier = enum_code(is_value)},
    {name: 'frequency_class', same: frequency_class = enum_code(frequency_of(f_purchases))},
    {name: 'overdue', same: overdue = late},
    {name: 'slipping', same: slipping = (late AND still)},
    {name: 'still_buying', same: still_buying = still},
    {name: 'usual_gap_days', same: abs(usual_gap_days - is_usual) <= 1e-6 * is_usual},
    {name: 'revenue_12m_minor', same: revenue_12m_minor = net_12m},
    {name: 'high_value', same: high_value = (still AND (net_12m > 0 AND net_12m >= now_high_revenue_12m() OR spend_if_order > 0 AND spend_if_order >= now_high_spend()))},
    {name: 'clv_tier', same: clv_tier = enum_code(clv_tier_of(clv, now_premium_clv(), now_gold_clv(), now_silver_clv()))},
    {name: 'business_segment', same: business_segment = enum_code(business_of(f_purchases, coalesce(since_joined, since_first), late, still, net_12m, now_vip()))},
    {name: 'engagement_segment', same: engagement_segment = enum_code(engagement_of(f_purchases, discounted, gross, discount, late, still, is_value))},
    {name: 'persona', same: persona = enum_code(persona_of(subscribed, f_purchases, coalesce(since_joined, since_first), discounted, still))},
    {name: 'risk_band', same: risk_band = enum_code(risk_of(p_churn, now_high_risk(), now_medium_risk()))},
    {name: 'p_churn', same: NOT (by_rule() OR f_purchases = 0) OR abs(p_churn - p_by_rule) <= 1e-9},
    {name: 'clv', same: NOT (by_rule() OR f_purchases = 0) OR abs(clv - clv_rule(net, since_first, p_by_rule)) <= 1e-9 * greatest(1, clv)},
    {name: 'revenue_at_risk', same: abs(revenue_at_risk - CASE WHEN still THEN p_churn * spend_if_order ELSE 0 END) <= 1e-9 * greatest(1, revenue_at_risk)}], recursive := true)
  FROM told)
SELECT name, count(*) AS rows, count(*) FILTER (WHERE same) AS same, coalesce(min(customer) FILTER (WHERE same IS NOT TRUE)::VARCHAR, '') AS example FROM compared GROUP BY name;

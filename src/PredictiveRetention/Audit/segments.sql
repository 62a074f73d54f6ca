-- Segments by their written definitions: first match counts. Names are those the figures are labelled with.

CREATE TYPE lifecycle_name AS ENUM ('New', 'Reactivated', 'Active', 'At Risk', 'Dormant', 'Lost');
CREATE TYPE value_name AS ENUM ('High', 'Mid', 'Low');
CREATE TYPE frequency_name AS ENUM ('One-time', 'Regular', 'Power User');
CREATE TYPE clv_name AS ENUM ('Premium', 'Gold', 'Silver', 'Bronze');
CREATE TYPE business_name AS ENUM ('VIP', 'Regular', 'At Risk', 'Inactive', 'New');
CREATE TYPE engagement_name AS ENUM ('High-Value Active', 'Discount-Driven', 'At-Risk-Dormant', 'Steady');
CREATE TYPE persona_name AS ENUM ('Subscriber', 'Newcomer', 'Discount Seeker', 'Loyalist', 'One-Timer', 'Returning');
CREATE TYPE risk_name AS ENUM ('High', 'Medium', 'Low');
CREATE TYPE rfm_name AS ENUM ('Champions', 'Loyal', 'Potential Loyalist', 'New Customers', 'Promising', 'Need Attention', 'About To Sleep', 'At Risk', 'Cannot Lose Them', 'Hibernating', 'Lost');

CREATE MACRO lifecycle_of(purchases, since_first, since_last, gap) AS CAST(CASE
  WHEN purchases = 1 AND since_first < new_days() THEN 'New'
  WHEN since_last <= active_days() AND gap >= reactivated_gap_days() THEN 'Reactivated'
  WHEN since_last <= active_days() THEN 'Active'
  WHEN since_last <= at_risk_days() THEN 'At Risk'
  WHEN since_last <= dormant_days() THEN 'Dormant'
  ELSE 'Lost' END AS lifecycle_name);
CREATE MACRO folded(lifecycle) AS CAST(CASE WHEN lifecycle IN ('New', 'Reactivated', 'Active') THEN 'Active' WHEN lifecycle = 'At Risk' THEN 'At Risk' ELSE 'Dormant' END AS lifecycle_name);
CREATE MACRO value_of(net, high, mid) AS CAST(CASE WHEN net > 0 AND net >= high THEN 'High' WHEN net > 0 AND net >= mid THEN 'Mid' ELSE 'Low' END AS value_name);
CREATE MACRO frequency_of(purchases) AS CAST(CASE WHEN purchases >= power_user_orders() THEN 'Power User' WHEN purchases >= regular_orders() THEN 'Regular' ELSE 'One-time' END AS frequency_name);
CREATE MACRO clv_tier_of(clv, premium, gold, silver) AS CAST(CASE WHEN clv <= 0 THEN 'Bronze' WHEN clv >= premium THEN 'Premium' WHEN clv >= gold THEN 'Gold' WHEN clv >= silver THEN 'Silver' ELSE 'Bronze' END AS clv_name);
CREATE MACRO newcomer(purchases, since_first) AS purchases > 0 AND since_first < new_days();
-- The usual gap: the customer's own, drawn towards the shop's median as by two gaps of it. No comparison with NULL holds.
CREATE MACRO usual_gap(days, first_day, last_day, median_gap) AS (CASE WHEN days > 1 THEN last_day - first_day ELSE 0 END + 2 * median_gap) / (greatest(days - 1, 0) + 2);
CREATE MACRO overdue(since_last, usual) AS coalesce(since_last > overdue_factor() * usual AND since_last > overdue_min_days(), false);
CREATE MACRO buying(since_last, inactive_after) AS since_last <= inactive_after AND since_last <= lost_after();
CREATE MACRO business_of(purchases, since_first, late, still, revenue_12m, vip) AS CAST(CASE
  WHEN newcomer(purchases, since_first) THEN 'New'
  WHEN NOT still THEN 'Inactive'
  WHEN late THEN 'At Risk'
  WHEN revenue_12m > 0 AND revenue_12m >= vip THEN 'VIP'
  ELSE 'Regular' END AS business_name);
-- Without discounts in the shop nobody is driven by them.
CREATE MACRO buys_on_discount(purchases, discounted) AS has(1) AND purchases > 0 AND CAST(discounted AS DOUBLE) / purchases >= discounted_orders_share();
CREATE MACRO engagement_of(purchases, discounted, gross, discount, late, still, value_tier) AS CAST(CASE
  WHEN buys_on_discount(purchases, discounted) OR (has(1) AND gross > 0 AND CAST(discount AS DOUBLE) / gross >= discount_of_gross_share()) THEN 'Discount-Driven'
  WHEN value_tier = 'High' AND still THEN 'High-Value Active'
  WHEN late OR NOT still THEN 'At-Risk-Dormant'
  ELSE 'Steady' END AS engagement_name);
CREATE MACRO persona_of(subscribed, purchases, since_first, discounted, still) AS CAST(CASE
  WHEN subscribed THEN 'Subscriber'
  WHEN newcomer(purchases, since_first) THEN 'Newcomer'
  WHEN purchases >= discount_seeker_orders() AND buys_on_discount(purchases, discounted) THEN 'Discount Seeker'
  WHEN purchases >= loyalist_orders() AND still THEN 'Loyalist'
  WHEN purchases >= 2 THEN 'Returning'
  ELSE 'One-Timer' END AS persona_name);
CREATE MACRO risk_of(p_churn, high_risk, medium_risk) AS CAST(CASE WHEN p_churn > high_risk THEN 'High' WHEN p_churn >= medium_risk THEN 'Medium' ELSE 'Low' END AS risk_name);
CREATE MACRO below(x, a, b, c, d) AS CAST(a < x AS INTEGER) + CAST(b < x AS INTEGER) + CAST(c < x AS INTEGER) + CAST(d < x AS INTEGER);
CREATE MACRO rfm_of(since_last, purchases, net, q) AS 100 * (5 - below(since_last, q.r20, q.r40, q.r60, q.r80)) + 10 * (1 + below(purchases, q.f20, q.f40, q.f60, q.f80)) + 1 + below(net, q.m20, q.m40, q.m60, q.m80);

-- Of somebody first seen long before the data begin the grid says no 'New Customers'.
CREATE MACRO rfm_segment_of(segment, since_joined) AS CAST(CASE WHEN segment = 'New Customers' AND since_joined >= new_days() THEN 'Promising' ELSE segment END AS rfm_name);

-- The recency rule: churn d / (d + half the horizon), and spend at the rate so far, at most what was spent so far in a short relationship.
CREATE MACRO p_rule(since_last) AS least(0.98, greatest(0.02, since_last / (since_last + horizon() / 2.0)));
CREATE MACRO clv_rule(net, since_first, p) AS greatest(0, net / minor()) / greatest(30, clv_horizon(), since_first) * clv_horizon() * (1 - p);

-- ---- which cut-offs a month is judged by: those of its quarter (or of the quarter before, of the first there is, of the run)

CREATE TABLE judged AS
SELECT m.number AS month, coalesce((SELECT max(from_day) FROM cut WHERE from_day <= m.quarter_day AND from_day >= 0), (SELECT min(from_day) FROM cut WHERE from_day >= 0), -1) AS cut FROM month m;

-- ---- segments at the end and the start of each month, and where the observed churn begins

CREATE TABLE moment AS
SELECT 'end' AS kind, m.number AS month, m.end_day AS cutoff, j.cut FROM month m JOIN judged j ON j.month = m.number
UNION ALL SELECT 'start', m.number, m.start_day, j.cut FROM month m JOIN judged j ON j.month = m.number
UNION ALL SELECT 'churn', 0, as_of() - horizon(), (SELECT j.cut FROM judged j WHERE j.month = (SELECT coalesce(max(number), 1) FROM month WHERE start_day < as_of() - horizon()));

-- A cancelled subscription without an end runs to the end of its paid term: the first anniversary, in terms, on or after the cancellation.
CREATE MACRO term_number(period) AS coalesce(TRY_CAST(nullif(regexp_extract(period, '[0-9]+'), '') AS INTEGER), 1);
CREATE MACRO term_months(period) AS term_number(period) * CASE
  WHEN regexp_matches(lower(period), 'quart|trimest|viertelj|kwarta|\bq\b') THEN 3
  WHEN regexp_matches(lower(period), 'semiann|half-?year|halbj|semest|biannu') THEN 6
  WHEN regexp_matches(lower(period), 'month|monat|mois|\bmes|mens|mês|maand|miesi|[0-9]m\b|^m$') THEN 1
  WHEN regexp_matches(lower(period), 'year|annu|jahr|jähr|jaar|año|\bano|\bans?\b|\brok|roczn|[0-9]y\b|^y$') THEN 12 END;
CREATE MACRO term_days(period) AS term_number(period) * CASE
  WHEN regexp_matches(lower(period), 'fortnight|biweek') THEN 14
  WHEN regexp_matches(lower(period), 'week|woche|wöche|semain|seman|settim|hebdo|tydzie|tygodn|[0-9]w\b|^w$') THEN 7
  WHEN regexp_matches(lower(period), 'day|dail|tag|täg|jour|día|\bdia|giorn|\bdag|dni|dzie|[0-9]d\b|^d$') THEN 1 END;
CREATE MACRO paid_until(started, cancelled, period) AS CASE
  WHEN cancelled IS NULL THEN NULL
  WHEN term_months(period) IS NOT NULL THEN list_min([ends for ends in
    [day_of(date_of(started) + to_months(CAST(k * term_months(period) AS INTEGER))) for k in range(1, 1300)] if ends >= cancelled])
  WHEN term_days(period) IS NOT NULL THEN started + greatest(1, CAST(ceil((cancelled - started) / term_days(period)) AS INTEGER)) * term_days(period)
  ELSE cancelled END;

CREATE TABLE subscribed AS
WITH term AS (SELECT customer, started_day, coalesce(ended_day, paid_until(started_day, cancelled_day, period)) AS ended_day FROM subscription)
SELECT DISTINCT m.cutoff, s.customer FROM (SELECT DISTINCT cutoff FROM moment UNION SELECT as_of()) m
JOIN term s ON s.started_day < m.cutoff AND (s.ended_day IS NULL OR s.ended_day >= m.cutoff) WHERE has(2048);

-- Net revenue of the 365 days before a cutoff.
CREATE TABLE year_net AS
WITH cutoffs AS (SELECT DISTINCT cutoff FROM moment UNION SELECT taken_day FROM cut WHERE from_day >= 0 UNION SELECT as_of())
SELECT customer, cutoff, CAST(sum(amount) AS BIGINT) AS net FROM (
  SELECT s.customer, c.cutoff, s.amount FROM sale s JOIN cutoffs c ON s.day < c.cutoff AND s.day >= c.cutoff - 365
  UNION ALL
  SELECT r.customer, c.cutoff, -r.amount FROM returned r JOIN cutoffs c ON r.day < c.cutoff AND r.day >= c.cutoff - 365)
GROUP BY customer, cutoff;

CREATE TABLE snapshot AS
WITH there AS (
  SELECT m.kind, m.month, m.cutoff, m.cut, f.*, m.cutoff - f.last_day AS since_last, m.cutoff - f.first_day AS since_first, m.cutoff - j.day AS since_joined, p_rule(m.cutoff - f.last_day) AS p
  FROM moment m JOIN fact f ON m.cutoff >= f.from_day AND m.cutoff < f.to_day LEFT JOIN joined j USING (customer)),
told AS (
  SELECT t.*, lifecycle_of(t.purchases, coalesce(t.since_joined, t.since_first), t.since_last, t.gap) AS lifecycle, value_of(t.net, q.high_value, q.mid_value) AS value_tier,
    overdue(t.since_last, usual_gap(t.purchase_days, t.first_day, t.last_day, q.median_gap)) AS late, buying(t.since_last, q.inactive_after) AS still,
    coalesce(y.net, 0) AS revenue_12m, q.vip, rfm_of(t.since_last, t.purchases, t.net, q) AS rfm, s.customer IS NOT NULL AS subscribed
  FROM there t JOIN cut q ON q.from_day = t.cut LEFT JOIN subscribed s ON s.cutoff = t.cutoff AND s.customer = t.customer
  LEFT JOIN year_net y ON y.customer = t.customer AND y.cutoff = t.cutoff)
SELECT t.kind, t.month, t.customer, t.cutoff, t.purchases, t.since_last, t.last_order, t.net, t.p, t.lifecycle, t.value_tier, frequency_of(t.purchases) AS frequency_class,
  engagement_of(t.purchases, t.discounted, t.gross, t.discount, t.late, t.still, t.value_tier) AS engagement_segment,
  business_of(t.purchases, coalesce(t.since_joined, t.since_first), t.late, t.still, t.revenue_12m, t.vip) AS business_segment,
  persona_of(t.subscribed, t.purchases, coalesce(t.since_joined, t.since_first), t.discounted, t.still) AS persona, rfm_segment_of(r.segment, t.since_joined) AS rfm_segment
FROM told t JOIN rfm_cell r ON r.code = t.rfm;

-- Every segment of every taxonomy that is followed over months.
CREATE TABLE segment AS
SELECT 'lifecycle' AS taxonomy, unnest(enum_range(NULL::lifecycle_name))::VARCHAR AS name
UNION ALL SELECT 'value_tier', unnest(enum_range(NULL::value_name))::VARCHAR
UNION ALL SELECT 'frequency_class', unnest(enum_range(NULL::frequency_name))::VARCHAR
UNION ALL SELECT 'engagement_segment', unnest(enum_range(NULL::engagement_name))::VARCHAR
UNION ALL SELECT 'business_segment', unnest(enum_range(NULL::business_name))::VARCHAR
UNION ALL SELECT 'persona', unnest(enum_range(NULL::persona_name))::VARCHAR
UNION ALL SELECT 'rfm_segment', unnest(enum_range(NULL::rfm_name))::VARCHAR
UNION ALL SELECT 'value_lifecycle', v.name || '|' || l.name FROM (SELECT unnest(['High', 'Mid', 'Low']) AS name) v, (SELECT unnest(['Active', 'At Risk', 'Dormant']) AS name) l;

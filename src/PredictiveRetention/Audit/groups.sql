-- Figures of groups of customers at the as-of: views kpis and by_*. Segments are those of the prediction rows; customers.sql checks them.

CREATE MACRO named(names, code) AS names[code + 1];

-- First e-mail opening and click of each message by each customer; an event without a message stands for itself.
CREATE TABLE opened AS
SELECT customer, min(day) AS day FROM event WHERE type = 3 AND message <> '' AND day < as_of() GROUP BY customer, message
UNION ALL SELECT customer, day FROM event WHERE type = 3 AND message = '' AND day < as_of();
CREATE TABLE clicked AS
SELECT customer, min(day) AS day FROM event WHERE type = 4 AND message <> '' AND day < as_of() GROUP BY customer, message
UNION ALL SELECT customer, day FROM event WHERE type = 4 AND message = '' AND day < as_of();
-- Sources that record deliveries are counted by them, others by what was sent.
CREATE MACRO mail_type() AS CASE WHEN has(16384) THEN 2 ELSE 1 END;

CREATE TABLE now AS
WITH bought AS (
  SELECT customer, count(*) AS orders, sum(amount) AS paid, count(*) FILTER (WHERE purchase) AS purchases,
    count(*) FILTER (WHERE day >= as_of() - 30) AS orders_30d, sum(amount) FILTER (WHERE day >= as_of() - 365) AS paid_12m,
    sum(discount) FILTER (WHERE purchase) AS discount, sum(amount + coalesce(discount, 0)) FILTER (WHERE purchase) AS gross, count(*) FILTER (WHERE purchase AND discount > 0) AS discounted,
    count(delivered_day) AS delivered, sum(delivered_day - day) AS delivery_days, count(*) FILTER (WHERE delivered_day IS NOT NULL AND promised_day IS NOT NULL) AS promised,
    count(*) FILTER (WHERE delivered_day > promised_day) AS late, count(review) AS reviews, sum(review) AS review_sum,
    sum(margin) AS margin, sum(amount) FILTER (WHERE margin IS NOT NULL) AS margin_paid,
    coalesce(min(day) FILTER (WHERE purchase), min(day)) AS first_day, coalesce(max(day) FILTER (WHERE purchase), max(day)) AS last_day, min(day) AS first_order
  FROM sale GROUP BY customer),
refunded AS (SELECT customer, sum(amount) AS refunds, sum(amount) FILTER (WHERE day >= as_of() - 365) AS refunds_12m FROM returned GROUP BY customer),
met AS (
  SELECT customer, count(*) FILTER (WHERE type = mail_type() AND day >= as_of() - 365) AS mails, count(*) FILTER (WHERE type IN (5, 6) AND day >= as_of() - 30) AS visits_30d,
    count(*) FILTER (WHERE type IN (5, 6) AND day >= as_of() - 365) AS visits_12m, count(*) FILTER (WHERE type = 7 AND day >= as_of() - 365) AS tickets,
    count(*) FILTER (WHERE type IN (3, 5, 6) AND day >= as_of() - 30) AS active_30d
  FROM event WHERE day < as_of() GROUP BY customer),
opens AS (SELECT customer, count(*) AS n FROM opened WHERE day >= as_of() - 365 GROUP BY customer),
clicks AS (SELECT customer, count(*) AS n FROM clicked WHERE day >= as_of() - 365 GROUP BY customer),
active AS (SELECT s.customer, count(DISTINCT m.number) AS months FROM sale s JOIN month m ON s.day >= m.start_day AND s.day < m.end_day AND m.whole GROUP BY s.customer),
seen AS (SELECT b.customer, count(*) AS months FROM bought b JOIN month m ON m.whole AND m.end_day > b.first_order GROUP BY b.customer),
purchases AS (SELECT customer, day, row_number() OVER (PARTITION BY customer ORDER BY position) AS n FROM sale WHERE purchase),
second AS (SELECT customer, min(day) AS first_day, min(day) FILTER (WHERE n = 2) - min(day) AS after FROM purchases GROUP BY customer),
first_sale AS (SELECT customer, day, category, promised_day, delivered_day, delivered_day - day AS days FROM sale WHERE position = 1),
cohort AS (SELECT customer, min(day) AS day FROM sale WHERE purchase GROUP BY customer)
SELECT p.customer, coalesce(b.purchases, 0) AS purchases, coalesce(b.orders, 0) AS orders, coalesce(b.paid, 0) AS paid, coalesce(b.paid, 0) - coalesce(r.refunds, 0) AS revenue,
  coalesce(b.paid_12m, 0) - coalesce(r.refunds_12m, 0) AS revenue_12m, coalesce(r.refunds, 0) AS refunds, coalesce(b.discount, 0) AS discount, coalesce(b.gross, 0) AS gross, coalesce(b.discounted, 0) AS discounted,
  b.orders_30d > 0 AS active_30d, coalesce(b.orders_30d > 0 OR m.active_30d > 0, false) AS any_30d, as_of() - b.first_day AS since_first, as_of() - coalesce(j.day, b.first_day) AS tenure, as_of() - b.last_day AS since_last,
  coalesce(b.delivered, 0) AS delivered, coalesce(b.delivery_days, 0) AS delivery_days, coalesce(b.promised, 0) AS promised, coalesce(b.late, 0) AS late, coalesce(b.reviews, 0) AS reviews, coalesce(b.review_sum, 0) AS review_sum,
  coalesce(m.mails, 0) AS mails, coalesce(o.n, 0) AS opens, coalesce(k.n, 0) AS clicks, coalesce(m.visits_30d, 0) AS visits_30d, coalesce(m.visits_12m, 0) AS visits_12m, coalesce(m.tickets, 0) AS tickets,
  coalesce(a.months, 0) AS active_months, coalesce(e.months, 0) AS seen_months, u.customer IS NOT NULL AS subscribed, coalesce(b.margin, 0) AS margin, coalesce(b.margin_paid, 0) AS margin_paid,
  CASE WHEN j.day IS NULL AND d.first_day >= new_from() THEN as_of() - d.first_day END AS seen_for, d.after, p.p_churn, p.clv, p.spend_if_order, p.lost, p.still_buying AS still, p.slipping, p.high_value, p.high_value AND (p.slipping OR coalesce(p.risk_rise >= notable_rise(), false)) AS to_act_on, p.play IS NOT NULL AS has_play, p.expected_net_value, p.action_cost,
  year(date_of(as_of())) - CASE WHEN has(8192) THEN c.birth_year END AS age, CASE WHEN has(8192) THEN c.channel END AS channel, CASE WHEN has(8192) THEN c.country END AS country,
  CASE WHEN has(8192) THEN c.region END AS region, CASE WHEN has(8192) THEN lower(c.gender) END AS gender,
  f.category, f.promised_day AS first_promised, f.delivered_day AS first_delivered, f.days AS first_delivery_days, CASE WHEN h.day IS NOT NULL THEN coalesce(j.day, h.day) END AS cohort_day,
  named(enum_range(NULL::lifecycle_name), p.lifecycle) AS lifecycle, named(enum_range(NULL::value_name), p.value_tier) AS value_tier, named(enum_range(NULL::frequency_name), p.frequency_class) AS frequency_class,
  named(enum_range(NULL::clv_name), p.clv_tier) AS clv_tier, named(enum_range(NULL::business_name), p.business_segment) AS business_segment,
  named(enum_range(NULL::engagement_name), p.engagement_segment) AS engagement_segment, named(enum_range(NULL::persona_name), p.persona) AS persona,
  named(enum_range(NULL::risk_name), p.risk_band) AS risk_band, named(enum_range(NULL::rfm_name), p.rfm_segment) AS rfm_segment, p.rfm
FROM prediction p LEFT JOIN bought b USING (customer) LEFT JOIN refunded r USING (customer) LEFT JOIN met m USING (customer) LEFT JOIN opens o USING (customer) LEFT JOIN clicks k USING (customer)
LEFT JOIN active a USING (customer) LEFT JOIN seen e USING (customer) LEFT JOIN second d USING (customer) LEFT JOIN profile c USING (customer) LEFT JOIN first_sale f USING (customer) LEFT JOIN cohort h USING (customer) LEFT JOIN joined j USING (customer)
LEFT JOIN (SELECT customer FROM subscribed WHERE cutoff = as_of()) u USING (customer);

-- What is added up, one row a customer; money in minor units unless it is predicted.
CREATE TABLE measure AS
SELECT customer, 1 AS customers, CAST(purchases > 0 AS INTEGER) AS buyers, orders, purchases, revenue, revenue_12m, refunds, paid, discount, gross, discounted,
  CAST(purchases >= 2 AS INTEGER) AS repeat_customers, CAST(purchases >= power_user_orders() AS INTEGER) AS power_users,
  CAST(coalesce(active_30d, false) AS INTEGER) AS active, CAST(any_30d AS INTEGER) AS any_active, CAST(NOT lost AS INTEGER) AS not_lost, CASE WHEN lost THEN 0 ELSE p_churn END AS churners, clv,
  CASE WHEN lost THEN 0 ELSE (1 - p_churn) * spend_if_order END AS expected, CASE WHEN still THEN (1 - p_churn) * spend_if_order ELSE 0 END AS expected_buying,
  CASE WHEN lost OR still THEN 0 ELSE (1 - p_churn) * spend_if_order END AS expected_inactive, CASE WHEN still THEN p_churn * spend_if_order ELSE 0 END AS at_risk,
  CASE WHEN slipping THEN p_churn * spend_if_order ELSE 0 END AS at_risk_slipping, CASE WHEN lost OR still THEN 0 ELSE p_churn * spend_if_order END AS could_come_back,
  CAST(NOT lost AND p_churn > now_high_risk() AS INTEGER) AS high_risk, CAST(still AS INTEGER) AS still_buying, CAST(slipping AS INTEGER) AS slipping, delivered, delivery_days, promised, late, reviews, review_sum,
  mails, opens, clicks, visits_30d, visits_12m, tickets, active_months, seen_months, coalesce(tenure, 0) AS tenure, coalesce(since_last, 0) AS since_last, CAST(subscribed AS INTEGER) AS subscribers, margin, margin_paid,
  CAST(coalesce(seen_for >= 30, false) AS INTEGER) AS seen_30, CAST(coalesce(seen_for >= 30 AND after <= 30, false) AS INTEGER) AS second_30,
  CAST(coalesce(seen_for >= 60, false) AS INTEGER) AS seen_60, CAST(coalesce(seen_for >= 60 AND after <= 60, false) AS INTEGER) AS second_60,
  CAST(coalesce(seen_for >= 90, false) AS INTEGER) AS seen_90, CAST(coalesce(seen_for >= 90 AND after <= 90, false) AS INTEGER) AS second_90,
  CAST(has_play AS INTEGER) AS actions, CASE WHEN has_play THEN expected_net_value ELSE 0 END AS net_value, CASE WHEN has_play THEN action_cost ELSE 0 END AS cost,
  CAST(to_act_on AS INTEGER) AS priority, CASE WHEN to_act_on THEN spend_if_order ELSE 0 END AS priority_spend,
  CAST(clv_tier = 'Gold' AND clv >= 0.8 * now_premium_clv() AS INTEGER) AS near_premium, CAST(channel IS NOT NULL AS INTEGER) AS known, coalesce(age, 0) AS age_years, CAST(age IS NOT NULL AS INTEGER) AS with_age
FROM now;

-- ---- who belongs to which group

CREATE MACRO recency_names() AS ['Recent (up to ' || active_days() || ' days)', 'Aging (' || (active_days() + 1) || ' to ' || at_risk_days() || ' days)', 'Dormant (over ' || at_risk_days() || ' days)'];
CREATE MACRO age_names() AS ['Young (under ' || middle_aged_from() || ')', 'Middle-aged (' || middle_aged_from() || ' to ' || (senior_from() - 1) || ')', 'Senior (' || senior_from() || ' and over)', 'Unknown'];
CREATE MACRO gender_names() AS ['female', 'male', 'other', 'Unknown'];
CREATE MACRO region_names() AS ['North America', 'Europe', 'Asia', 'Australia/Oceania', 'Africa', 'South America', 'Unknown'];
CREATE MACRO delivery_names() AS ['On time', 'Late', 'No promise known', 'Not delivered or unknown'];
CREATE MACRO delivery_day_names() AS ['0-3 days', '4-7 days', '8-14 days', '15-21 days', '22-30 days', 'Over 30 days', 'Not delivered or unknown'];
CREATE MACRO label_of(t) AS CASE WHEN t IS NULL THEN 'Unknown' WHEN t = '(other values)' THEN 'other values' ELSE left(t, 120) END;
CREATE MACRO visit_names() AS ['None', '1-2', '3-5', '6-10', '11-20', 'Over 20'];

CREATE TABLE member AS
WITH labelled AS (
  SELECT *, folded(lifecycle) AS lifecycle3,
    recency_names()[CASE WHEN since_last <= active_days() THEN 1 WHEN since_last <= at_risk_days() THEN 2 ELSE 3 END] AS recency,
    age_names()[CASE WHEN age IS NULL THEN 4 WHEN age < middle_aged_from() THEN 1 WHEN age < senior_from() THEN 2 ELSE 3 END] AS age_group,
    CASE WHEN gender IS NULL OR gender = 'unknown' THEN 'Unknown' WHEN gender IN ('female', 'f', 'w') THEN 'female' WHEN gender IN ('male', 'm') THEN 'male' ELSE 'other' END AS gender_name,
    CASE WHEN first_delivered IS NULL THEN 'Not delivered or unknown' WHEN first_promised IS NULL THEN 'No promise known' WHEN first_delivered > first_promised THEN 'Late' ELSE 'On time' END AS first_delivery,
    delivery_day_names()[CASE WHEN first_delivery_days IS NULL THEN 7 WHEN first_delivery_days <= 3 THEN 1 WHEN first_delivery_days <= 7 THEN 2 WHEN first_delivery_days <= 14 THEN 3
      WHEN first_delivery_days <= 21 THEN 4 WHEN first_delivery_days <= 30 THEN 5 ELSE 6 END] AS first_days,
    visit_names()[CASE WHEN visits_12m = 0 THEN 1 WHEN visits_12m <= 2 THEN 2 WHEN visits_12m <= 5 THEN 3 WHEN visits_12m <= 10 THEN 4 WHEN visits_12m <= 20 THEN 5 ELSE 6 END] AS visit_group,
    CASE WHEN cohort_day IS NULL THEN 'no purchase' WHEN cohort_day < first_day_of_window() THEN earlier() ELSE strftime(date_of(cohort_day), '%Y-%m') END AS cohort_month,
    CASE WHEN cohort_day IS NULL THEN 'no purchase' WHEN cohort_day < first_day_of_window() THEN earlier() ELSE year(date_of(cohort_day)) || '-Q' || quarter(date_of(cohort_day)) END AS cohort_quarter,
    label_of(channel) AS channel_name, label_of(country) AS country_name, label_of(category) AS category_name
  FROM now)
SELECT customer, unnest([
  {view: 'kpis', d1: '', d2: '', d3: ''},
  {view: 'by_lifecycle', d1: lifecycle, d2: '', d3: ''},
  {view: 'by_lifecycle3', d1: lifecycle3, d2: '', d3: ''},
  {view: 'by_recency', d1: recency, d2: '', d3: ''},
  {view: 'by_value_tier', d1: value_tier, d2: '', d3: ''},
  {view: 'by_frequency_class', d1: frequency_class, d2: '', d3: ''},
  {view: 'by_clv_tier', d1: clv_tier, d2: '', d3: ''},
  {view: 'by_business_segment', d1: business_segment, d2: '', d3: ''},
  {view: 'by_engagement_segment', d1: engagement_segment, d2: '', d3: ''},
  {view: 'by_persona', d1: persona, d2: '', d3: ''},
  {view: 'by_risk_band', d1: CASE WHEN lost THEN 'Lost' ELSE risk_band END, d2: '', d3: ''},
  {view: 'by_rfm_segment', d1: rfm_segment, d2: '', d3: ''},
  {view: 'by_rfm_code', d1: rfm::VARCHAR, d2: '', d3: ''},
  {view: 'by_combined', d1: lifecycle3, d2: value_tier, d3: frequency_class},
  {view: 'by_recency_value', d1: recency, d2: value_tier, d3: ''},
  {view: 'by_age_group', d1: age_group, d2: '', d3: ''},
  {view: 'by_gender', d1: gender_name, d2: '', d3: ''},
  {view: 'by_age_gender', d1: age_group, d2: gender_name, d3: ''},
  {view: 'by_region', d1: coalesce(region, 'Unknown'), d2: '', d3: ''},
  {view: 'by_first_delivery', d1: first_delivery, d2: '', d3: ''},
  {view: 'by_first_delivery_days', d1: first_days, d2: '', d3: ''},
  {view: 'by_visits', d1: visit_group, d2: '', d3: ''},
  {view: 'by_cohort_month', d1: cohort_month, d2: '', d3: ''},
  {view: 'by_cohort_quarter', d1: cohort_quarter, d2: '', d3: ''},
  {view: 'by_channel', d1: channel_name, d2: '', d3: ''},
  {view: 'by_country', d1: country_name, d2: '', d3: ''},
  {view: 'by_first_category', d1: category_name, d2: '', d3: ''},
  {view: 'by_combined_channel', d1: lifecycle3 || '|' || value_tier || '|' || frequency_class, d2: channel_name, d3: ''}], recursive := true)
FROM labelled;

-- Free texts: the commonest by themselves, the others together.
CREATE TABLE text_value AS
WITH counted AS (
  SELECT CASE view WHEN 'by_combined_channel' THEN 'by_channel' ELSE view END AS view, d1 AS name, count(*) AS customers
  FROM member WHERE view IN ('by_channel', 'by_country', 'by_first_category') GROUP BY ALL),
ranked AS (SELECT *, row_number() OVER (PARTITION BY view ORDER BY customers DESC, name) AS place, count(*) OVER (PARTITION BY view) AS names FROM counted)
SELECT view, name, CASE WHEN place <= text_values() OR names = text_values() + 1 THEN name ELSE '(other values)' END AS shown FROM ranked;
UPDATE member SET d1 = t.shown FROM text_value t WHERE member.view = t.view AND member.d1 = t.name AND t.shown <> t.name;
UPDATE member SET d2 = t.shown FROM text_value t WHERE member.view = 'by_combined_channel' AND t.view = 'by_channel' AND member.d2 = t.name AND t.shown <> t.name;

-- ---- sums; groups known beforehand are listed though nobody is in them

CREATE TABLE listed AS
SELECT DISTINCT view, d1, d2, d3 FROM member
UNION SELECT 'by_' || taxonomy, name, '', '' FROM segment WHERE taxonomy <> 'value_lifecycle'
UNION SELECT 'by_lifecycle3', unnest(['Active', 'At Risk', 'Dormant']), '', ''
UNION SELECT 'by_recency', unnest(recency_names()), '', ''
UNION SELECT 'by_clv_tier', unnest(enum_range(NULL::clv_name))::VARCHAR, '', ''
UNION SELECT 'by_risk_band', unnest(['High', 'Medium', 'Low', 'Lost']), '', ''
UNION SELECT 'by_rfm_code', code::VARCHAR, '', '' FROM rfm_cell
UNION SELECT 'by_combined', l, v, unnest(enum_range(NULL::frequency_name))::VARCHAR FROM (SELECT unnest(['Active', 'At Risk', 'Dormant']) AS l), (SELECT unnest(['High', 'Mid', 'Low']) AS v)
UNION SELECT 'by_recency_value', r, unnest(['High', 'Mid', 'Low']), '' FROM (SELECT unnest(recency_names()) AS r)
UNION SELECT 'by_age_group', unnest(age_names()), '', ''
UNION SELECT 'by_gender', unnest(gender_names()), '', ''
UNION SELECT 'by_age_gender', a, unnest(gender_names()), '' FROM (SELECT unnest(age_names()) AS a)
UNION SELECT 'by_region', unnest(region_names()), '', ''
UNION SELECT 'by_first_delivery', unnest(delivery_names()), '', ''
UNION SELECT 'by_first_delivery_days', unnest(delivery_day_names()), '', ''
UNION SELECT 'by_visits', unnest(visit_names()), '', '';

-- Groups of a source the shop has not: one line that says so.
CREATE TABLE needed AS
SELECT * FROM (VALUES ('by_age_group', 4096), ('by_gender', 131072), ('by_age_gender', 4096 + 131072), ('by_region', 65536), ('by_country', 65536), ('by_channel', 32768), ('by_combined_channel', 32768),
  ('by_first_category', 4), ('by_first_delivery', 64), ('by_first_delivery_days', 64), ('by_visits', 512)) AS n(view, source);
INSERT INTO absent SELECT view, 'customers', '', '', '', 1 FROM needed WHERE NOT has(source);
DELETE FROM listed WHERE view IN (SELECT view FROM needed WHERE NOT has(source));

CREATE TABLE summed AS
SELECT l.view, l.d1, l.d2, l.d3, s.* EXCLUDE (view, d1, d2, d3)
FROM listed l LEFT JOIN (
  SELECT view, d1, d2, d3, sum(COLUMNS(* EXCLUDE (view, d1, d2, d3)))
  FROM (SELECT m.* EXCLUDE (customer), x.* EXCLUDE (customer) FROM member m JOIN measure x USING (customer)) GROUP BY view, d1, d2, d3) s USING (view, d1, d2, d3);

-- needs: the source a figure rests on; core: whether it is also given for codes and cohorts, of which there are many.
CREATE TABLE group_figure AS
WITH rows AS (SELECT g.view, g.d1, g.d2, g.d3, COLUMNS(g.* EXCLUDE (view, d1, d2, d3))::DOUBLE FROM summed g),
filled AS (SELECT view, d1, d2, d3, coalesce(COLUMNS(* EXCLUDE (view, d1, d2, d3)), 0) FROM rows),
total AS (SELECT * FROM filled WHERE view = 'kpis')
SELECT g.view, g.d1, g.d2, g.d3, CAST(g.customers AS BIGINT) AS customers, unnest([
  {metric: 'customers', numerator: g.customers, denominator: NULL::DOUBLE, needs: 0, core: true},
  {metric: 'customer_share', numerator: g.customers, denominator: t.customers, needs: 0, core: true},
  {metric: 'buyers', numerator: g.buyers, denominator: NULL, needs: 0, core: false},
  {metric: 'orders', numerator: g.orders, denominator: NULL, needs: 0, core: true},
  {metric: 'order_share', numerator: g.orders, denominator: t.orders, needs: 0, core: false},
  {metric: 'purchases', numerator: g.purchases, denominator: NULL, needs: 0, core: false},
  {metric: 'revenue', numerator: g.revenue / minor(), denominator: NULL, needs: 0, core: true},
  {metric: 'revenue_share', numerator: g.revenue / minor(), denominator: t.revenue / minor(), needs: 0, core: true},
  {metric: 'revenue_12m', numerator: g.revenue_12m / minor(), denominator: NULL, needs: 0, core: true},
  {metric: 'revenue_12m_share', numerator: g.revenue_12m / minor(), denominator: t.revenue_12m / minor(), needs: 0, core: false},
  {metric: 'aov', numerator: g.revenue / minor(), denominator: g.orders, needs: 0, core: true},
  {metric: 'revenue_per_customer', numerator: g.revenue / minor(), denominator: g.customers, needs: 0, core: true},
  {metric: 'orders_per_customer', numerator: g.orders, denominator: g.customers, needs: 0, core: false},
  {metric: 'repeat_customers', numerator: g.repeat_customers, denominator: NULL, needs: 0, core: false},
  {metric: 'repeat_rate', numerator: g.repeat_customers, denominator: g.customers, needs: 0, core: true},
  {metric: 'power_users', numerator: g.power_users, denominator: NULL, needs: 0, core: false},
  {metric: 'regular_to_power', numerator: g.power_users, denominator: g.repeat_customers, needs: 0, core: false},
  {metric: 'active_30d', numerator: g.active, denominator: NULL, needs: 0, core: false},
  {metric: 'active_rate_30d', numerator: g.active, denominator: g.customers, needs: 0, core: false},
  {metric: 'activity_30d', numerator: g.any_active, denominator: NULL, needs: CASE WHEN has(256) OR has(512) THEN 0 ELSE 768 END, core: false},
  {metric: 'still_buying', numerator: g.still_buying, denominator: NULL, needs: 0, core: false},
  {metric: 'slipping', numerator: g.slipping, denominator: NULL, needs: 0, core: false},
  {metric: 'at_risk_rate', numerator: g.slipping, denominator: g.still_buying, needs: 0, core: false},
  {metric: 'high_risk', numerator: g.high_risk, denominator: NULL, needs: 0, core: false},
  {metric: 'high_risk_rate', numerator: g.high_risk, denominator: g.not_lost, needs: 0, core: false},
  {metric: 'p_churn', numerator: g.churners, denominator: g.not_lost, needs: 0, core: true},
  {metric: 'expected_churners', numerator: g.churners, denominator: NULL, needs: 0, core: true},
  {metric: 'expected_churner_share', numerator: g.churners, denominator: t.churners, needs: 0, core: false},
  {metric: 'clv', numerator: g.clv, denominator: NULL, needs: 0, core: true},
  {metric: 'clv_share', numerator: g.clv, denominator: t.clv, needs: 0, core: true},
  {metric: 'clv_per_customer', numerator: g.clv, denominator: g.customers, needs: 0, core: true},
  {metric: 'total_clv', numerator: g.revenue / minor() + g.clv, denominator: NULL, needs: 0, core: false},
  {metric: 'total_clv_share', numerator: g.revenue / minor() + g.clv, denominator: t.revenue / minor() + t.clv, needs: 0, core: false},
  {metric: 'expected_revenue', numerator: g.expected, denominator: NULL, needs: 0, core: false},
  {metric: 'expected_revenue_buying', numerator: g.expected_buying, denominator: NULL, needs: 0, core: false},
  {metric: 'expected_revenue_inactive', numerator: g.expected_inactive, denominator: NULL, needs: 0, core: false},
  {metric: 'revenue_at_risk', numerator: g.at_risk, denominator: NULL, needs: 0, core: true},
  {metric: 'revenue_at_risk_slipping', numerator: g.at_risk_slipping, denominator: NULL, needs: 0, core: false},
  {metric: 'could_come_back', numerator: g.could_come_back, denominator: NULL, needs: 0, core: false},
  {metric: 'refund_rate', numerator: g.refunds / minor(), denominator: g.paid / minor(), needs: 2, core: false},
  {metric: 'discount_rate', numerator: g.discount / minor(), denominator: g.gross / minor(), needs: 1, core: false},
  {metric: 'discounted_share', numerator: g.discounted, denominator: g.purchases, needs: 1, core: false},
  {metric: 'delivery_days', numerator: g.delivery_days, denominator: g.delivered, needs: 64, core: false},
  {metric: 'late_rate', numerator: g.late, denominator: g.promised, needs: 64, core: false},
  {metric: 'review_score', numerator: g.review_sum, denominator: g.reviews, needs: 128, core: false},
  {metric: 'review_coverage', numerator: g.reviews, denominator: g.orders, needs: 128, core: false},
  {metric: 'open_rate', numerator: g.opens, denominator: g.mails, needs: 256, core: false},
  {metric: 'click_rate', numerator: g.clicks, denominator: g.mails, needs: 256, core: false},
  {metric: 'visits_per_customer', numerator: g.visits_30d, denominator: g.customers, needs: 512, core: false},
  {metric: 'visits_per_customer_12m', numerator: g.visits_12m, denominator: g.customers, needs: 512, core: false},
  {metric: 'tickets_per_customer', numerator: g.tickets, denominator: g.customers, needs: 1024, core: false},
  {metric: 'consistency', numerator: g.active_months, denominator: g.seen_months, needs: 0, core: false},
  {metric: 'tenure_days', numerator: g.tenure, denominator: g.customers, needs: 0, core: false},
  {metric: 'recency_days', numerator: g.since_last, denominator: g.customers, needs: 0, core: false},
  {metric: 'subscriber_share', numerator: g.subscribers, denominator: g.customers, needs: 2048, core: false},
  {metric: 'margin', numerator: g.margin / minor(), denominator: NULL, needs: 32, core: false},
  {metric: 'margin_rate', numerator: g.margin / minor(), denominator: g.margin_paid / minor(), needs: 32, core: false},
  {metric: 'second_order_30d', numerator: g.second_30, denominator: g.seen_30, needs: 0, core: false},
  {metric: 'second_order_60d', numerator: g.second_60, denominator: g.seen_60, needs: 0, core: false},
  {metric: 'second_order_90d', numerator: g.second_90, denominator: g.seen_90, needs: 0, core: false},
  {metric: 'actions', numerator: g.actions, denominator: NULL, needs: 0, core: false},
  {metric: 'expected_net_value', numerator: g.net_value, denominator: NULL, needs: 0, core: false},
  {metric: 'action_cost', numerator: g.cost, denominator: NULL, needs: 0, core: false},
  {metric: 'action_roi', numerator: g.net_value, denominator: g.cost, needs: 0, core: false},
  {metric: 'priority_customers', numerator: g.priority, denominator: NULL, needs: 0, core: false},
  {metric: 'priority_spend', numerator: g.priority_spend, denominator: NULL, needs: 0, core: false},
  {metric: 'upgrade_candidates', numerator: g.near_premium, denominator: NULL, needs: 0, core: false},
  {metric: 'channel_coverage', numerator: g.known, denominator: g.customers, needs: 32768, core: false},
  {metric: 'mean_age', numerator: g.age_years, denominator: g.with_age, needs: 4096, core: false}], recursive := true)
FROM filled g, total t;

INSERT INTO ratio SELECT view, metric, d1, d2, d3, numerator, denominator, customers, true FROM group_figure
WHERE has(needs) AND (core OR view NOT IN ('by_rfm_code', 'by_combined_channel', 'by_cohort_month', 'by_cohort_quarter'));
INSERT INTO absent SELECT view, metric, d1, d2, d3, 1 FROM group_figure WHERE NOT has(needs) AND view = 'kpis';

-- ---- what only the whole shop has

INSERT INTO ratio SELECT 'kpis', 'profiles_without_orders', '', '', '', count(*), NULL, NULL, true FROM profile p
WHERE NOT EXISTS (FROM shop_order o WHERE o.customer = p.customer AND o.valid AND o.day < as_of());
INSERT INTO ratio SELECT 'kpis', 'orders_of_nobody', '', '', '', count(*), NULL, NULL, true FROM order_of_nobody WHERE valid AND day < as_of();
INSERT INTO ratio SELECT 'kpis', 'revenue_of_nobody', '', '', '', coalesce(sum(amount - refunded), 0) / minor(), NULL, NULL, true
FROM order_of_nobody WHERE valid AND day < as_of();

CREATE TABLE channel AS SELECT channel AS name, count(*) AS customers FROM now WHERE channel IS NOT NULL AND channel <> 'Unknown' GROUP BY channel;
INSERT INTO plain SELECT 'kpis', 'hhi', '', '', '', coalesce(sum(pow(customers / (SELECT sum(customers) FROM channel), 2)), 0), coalesce(sum(customers), 0) FROM channel HAVING has(32768) AND count(*) > 0;
INSERT INTO ratio SELECT 'kpis', 'largest_channel_share', '', '', '', coalesce(max(customers), 0), coalesce(sum(customers), 0), coalesce(sum(customers), 0), true FROM channel HAVING has(32768) AND count(*) > 0;
INSERT INTO absent SELECT 'kpis', unnest(['hhi', 'largest_channel_share']), '', '', '', 1 WHERE NOT has(32768) OR NOT EXISTS (FROM channel);

-- Revenue of who is active now, by the run's own segments.
CREATE TABLE active_now AS
SELECT count(*) AS customers, sum(m.revenue) AS all_, sum(m.revenue_12m) AS all_12m, sum(m.revenue) FILTER (WHERE folded(n.lifecycle) = 'Active') AS active, sum(m.revenue_12m) FILTER (WHERE folded(n.lifecycle) = 'Active') AS active_12m,
  sum(m.revenue) FILTER (WHERE n.value_tier = 'High' AND folded(n.lifecycle) = 'Active') AS high_active, sum(m.revenue) FILTER (WHERE n.value_tier = 'High' AND folded(n.lifecycle) = 'Dormant') AS high_dormant
FROM measure m JOIN now n USING (customer);
INSERT INTO ratio SELECT 'kpis', 'active_revenue_share', '', '', '', coalesce(active, 0) / minor(), all_ / minor(), customers, true FROM active_now;
INSERT INTO ratio SELECT 'kpis', 'active_revenue_share_12m', '', '', '', coalesce(active_12m, 0) / minor(), all_12m / minor(), customers, true FROM active_now;
INSERT INTO ratio SELECT 'kpis', 'high_active_dormant_ratio', '', '', '', coalesce(high_active, 0) / minor(), coalesce(high_dormant, 0) / minor(), customers, true FROM active_now;

-- How many of the rows that could say something do.
CREATE TABLE source_row AS
SELECT s.customers, unnest([
  {name: 'acquisition channels', bit: 32768, says: s.known, could: s.customers}, {name: 'birth years', bit: 4096, says: s.with_age, could: s.customers}, {name: 'delivery times', bit: 64, says: s.delivered, could: s.orders},
  {name: 'promised delivery times', bit: 262144, says: s.promised, could: s.delivered}, {name: 'review scores', bit: 128, says: s.reviews, could: s.orders}], recursive := true)
FROM summed s WHERE view = 'kpis';
INSERT INTO ratio SELECT 'sources', 'coverage', name, '', '', says, could, customers, true FROM source_row WHERE has(bit);
INSERT INTO absent SELECT 'sources', 'coverage', name, '', '', 1 FROM source_row WHERE NOT has(bit);

-- Months of everybody and of every segment, moves between segments, the daily active, and revenue by month.

-- What happened in each month (0: earlier than the window) to each customer.
CREATE TABLE flow AS
WITH entry AS (
  SELECT e.customer, coalesce(m.number, 0) AS joined_in FROM (SELECT s.customer, coalesce(min(j.day), min(s.day)) AS day FROM sale s LEFT JOIN joined j USING (customer) GROUP BY s.customer) e
  LEFT JOIN month m ON e.day >= m.start_day AND e.day < m.end_day),
happened AS (
  SELECT customer, month, count(*) AS orders, sum(amount) AS paid, 0 AS refunds, sum(coalesce(discount, 0)) AS discount, count(delivered_day) AS delivered, sum(delivered_day - day) AS delivery_days,
    count(*) FILTER (WHERE delivered_day IS NOT NULL AND promised_day IS NOT NULL) AS promised, count(*) FILTER (WHERE delivered_day > promised_day) AS late, count(review) AS reviews, sum(review) AS review_sum,
    0 AS mails, 0 AS opens, 0 AS visits, count(*) FILTER (WHERE position > 1) AS repeat_orders, min(position) AS position
  FROM (SELECT s.*, coalesce(m.number, 0) AS month FROM sale s LEFT JOIN month m ON s.day >= m.start_day AND s.day < m.end_day) GROUP BY customer, month
  UNION ALL
  SELECT r.customer, coalesce(m.number, 0), 0, 0, sum(amount), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL FROM returned r LEFT JOIN month m ON r.day >= m.start_day AND r.day < m.end_day GROUP BY ALL
  UNION ALL
  SELECT e.customer, m.number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*) FILTER (WHERE type = mail_type()), 0, count(*) FILTER (WHERE type IN (5, 6)), 0, NULL
  FROM event e JOIN month m ON e.day >= m.start_day AND e.day < m.end_day WHERE e.customer IN (SELECT customer FROM prediction) GROUP BY ALL
  UNION ALL
  SELECT o.customer, m.number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0, NULL FROM opened o JOIN month m ON o.day >= m.start_day AND o.day < m.end_day
  WHERE o.customer IN (SELECT customer FROM prediction) GROUP BY ALL
  UNION ALL SELECT customer, joined_in, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL FROM entry),
summed AS (SELECT customer, month, sum(COLUMNS(* EXCLUDE (customer, month, position))) FROM happened GROUP BY customer, month)
SELECT s.*, coalesce(s.month = e.joined_in, false) AS first_here, coalesce(s.orders > 0 AND (s.repeat_orders > 0 OR s.month > e.joined_in), false) AS came_back FROM summed s LEFT JOIN entry e USING (customer);

-- Net revenue of the 365 days before each month's end.
CREATE TABLE year_before AS
SELECT customer, month, CAST(sum(amount) AS BIGINT) AS net FROM (
  SELECT s.customer, m.number AS month, s.amount FROM sale s JOIN month m ON s.day < m.end_day AND s.day >= m.end_day - 365
  UNION ALL
  SELECT r.customer, m.number, -r.amount FROM returned r JOIN month m ON r.day < m.end_day AND r.day >= m.end_day - 365)
GROUP BY customer, month;

-- Somebody who has not ordered by the month's end is no customer yet: only refunds of such people count, and only for everybody.
CREATE TABLE month_row AS
SELECT coalesce(s.month, f.month) AS month, s.customer IS NOT NULL AS there, s.lifecycle, s.value_tier, s.frequency_class, s.engagement_segment, s.business_segment, s.persona, s.rfm_segment,
  CASE WHEN there THEN 1 ELSE 0 END AS customers, coalesce(f.orders, 0) AS orders, coalesce(f.paid, 0) AS paid, coalesce(f.refunds, 0) AS refunds, coalesce(f.discount, 0) AS discount,
  CASE WHEN f.orders > 0 THEN 1 ELSE 0 END AS buyers, CASE WHEN f.first_here THEN 1 ELSE 0 END AS new_customers, CASE WHEN f.came_back THEN 1 ELSE 0 END AS came_back, CASE WHEN f.first_here THEN f.paid ELSE 0 END AS new_paid,
  CASE WHEN s.last_order >= s.cutoff - 30 THEN 1 ELSE 0 END AS active, coalesce(s.net, 0) AS to_date, CASE WHEN there THEN coalesce(y.net, 0) ELSE 0 END AS last_12m, CASE WHEN s.purchases >= 2 THEN 1 ELSE 0 END AS repeaters,
  CASE WHEN s.purchases > 0 AND s.since_last <= lost_after() THEN 1 ELSE 0 END AS not_lost, CASE WHEN s.purchases > 0 AND s.since_last <= lost_after() THEN s.p ELSE 0 END AS churners,
  coalesce(f.delivered, 0) AS delivered, coalesce(f.delivery_days, 0) AS delivery_days, coalesce(f.promised, 0) AS promised, coalesce(f.late, 0) AS late, coalesce(f.reviews, 0) AS reviews, coalesce(f.review_sum, 0) AS review_sum,
  CASE WHEN there THEN coalesce(f.mails, 0) ELSE 0 END AS mails, CASE WHEN there THEN coalesce(f.opens, 0) ELSE 0 END AS opens, CASE WHEN there THEN coalesce(f.visits, 0) ELSE 0 END AS visits
FROM (SELECT * FROM snapshot WHERE kind = 'end') s FULL JOIN (SELECT * FROM flow WHERE month > 0) f ON f.customer = s.customer AND f.month = s.month LEFT JOIN year_before y ON y.customer = s.customer AND y.month = s.month;

CREATE TABLE stayed AS
SELECT s.*, coalesce(f.orders > 0, false) AS retained FROM snapshot s LEFT JOIN flow f ON f.customer = s.customer AND f.month = s.month WHERE s.kind = 'start';

CREATE MACRO taxonomy_of(lifecycle, value_tier, frequency_class, engagement_segment, business_segment, persona, rfm_segment, both_) AS CASE
  WHEN lifecycle IS NOT NULL THEN 'lifecycle' WHEN value_tier IS NOT NULL THEN 'value_tier' WHEN frequency_class IS NOT NULL THEN 'frequency_class' WHEN engagement_segment IS NOT NULL THEN 'engagement_segment'
  WHEN business_segment IS NOT NULL THEN 'business_segment' WHEN persona IS NOT NULL THEN 'persona' WHEN rfm_segment IS NOT NULL THEN 'rfm_segment' WHEN both_ IS NOT NULL THEN 'value_lifecycle' ELSE '' END;

CREATE TABLE month_sum AS
WITH rows AS (SELECT *, value_tier || '|' || folded(lifecycle) AS both_ FROM month_row),
ends AS (
  SELECT month, taxonomy_of(lifecycle, value_tier, frequency_class, engagement_segment, business_segment, persona, rfm_segment, both_) AS taxonomy,
    coalesce(lifecycle::VARCHAR, value_tier::VARCHAR, frequency_class::VARCHAR, engagement_segment::VARCHAR, business_segment::VARCHAR, persona::VARCHAR, rfm_segment::VARCHAR, both_, '') AS name,
    sum(COLUMNS(* EXCLUDE (month, there, lifecycle, value_tier, frequency_class, engagement_segment, business_segment, persona, rfm_segment, both_)))
  FROM rows WHERE there GROUP BY GROUPING SETS ((month, lifecycle), (month, value_tier), (month, frequency_class), (month, engagement_segment), (month, business_segment), (month, persona), (month, rfm_segment), (month, both_))
  UNION ALL
  SELECT month, '', '', sum(COLUMNS(* EXCLUDE (month, there, lifecycle, value_tier, frequency_class, engagement_segment, business_segment, persona, rfm_segment, both_))) FROM rows GROUP BY month),
starts AS (
  SELECT month, taxonomy_of(lifecycle, value_tier, frequency_class, engagement_segment, business_segment, persona, rfm_segment, both_) AS taxonomy,
    coalesce(lifecycle::VARCHAR, value_tier::VARCHAR, frequency_class::VARCHAR, engagement_segment::VARCHAR, business_segment::VARCHAR, persona::VARCHAR, rfm_segment::VARCHAR, both_, '') AS name,
    count(*) AS at_start, count(*) FILTER (WHERE retained) AS retained
  FROM (SELECT *, value_tier || '|' || folded(lifecycle) AS both_ FROM stayed)
  GROUP BY GROUPING SETS ((month), (month, lifecycle), (month, value_tier), (month, frequency_class), (month, engagement_segment), (month, business_segment), (month, persona), (month, rfm_segment), (month, both_))),
slots AS (SELECT m.number AS month, m.name AS month_name, m.whole, s.taxonomy, s.name FROM month m, (SELECT '' AS taxonomy, '' AS name UNION ALL FROM segment) s),
joined AS (
  SELECT l.*, e.* EXCLUDE (month, taxonomy, name), s.at_start, s.retained FROM slots l
  LEFT JOIN ends e ON e.month = l.month AND e.taxonomy = l.taxonomy AND e.name = l.name LEFT JOIN starts s ON s.month = l.month AND s.taxonomy = l.taxonomy AND s.name = l.name)
SELECT month, month_name, whole, taxonomy, name, coalesce(COLUMNS(* EXCLUDE (month, month_name, whole, taxonomy, name))::DOUBLE, 0) FROM joined;

CREATE TABLE month_figure AS
SELECT month, month_name, whole, taxonomy, name, customers, unnest([
  {metric: 'month_customers', numerator: customers, denominator: NULL::DOUBLE, needs: 0, of_segments: true},
  {metric: 'month_orders', numerator: orders, denominator: NULL, needs: 0, of_segments: true},
  {metric: 'month_revenue', numerator: (paid - refunds) / minor(), denominator: NULL, needs: 0, of_segments: true},
  {metric: 'month_refunds', numerator: refunds / minor(), denominator: NULL, needs: 2, of_segments: true},
  {metric: 'month_discounts', numerator: discount / minor(), denominator: NULL, needs: 1, of_segments: true},
  {metric: 'month_aov', numerator: (paid - refunds) / minor(), denominator: orders, needs: 0, of_segments: true},
  {metric: 'month_revenue_per_customer', numerator: (paid - refunds) / minor(), denominator: customers, needs: 0, of_segments: true},
  {metric: 'month_buyers', numerator: buyers, denominator: NULL, needs: 0, of_segments: true},
  {metric: 'month_active_share', numerator: buyers, denominator: customers, needs: 0, of_segments: true},
  {metric: 'month_new_customers', numerator: new_customers, denominator: NULL, needs: 0, of_segments: false},
  {metric: 'month_repeat_rate', numerator: came_back, denominator: buyers, needs: 0, of_segments: false},
  {metric: 'month_new_revenue_share', numerator: new_paid / minor(), denominator: paid / minor(), needs: 0, of_segments: false},
  {metric: 'month_active_30d', numerator: active, denominator: NULL, needs: 0, of_segments: true},
  {metric: 'month_repeat_rate_to_date', numerator: repeaters, denominator: customers, needs: 0, of_segments: false},
  {metric: 'month_revenue_to_date', numerator: to_date / minor(), denominator: NULL, needs: 0, of_segments: true},
  {metric: 'month_revenue_12m', numerator: last_12m / minor(), denominator: NULL, needs: 0, of_segments: true},
  {metric: 'month_p_churn', numerator: churners, denominator: not_lost, needs: 0, of_segments: true},
  {metric: 'month_delivery_days', numerator: delivery_days, denominator: delivered, needs: 64, of_segments: true},
  {metric: 'month_late_rate', numerator: late, denominator: promised, needs: 64, of_segments: true},
  {metric: 'month_review_score', numerator: review_sum, denominator: reviews, needs: 128, of_segments: true},
  {metric: 'month_open_rate', numerator: opens, denominator: mails, needs: 256, of_segments: true},
  {metric: 'month_visits_per_customer', numerator: visits, denominator: customers, needs: 512, of_segments: true},
  {metric: 'month_retention', numerator: retained, denominator: at_start, needs: 0, of_segments: true}], recursive := true),
  at_start, to_date, last_12m, paid - refunds AS net
FROM month_sum;

-- In months whose first orders are probably those of older customers nobody is called new.
CREATE MACRO doubted(metric, number_) AS metric IN ('month_new_customers', 'month_repeat_rate', 'month_new_revenue_share') AND number_ IN (SELECT number FROM month WHERE start_day < new_from());

-- A month of which nothing is left shows no 0 where rows of its own, or of no readable date, were rejected.
CREATE TABLE losing AS SELECT month FROM month_sum WHERE taxonomy = '' AND orders = 0 AND EXISTS (FROM rejected r WHERE r.month IS NULL OR r.month = month_name);
CREATE MACRO loses(number_, numerator_) AS numerator_ = 0 AND number_ IN (SELECT month FROM losing);

INSERT INTO ratio SELECT CASE WHEN taxonomy = '' THEN 'months' ELSE 'months_by_' || taxonomy END, metric, month_name, name, '', numerator, denominator,
  CAST(CASE WHEN metric = 'month_retention' THEN at_start ELSE customers END AS BIGINT), whole
FROM month_figure WHERE has(needs) AND (of_segments OR taxonomy = '') AND NOT doubted(metric, month) AND NOT (whole AND loses(month, numerator));
INSERT INTO absent SELECT CASE WHEN taxonomy = '' THEN 'months' ELSE 'months_by_' || taxonomy END, metric, month_name, name, '', 1
FROM month_figure WHERE has(needs) AND (of_segments OR taxonomy = '') AND NOT doubted(metric, month) AND whole AND loses(month, numerator);
INSERT INTO absent SELECT 'months', metric, month_name, '', '', 1 FROM month_figure WHERE taxonomy = '' AND doubted(metric, month);
INSERT INTO absent SELECT DISTINCT 'months', metric, '', '', '', 1 FROM month_figure WHERE NOT has(needs);

-- Earlier than the window: what adds up with the months.
INSERT INTO ratio
SELECT 'months', f.metric, earlier(), '', '', f.numerator, NULL, NULL, true
FROM (SELECT sum(orders) AS orders, sum(paid - refunds) AS net, count(*) FILTER (WHERE first_here) AS new_customers FROM flow WHERE month = 0) e,
  LATERAL (SELECT unnest([{metric: 'month_orders', numerator: e.orders::DOUBLE}, {metric: 'month_revenue', numerator: e.net / minor()}, {metric: 'month_new_customers', numerator: e.new_customers::DOUBLE}], recursive := true)) f
WHERE e.orders > 0;

-- Revenue of the active, each complete month.
CREATE TABLE active_revenue AS
WITH parts AS (
  SELECT month, month_name, whole,
    sum(to_date) FILTER (WHERE taxonomy = 'lifecycle' AND name IN ('New', 'Reactivated', 'Active')) AS active, sum(to_date) FILTER (WHERE taxonomy = 'lifecycle') AS total,
    sum(last_12m) FILTER (WHERE taxonomy = 'lifecycle' AND name IN ('New', 'Reactivated', 'Active')) AS active_12m, sum(last_12m) FILTER (WHERE taxonomy = 'lifecycle') AS total_12m,
    sum(to_date) FILTER (WHERE taxonomy = 'value_lifecycle' AND name = 'High|Active') AS high_active, sum(to_date) FILTER (WHERE taxonomy = 'value_lifecycle' AND name = 'High|Dormant') AS high_dormant,
    CAST(sum(customers) FILTER (WHERE taxonomy = '') AS BIGINT) AS customers
  FROM month_sum GROUP BY ALL)
SELECT month, month_name, whole, customers, unnest([
  {metric: 'active_revenue_share', numerator: active / minor(), denominator: total / minor()},
  {metric: 'active_revenue_share_12m', numerator: active_12m / minor(), denominator: total_12m / minor()},
  {metric: 'high_active_dormant_ratio', numerator: high_active / minor(), denominator: high_dormant / minor()}], recursive := true) FROM parts;
INSERT INTO ratio SELECT 'months', metric, month_name, '', '', numerator, denominator, customers, true FROM active_revenue WHERE whole;

-- ---- moves within a month, by its own cut-offs at both ends

CREATE TABLE moved AS
WITH pairs AS (
  SELECT e.month, unnest([
    {taxonomy: 'lifecycle', was: s.lifecycle::VARCHAR, became: e.lifecycle::VARCHAR},
    {taxonomy: 'value_tier', was: s.value_tier::VARCHAR, became: e.value_tier::VARCHAR},
    {taxonomy: 'business_segment', was: s.business_segment::VARCHAR, became: e.business_segment::VARCHAR},
    {taxonomy: 'persona', was: s.persona::VARCHAR, became: e.persona::VARCHAR},
    {taxonomy: 'rfm_segment', was: s.rfm_segment::VARCHAR, became: e.rfm_segment::VARCHAR}], recursive := true)
  FROM (SELECT * FROM snapshot WHERE kind = 'end' AND month IN (SELECT number FROM month WHERE whole) AND month > last_complete() - migration_months()) e
  LEFT JOIN (SELECT * FROM snapshot WHERE kind = 'start') s ON s.customer = e.customer AND s.month = e.month),
counted AS (SELECT month, taxonomy, coalesce(was, '(not a customer yet)') AS was, became, count(*) AS customers FROM pairs GROUP BY ALL)
SELECT c.*, m.name AS month_name, sum(c.customers) OVER (PARTITION BY c.month, c.taxonomy, c.was) AS there FROM counted c JOIN month m ON m.number = c.month;
INSERT INTO ratio SELECT 'moves_' || taxonomy, 'moved', month_name, was, became, customers, NULL, there, true FROM moved;
INSERT INTO ratio SELECT 'moves_' || taxonomy, 'moved_share', month_name, was, became, customers, there, there, true FROM moved;

-- ---- every day: who has ordered in the thirty days up to and including it, by the engagement segment at its end

CREATE TABLE active_day AS
WITH days AS (
  SELECT CAST(d AS INTEGER) AS day, CAST(d AS INTEGER) + 1 AS cutoff, j.cut FROM range(as_of() - days_window(), as_of()) t(d)
  JOIN month m ON d >= m.start_day AND d < m.end_day JOIN judged j ON j.month = m.number),
active AS (
  SELECT d.day, d.cut, d.cutoff - f.last_day AS since_last, f.purchases, f.purchase_days, f.first_day, f.last_day, f.net, f.gross, f.discount, f.discounted
  FROM days d JOIN fact f ON d.cutoff >= f.from_day AND d.cutoff < least(f.to_day, f.last_order + 31)),
told AS (SELECT a.*, overdue(a.since_last, usual_gap(a.purchase_days, a.first_day, a.last_day, q.median_gap)) AS late, buying(a.since_last, q.inactive_after) AS still, value_of(a.net, q.high_value, q.mid_value) AS value_tier FROM active a JOIN cut q ON q.from_day = a.cut)
SELECT day, engagement_of(purchases, discounted, gross, discount, late, still, value_tier)::VARCHAR AS name, count(*) AS customers FROM told GROUP BY ALL;
INSERT INTO ratio SELECT 'daily_active', 'daily_active', strftime(date_of(d), '%Y-%m-%d'), s.name, '', coalesce(a.customers, 0), NULL, NULL, true
FROM range(as_of() - days_window(), as_of()) t(d) CROSS JOIN (FROM segment WHERE taxonomy = 'engagement_segment') s LEFT JOIN active_day a ON a.day = d AND a.name = s.name WHERE d >= first_day_of_window();

-- ---- revenue of complete months

CREATE TABLE whole_month AS SELECT month, net / minor() AS revenue FROM month_figure WHERE metric = 'month_revenue' AND taxonomy = '' AND whole AND month NOT IN (SELECT month FROM losing);
INSERT INTO ratio SELECT 'kpis', 'average_month_revenue', '', '', '', sum(revenue), count(*), NULL, true FROM whole_month HAVING count(*) > 0;
INSERT INTO ratio SELECT 'kpis', 'months_below_average', '', '', '', count(*) FILTER (WHERE revenue < (SELECT avg(revenue) FROM whole_month)), count(*), NULL, true FROM whole_month HAVING count(*) > 0;
INSERT INTO plain SELECT 'kpis', 'peak_month_revenue', '', '', '', max(revenue), NULL FROM whole_month HAVING count(*) > 0;
INSERT INTO absent SELECT 'kpis', unnest(['average_month_revenue', 'months_below_average', 'peak_month_revenue']), '', '', '', 1 WHERE NOT EXISTS (FROM whole_month);

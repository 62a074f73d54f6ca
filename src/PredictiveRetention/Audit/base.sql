-- Sales of the run's customers as the shop counts them, and the facts of each customer at any day, from plain rows. Days are numbers
-- since 1970-01-01; a cutoff is the start of a day: what happened before it is known. Constants of the run are macros: as_of(), minor(), ...

CREATE MACRO date_of(day) AS DATE '1970-01-01' + CAST(day AS INTEGER);
CREATE MACRO day_of(date) AS CAST(CAST(date AS DATE) - DATE '1970-01-01' AS INTEGER);
CREATE MACRO has(source) AS (coverage() & source) = source;
CREATE MACRO forever() AS 1000000;

-- What is recomputed, in three kinds. A ratio without a denominator is a sum; not whole: of a period that was not seen whole.
CREATE TABLE ratio (view VARCHAR, metric VARCHAR, d1 VARCHAR, d2 VARCHAR, d3 VARCHAR, numerator DOUBLE, denominator DOUBLE, customers BIGINT, whole BOOLEAN);
CREATE TABLE plain (view VARCHAR, metric VARCHAR, d1 VARCHAR, d2 VARCHAR, d3 VARCHAR, value DOUBLE, customers BIGINT);
CREATE TABLE absent (view VARCHAR, metric VARCHAR, d1 VARCHAR, d2 VARCHAR, d3 VARCHAR, state INTEGER);

-- An average order value needs orders worth something after refunds.
CREATE MACRO is_none(metric, numerator) AS metric IN ('aov', 'month_aov') AND numerator <= 0;

CREATE VIEW again AS
SELECT *, CASE WHEN value IS NULL THEN 1 WHEN customers < small_group() OR (customers IS NOT NULL AND denominator < small_group()) THEN 3 ELSE 0 END AS state FROM (
  SELECT view, metric, d1, d2, d3, numerator, denominator,
    CASE WHEN denominator IS NULL THEN numerator WHEN denominator <> 0 AND NOT is_none(metric, numerator) THEN numerator / denominator END AS value, customers
  FROM ratio WHERE whole
  UNION ALL
  SELECT view, metric, d1, d2, d3, NULL, NULL, CASE WHEN isfinite(value) THEN value END, customers FROM plain)
UNION ALL
SELECT view, metric, d1, d2, d3, numerator, denominator, NULL, customers, 2 FROM ratio WHERE NOT whole
UNION ALL
SELECT view, metric, d1, d2, d3, NULL, NULL, NULL, NULL, state FROM absent;

-- ---- orders

-- A refund of an order that is no sale takes nothing from what was sold.
CREATE TABLE returned AS
SELECT customer, day, amount, order_id FROM refund WHERE day < as_of() AND customer IN (SELECT customer FROM prediction)
  AND NOT EXISTS (FROM shop_order o WHERE o.customer = refund.customer AND o.id = refund.order_id AND NOT o.valid);

-- Where the shop merges days, the valid orders of a customer on one day are one: money adds up, of the rest the first known counts.
CREATE TABLE placed AS
WITH valid AS (SELECT * FROM shop_order WHERE valid AND day < as_of() AND customer IN (SELECT customer FROM prediction))
SELECT customer, day, ordered_at, id, id AS refundable, amount, discount, margin, category, promised_day, delivered_day, review FROM valid WHERE NOT merge_days()
UNION ALL
SELECT customer, day, min(ordered_at), min(id), NULL, CAST(sum(amount) AS BIGINT), CAST(sum(discount) AS BIGINT), CAST(sum(margin) AS BIGINT),
  first(category ORDER BY ordered_at, id) FILTER (WHERE category IS NOT NULL),
  CASE WHEN count(delivered_day) > 0 THEN (first({p: promised_day} ORDER BY ordered_at, id) FILTER (WHERE delivered_day IS NOT NULL)).p ELSE (first({p: promised_day} ORDER BY ordered_at, id)).p END,
  first(delivered_day ORDER BY ordered_at, id) FILTER (WHERE delivered_day IS NOT NULL), first(review ORDER BY ordered_at, id) FILTER (WHERE review IS NOT NULL)
FROM valid WHERE merge_days() GROUP BY customer, day;

-- until: the last cutoff at which the order is a purchase; -1 for one that never is (worth nothing), the day its refunds add up to it
-- otherwise. Deliveries before the order are slips of the source; a review counts thirty days after its order.
CREATE TABLE sale AS
WITH back AS (
  SELECT p.customer, p.refundable, p.amount, r.day, sum(r.amount) OVER (PARTITION BY p.customer, p.refundable ORDER BY r.day) AS refunded
  FROM placed p JOIN returned r ON r.customer = p.customer AND r.order_id = p.refundable),
whole AS (SELECT customer, refundable, min(day) AS day FROM back WHERE refunded >= amount GROUP BY ALL)
SELECT p.customer, row_number() OVER (PARTITION BY p.customer ORDER BY p.ordered_at, p.id) AS position, p.day, p.amount, p.discount, p.margin, p.category, p.promised_day,
  CASE WHEN p.delivered_day < as_of() AND p.delivered_day >= p.day THEN p.delivered_day END AS delivered_day,
  CASE WHEN p.day + 30 < as_of() THEN p.review END AS review,
  CASE WHEN p.amount > 0 THEN coalesce(w.day, forever()) WHEN zero_value() THEN forever() ELSE -1 END AS until,
  until >= as_of() AS purchase
FROM placed p LEFT JOIN whole w ON w.customer = p.customer AND w.refundable = p.refundable;

-- Who was seen before the shop's first order joined then; of the others the first order tells.
CREATE TABLE joined AS
SELECT customer, seen_day AS day FROM profile WHERE has(8192) AND seen_day < (SELECT min(day) FROM shop_order WHERE valid) AND customer IN (SELECT customer FROM prediction);

-- ---- facts: one row for each stretch of cutoffs [from_day, to_day) in which nothing happens to a customer

CREATE TABLE change AS
SELECT DISTINCT customer, day FROM (
  SELECT customer, day + 1 AS day FROM sale
  UNION ALL SELECT customer, until + 1 FROM sale WHERE until < as_of()
  UNION ALL SELECT customer, day + 1 FROM returned)
WHERE day <= as_of();

CREATE TABLE fact AS
WITH money AS (
  SELECT c.customer, c.day, count(*) FILTER (WHERE s.until >= c.day) AS purchases, min(s.day) FILTER (WHERE s.until >= c.day) AS first_purchase,
    min(s.day) AS first_order, max(s.day) AS last_order, CAST(sum(s.amount) AS BIGINT) AS paid,
    CAST(coalesce(sum(s.amount + coalesce(s.discount, 0)) FILTER (WHERE s.until >= c.day), 0) AS BIGINT) AS gross,
    CAST(coalesce(sum(s.discount) FILTER (WHERE s.until >= c.day), 0) AS BIGINT) AS discount,
    count(*) FILTER (WHERE s.until >= c.day AND s.discount > 0) AS discounted
  FROM change c JOIN sale s ON s.customer = c.customer AND s.day < c.day GROUP BY c.customer, c.day),
purchase_day AS (SELECT customer, day, max(until) AS until FROM sale GROUP BY customer, day),
rhythm AS (
  SELECT c.customer, c.day, count(*) AS days, max(d.day, 2) AS last_two
  FROM change c JOIN purchase_day d ON d.customer = c.customer AND d.day < c.day AND d.until >= c.day GROUP BY c.customer, c.day),
refunds AS (SELECT c.customer, c.day, sum(r.amount) AS amount FROM change c JOIN returned r ON r.customer = c.customer AND r.day < c.day GROUP BY c.customer, c.day)
SELECT m.customer, m.day AS from_day, coalesce(lead(m.day) OVER (PARTITION BY m.customer ORDER BY m.day), as_of() + 1) AS to_day,
  CAST(m.purchases AS INTEGER) AS purchases, CAST(coalesce(y.days, 0) AS INTEGER) AS purchase_days, m.first_order, m.last_order,
  coalesce(m.first_purchase, m.first_order) AS first_day, coalesce(y.last_two[1], m.last_order) AS last_day, y.last_two[1] - y.last_two[2] AS gap,
  CAST(m.paid - coalesce(r.amount, 0) AS BIGINT) AS net, m.gross, m.discount, CAST(m.discounted AS INTEGER) AS discounted
FROM money m LEFT JOIN rhythm y ON y.customer = m.customer AND y.day = m.day LEFT JOIN refunds r ON r.customer = m.customer AND r.day = m.day;

-- ---- calendar months of the window

CREATE TABLE month AS
WITH shop AS (SELECT min(day) AS day FROM shop_order WHERE valid AND day < as_of()),
last AS (SELECT date_trunc('month', date_of(as_of() - 1)) AS start),
cut_off AS (SELECT l.start - to_months(months_window() - 1) AS start FROM last l),
-- A window that cuts the history begins with a whole quarter.
whole_quarter AS (SELECT CASE WHEN months_window() >= 3 AND start <> date_trunc('quarter', start) THEN date_trunc('quarter', start) + INTERVAL 3 MONTH ELSE start END AS whole, start FROM cut_off),
span AS (SELECT l.start AS last, CASE WHEN date_trunc('month', date_of(s.day)) >= q.start THEN date_trunc('month', date_of(s.day)) ELSE q.whole END AS first, s.day AS opened FROM last l, shop s, whole_quarter q),
starts AS (SELECT opened, unnest(generate_series(CAST(first AS TIMESTAMP), CAST(last AS TIMESTAMP), INTERVAL 1 MONTH)) AS start FROM span)
SELECT CAST(row_number() OVER (ORDER BY start) AS INTEGER) AS number, strftime(start, '%Y-%m') AS name, day_of(start) AS start_day,
  least(day_of(start + INTERVAL 1 MONTH), as_of()) AS end_day, day_of(start + INTERVAL 1 MONTH) <= as_of() AS ended,
  day_of(start + INTERVAL 1 MONTH) <= as_of() AND opened <= day_of(start) AS whole, day_of(date_trunc('quarter', start)) AS quarter_day
FROM starts;

CREATE MACRO first_day_of_window() AS (SELECT min(start_day) FROM month);
CREATE MACRO last_month() AS (SELECT max(number) FROM month);
CREATE MACRO last_complete() AS (SELECT max(number) - CASE WHEN max_by(ended, number) THEN 0 ELSE 1 END FROM month);
CREATE MACRO earlier() AS (SELECT 'before ' || min_by(name, number) FROM month);

-- What holds for the rows of every preset, an analyst's own too. It runs after the preset: complete_<kind> are the preset's rows with
-- every canonical column, stored_<kind> what is read from them. A cell that contradicts the rest of its row is not used, the row is
-- kept, and a note says how often and where first.

-- A delivery or a promise of the order's own day is often written as that day's midnight, which is no contradiction.
CREATE MACRO is_before_order(ms, ordered_at) AS ms < ordered_at AND ms <> day_start(ordered_at);
CREATE MACRO is_review(score) AS score BETWEEN 1 AND 5;
-- Names are labels of figures and stand on pages: their beginning is enough.
CREATE MACRO is_long_name(t) AS coalesce(length(t) > 120, false);
CREATE MACRO name_of(t) AS CASE WHEN is_long_name(t) THEN left(t, 119) || '…' ELSE t END;

CREATE VIEW stored_orders AS SELECT * REPLACE (
  CASE WHEN NOT is_before_order(promised_at, ordered_at) THEN promised_at END AS promised_at,
  CASE WHEN NOT is_before_order(delivered_at, ordered_at) THEN delivered_at END AS delivered_at,
  CASE WHEN discount >= 0 THEN discount END AS discount,
  CASE WHEN is_review(review_score) THEN review_score END AS review_score,
  name_of(status) AS status, name_of(channel) AS channel, name_of(category) AS category)
FROM complete_orders;

CREATE VIEW stored_refunds AS FROM complete_refunds;
CREATE VIEW stored_events AS SELECT * REPLACE (name_of(campaign_id) AS campaign_id) FROM complete_events;
CREATE VIEW stored_subscriptions AS SELECT * REPLACE (
  CASE WHEN cancelled_at >= started_at THEN cancelled_at END AS cancelled_at,
  name_of(plan) AS plan, name_of(period) AS period)
FROM complete_subscriptions;

-- ---------------------------------------------------------------- customers

-- Ages are those of the day of the import, or of the last order where no day is given.
SET VARIABLE reference_year = coalesce(
  year(make_timestamp_ms(coalesce(getvariable('now_ms')::BIGINT, (SELECT max(ordered_at) FROM complete_orders)))), 0);
CREATE MACRO is_age(birth_year) AS getvariable('reference_year') = 0 OR getvariable('reference_year') - birth_year BETWEEN 10 AND 120;

-- How sources write it, in the languages shops export in. Null is no answer at all; what is said and means nothing here is unknown.
CREATE MACRO gender_word(t) AS CASE
  WHEN t IS NULL THEN NULL
  WHEN lower(t) IN ('f', 'female', 'w', 'woman', 'women', 'girl', 'weiblich', 'frau', 'femme', 'féminin', 'feminin', 'feminino', 'femenino',
    'mujer', 'mulher', 'mrs', 'ms', 'miss', 'mme') THEN 'female'
  WHEN lower(t) IN ('m', 'male', 'man', 'men', 'boy', 'männlich', 'maennlich', 'mann', 'herr', 'homme', 'masculin', 'masculino', 'hombre',
    'homem', 'mr') THEN 'male'
  WHEN lower(t) IN ('o', 'other', 'd', 'diverse', 'divers', 'x', 'nb', 'non-binary', 'nonbinary', 'non binary', 'enby', 'third gender') THEN 'other'
  ELSE 'unknown' END;
CREATE MACRO is_gender(t) AS gender_word(t) <> 'unknown' OR lower(t) IN ('u', 'unknown', 'unspecified', 'not specified', 'undisclosed',
  'not disclosed', 'prefer not to say', 'not known', 'unbekannt', 'keine angabe', '-', '?', '0');

CREATE VIEW stored_customers AS SELECT * REPLACE (
  CASE WHEN is_age(birth_year) THEN birth_year END AS birth_year,
  gender_word(gender) AS gender,
  country_code(country) AS country,
  name_of(city) AS city, name_of(acquisition_channel) AS acquisition_channel)
FROM complete_customers;

-- ---------------------------------------------------------------- what should be known

-- A message id is one only if a send and an opening can share it; in many exports it numbers the events.
CREATE TABLE sends AS
SELECT customer_id, message_id, min(occurred_at) AS first_at FROM complete_events
WHERE event_type IN ('email_sent', 'email_delivered') GROUP BY customer_id, message_id;

CREATE TABLE openings AS
SELECT source, record, customer_id, message_id, occurred_at FROM complete_events WHERE event_type IN ('email_opened', 'email_clicked');

CREATE TABLE openings_without_send AS
SELECT o.source, o.record
FROM openings AS o
LEFT JOIN sends AS m ON m.customer_id = o.customer_id AND m.message_id = o.message_id
LEFT JOIN (SELECT customer_id, min(first_at) AS first_at FROM sends GROUP BY customer_id) AS c ON c.customer_id = o.customer_id
WHERE CASE WHEN o.message_id IS NOT NULL AND (SELECT count(*) FROM openings SEMI JOIN sends USING (customer_id, message_id)) > 0
           THEN coalesce(m.first_at > o.occurred_at, true)
           ELSE coalesce(c.first_at > o.occurred_at, true) END;

CREATE VIEW refunds_of_orders AS
SELECT r.source, r.record, r.amount, r.refunded_at, o.ordered_at, o.amount AS order_amount, o.is_valid,
  sum(r.amount) OVER (PARTITION BY r.customer_id, r.order_id) AS order_refunded
FROM complete_refunds AS r JOIN complete_orders AS o ON o.customer_id = r.customer_id AND o.order_id = r.order_id;

-- Ids that differ in nothing a person would tell two customers apart by: the store compares with its own in the same way (Engine.PlainId).
CREATE TABLE alike_ids AS
SELECT any_value(source) AS source, count(*) AS ids, min(record) AS record, min(customer_id) AS one, max(customer_id) AS other
FROM (SELECT source, record, customer_id, ltrim(regexp_replace(trim(lower(customer_id), ' ="'''), '[.]0$', ''), '0') AS plain
      FROM (SELECT customer_id, min(source) AS source, min(record) AS record FROM complete_customers GROUP BY customer_id))
WHERE plain <> '' GROUP BY plain HAVING count(*) > 1;

CREATE VIEW days_of_customers AS
SELECT source, customer_id, record, day_start(ordered_at) AS day, hash(customer_id, day) AS same FROM complete_orders WHERE is_valid AND getvariable('is_first');

CREATE VIEW rule_notes AS
-- In one pass: a large file has many orders.
WITH counted AS MATERIALIZED (
  SELECT source, count(*) AS orders,
    count(*) FILTER (NOT is_valid) AS no_sale, min(record) FILTER (NOT is_valid) AS no_sale_record,
    count(*) FILTER (ordered_at > getvariable('now_ms')) AS future, min(record) FILTER (ordered_at > getvariable('now_ms')) AS future_record,
    count(*) FILTER (is_before_order(delivered_at, ordered_at)) AS delivered, min(record) FILTER (is_before_order(delivered_at, ordered_at)) AS delivered_record,
    count(*) FILTER (is_before_order(promised_at, ordered_at)) AS promised, min(record) FILTER (is_before_order(promised_at, ordered_at)) AS promised_record,
    count(*) FILTER (discount < 0) AS raised, min(record) FILTER (discount < 0) AS raised_record,
    count(*) FILTER (is_review(review_score)) AS reviewed,
    count(*) FILTER (is_long_name(status) OR is_long_name(channel) OR is_long_name(category)) AS long_names,
    min(record) FILTER (is_long_name(status) OR is_long_name(channel) OR is_long_name(category)) AS long_name_record,
    count(*) FILTER (NOT is_review(review_score)) AS no_review, min(record) FILTER (NOT is_review(review_score)) AS no_review_record
  FROM complete_orders GROUP BY source)
SELECT source, 'orders with a status that is no sale: stored, and in no figure' AS note, no_sale AS count, no_sale_record AS record FROM counted
UNION ALL
SELECT source, 'orders dated in the future', future, future_record FROM counted
UNION ALL
SELECT source, 'orders delivered before they were placed: kept, the time of delivery is not used', delivered, delivered_record FROM counted
UNION ALL
SELECT source, 'orders promised for a day before they were placed: kept, the promise is not used', promised, promised_record FROM counted
UNION ALL
SELECT source, 'orders with a negative discount: kept, the discount is not used', raised, raised_record FROM counted
UNION ALL
SELECT source, 'reviews outside 1 to 5: not used', no_review, no_review_record FROM counted
UNION ALL
SELECT source, format('reviews for {:.1f} % of orders', 100 * reviewed / orders), reviewed, NULL FROM counted WHERE reviewed < orders
UNION ALL
SELECT source, 'refunds dated before their order: kept on their own date', count(*), min(record)
FROM refunds_of_orders WHERE refunded_at < ordered_at AND refunded_at <> day_start(ordered_at) GROUP BY source
UNION ALL
SELECT source, 'refunds of orders that were refunded for more than was paid: kept', count(*), min(record)
FROM refunds_of_orders WHERE order_refunded > order_amount GROUP BY source
UNION ALL
SELECT source, 'refunds of orders with a status that is no sale: stored, and in no figure', count(*), min(record)
FROM refunds_of_orders WHERE NOT is_valid GROUP BY source
UNION ALL
SELECT source, format('orders of {} customers share a day with another order of theirs: --purchases merge-days counts the orders of a customer''s day as one purchase, now or later', count(DISTINCT customer_id)),
  sum(orders)::BIGINT, min(record)
FROM (SELECT source, customer_id, count(*) AS orders, min(record) AS record FROM days_of_customers
      WHERE same IN (SELECT same FROM days_of_customers GROUP BY same HAVING count(*) > 1)
      GROUP BY source, customer_id, day HAVING count(*) > 1) GROUP BY source
UNION ALL
SELECT coalesce(min(source), 'orders'), format('customer ids that look like another of this file but for letter case, leading zeros, blanks, quotes or a trailing .0: kept as customers of their own; two are ''{}'' and ''{}''',
    arg_min(one, record), arg_min(other, record)), sum(ids)::BIGINT, min(record)
FROM alike_ids HAVING count(*) > 0
UNION ALL
SELECT source, 'subscriptions cancelled before they started: kept, the time of cancelling is not used', count(*), min(record)
FROM complete_subscriptions WHERE cancelled_at < started_at GROUP BY source
UNION ALL
SELECT source, 'names of more than 120 characters (status, channel, category): their beginning is kept', long_names, long_name_record FROM counted
UNION ALL
SELECT source, 'names of more than 120 characters (campaign): their beginning is kept', count(*), min(record)
FROM complete_events WHERE is_long_name(campaign_id) GROUP BY source
UNION ALL
SELECT source, 'names of more than 120 characters (plan, period): their beginning is kept', count(*), min(record)
FROM complete_subscriptions WHERE is_long_name(plan) OR is_long_name(period) GROUP BY source
UNION ALL
SELECT coalesce(source, 'orders'), 'names of more than 120 characters (city, acquisition channel): their beginning is kept', count(*), min(record)
FROM complete_customers WHERE is_long_name(city) OR is_long_name(acquisition_channel) GROUP BY coalesce(source, 'orders')
UNION ALL
SELECT source, 'e-mails opened or clicked that were not sent before, as far as these files say: kept', count(*), min(record)
FROM openings_without_send GROUP BY source
UNION ALL
SELECT coalesce(source, 'orders'), format('customers whose birth year gives an age under 10 or over 120 ({}): kept, the year is not used',
    array_to_string(list_sort(list_distinct(list(birth_year)))[1:3], ', ')), count(*), min(record)
FROM complete_customers WHERE NOT is_age(birth_year) GROUP BY coalesce(source, 'orders')
UNION ALL
SELECT coalesce(source, 'orders'), format('customers of an unknown gender ({}): kept as unknown', array_to_string(list_sort(list_distinct(list(name_of(gender))))[1:3], ', ')),
  count(*), min(record)
FROM complete_customers WHERE NOT is_gender(gender) GROUP BY coalesce(source, 'orders')
UNION ALL
SELECT coalesce(source, 'orders'), format('customers of no country of ISO 3166 ({}): kept, their country is unknown',
    array_to_string(list_sort(list_distinct(list(name_of(country))))[1:3], ', ')), count(*), min(record)
FROM complete_customers WHERE country IS NOT NULL AND country_code(country) IS NULL GROUP BY coalesce(source, 'orders');

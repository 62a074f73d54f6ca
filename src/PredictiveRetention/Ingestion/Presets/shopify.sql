-- shopify: the orders export (Admin > Orders > Export). One row per line item; what concerns the whole order stands in its first row
-- only. The rows of an order share its Name. The customer is the e-mail address.

INSERT INTO fields VALUES
  ('orders', 'order_id', 'text', true, ['name', 'order_name']),
  ('orders', 'email', 'text', true, ['contact_email']),
  ('orders', 'status', 'text', false, ['financial_status', 'payment_status']),
  ('orders', 'ordered_at', 'time', true, ['created_at']),
  ('orders', 'paid_at', 'time', false, []),
  ('orders', 'cancelled_at', 'time', false, ['canceled_at']),
  ('orders', 'currency', 'text', false, []),
  ('orders', 'total', 'money', true, []),
  ('orders', 'shipping', 'money', false, []),
  ('orders', 'taxes', 'money', false, []),
  ('orders', 'discount', 'money', false, ['discount_amount']),
  ('orders', 'refunded', 'money', false, ['refunded_amount']),
  ('orders', 'lineitem_name', 'text', true, []),
  ('orders', 'lineitem_quantity', 'number', false, []),
  ('orders', 'channel', 'text', false, ['source', 'source_name']),
  ('orders', 'shipping_country', 'text', false, []),
  ('orders', 'billing_country', 'text', false, []),
  ('orders', 'shipping_city', 'text', false, []),
  ('orders', 'billing_city', 'text', false, []),
  ('orders', 'accepts_marketing', 'flag', false, ['accepts_email_marketing']);

-- LOAD: below, the file is there as source_orders: its records with the fields above, typed, and their text as <field>_text.

SET VARIABLE order_identity = 'shop';
SET VARIABLE orders_grain = 'line';

-- What a row adds to the money of the file: a refund took it away again.
CREATE MACRO money(total, refunded) AS coalesce(total, 0) - coalesce(refunded, 0);

CREATE TABLE orders_checked AS
SELECT s.* EXCLUDE (refunded), abs(refunded) AS refunded, lower(email) AS customer_id,
  CASE
    WHEN order_id IS NULL THEN fault('order_id', 'no order name')
    WHEN is_too_long(order_id) THEN too_long('order_id')
    WHEN is_too_long(email) THEN too_long('email')
    WHEN email IS NULL THEN fault('email', 'guest order: no e-mail address to attribute it to')
    WHEN row_number() OVER (PARTITION BY order_id ORDER BY record) > 1 THEN fault('order_id', 'order name of an earlier line')
    ELSE coalesce(
      time_fault('ordered_at', ordered_at_text, ordered_at),
      money_fault('total', total_text, total),
      CASE WHEN total < 0 THEN fault('total', 'negative total') END,
      CASE WHEN refunded_text IS NOT NULL THEN money_fault('refunded', refunded_text, refunded) END,
      currency_fault(currency)) END AS fault
FROM source_orders AS s WHERE total_text IS NOT NULL ORDER BY record;

CREATE TABLE further_lines AS
SELECT s.record, s.order_id, s.lineitem_quantity, o.order_id IS NOT NULL AS is_kept
FROM source_orders AS s LEFT JOIN (SELECT order_id FROM orders_checked WHERE fault IS NULL) AS o USING (order_id)
WHERE total_text IS NULL;

-- Total is what was paid, taxes and shipping with it, after discount and before refunds.
CREATE TABLE orders AS
SELECT 'orders' AS source, o.record, customer_id, o.order_id, ordered_at, total AS amount, abs(discount) AS discount, lower(status) AS status, is_sale(status) AS is_valid,
  channel, TRY_CAST(coalesce(lineitem_quantity, 0) + coalesce(l.quantity, 0) AS INTEGER) AS quantity
FROM orders_checked AS o
LEFT JOIN (SELECT order_id, sum(lineitem_quantity) AS quantity FROM further_lines GROUP BY order_id) AS l USING (order_id)
WHERE fault IS NULL ORDER BY o.record;

CREATE VIEW last_seen AS
SELECT max(greatest(ordered_at, CASE WHEN is_in_range(paid_at) THEN paid_at END, CASE WHEN is_in_range(cancelled_at) THEN cancelled_at END)) AS end_of_file
FROM orders_checked WHERE fault IS NULL;

-- The export does not say when money went back, except where the whole order was cancelled. Elsewhere it had gone by the end of the
-- file, which is the only day that gives nothing away early.
CREATE VIEW refunds AS
SELECT 'orders' AS source, record, customer_id, order_id || '-refund' AS refund_id, refunded AS amount, order_id,
  CASE WHEN is_in_range(cancelled_at) THEN cancelled_at ELSE (SELECT end_of_file FROM last_seen) END AS refunded_at
FROM orders_checked WHERE fault IS NULL AND refunded > 0;

CREATE TABLE customers AS
SELECT 'orders' AS source, min(record) AS record, customer_id, customer_id AS email, arg_max(accepts_marketing, ordered_at) AS consent_email,
  arg_max(coalesce(shipping_country, billing_country), ordered_at) AS country, arg_max(coalesce(shipping_city, billing_city), ordered_at) AS city
FROM orders_checked WHERE fault IS NULL GROUP BY customer_id ORDER BY record;

CREATE VIEW rejects AS
SELECT 'orders' AS source, record, fault.field, fault.reason, money(total, refunded) AS amount, currency FROM orders_checked WHERE fault IS NOT NULL
UNION ALL BY NAME
SELECT 'orders' AS source, record, 'order_id' AS field, 'line of an order that is not stored' AS reason FROM further_lines WHERE NOT is_kept;

CREATE VIEW money_read AS
SELECT 'orders' AS source, currency, sum(money(total, refunded)) AS amount FROM orders_checked GROUP BY currency;

CREATE VIEW notes AS
SELECT 'orders' AS source, 'orders whose amount includes taxes or shipping' AS note, count(*) AS count, min(record) AS record
FROM orders_checked WHERE fault IS NULL AND (taxes > 0 OR shipping > 0)
UNION ALL
SELECT 'orders', 'further lines of an order: their quantities are added up', count(*), min(record) FROM further_lines WHERE is_kept
UNION ALL
SELECT 'orders', 'refunds without a date: dated at the last order, payment or cancellation of the file', count(*), min(record)
FROM orders_checked WHERE fault IS NULL AND refunded > 0 AND NOT coalesce(is_in_range(cancelled_at), false);

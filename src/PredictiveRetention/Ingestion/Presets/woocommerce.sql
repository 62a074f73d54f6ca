-- woocommerce: an orders export as the usual plugins write it (Advanced Order Export, Customer/Order CSV Export, Import Export Suite): a
-- row per order, or one per line item, where the order's own cells stand in the first row or in every one. The customer is the e-mail
-- address, or the customer id where there is none.

INSERT INTO fields VALUES
  ('orders', 'order_id', 'text', true, ['order_number', 'order #', 'order', 'id']),
  ('orders', 'status', 'text', false, ['order_status', 'post_status']),
  ('orders', 'ordered_at', 'time', true, ['order_date', 'date_created', 'created_date', 'post_date', 'date', 'completed_date', 'paid_date']),
  ('orders', 'amount', 'money', true, ['order_total_amount', 'order_total', 'total_amount', 'total']),
  ('orders', 'email', 'text', false, ['email_(billing)', 'billing_email', 'billing_email_address', 'customer_email', 'email_address']),
  ('orders', 'customer_id', 'text', false, ['customer_user', 'customer_user_id', 'user_id']),
  ('orders', 'currency', 'text', false, ['order_currency']),
  ('orders', 'refunded', 'money', false, ['order_refund_amount', 'refunded_total', 'total_refunded', 'refunded_amount', 'refund_amount']),
  ('orders', 'refunded_at', 'time', false, ['refund_date', 'order_refund_date', 'date_refunded']),
  ('orders', 'discount', 'money', false, ['cart_discount_amount', 'discount_total', 'order_discount', 'cart_discount', 'discount_amount']),
  ('orders', 'shipping', 'money', false, ['order_shipping_amount', 'shipping_total', 'order_shipping']),
  ('orders', 'taxes', 'money', false, ['order_total_tax_amount', 'tax_total', 'order_tax', 'total_tax']),
  ('orders', 'item_name', 'text', false, ['product_name', 'item', 'products']),
  ('orders', 'quantity', 'number', false, ['quantity (- refund)', 'item_quantity', 'items_sold', 'total_items', 'qty']),
  ('orders', 'item_total', 'money', false, ['order_line_total', 'item_cost', 'order_line_subtotal', 'line_total']),
  ('orders', 'category', 'text', false, ['item_category', 'product_category', 'product_categories', 'categories']),
  ('orders', 'channel', 'text', false, ['created_via', 'source']),
  ('orders', 'acquisition_channel', 'text', false, ['origin', 'attribution', 'source_type', 'utm_source']),
  ('orders', 'country', 'text', false, ['country_code_(billing)', 'billing_country', 'country_name_(billing)', 'country_code_(shipping)', 'shipping_country']),
  ('orders', 'city', 'text', false, ['city_(billing)', 'billing_city', 'city_(shipping)', 'shipping_city']);

-- LOAD: below, the file is there as source_orders: its records with the fields above, typed, and their text as <field>_text.

SET VARIABLE order_identity = 'shop';
SET VARIABLE orders_grain = 'line';

CREATE MACRO money(total, refunded) AS coalesce(total, 0) - coalesce(refunded, 0);

-- The first row of an order speaks for it; without an order id every row speaks for itself. Customer 0 is WooCommerce's guest.
CREATE TABLE rows_read AS
SELECT s.* EXCLUDE (status, refunded, customer_id), coalesce(lower(email), nullif(customer_id, '0')) AS customer_id,
  regexp_replace(lower(status), '^wc-', '') AS status,
  -- An order that is refunded, in an export that does not say for how much, was refunded in full.
  coalesce(abs(refunded), CASE WHEN lower(status) IN ('refunded', 'wc-refunded') AND refunded_text IS NULL THEN amount END) AS refunded,
  order_id IS NULL OR row_number() OVER (PARTITION BY order_id ORDER BY amount_text IS NULL, record) = 1 AS is_first
FROM source_orders AS s ORDER BY record;

CREATE TABLE orders_checked AS
SELECT *,
  CASE
    WHEN order_id IS NULL THEN fault('order_id', 'no order id')
    WHEN is_too_long(order_id) THEN too_long('order_id')
    WHEN is_too_long(customer_id) THEN too_long('customer_id')
    WHEN customer_id IS NULL THEN fault('email', 'guest order: neither an e-mail address nor a customer id to attribute it to')
    ELSE sale_fault(ordered_at_text, ordered_at, amount_text, amount, refunded_text, refunded, currency) END AS fault
FROM rows_read WHERE is_first ORDER BY record;

-- A further row of the order repeats its total or leaves it out: either way the money is there once.
CREATE TABLE further_lines AS
SELECT r.record, f.record AS other_record, r.order_id, r.amount, r.refunded, r.currency, r.quantity, r.item_total, r.category,
  CASE
    WHEN r.amount_text IS NOT NULL AND (r.amount IS DISTINCT FROM f.amount OR r.ordered_at IS DISTINCT FROM f.ordered_at
         OR r.customer_id IS DISTINCT FROM f.customer_id) THEN 'differs from an earlier line of the same order in its total, date or customer'
    WHEN f.fault IS NOT NULL THEN 'line of an order that is not stored' END AS reason
FROM rows_read AS r JOIN orders_checked AS f ON f.order_id = r.order_id WHERE NOT r.is_first;

CREATE TABLE orders AS
SELECT 'orders' AS source, o.record, o.customer_id, o.order_id, o.ordered_at, o.amount, abs(o.discount) AS discount, o.status, is_sale(o.status) AS is_valid, o.channel,
  l.category, TRY_CAST(l.quantity AS INTEGER) AS quantity
FROM orders_checked AS o
JOIN (SELECT order_id, sum(quantity) AS quantity, arg_max(category, (coalesce(item_total, 0), -record)) AS category
      FROM (SELECT order_id, record, quantity, item_total, category FROM orders_checked
            UNION ALL SELECT order_id, record, quantity, item_total, category FROM further_lines WHERE reason IS NULL)
      GROUP BY order_id) AS l USING (order_id)
WHERE o.fault IS NULL ORDER BY o.record;

-- Few exports say when money went back. Where none does it had gone by the end of the file, which is the only day that gives nothing
-- away early.
CREATE VIEW refunds AS
SELECT 'orders' AS source, record, customer_id, order_id || '-refund' AS refund_id, refunded AS amount, order_id,
  CASE WHEN is_in_range(refunded_at) THEN refunded_at ELSE (SELECT max(ordered_at) FROM orders_checked WHERE fault IS NULL) END AS refunded_at
FROM orders_checked WHERE fault IS NULL AND refunded > 0;

CREATE TABLE customers AS
SELECT 'orders' AS source, min(record) AS record, customer_id, arg_max(lower(email), ordered_at) AS email, arg_max(country, ordered_at) AS country,
  arg_max(city, ordered_at) AS city, arg_min(acquisition_channel, ordered_at) AS acquisition_channel
FROM orders_checked WHERE fault IS NULL GROUP BY customer_id ORDER BY record;

CREATE VIEW rejects AS
SELECT 'orders' AS source, record, fault.field, fault.reason, money(amount, refunded) AS amount, currency FROM orders_checked WHERE fault IS NOT NULL
UNION ALL BY NAME
SELECT 'orders' AS source, record, other_record, 'order_id' AS field, reason, 'order ' || order_id || ': differs from line {other} in its total, date or customer' AS detail,
  money(amount, refunded) AS amount, currency
FROM further_lines WHERE reason LIKE 'differs%'
UNION ALL BY NAME
SELECT 'orders' AS source, record, 'order_id' AS field, reason FROM further_lines WHERE reason LIKE 'line%';

CREATE VIEW money_read AS
SELECT 'orders' AS source, currency, sum(money(amount, refunded)) AS amount FROM orders_checked GROUP BY currency
UNION ALL
SELECT 'orders', currency, sum(money(amount, refunded)) FROM further_lines WHERE reason LIKE 'differs%' GROUP BY currency;

CREATE VIEW notes AS
SELECT 'orders' AS source, 'orders whose amount includes taxes or shipping' AS note, count(*) AS count, min(record) AS record
FROM orders_checked WHERE fault IS NULL AND (taxes > 0 OR shipping > 0)
UNION ALL
SELECT 'orders', 'further lines of an order: their quantities are added up', count(*), min(record) FROM further_lines WHERE reason IS NULL
UNION ALL
SELECT 'orders', 'refunded orders without an amount: taken to be refunded in full', count(*), min(record)
FROM orders_checked WHERE fault IS NULL AND refunded > 0 AND refunded_text IS NULL
UNION ALL
SELECT 'orders', 'refunds without a date: dated at the last order of the file', count(*), min(record)
FROM orders_checked WHERE fault IS NULL AND refunded > 0 AND NOT coalesce(is_in_range(refunded_at), false);

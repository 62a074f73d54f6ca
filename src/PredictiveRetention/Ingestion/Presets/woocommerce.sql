-- woocommerce: an orders export as the usual plugins write it (Advanced Order Export, Customer/Order CSV Export, Import Export Suite): a
-- row per order, or one per line item, where the order's own cells stand in the first row or in every one. The customer is the e-mail
-- address, or the customer id where there is none.

INSERT INTO fields VALUES
  ('orders', 'order_id', 'text', true, ['order_number', 'order #', 'order', 'id', 'number']),
  ('orders', 'status', 'text', false, ['order_status', 'post_status']),
  ('orders', 'ordered_at', 'time', true, ['order_date', 'date_created', 'created_date', 'post_date', 'date', 'completed_date', 'paid_date']),
  ('orders', 'amount', 'money', true, ['order_total_amount', 'order_total', 'total_amount', 'total']),
  ('orders', 'ordered_at_utc', 'utc_time', false, ['date_created_gmt', 'order_date_gmt', 'post_date_gmt', 'date_gmt']),
  ('orders', 'type', 'text', false, ['order_type', 'post_type']),
  ('orders', 'parent_id', 'text', false, ['parent_order_number', 'parent_order_id', 'post_parent', 'parent', 'parent_order']),
  ('orders', 'email', 'text', false, ['email_(billing)', 'billing_email', 'billing_email_address', 'customer_email', 'email_address', 'billing.email']),
  ('orders', 'customer_id', 'text', false, ['customer_user', 'customer_user_id', 'user_id']),
  ('orders', 'currency', 'text', false, ['order_currency']),
  ('orders', 'refunded', 'money', false, ['order_refund_amount', 'refunded_total', 'total_refunded', 'refunded_amount', 'refund_amount', 'refunds[].total']),
  ('orders', 'refunded_at', 'time', false, ['refund_date', 'order_refund_date', 'date_refunded']),
  ('orders', 'discount', 'money', false, ['cart_discount_amount', 'discount_total', 'order_discount', 'cart_discount', 'discount_amount']),
  ('orders', 'shipping', 'money', false, ['order_shipping_amount', 'shipping_total', 'order_shipping']),
  ('orders', 'taxes', 'money', false, ['order_total_tax_amount', 'tax_total', 'order_tax', 'total_tax']),
  ('orders', 'item_name', 'text', false, ['product_name', 'item', 'products']),
  ('orders', 'quantity', 'number', false, ['quantity (- refund)', 'item_quantity', 'items_sold', 'total_items', 'qty', 'line_items[].quantity']),
  ('orders', 'item_total', 'money', false, ['order_line_total', 'item_cost', 'order_line_subtotal', 'line_total']),
  ('orders', 'category', 'text', false, ['item_category', 'product_category', 'product_categories', 'categories']),
  ('orders', 'channel', 'text', false, ['created_via', 'source']),
  ('orders', 'acquisition_channel', 'text', false, ['origin', 'attribution', 'source_type', 'utm_source']),
  ('orders', 'country', 'text', false, ['country_code_(billing)', 'billing_country', 'country_name_(billing)', 'country_code_(shipping)', 'shipping_country', 'billing.country', 'shipping.country']),
  ('orders', 'city', 'text', false, ['city_(billing)', 'billing_city', 'city_(shipping)', 'shipping_city', 'billing.city', 'shipping.city']);

INSERT INTO stand_ins VALUES ('orders', 'ordered_at', ['ordered_at_utc']);

-- LOAD: below, the file is there as source_orders: its records with the fields above, typed, and their text as <field>_text.

SET VARIABLE order_identity = 'shop';
SET VARIABLE orders_grain = 'line';

CREATE MACRO money(total, refunded) AS coalesce(total, 0) - coalesce(refunded, 0);

-- The first row of an order speaks for it; without an order id every row speaks for itself. A refund is a row of its own that names the
-- order it is of. Customer 0 is WooCommerce's guest.
CREATE TABLE rows_read AS
SELECT s.* EXCLUDE (status, refunded, customer_id, email, order_id, parent_id, ordered_at, ordered_at_text),
  coalesce(ordered_at, ordered_at_utc) AS ordered_at, coalesce(ordered_at_text, ordered_at_utc_text) AS ordered_at_text,
  id_text(order_id) AS order_id, nullif(id_text(parent_id), '0') AS parent_id, lower(email) AS email,
  customer_of(lower(email), id_text(customer_id)) AS customer_id,
  regexp_replace(lower(status), '^wc-', '') AS status,
  coalesce(lower(type) IN ('shop_order_refund', 'refund'), false) OR coalesce(amount < 0 AND nullif(parent_id, '0') IS NOT NULL, false) AS is_refund,
  -- An order that is refunded, in an export that does not say for how much, was refunded in full.
  coalesce(abs(refunded), CASE WHEN status_meaning(status) = 'refunded' AND refunded_text IS NULL THEN amount END) AS refunded,
  order_id IS NULL OR row_number() OVER (PARTITION BY order_id ORDER BY amount_text IS NULL, record) = 1 AS is_first
FROM source_orders AS s ORDER BY record;

CREATE TABLE orders_checked AS
SELECT *,
  CASE
    WHEN order_id IS NULL THEN fault('order_id', 'no order id')
    WHEN is_destroyed_id(order_id) THEN destroyed_id('order_id')
    WHEN is_too_long(order_id) THEN too_long('order_id')
    WHEN is_too_long(customer_id) THEN too_long('customer_id')
    ELSE sale_fault(ordered_at_text, ordered_at, amount_text, amount, refunded_text, refunded, currency) END AS fault
FROM rows_read WHERE is_first AND NOT is_refund ORDER BY record;

-- ================================================================ refunds that are rows

-- One row a refund, or one a line of it, where the refund's own cells are repeated.
CREATE TABLE refunds_checked AS
SELECT r.record, r.order_id, r.parent_id, r.ordered_at, r.currency, abs(r.amount) AS amount, r.is_first, o.customer_id,
  CASE
    WHEN r.order_id IS NULL THEN fault('order_id', 'no order id')
    WHEN r.parent_id IS NULL THEN fault('order_id', 'refund that names no order')
    WHEN o.order_id IS NULL THEN fault('order_id', 'refund of an order that is in no file')
    ELSE coalesce(time_fault('ordered_at', r.ordered_at_text, r.ordered_at), money_fault('amount', r.amount_text, r.amount), currency_fault(r.currency)) END AS fault
FROM rows_read AS r LEFT JOIN (SELECT order_id, customer_id FROM orders_checked WHERE fault IS NULL
                            UNION ALL FROM earlier_orders) AS o ON o.order_id = r.parent_id
WHERE r.is_refund;

-- What an order says of itself and its refund rows say again is given back once.
CREATE TABLE refunded_by_rows AS
SELECT parent_id AS order_id, sum(amount)::DECIMAL(18,6) AS amount FROM refunds_checked WHERE fault IS NULL AND is_first GROUP BY parent_id;
CREATE TABLE refunded_by_order AS
SELECT o.record, greatest(coalesce(o.refunded, 0) - coalesce(r.amount, 0), 0)::DECIMAL(18,6) AS refunded
FROM orders_checked AS o LEFT JOIN refunded_by_rows AS r USING (order_id) WHERE o.fault IS NULL;

-- ================================================================ orders

-- A further row of the order repeats its total or leaves it out: either way the money is there once.
CREATE TABLE further_lines AS
SELECT r.record, f.record AS other_record, r.order_id, r.amount, r.refunded, r.currency, r.quantity, r.item_total, r.category,
  CASE
    WHEN r.amount_text IS NOT NULL AND (r.amount IS DISTINCT FROM f.amount OR r.ordered_at IS DISTINCT FROM f.ordered_at
         OR r.customer_id IS DISTINCT FROM f.customer_id) THEN 'differs from an earlier line of the same order in its total, date or customer'
    WHEN f.fault IS NOT NULL OR NOT is_known(f.customer_id) THEN 'line of an order that is not stored' END AS reason
FROM rows_read AS r JOIN orders_checked AS f ON f.order_id = r.order_id WHERE NOT r.is_first AND NOT r.is_refund;

CREATE TABLE orders_of_all AS
SELECT 'orders' AS source, o.record, o.customer_id, o.order_id, o.ordered_at, o.amount, abs(o.discount) AS discount, o.status, is_sale(o.status) AS is_valid, o.channel,
  l.category, TRY_CAST(l.quantity AS INTEGER) AS quantity, b.refunded, o.refunded_at
FROM orders_checked AS o
JOIN refunded_by_order AS b USING (record)
JOIN (SELECT order_id, sum(quantity) AS quantity, arg_max(category, (coalesce(item_total, 0), -record)) AS category
      FROM (SELECT order_id, record, quantity, item_total, category FROM orders_checked
            UNION ALL SELECT order_id, record, quantity, item_total, category FROM further_lines WHERE reason IS NULL)
      GROUP BY order_id) AS l USING (order_id)
WHERE o.fault IS NULL ORDER BY o.record;

CREATE VIEW orders AS SELECT * EXCLUDE (refunded, refunded_at) FROM orders_of_all WHERE is_known(customer_id);
CREATE VIEW nobody AS
SELECT o.source, o.record, o.order_id, o.ordered_at, o.amount, (o.refunded + coalesce(r.amount, 0))::DECIMAL(18,6) AS refunded, o.status, o.is_valid
FROM orders_of_all AS o LEFT JOIN refunded_by_rows AS r USING (order_id) WHERE NOT is_known(o.customer_id);

-- Few exports say when money went back. Where none does it is taken off on the order's own day.
CREATE VIEW refunds AS
SELECT source, record, customer_id, order_id || '-refund' AS refund_id, refunded AS amount, order_id,
  CASE WHEN is_in_range(refunded_at) THEN refunded_at ELSE ordered_at END AS refunded_at, NOT coalesce(is_in_range(refunded_at), false) AS is_undated
FROM orders_of_all WHERE refunded > 0 AND is_known(customer_id)
UNION ALL
SELECT 'orders', record, customer_id, order_id, amount, parent_id, ordered_at, false
FROM refunds_checked WHERE fault IS NULL AND is_first AND amount > 0 AND is_known(customer_id);

CREATE TABLE customers AS
SELECT 'orders' AS source, min(record) AS record, customer_id, arg_max(email, ordered_at) AS email, arg_max(country, ordered_at) AS country,
  arg_max(city, ordered_at) AS city, arg_min(acquisition_channel, ordered_at) AS acquisition_channel
FROM orders_checked WHERE fault IS NULL AND is_known(customer_id) GROUP BY customer_id ORDER BY record;

-- ================================================================ what is not stored, and what should be known

-- What the rows of an order add to the money of the file: its total, less what it says was given back and no row of its own says too.
CREATE TABLE rows_of_money AS
SELECT o.record, o.currency, coalesce(o.amount, 0) - coalesce(b.refunded, o.refunded, 0) AS amount FROM orders_checked AS o LEFT JOIN refunded_by_order AS b USING (record)
UNION ALL
SELECT record, currency, -amount FROM refunds_checked WHERE is_first
UNION ALL
SELECT record, currency, money(amount, refunded) FROM further_lines WHERE reason LIKE 'differs%';

CREATE VIEW rejects AS
SELECT 'orders' AS source, record, r.fault.field, r.fault.reason, is_understood(r.fault.reason) AS is_understood, m.amount, m.currency
FROM orders_checked AS r JOIN rows_of_money AS m USING (record) WHERE r.fault IS NOT NULL
UNION ALL BY NAME
SELECT 'orders' AS source, record, r.fault.field, r.fault.reason, m.amount, m.currency
FROM refunds_checked AS r LEFT JOIN rows_of_money AS m USING (record) WHERE r.fault IS NOT NULL
UNION ALL BY NAME
SELECT 'orders' AS source, record, 'email' AS field, 'order of nobody known: neither an e-mail address nor a customer id to attribute it to' AS reason,
  true AS is_understood, m.amount, m.currency
FROM orders_checked AS o JOIN rows_of_money AS m USING (record) WHERE o.fault IS NULL AND NOT is_known(o.customer_id)
UNION ALL BY NAME
SELECT 'orders' AS source, record, 'email' AS field, 'refund of an order of nobody known' AS reason, true AS is_understood, m.amount, m.currency
FROM refunds_checked AS r LEFT JOIN rows_of_money AS m USING (record) WHERE r.fault IS NULL AND NOT is_known(r.customer_id)
UNION ALL BY NAME
SELECT 'orders' AS source, record, other_record, 'order_id' AS field, reason, 'order ' || order_id || ': differs from line {other} in its total, date or customer' AS detail,
  money(amount, refunded) AS amount, currency
FROM further_lines WHERE reason LIKE 'differs%'
UNION ALL BY NAME
SELECT 'orders' AS source, record, 'order_id' AS field, reason, true AS is_understood FROM further_lines WHERE reason LIKE 'line%';

CREATE VIEW money_read AS
SELECT 'orders' AS source, currency, sum(amount) AS amount FROM rows_of_money GROUP BY currency;

CREATE VIEW notes AS
SELECT 'orders' AS source, 'orders whose amount includes taxes or shipping' AS note, count(*) AS count, min(record) AS record
FROM orders_checked WHERE fault IS NULL AND (taxes > 0 OR shipping > 0)
UNION ALL
SELECT 'orders', 'further lines of an order: their quantities are added up', count(*), min(record) FROM further_lines WHERE reason IS NULL
UNION ALL
SELECT 'orders', 'refunded orders without an amount: taken to be refunded in full', count(*), min(record)
FROM orders_checked WHERE fault IS NULL AND refunded > 0 AND refunded_text IS NULL AND order_id NOT IN (SELECT order_id FROM refunded_by_rows)
UNION ALL
SELECT 'orders', 'rows of refunds: taken off their order on their own day', count(*), min(record) FROM refunds_checked WHERE fault IS NULL AND is_first
UNION ALL
SELECT 'orders', 'refunds without a date: taken off on the day of their order', count(*), min(record) FROM refunds WHERE is_undated;

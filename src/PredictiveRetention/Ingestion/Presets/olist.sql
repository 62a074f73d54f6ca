-- olist: the folder of the Brazilian marketplace's tables as published (olist_orders_dataset.csv and so on, also .csv.gz).
-- customer_id is one per order; the person is customer_unique_id. An order is worth what was paid for it, freight included.

INSERT INTO tables VALUES
  ('orders', ['olist_orders_dataset'], 'required', NULL),
  ('order_customers', ['olist_customers_dataset'], 'required', NULL),
  ('payments', ['olist_order_payments_dataset'], 'required', NULL),
  ('items', ['olist_order_items_dataset'], 'optional', 'no quantities and no categories'),
  ('products', ['olist_products_dataset'], 'optional', 'no categories'),
  ('translation', ['product_category_name_translation'], 'optional', 'categories stay Portuguese'),
  ('reviews', ['olist_order_reviews_dataset', 'order_reviews', 'order_review_scores_partial'], 'optional', 'no review scores'),
  ('leads', ['olist_marketing_qualified_leads_dataset'], 'unused', 'seller leads, not customer channels: not used'),
  ('deals', ['olist_closed_deals_dataset'], 'unused', 'seller leads, not customer channels: not used'),
  ('sellers', ['olist_sellers_dataset'], 'unused', 'sellers: not used'),
  ('geolocation', ['olist_geolocation_dataset'], 'unused', 'coordinates of postcodes: not used');

INSERT INTO fields VALUES
  ('orders', 'order_id', 'text', true, []),
  ('orders', 'customer_id', 'text', true, []),
  ('orders', 'status', 'text', true, ['order_status']),
  ('orders', 'ordered_at', 'time', true, ['order_purchase_timestamp']),
  ('orders', 'delivered_at', 'time', false, ['order_delivered_customer_date']),
  ('orders', 'promised_at', 'time', false, ['order_estimated_delivery_date']),
  ('order_customers', 'customer_id', 'text', true, []),
  ('order_customers', 'customer_unique_id', 'text', true, []),
  ('order_customers', 'city', 'text', false, ['customer_city']),
  ('payments', 'order_id', 'text', true, []),
  ('payments', 'payment_sequential', 'text', false, []),
  ('payments', 'payment_value', 'money', true, []),
  ('items', 'order_id', 'text', true, []),
  ('items', 'product_id', 'text', true, []),
  ('items', 'price', 'money', true, []),
  ('products', 'product_id', 'text', true, []),
  ('products', 'category', 'text', true, ['product_category_name']),
  ('translation', 'category', 'text', true, ['product_category_name']),
  ('translation', 'english', 'text', true, ['product_category_name_english']),
  ('reviews', 'order_id', 'text', true, []),
  ('reviews', 'review_score', 'number', true, []),
  ('reviews', 'reviewed_at', 'time', false, ['review_answer_timestamp', 'review_creation_date']);

SET VARIABLE preset_currency = 'BRL';
SET VARIABLE preset_time_zone = 'America/Sao_Paulo';
SET VARIABLE preset_statuses = ['delivered'];

-- LOAD: below, every table is there as source_<file>: its records with the fields above, typed, and their text as <field>_text.

SET VARIABLE order_identity = 'shop';
SET VARIABLE orders_money = 'payments';

-- ================================================================ who, and what was ordered

CREATE TABLE people AS
SELECT customer_id, min(record) AS record, any_value(customer_unique_id) AS person, any_value(city) AS city
FROM source_order_customers WHERE customer_id IS NOT NULL AND customer_unique_id IS NOT NULL
GROUP BY customer_id;

-- The review that came last counts where an order has several.
CREATE TABLE reviews AS
SELECT order_id, arg_max(review_score, (coalesce(reviewed_at, 0), record)) AS review_score, count(*) AS copies
FROM source_reviews WHERE order_id IS NOT NULL AND review_score IS NOT NULL GROUP BY order_id;

CREATE TABLE baskets AS
SELECT i.order_id, count(*)::INTEGER AS quantity, arg_max(coalesce(t.english, p.category), (i.price, -i.record)) AS category
FROM source_items AS i
LEFT JOIN (SELECT product_id, any_value(category) AS category FROM source_products GROUP BY product_id) AS p ON p.product_id = i.product_id
LEFT JOIN (SELECT category, any_value(english) AS english FROM source_translation GROUP BY category) AS t ON t.category = p.category
WHERE i.order_id IS NOT NULL GROUP BY i.order_id;

CREATE TABLE orders_checked AS
SELECT o.* EXCLUDE (customer_id), p.person, p.city,
  CASE
    WHEN o.order_id IS NULL THEN fault('order_id', 'no order id')
    WHEN is_too_long(o.order_id) THEN too_long('order_id')
    WHEN p.person IS NULL THEN fault('customer_id', 'no customer of this id in the table of customers')
    WHEN row_number() OVER (PARTITION BY o.order_id ORDER BY o.record) > 1 THEN fault('order_id', 'order id of an earlier line')
    ELSE time_fault('ordered_at', o.ordered_at_text, o.ordered_at) END AS fault
FROM source_orders AS o LEFT JOIN people AS p USING (customer_id);

-- ================================================================ what was paid

CREATE TABLE payments_checked AS
SELECT p.*,
  CASE
    WHEN o.order_id IS NULL THEN fault('order_id', 'payment for an order that is not stored')
    WHEN payment_sequential IS NOT NULL AND row_number() OVER (PARTITION BY p.order_id, payment_sequential ORDER BY p.record) > 1
         THEN fault('payment_sequential', 'payment number of an earlier line of this order')
    ELSE coalesce(
      money_fault('payment_value', payment_value_text, payment_value),
      CASE WHEN payment_value < 0 THEN fault('payment_value', 'negative payment') END) END AS fault
FROM source_payments AS p LEFT JOIN (SELECT order_id FROM orders_checked WHERE fault IS NULL) AS o USING (order_id);

CREATE TABLE paid AS
SELECT order_id, sum(payment_value)::DECIMAL(18,6) AS amount FROM payments_checked WHERE fault IS NULL GROUP BY order_id;

-- ================================================================ canonical rows

-- What was paid for an order without a payment is unknown and not made up: it is an order of nothing, which is no purchase.
CREATE TABLE orders AS
SELECT 'orders' AS source, record, person AS customer_id, order_id, ordered_at, coalesce(amount, 0)::DECIMAL(18,6) AS amount,
  lower(status) AS status, is_sale(status) AS is_valid, category, quantity, promised_at, delivered_at, review_score, amount IS NULL AS is_unpaid
FROM orders_checked LEFT JOIN paid USING (order_id) LEFT JOIN baskets USING (order_id) LEFT JOIN reviews USING (order_id)
WHERE fault IS NULL ORDER BY record;

-- Where they live is what their last order says. How they came to the shop no table says.
CREATE TABLE customers AS
SELECT 'orders' AS source, min(record) AS record, person AS customer_id, 'BR' AS country, arg_max(city, ordered_at) AS city
FROM orders_checked WHERE fault IS NULL GROUP BY person ORDER BY record;

CREATE VIEW rejects AS
SELECT 'orders' AS source, record, fault.field, fault.reason FROM orders_checked WHERE fault IS NOT NULL
UNION ALL BY NAME
SELECT 'payments' AS source, record, fault.field, fault.reason, payment_value AS amount, 'BRL' AS currency FROM payments_checked WHERE fault IS NOT NULL
UNION ALL BY NAME
SELECT 'order_customers' AS source, record, 'customer_id' AS field, 'no customer id' AS reason
FROM source_order_customers WHERE customer_id IS NULL OR customer_unique_id IS NULL
UNION ALL BY NAME
SELECT 'order_customers' AS source, c.record, p.record AS other_record, 'customer_id' AS field, 'customer id of an earlier line' AS reason,
  'customer id of line {other}' AS detail
FROM source_order_customers AS c JOIN people AS p USING (customer_id) WHERE c.record > p.record AND c.customer_unique_id IS NOT NULL;

CREATE VIEW money_read AS
SELECT 'payments' AS source, 'BRL' AS currency, sum(payment_value) AS amount FROM source_payments;

CREATE VIEW notes AS
SELECT 'orders' AS source, 'orders without a payment: kept, worth nothing and so no purchase' AS note, count(*) AS count, min(record) AS record
FROM orders WHERE is_unpaid
UNION ALL
SELECT 'orders', 'orders without items: kept, without quantity and category', count(*), min(record)
FROM orders WHERE quantity IS NULL AND (SELECT count(*) FROM source_items) > 0
UNION ALL
SELECT 'products', 'products without a category', count(*), min(record) FROM source_products WHERE category IS NULL
UNION ALL
SELECT 'products', 'products of a category without an English name: the Portuguese one is kept', count(*), min(record)
FROM source_products WHERE category IS NOT NULL AND (SELECT count(*) FROM source_translation) > 0
  AND category NOT IN (SELECT category FROM source_translation WHERE category IS NOT NULL)
UNION ALL
SELECT 'reviews', 'further reviews of one order: the latest counts', coalesce(sum(copies - 1), 0), NULL FROM reviews
UNION ALL
SELECT 'reviews', 'reviews of orders that are not in the table of orders: not used', count(*), min(record)
FROM source_reviews WHERE order_id NOT IN (SELECT order_id FROM orders)
UNION ALL
SELECT 'items', 'items of orders that are not in the table of orders: not used', count(*), min(record)
FROM source_items WHERE order_id NOT IN (SELECT order_id FROM orders)
UNION ALL
SELECT 'order_customers', 'people with orders under several customer ids: one customer each', count(*), NULL
FROM (SELECT person FROM people GROUP BY person HAVING count(*) > 1);

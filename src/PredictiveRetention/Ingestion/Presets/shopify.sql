-- shopify: the orders export (Admin > Orders > Export). One row per line item; what concerns the whole order stands in its first row
-- only. The rows of an order share its Name. The customer is the e-mail address, or the telephone number where there is none.

INSERT INTO fields VALUES
  ('orders', 'order_id', 'text', true, ['name', 'order_name']),
  ('orders', 'email', 'text', true, ['contact_email']),
  ('orders', 'phone', 'text', false, []),
  ('orders', 'status', 'text', false, ['financial_status', 'payment_status']),
  ('orders', 'ordered_at', 'time', true, ['created_at']),
  ('orders', 'cancelled_at', 'time', false, ['canceled_at']),
  ('orders', 'currency', 'text', false, []),
  ('orders', 'total', 'money', true, []),
  ('orders', 'shipping', 'money', false, []),
  ('orders', 'taxes', 'money', false, []),
  ('orders', 'discount', 'money', false, ['discount_amount']),
  ('orders', 'refunded', 'money', false, ['refunded_amount']),
  ('orders', 'lineitem_name', 'text', true, []),
  ('orders', 'lineitem_quantity', 'number', false, []),
  ('orders', 'lineitem_price', 'money', false, []),
  ('orders', 'lineitem_discount', 'money', false, []),
  ('orders', 'needs_shipping', 'flag', false, ['lineitem_requires_shipping']),
  ('orders', 'payment_method', 'text', false, []),
  ('orders', 'tags', 'text', false, []),
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

-- A card that was sold is a debt of the shop until it is spent, and what is bought with it is the sale. Nothing is sent for it.
CREATE MACRO is_gift_card(name, needs_shipping) AS coalesce(needs_shipping, false) = false AND regexp_matches(lower(coalesce(name, '')),
  'gift ?card|e-?gift|gift voucher|gift certificate|gutschein|geschenkkarte|carte[ -]cadeau|chèque[ -]cadeau|bon cadeau|tarjeta (de )?regalo|cheque regalo|(buono|carta|scheda) regalo|cadeau ?(bon|kaart)|vale[ -]presente|cart(ão|ao)[ -](presente|oferta)|karta (podarunkowa|prezentowa)|bon podarunkowy|ギフトカード|ギフト券|商品券');

CREATE TABLE lines AS
SELECT record, order_id, lineitem_quantity, is_gift_card(lineitem_name, needs_shipping) AS is_gift_card, lower(lineitem_name) IN ('tip', 'trinkgeld', 'pourboire', 'propina', 'mancia', 'fooi', 'gorjeta', 'napiwek', 'チップ') AS is_tip,
  TRY((lineitem_price * coalesce(lineitem_quantity, 1) - coalesce(lineitem_discount, 0))::DECIMAL(18,6)) AS amount
FROM source_orders WHERE order_id IS NOT NULL;

-- Cards in an order of other goods as well are taken out of what it is worth; an order of nothing but cards and tips is none.
CREATE TABLE gift_cards AS
SELECT order_id, sum(amount) FILTER (is_gift_card)::DECIMAL(18,6) AS sold, bool_and(is_gift_card OR is_tip) AS is_all
FROM lines GROUP BY order_id HAVING bool_or(is_gift_card);

CREATE TABLE orders_checked AS
SELECT s.* EXCLUDE (refunded, status), abs(refunded) AS refunded,
  customer_of(id_text(email), regexp_replace(phone, '[^0-9+]', '', 'g')) AS customer_id,
  -- What the order's own status does not say: it was cancelled, it was a test, it sold a promise.
  CASE WHEN cancelled_at_text IS NOT NULL THEN 'cancelled'
       WHEN regexp_matches(lower(payment_method), '\bbogus\b|\btest(ing)?\b|test gateway|test mode') THEN 'test'
       WHEN g.is_all THEN 'gift card'
       ELSE lower(status) END AS status,
  CASE WHEN g.is_all THEN 0 ELSE least(coalesce(g.sold, 0), total) END AS cards_sold,
  -- More came back than the goods were worth: a card was given back with them.
  CASE WHEN g.sold > 0 AND NOT g.is_all THEN greatest(abs(coalesce(refunded, 0)) - greatest(total - g.sold, 0), 0) ELSE 0 END AS cards_returned,
  CASE
    WHEN s.order_id IS NULL THEN fault('order_id', 'no order name')
    WHEN is_too_long(s.order_id) THEN too_long('order_id')
    WHEN is_too_long(email) THEN too_long('email')
    WHEN row_number() OVER (PARTITION BY s.order_id ORDER BY record) > 1 THEN fault('order_id', 'order name of an earlier line')
    ELSE coalesce(
      time_fault('ordered_at', ordered_at_text, ordered_at),
      money_fault('total', total_text, total),
      CASE WHEN total < 0 THEN fault('total', 'negative total') END,
      CASE WHEN NOT is_no_amount(refunded_text) THEN money_fault('refunded', refunded_text, refunded) END,
      currency_fault(currency)) END AS fault
FROM source_orders AS s LEFT JOIN gift_cards AS g USING (order_id)
WHERE total_text IS NOT NULL ORDER BY record;

CREATE TABLE further_lines AS
SELECT s.record, s.order_id, s.lineitem_quantity, o.order_id IS NOT NULL AS is_kept
FROM source_orders AS s LEFT JOIN (SELECT order_id FROM orders_checked WHERE fault IS NULL AND is_known(customer_id)) AS o USING (order_id)
WHERE total_text IS NULL;

-- Total is what was paid, taxes, shipping and tips with it, after discount and before refunds.
CREATE TABLE orders_of_all AS
SELECT 'orders' AS source, o.record, customer_id, o.order_id, ordered_at, (total - coalesce(cards_sold, 0))::DECIMAL(18,6) AS amount, abs(discount) AS discount, status,
  is_sale_unless(status, is_no_sale(status)) AND status NOT IN ('cancelled', 'test', 'gift card') IS NOT false AS is_valid,
  channel, TRY_CAST(coalesce(lineitem_quantity, 0) + coalesce(l.quantity, 0) AS INTEGER) AS quantity, (coalesce(refunded, 0) - cards_returned)::DECIMAL(18,6) AS refunded
FROM orders_checked AS o
LEFT JOIN (SELECT order_id, sum(lineitem_quantity) AS quantity FROM further_lines GROUP BY order_id) AS l USING (order_id)
WHERE fault IS NULL ORDER BY o.record;

CREATE VIEW orders AS SELECT * EXCLUDE (refunded) FROM orders_of_all WHERE is_known(customer_id);
CREATE VIEW nobody AS FROM orders_of_all WHERE NOT is_known(customer_id);

-- The export never says when money went back: it is taken off on the order's own day.
CREATE VIEW refunds AS
SELECT source, record, customer_id, order_id || '-refund' AS refund_id, refunded AS amount, order_id, ordered_at AS refunded_at, true AS is_undated
FROM orders_of_all WHERE is_known(customer_id) AND refunded > 0;

CREATE TABLE customers AS
SELECT 'orders' AS source, min(record) AS record, customer_id, arg_max(lower(email), ordered_at) AS email, arg_max(accepts_marketing, ordered_at) AS consent_email,
  arg_max(coalesce(shipping_country, billing_country), ordered_at) AS country, arg_max(coalesce(shipping_city, billing_city), ordered_at) AS city
FROM orders_checked WHERE fault IS NULL AND is_known(customer_id) GROUP BY customer_id ORDER BY record;

CREATE VIEW rejects AS
SELECT 'orders' AS source, record, fault.field, fault.reason, is_understood(fault.reason) AS is_understood, money(total, refunded) AS amount, currency
FROM orders_checked WHERE fault IS NOT NULL
UNION ALL BY NAME
SELECT 'orders' AS source, record, 'email' AS field, 'order of nobody known: neither an e-mail address nor a telephone number to attribute it to' AS reason,
  true AS is_understood, money(total - coalesce(cards_sold, 0), coalesce(refunded, 0) - cards_returned) AS amount, currency
FROM orders_checked WHERE fault IS NULL AND NOT is_known(customer_id)
UNION ALL BY NAME
SELECT 'orders' AS source, record, 'order_id' AS field, 'line of an order that is not stored' AS reason, true AS is_understood FROM further_lines WHERE NOT is_kept;

CREATE VIEW money_read AS
SELECT 'orders' AS source, currency, sum(money(total, refunded)) AS amount FROM orders_checked GROUP BY currency;

CREATE VIEW left_out AS
SELECT 'orders' AS source, 'gift cards sold together with goods: no sale until they are spent' AS reason, count(*) AS count, sum(cards_sold - cards_returned) AS amount, currency, min(record) AS record
FROM orders_checked WHERE fault IS NULL AND cards_sold > 0 GROUP BY currency;

CREATE VIEW notes AS
SELECT 'orders' AS source, 'orders whose amount includes taxes or shipping' AS note, count(*) AS count, min(record) AS record
FROM orders_checked WHERE fault IS NULL AND (taxes > 0 OR shipping > 0)
UNION ALL
SELECT 'orders', 'further lines of an order: their quantities are added up', count(*), min(record) FROM further_lines WHERE is_kept
UNION ALL
SELECT 'orders', format('cancelled orders, whatever was paid for them ({:.2f} {}): no sale', sum(total), getvariable('shop_currency')), count(*), min(record)
FROM orders_checked WHERE fault IS NULL AND status = 'cancelled' HAVING count(*) > 0
UNION ALL
SELECT 'orders', format('orders that sell a gift card and nothing else ({:.2f} {}): no sale until it is spent', sum(total), getvariable('shop_currency')), count(*), min(record)
FROM orders_checked WHERE fault IS NULL AND status = 'gift card' HAVING count(*) > 0
UNION ALL
SELECT 'orders', format('orders paid through a test gateway ({:.2f} {}): no sale', sum(total), getvariable('shop_currency')), count(*), min(record)
FROM orders_checked WHERE fault IS NULL AND status = 'test' HAVING count(*) > 0
UNION ALL
SELECT 'orders', 'orders paid with a gift card or store credit, wholly or in part: sales of their whole total', count(*), min(record)
FROM orders_checked WHERE fault IS NULL AND regexp_matches(lower(payment_method), 'gift.?card|store.?credit')
UNION ALL
SELECT 'orders', 'orders tagged or paid as exchanges: sales of their whole total, as what came back for them was refunded', count(*), min(record)
FROM orders_checked WHERE fault IS NULL AND regexp_matches(lower(concat_ws(' ', tags, payment_method)), '\bexchange|umtausch|\béchange|\bcambio|\bscambio|\bomruil|\btroca\b|\bwymian|交換')
UNION ALL
SELECT 'orders', format('tips ({:.2f} {}): part of what the order is worth', sum(amount), getvariable('shop_currency')), count(*), min(record) FROM lines WHERE is_tip HAVING count(*) > 0
UNION ALL
SELECT 'orders', 'customers known by their telephone number: the order has no e-mail address', count(*), min(record)
FROM orders_checked WHERE fault IS NULL AND email IS NULL AND is_known(customer_id)
UNION ALL
SELECT 'orders', 'refunds without a date: taken off on the day of their order', count(*), min(record) FROM refunds;

-- stripe: the payments export (Dashboard > Transactions > Export; also of charges). One row per charge; amounts are in major units, times
-- are UTC, currencies are in lower case. The customer is Stripe's customer id, or the e-mail address where there is none.

INSERT INTO fields VALUES
  ('orders', 'order_id', 'text', true, ['id', 'charge_id']),
  ('orders', 'ordered_at', 'utc_time', true, ['created_date_(utc)', 'created_(utc)', 'created']),
  ('orders', 'amount', 'money', true, []),
  ('orders', 'refunded', 'money', true, ['amount_refunded']),
  ('orders', 'currency', 'text', true, []),
  ('orders', 'status', 'text', false, []),
  ('orders', 'captured', 'flag', false, []),
  ('orders', 'mode', 'text', false, []),
  ('orders', 'customer_id', 'text', false, ['customer']),
  ('orders', 'email', 'text', false, ['customer_email', 'customer_email_(metadata)', 'receipt_email', 'email_(metadata)']),
  ('orders', 'refunded_at', 'utc_time', false, ['refunded_date_(utc)', 'refunded_(utc)']),
  ('orders', 'disputed', 'money', false, ['disputed_amount']),
  ('orders', 'country', 'text', false, ['card_address_country', 'shipping_address_country', 'card_issue_country']),
  ('orders', 'city', 'text', false, ['card_address_city', 'shipping_address_city']);

-- LOAD: below, the file is there as source_orders: its records with the fields above, typed, and their text as <field>_text.

SET VARIABLE order_identity = 'shop';
SET VARIABLE orders_grain = 'charge';

CREATE MACRO money(amount, refunded) AS coalesce(amount, 0) - coalesce(refunded, 0);

CREATE TABLE charges AS
SELECT s.* EXCLUDE (customer_id, refunded), coalesce(customer_id, lower(email)) AS customer_id, abs(refunded) AS refunded,
  CASE
    WHEN order_id IS NULL THEN fault('order_id', 'no id')
    WHEN is_too_long(order_id) THEN too_long('order_id')
    WHEN is_too_long(coalesce(customer_id, email)) THEN too_long('customer_id')
    WHEN customer_id IS NULL AND email IS NULL THEN fault('customer_id', 'guest charge: neither a customer id nor an e-mail address to attribute it to')
    WHEN row_number() OVER (PARTITION BY order_id ORDER BY record) > 1 THEN fault('order_id', 'id of an earlier line')
    ELSE sale_fault(ordered_at_text, ordered_at, amount_text, amount, refunded_text, refunded, currency) END AS fault
FROM source_orders AS s ORDER BY record;

-- A charge that was not collected, or in test mode, is no sale whatever statuses are asked for.
CREATE VIEW orders AS
SELECT 'orders' AS source, record, customer_id, order_id, ordered_at, amount, lower(status) AS status,
  is_sale_unless(status, is_no_sale(status) OR status_word(status) IN ('requires-payment-method', 'requires-confirmation', 'requires-action', 'requires-capture',
    'processing', 'incomplete', 'blocked', 'uncaptured')) AND coalesce(captured, true) AND coalesce(lower(mode), 'live') <> 'test' AS is_valid
FROM charges WHERE fault IS NULL;

-- A refund without a date had happened by the end of the file, which is the only day that gives nothing away early.
CREATE VIEW refunds AS
SELECT 'orders' AS source, record, customer_id, order_id || '-refund' AS refund_id, refunded AS amount, order_id,
  CASE WHEN is_in_range(refunded_at) THEN refunded_at
       ELSE (SELECT max(greatest(ordered_at, CASE WHEN is_in_range(refunded_at) THEN refunded_at END)) FROM charges WHERE fault IS NULL) END AS refunded_at
FROM charges WHERE fault IS NULL AND refunded > 0;

CREATE TABLE customers AS
SELECT 'orders' AS source, min(record) AS record, customer_id, arg_max(lower(email), ordered_at) AS email, arg_max(country, ordered_at) AS country,
  arg_max(city, ordered_at) AS city
FROM charges WHERE fault IS NULL GROUP BY customer_id ORDER BY record;

CREATE VIEW rejects AS
SELECT 'orders' AS source, record, fault.field, fault.reason, money(amount, refunded) AS amount, currency FROM charges WHERE fault IS NOT NULL;

CREATE VIEW money_read AS
SELECT 'orders' AS source, currency, sum(money(amount, refunded)) AS amount FROM charges GROUP BY currency;

CREATE VIEW notes AS
SELECT 'orders' AS source, 'charges that were not captured or in test mode: stored, and in no figure' AS note, count(*) AS count, min(record) AS record
FROM charges WHERE fault IS NULL AND (captured = false OR lower(mode) = 'test')
UNION ALL
SELECT 'orders', 'charges under dispute: kept as sales until they are refunded', count(*), min(record) FROM charges WHERE fault IS NULL AND disputed > 0
UNION ALL
SELECT 'orders', 'refunds without a date: dated at the last charge or refund of the file', count(*), min(record)
FROM charges WHERE fault IS NULL AND refunded > 0 AND NOT coalesce(is_in_range(refunded_at), false);

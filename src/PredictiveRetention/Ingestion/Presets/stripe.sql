-- stripe: the payments export (Dashboard > Transactions > Export; also of charges). One row per charge; amounts are in major units, times
-- are UTC, currencies are in lower case. The customer is Stripe's customer id, or the e-mail address where there is none.

INSERT INTO fields VALUES
  ('orders', 'order_id', 'text', true, ['id', 'charge_id']),
  ('orders', 'ordered_at', 'utc_time', true, ['created_date_(utc)', 'created_(utc)', 'created']),
  ('orders', 'amount', 'money', true, []),
  ('orders', 'refunded', 'money', true, ['amount_refunded']),
  ('orders', 'currency', 'text', true, []),
  ('orders', 'converted_amount', 'money', false, []),
  ('orders', 'converted_refunded', 'money', false, ['converted_amount_refunded']),
  ('orders', 'converted_currency', 'text', false, []),
  ('orders', 'status', 'text', false, []),
  ('orders', 'captured', 'flag', false, []),
  ('orders', 'mode', 'text', false, []),
  ('orders', 'customer_id', 'text', false, ['customer']),
  ('orders', 'email', 'text', false, ['customer_email', 'customer_email_(metadata)', 'receipt_email', 'email_(metadata)']),
  ('orders', 'refunded_at', 'utc_time', false, ['refunded_date_(utc)', 'refunded_(utc)']),
  ('orders', 'disputed', 'money', false, ['disputed_amount']),
  ('orders', 'dispute_status', 'text', false, []),
  ('orders', 'disputed_at', 'utc_time', false, ['dispute_date_(utc)', 'dispute_(utc)', 'dispute_date']),
  ('orders', 'country', 'text', false, ['card_address_country', 'shipping_address_country', 'card_issue_country']),
  ('orders', 'city', 'text', false, ['card_address_city', 'shipping_address_city']);

-- LOAD: below, the file is there as source_orders: its records with the fields above, typed, and their text as <field>_text.

SET VARIABLE order_identity = 'shop';
SET VARIABLE orders_grain = 'charge';

CREATE MACRO money(amount, refunded) AS coalesce(amount, 0) - coalesce(refunded, 0);

-- A charge in another currency was settled in the shop's: what arrived is what it is worth.
CREATE TABLE settled AS
SELECT * EXCLUDE (amount, amount_text, refunded, refunded_text, currency, disputed),
  CASE WHEN is_settled THEN converted_amount ELSE amount END AS amount,
  CASE WHEN is_settled THEN converted_amount_text ELSE amount_text END AS amount_text,
  abs(CASE WHEN is_settled THEN coalesce(converted_refunded, (refunded * converted_amount / nullif(amount, 0))::DECIMAL(18,6)) ELSE refunded END) AS refunded,
  CASE WHEN is_settled THEN coalesce(converted_refunded_text, refunded_text) ELSE refunded_text END AS refunded_text,
  CASE WHEN is_settled THEN upper(converted_currency) ELSE currency END AS currency,
  (CASE WHEN is_settled THEN disputed * converted_amount / nullif(amount, 0) ELSE disputed END)::DECIMAL(18,6) AS disputed
FROM (SELECT *, coalesce(currency <> getvariable('shop_currency') AND upper(converted_currency) = getvariable('shop_currency') AND converted_amount IS NOT NULL, false) AS is_settled
      FROM source_orders);

CREATE TABLE charges AS
SELECT s.* EXCLUDE (customer_id), customer_of(id_text(customer_id), lower(email)) AS customer_id,
  CASE WHEN regexp_matches(lower(dispute_status), 'lost|charge_refunded|^accepted') THEN least(coalesce(disputed, amount), amount - coalesce(refunded, 0)) END AS lost,
  CASE
    WHEN order_id IS NULL THEN fault('order_id', 'no id')
    WHEN is_too_long(order_id) THEN too_long('order_id')
    WHEN is_too_long(coalesce(customer_id, email)) THEN too_long('customer_id')
    WHEN row_number() OVER (PARTITION BY order_id ORDER BY record) > 1 THEN fault('order_id', 'id of an earlier line')
    ELSE sale_fault(ordered_at_text, ordered_at, amount_text, amount, refunded_text, refunded, currency) END AS fault
FROM settled AS s ORDER BY record;

-- A charge that was not collected, or in test mode, is no sale whatever statuses are asked for.
CREATE TABLE charges_of_all AS
SELECT 'orders' AS source, record, customer_id, order_id, ordered_at, amount,
  CASE WHEN lower(mode) = 'test' THEN 'test' WHEN captured = false AND NOT coalesce(is_no_sale(status), false) THEN 'uncaptured' ELSE lower(status) END AS status,
  is_sale_unless(status, is_no_sale(status) OR status_word(status) IN ('requires-payment-method', 'requires-confirmation', 'requires-action', 'requires-capture',
    'processing', 'incomplete', 'blocked', 'uncaptured')) AND coalesce(captured, true) AND coalesce(lower(mode), 'live') <> 'test' AS is_valid,
  (coalesce(refunded, 0) + coalesce(lost, 0))::DECIMAL(18,6) AS refunded
FROM charges WHERE fault IS NULL;
CREATE VIEW orders AS SELECT * EXCLUDE (refunded) FROM charges_of_all WHERE is_known(customer_id);
CREATE VIEW nobody AS FROM charges_of_all WHERE NOT is_known(customer_id);

-- A refund without a date is taken off on the day of its charge. A dispute that was lost took the money, and the only day the export has
-- is that of the dispute.
CREATE VIEW refunds AS
SELECT 'orders' AS source, record, customer_id, order_id || '-refund' AS refund_id, refunded AS amount, order_id,
  CASE WHEN is_in_range(refunded_at) THEN refunded_at ELSE ordered_at END AS refunded_at, NOT coalesce(is_in_range(refunded_at), false) AS is_undated
FROM charges WHERE fault IS NULL AND refunded > 0 AND is_known(customer_id)
UNION ALL
SELECT 'orders', record, customer_id, order_id || '-dispute', lost, order_id,
  CASE WHEN is_in_range(disputed_at) THEN disputed_at ELSE ordered_at END, NOT coalesce(is_in_range(disputed_at), false)
FROM charges WHERE fault IS NULL AND lost > 0 AND is_known(customer_id);

CREATE TABLE customers AS
SELECT 'orders' AS source, min(record) AS record, customer_id, arg_max(lower(email), ordered_at) AS email, arg_max(country, ordered_at) AS country,
  arg_max(city, ordered_at) AS city
FROM charges WHERE fault IS NULL AND is_known(customer_id) GROUP BY customer_id ORDER BY record;

CREATE VIEW rejects AS
SELECT 'orders' AS source, record, fault.field, fault.reason, is_understood(fault.reason) AS is_understood, money(amount, refunded) - coalesce(lost, 0) AS amount, currency
FROM charges WHERE fault IS NOT NULL
UNION ALL BY NAME
SELECT 'orders' AS source, record, 'customer_id' AS field, 'order of nobody known: neither a customer id nor an e-mail address to attribute it to' AS reason,
  true AS is_understood, money(amount, refunded) - coalesce(lost, 0) AS amount, currency
FROM charges WHERE fault IS NULL AND NOT is_known(customer_id);

CREATE VIEW money_read AS
SELECT 'orders' AS source, currency, sum(money(amount, refunded) - coalesce(lost, 0)) AS amount FROM charges GROUP BY currency;

CREATE VIEW notes AS
SELECT 'orders' AS source, 'charges that were not captured or in test mode: stored, and in no figure' AS note, count(*) AS count, min(record) AS record
FROM charges WHERE fault IS NULL AND (captured = false OR lower(mode) = 'test')
UNION ALL
SELECT 'orders', 'charges in another currency: worth what they were settled for', count(*), min(record) FROM charges WHERE fault IS NULL AND is_settled
UNION ALL
SELECT 'orders', 'charges whose dispute was lost: the money went back on the day of the dispute', count(*), min(record) FROM charges WHERE fault IS NULL AND lost > 0
UNION ALL
SELECT 'orders', 'charges whose dispute was won: sales', count(*), min(record)
FROM charges WHERE fault IS NULL AND regexp_matches(lower(dispute_status), 'won|warning_closed|prevented')
UNION ALL
SELECT 'orders', 'charges under dispute: kept as sales until it is lost', count(*), min(record)
FROM charges WHERE fault IS NULL AND lost IS NULL AND (disputed > 0 OR dispute_status IS NOT NULL)
  AND NOT coalesce(regexp_matches(lower(dispute_status), 'won|warning_closed|prevented'), false)
UNION ALL
SELECT 'orders', 'refunds without a date: taken off on the day of their charge', count(*), min(record) FROM refunds WHERE is_undated;

-- generic: one file per kind of row, headers by their usual names or by --map.

INSERT INTO fields VALUES
  ('orders', 'customer_id', 'text', true, ['customer', 'customer.id', 'user_id', 'user.id', 'client_id', 'customerid', 'cust_id', 'customer_unique_id', 'customer_no', 'customer_number', 'customer_key', 'user', 'userid', 'client', 'buyer_id', 'member_id', 'account_id', 'shopper_id', 'contact_id', 'visitor_id', 'client_no']),
  ('orders', 'order_id', 'text', true, ['invoice', 'invoice_no', 'invoice_id', 'invoice_number', 'transaction_id', 'transaction', 'order', 'order_no', 'order_number', 'order_key', 'purchase_id', 'receipt_id', 'receipt_no', 'id']),
  ('orders', 'ordered_at', 'time', true, ['order_date', 'purchased_at', 'created_at', 'created', 'date', 'invoice_date', 'order_purchase_timestamp', 'purchase_date', 'purchase_timestamp', 'order_timestamp', 'order_datetime', 'order_time', 'transaction_date', 'transaction_time', 'transaction_timestamp', 'placed_at', 'paid_at', 'processed_at', 'datetime', 'timestamp', 'time']),
  ('orders', 'amount', 'money', true, ['total', 'total_amount', 'revenue', 'net_amount', 'value', 'paid', 'total_paid', 'amount_paid', 'net_revenue', 'net_sales', 'sales', 'sale_amount', 'payment_value', 'transaction_amount', 'transaction_value', 'spend', 'grand_total_(base)', 'grand_total_(purchased)']),
  ('orders', 'line_total', 'money', false, ['line_amount', 'line_price', 'item_total', 'item_amount', 'row_total', 'extended_price', 'extended_amount', 'line_revenue']),
  ('orders', 'order_total', 'money', false, ['grand_total', 'order_amount', 'order_value', 'total_price', 'total_order_value', 'invoice_total', 'basket_value', 'cart_total']),
  ('orders', 'unit_price', 'money', false, ['price', 'item_price', 'price_each', 'price_per_unit', 'price_per_item', 'unit_amount', 'product_price', 'selling_price', 'sale_price', 'lineitem_price']),
  ('orders', 'discount', 'money', false, ['discount_amount', 'total_discount', 'total_discounts', 'discounts', 'rebate', 'item_discount', 'line_discount', 'item_promotion_discount', 'promotion_discount']),
  ('orders', 'discount_rate', 'rate', false, ['discount_percent', 'discount_percentage', 'discount_pct', 'percent_discount', 'rebate_rate']),
  ('orders', 'refunded', 'money', false, ['refunded_amount', 'amount_refunded', 'refund_amount', 'total_refunded', 'refund_total', 'refunded_total', 'refund_value', 'order_refund_amount', 'refund', 'refunds', 'return_amount', 'returned_amount', 'amount_returned', 'return_value', 'returns', 'credit_amount', 'credited_amount', 'credit_note_amount', 'refunds[].amount', 'refunds[].total']),
  ('orders', 'is_refunded', 'flag', false, ['was_refunded', 'fully_refunded']),
  ('orders', 'refunded_at', 'time', false, ['refund_date', 'refunded_on', 'date_refunded', 'order_refund_date', 'return_date', 'returned_at', 'returned_on', 'credit_date', 'credit_note_date']),
  ('orders', 'currency', 'text', false, ['currency_code', 'order_currency', 'iso_currency']),
  ('orders', 'status', 'text', false, ['order_status', 'state', 'order_state']),
  ('orders', 'payment_status', 'text', false, ['financial_status', 'payment_state', 'paid_status', 'status_of_payment']),
  ('orders', 'is_paid', 'flag', false, ['paid', 'was_paid', 'payment_received', 'paid_yn']),
  ('orders', 'cancelled_at', 'time', false, ['canceled_at', 'cancelled', 'canceled', 'cancellation_date', 'cancelled_on', 'date_cancelled', 'voided_at']),
  ('orders', 'is_cancelled', 'flag', false, ['is_canceled', 'was_cancelled', 'voided', 'is_void']),
  ('orders', 'is_test', 'flag', false, ['test', 'test_order', 'is_test_order', 'test_mode']),
  ('orders', 'channel', 'text', false, ['sales_channel', 'order_channel', 'source', 'source_name', 'platform', 'store_type']),
  ('orders', 'category', 'text', false, ['product_category', 'category_name', 'product_category_name', 'department', 'product_type']),
  ('orders', 'quantity', 'number', false, ['units', 'items', 'qty', 'item_count', 'items_count', 'number_of_items', 'num_items', 'total_quantity', 'total_items']),
  ('orders', 'promised_at', 'time', false, ['promised_date', 'estimated_delivery', 'estimated_delivery_date', 'order_estimated_delivery_date', 'delivery_promised_at', 'expected_delivery_date', 'due_date']),
  ('orders', 'delivered_at', 'time', false, ['delivered_date', 'delivery_date', 'order_delivered_customer_date', 'delivered', 'delivered_on', 'received_at']),
  ('orders', 'review_score', 'number', false, ['review', 'rating', 'stars', 'score', 'review_rating']),
  ('orders', 'margin', 'money', false, ['contribution', 'contribution_margin', 'gross_profit', 'profit', 'gross_margin']),
  ('orders', 'line', 'text', false, ['line_id', 'line_no', 'line_number', 'order_line_id', 'order_item_id', 'line_item_id', 'sku', 'product', 'product_id', 'product_name', 'stock_code', 'item', 'item_id', 'item_name', 'description', 'lineitem_name', 'lineitem_sku']),
  ('orders', 'country', 'text', false, ['customer_country', 'country_code', 'shipping_country', 'billing_country']),
  ('orders', 'city', 'text', false, ['customer_city', 'shipping_city', 'billing_city', 'town']),
  ('orders', 'gender', 'text', false, ['sex', 'customer_gender']),
  ('orders', 'email', 'text', false, ['customer_email', 'email_address', 'e_mail']),
  ('orders', 'acquisition_channel', 'text', false, ['acquisition_source', 'acquired_via', 'first_channel', 'utm_source']),
  ('refunds', 'customer_id', 'text', true, ['customer', 'user_id', 'client_id', 'customerid', 'cust_id', 'customer_unique_id', 'customer_no', 'customer_number', 'user', 'userid', 'client', 'buyer_id', 'member_id', 'account_id']),
  ('refunds', 'email', 'text', false, ['customer_email', 'email_address', 'e_mail']),
  ('refunds', 'refund_id', 'text', true, ['refund', 'refund_no', 'refund_number', 'credit_note', 'credit_note_id', 'credit_note_no', 'return_id', 'cancellation_id', 'refund_transaction_id', 'id', 'transaction_id', 'invoice_no', 'invoice', 'invoice_id', 'order_id', 'order_no', 'order_number', 'order']),
  ('refunds', 'refunded_at', 'time', true, ['refund_date', 'refunded_on', 'returned_at', 'return_date', 'credited_at', 'credit_note_date', 'created_at', 'created', 'date', 'ordered_at', 'order_date', 'invoice_date', 'transaction_date', 'processed_at', 'timestamp', 'datetime']),
  ('refunds', 'amount', 'money', true, ['refund_amount', 'refunded_amount', 'amount_refunded', 'refund_total', 'total', 'total_amount', 'value', 'net_amount', 'credit', 'price', 'revenue']),
  ('refunds', 'order_id', 'text', false, ['original_order_id', 'order', 'order_no', 'order_number', 'invoice', 'invoice_no', 'original_invoice']),
  ('refunds', 'currency', 'text', false, ['currency_code', 'order_currency', 'iso_currency']),
  ('customers', 'customer_id', 'text', true, ['customer', 'user_id', 'client_id', 'customerid', 'cust_id', 'customer_unique_id', 'customer_no', 'customer_number', 'user', 'userid', 'client', 'buyer_id', 'member_id', 'account_id', 'contact_id', 'id']),
  ('customers', 'first_seen_at', 'time', false, ['first_seen', 'created_at', 'created', 'registered_at', 'registration_date', 'signup_date', 'signed_up_at', 'sign_up_date', 'joined_at', 'join_date', 'customer_since', 'date']),
  ('customers', 'birth_year', 'text', false, ['year_of_birth', 'yob', 'birthyear', 'birth_date', 'birthdate', 'birthday', 'date_of_birth', 'dob']),
  ('customers', 'gender', 'text', false, ['sex', 'customer_gender']),
  ('customers', 'country', 'text', false, ['customer_country', 'country_code', 'billing_country', 'shipping_country', 'default_address_country']),
  ('customers', 'city', 'text', false, ['customer_city', 'billing_city', 'shipping_city', 'town']),
  ('customers', 'acquisition_channel', 'text', false, ['acquisition_source', 'channel', 'source', 'acquired_via', 'first_channel', 'utm_source', 'signup_source']),
  ('customers', 'consent_email', 'flag', false, ['email_consent', 'accepts_marketing', 'accepts_email_marketing', 'marketing_consent', 'newsletter', 'opt_in', 'email_opt_in', 'consent']),
  ('customers', 'email', 'text', false, ['email_address', 'e_mail', 'customer_email', 'mail']),
  ('events', 'customer_id', 'text', true, ['customer', 'user_id', 'client_id', 'customerid', 'cust_id', 'user', 'userid', 'contact_id', 'member_id', 'profile_id']),
  ('events', 'email', 'text', false, ['customer_email', 'email_address', 'e_mail']),
  ('events', 'event_type', 'text', true, ['event', 'type', 'event_name', 'action', 'activity', 'activity_type']),
  ('events', 'occurred_at', 'time', true, ['event_time', 'event_date', 'event_timestamp', 'timestamp', 'datetime', 'created_at', 'created', 'date', 'time', 'sent_at']),
  ('events', 'campaign_id', 'text', false, ['campaign', 'campaign_name', 'utm_campaign']),
  ('events', 'message_id', 'text', false, ['message', 'email_id', 'event_id', 'id']),
  ('subscriptions', 'customer_id', 'text', true, ['customer', 'user_id', 'client_id', 'customerid', 'cust_id', 'user', 'userid', 'member_id', 'account_id']),
  ('subscriptions', 'email', 'text', false, ['customer_email', 'email_address', 'e_mail']),
  ('subscriptions', 'subscription_id', 'text', true, ['subscription', 'subscription_no', 'contract_id', 'membership_id', 'id']),
  ('subscriptions', 'started_at', 'time', true, ['start', 'start_date', 'started', 'created_at', 'created', 'current_period_start', 'valid_from', 'begin_date']),
  ('subscriptions', 'plan', 'text', false, ['plan_name', 'plan_id', 'product', 'product_name', 'product_title', 'tier']),
  ('subscriptions', 'ended_at', 'time', false, ['end', 'end_date', 'ended', 'expires_at', 'expired_at', 'expiry_date', 'current_period_end', 'valid_to']),
  ('subscriptions', 'cancelled_at', 'time', false, ['canceled_at', 'cancellation_date', 'cancelled', 'canceled', 'cancel_date']),
  ('subscriptions', 'amount', 'money', false, ['price', 'recurring_amount', 'mrr', 'fee', 'total', 'value']),
  ('subscriptions', 'currency', 'text', false, ['currency_code', 'iso_currency']),
  ('subscriptions', 'period', 'text', false, ['interval', 'billing_period', 'billing_interval', 'frequency', 'term', 'order_interval', 'delivery_interval', 'charge_interval', 'billing_frequency']),
  ('subscriptions', 'status', 'text', false, ['subscription_status', 'membership_status', 'contract_status', 'state']),
  ('subscriptions', 'is_trial', 'flag', false, ['trial', 'in_trial', 'on_trial']);

INSERT INTO stand_ins VALUES
  ('orders', 'customer_id', ['email']), ('refunds', 'customer_id', ['email']), ('customers', 'customer_id', ['email']),
  ('events', 'customer_id', ['email']), ('subscriptions', 'customer_id', ['email']),
  ('orders', 'amount', ['line_total']), ('orders', 'amount', ['order_total']), ('orders', 'amount', ['unit_price']);

-- LOAD: below, every file is there as source_<file>: its records with the fields above, typed, and their text as <field>_text.

-- ================================================================ refunds

CREATE TABLE refunds_checked AS
SELECT s.* EXCLUDE (refunded_at_text, amount_text, amount), abs(amount) AS amount,
  CASE
    WHEN customer_id IS NULL THEN fault('customer_id', 'no customer id')
    WHEN is_destroyed_id(customer_id) THEN destroyed_id('customer_id')
    WHEN is_destroyed_id(refund_id) THEN destroyed_id('refund_id')
    WHEN is_too_long(customer_id) THEN too_long('customer_id')
    WHEN refund_id IS NULL THEN fault('refund_id', 'no refund id')
    WHEN is_too_long(refund_id) THEN too_long('refund_id')
    ELSE coalesce(
      time_fault('refunded_at', refunded_at_text, refunded_at),
      money_fault('amount', amount_text, amount),
      currency_fault(currency)) END AS fault
FROM (SELECT * REPLACE (nullif(customer_of(id_text(customer_id), id_text(email)), '') AS customer_id, id_text(refund_id) AS refund_id, id_text(order_id) AS order_id)
      FROM source_refunds) AS s;

CREATE TABLE refunds_contradicting AS
SELECT o.record, f.record AS other_record, o.refund_id, o.amount, o.currency,
  concat_ws(', ',
    CASE WHEN o.refunded_at <> f.refunded_at THEN 'refunded_at' END,
    CASE WHEN o.amount <> f.amount THEN 'amount' END,
    CASE WHEN o.order_id IS DISTINCT FROM f.order_id THEN 'order_id' END) AS differences
FROM (SELECT customer_id, refund_id, min(record) AS record FROM refunds_checked WHERE fault IS NULL GROUP BY ALL HAVING count(*) > 1) AS r
JOIN refunds_checked AS f ON f.record = r.record
JOIN refunds_checked AS o ON o.customer_id = r.customer_id AND o.refund_id = r.refund_id AND o.fault IS NULL AND o.record <> f.record;

-- ================================================================ orders

-- A price beside quantities is that of one piece, unless products that were bought in several quantities show that it grows with them.
SET VARIABLE price_of = coalesce(getvariable('price_of'), (
  SELECT CASE WHEN count(*) FILTER (is_each_constant AND NOT is_price_constant) > count(*) FILTER (is_price_constant AND NOT is_each_constant)
              THEN 'line' ELSE 'unit' END
  FROM (
    SELECT max(unit_price) = min(unit_price) AS is_price_constant, max(unit_price / quantity) - min(unit_price / quantity) < 0.005 AS is_each_constant
    FROM source_orders WHERE quantity > 0 AND unit_price IS NOT NULL AND line IS NOT NULL
    GROUP BY line HAVING count(DISTINCT quantity) > 1)));

-- What a row is worth: what it says it is, else its line, its order, or its pieces.
SET VARIABLE amount_from = (
  SELECT CASE WHEN count(amount_text) > 0 THEN 'amount' WHEN count(line_total_text) > 0 THEN 'line_total' WHEN count(order_total_text) > 0 THEN 'order_total'
              WHEN count(quantity) > 0 AND getvariable('price_of') = 'unit' THEN 'product' ELSE 'unit_price' END
  FROM source_orders);

-- A rate of discount says what of a price is paid; of an amount that says itself what was paid it says nothing.
SET VARIABLE percent = (SELECT CASE WHEN max(discount_rate) > 1 OR bool_or(contains(discount_rate_text, '%')) THEN 100 ELSE 1 END FROM source_orders);

-- Where an order and its payment have a status each, one of the two says what the order is.
CREATE TABLE statuses AS
SELECT of_order, of_payment, one_status(of_order, of_payment) AS status
FROM (SELECT DISTINCT status AS of_order, payment_status AS of_payment FROM source_orders WHERE payment_status IS NOT NULL);

CREATE VIEW orders_read AS
SELECT record, ordered_at_text, ordered_at, currency, discount, is_refunded, refunded_at, channel, category, line, promised_at, delivered_at, review_score, margin,
  country, city, gender, email, acquisition_channel,
  customer_of(id_text(customer_id), id_text(email)) AS customer_id, id_text(order_id) AS order_id,
  CASE WHEN is_test THEN 'test' WHEN is_cancelled OR is_in_range(cancelled_at) AND cancelled_at > 86400000 THEN 'cancelled'
       ELSE lower(coalesce(p.status, s.status, CASE WHEN NOT is_paid THEN 'unpaid' END)) END AS status,
  CASE WHEN abs(quantity) < 2e9 THEN round(quantity)::INTEGER END AS quantity,
  CASE getvariable('amount_from')
    WHEN 'amount' THEN amount WHEN 'line_total' THEN line_total WHEN 'order_total' THEN order_total WHEN 'unit_price' THEN unit_price
    ELSE CASE WHEN discount_rate IS NULL THEN TRY((unit_price * coalesce(quantity, 1))::DECIMAL(18,6))
              ELSE TRY((unit_price * coalesce(quantity, 1) * (1 - discount_rate / getvariable('percent')))::DECIMAL(18,6)) END END AS amount,
  abs(refunded) AS refunded, CASE WHEN NOT is_no_amount(refunded_text) THEN refunded_text END AS refunded_text,
  discount_rate > 0 AND getvariable('amount_from') = 'product' AS is_reduced,
  CASE getvariable('amount_from')
    WHEN 'amount' THEN amount_text WHEN 'line_total' THEN line_total_text WHEN 'order_total' THEN order_total_text ELSE unit_price_text END AS amount_text,
  getvariable('amount_from') = 'product' AND quantity IS NULL AND quantity_text IS NOT NULL AS lacks_quantity,
  getvariable('amount_from') = 'product' AND discount_rate_text IS NOT NULL AND NOT coalesce(discount_rate BETWEEN 0 AND getvariable('percent'), false) AS lacks_rate
FROM source_orders AS s
LEFT JOIN statuses AS p ON p.of_order IS NOT DISTINCT FROM s.status AND p.of_payment = s.payment_status;

CREATE TABLE orders_checked AS
SELECT s.* EXCLUDE (ordered_at_text, amount_text, refunded_text, lacks_quantity, lacks_rate), refunded_text IS NOT NULL AS says_refunded, is_sale(status) AS is_valid,
  CASE
    WHEN is_sound_row(customer_id, order_id, ordered_at, amount, currency) AND NOT lacks_quantity AND NOT lacks_rate AND refunded_text IS NULL THEN NULL
    WHEN is_sum(customer_id) OR is_sum(order_id) THEN fault('order_id', 'sum of other rows, and no order')
    WHEN is_destroyed_id(customer_id) THEN destroyed_id('customer_id')
    WHEN is_too_long(customer_id) THEN too_long('customer_id')
    WHEN order_id IS NULL THEN fault('order_id', 'no order id')
    WHEN is_destroyed_id(order_id) THEN destroyed_id('order_id')
    WHEN is_too_long(order_id) THEN too_long('order_id')
    ELSE coalesce(
      time_fault('ordered_at', ordered_at_text, ordered_at),
      CASE WHEN lacks_quantity THEN fault('quantity', 'unreadable quantity') END,
      money_fault('amount', amount_text, amount),
      CASE WHEN lacks_rate THEN fault('discount_rate', 'unreadable rate of discount') END,
      CASE WHEN refunded_text IS NOT NULL THEN money_fault('refunded', refunded_text, refunded) END,
      currency_fault(currency)) END AS fault
FROM orders_read AS s;

-- Hashes of the order ids that several rows have, whoever they are of, and of a few others: rows that have something to do with each other
-- are among theirs, and a large file is looked through once for them.
CREATE TABLE hashes_again AS
SELECT hash(order_id) AS id FROM orders_checked WHERE fault IS NULL GROUP BY id HAVING count(*) > 1;

-- Rows of one customer and order id, where there are several: line items, or mistakes.
CREATE TABLE orders_repeated AS
SELECT customer_id, order_id, coalesce(min(record) FILTER (amount >= 0), min(record)) AS first_record,
  coalesce(arg_min(record, ordered_at) FILTER (amount >= 0), arg_min(record, ordered_at)) AS earliest_record,
  coalesce(min(ordered_at) FILTER (amount >= 0), min(ordered_at)) AS earliest
FROM orders_checked WHERE fault IS NULL AND hash(order_id) IN (FROM hashes_again)
GROUP BY customer_id, order_id HAVING count(*) > 1;

-- Line items are known by a column that names a line, or by categories, on repeated order ids; what was taken back later is none.
-- Rows that repeat the whole order, word by word, are no line items even so.
SET VARIABLE orders_grain = coalesce(getvariable('orders_grain'), (
  SELECT CASE WHEN count(*) > 0 AND (bool_or(o.line IS NOT NULL) OR bool_or(o.category IS NOT NULL
                AND (o.category IS DISTINCT FROM f.category OR o.amount <> f.amount)))
              THEN 'line' ELSE 'order' END
  FROM orders_repeated AS r
  JOIN orders_checked AS f ON f.record = r.first_record
  JOIN orders_checked AS o ON o.customer_id = r.customer_id AND o.order_id = r.order_id AND o.fault IS NULL AND o.record <> f.record
    AND (o.amount >= 0 OR o.ordered_at <= f.ordered_at + 86400000)));

-- ---------------------------------------------------------------- what comes again

-- An order's rows that come again as a whole, later in the file: two exports that overlap, one behind the other. Rows that repeat within
-- their block stay.
CREATE TABLE rows_again AS
WITH rows AS (
  SELECT record, customer_id, order_id, hash(ordered_at, amount, discount, line, category, quantity) AS content,
    record - row_number() OVER (PARTITION BY customer_id, order_id ORDER BY record) AS block
  FROM orders_checked JOIN orders_repeated USING (customer_id, order_id)
  WHERE fault IS NULL AND getvariable('orders_grain') = 'line'),
blocks AS (
  SELECT customer_id, order_id, block, min(record) AS first_record, list_sort(list(content)) AS content
  FROM rows GROUP BY customer_id, order_id, block),
repeats AS (
  SELECT customer_id, order_id, block, first_value(first_record) OVER same AS other_record
  FROM blocks
  -- A product that stands in two places of an order is no order that comes again, unless all of the order does.
  WINDOW same AS (PARTITION BY customer_id, order_id ORDER BY first_record)
  QUALIFY count(*) OVER (PARTITION BY customer_id, order_id) > 1 AND count(DISTINCT content) OVER (PARTITION BY customer_id, order_id) = 1
    AND row_number() OVER same > 1)
SELECT rows.record, repeats.other_record FROM repeats JOIN rows USING (customer_id, order_id, block);

-- ---------------------------------------------------------------- money that is the order's, on each of its lines

-- Orders whose lines are different and have one figure in common, and differ in it from each other: the figure is the order's, whatever it
-- is called. Where all orders show the same figure, its name decides.
CREATE MACRO is_of_the_order(orders, constant, figures, is_named_so) AS orders > 0 AND orders = constant AND (is_named_so OR (orders > 1 AND figures > 1));
SET VARIABLE once = (
  SELECT list_filter([
      CASE WHEN getvariable('amount_from') NOT IN ('product', 'line_total')
             AND is_of_the_order(count(*), count(*) FILTER (amounts = 1), count(DISTINCT amount), getvariable('amount_from') = 'order_total') THEN 'amount' END,
      CASE WHEN is_of_the_order(count(discount), count(discount) FILTER (discounts = 1), count(DISTINCT discount), coalesce(bool_or(discount > least), false)) THEN 'discount' END,
      CASE WHEN is_of_the_order(count(refunded), count(refunded) FILTER (refundeds = 1), count(DISTINCT refunded), coalesce(bool_or(refunded > least), false)) THEN 'refunded' END,
      CASE WHEN is_of_the_order(count(margin), count(margin) FILTER (margins = 1), count(DISTINCT margin), false) THEN 'margin' END], lambda field: field IS NOT NULL)
  FROM (
    -- A figure on some of the lines only is theirs.
    SELECT any_value(amount) AS amount, count(DISTINCT amount) AS amounts, min(amount) FILTER (amount >= 0) AS least,
      any_value(nullif(discount, 0)) AS discount, count(DISTINCT discount) + (count(*) - count(discount)) AS discounts,
      any_value(nullif(refunded, 0)) AS refunded, count(DISTINCT refunded) + (count(*) - count(refunded)) AS refundeds,
      any_value(margin) AS margin, count(DISTINCT margin) + (count(*) - count(margin)) AS margins
    FROM orders_checked JOIN orders_repeated USING (customer_id, order_id)
    WHERE fault IS NULL AND getvariable('orders_grain') = 'line' AND record NOT IN (SELECT record FROM rows_again)
    GROUP BY customer_id, order_id HAVING count(*) > 1 AND count(DISTINCT (line, quantity)) > 1));
CREATE MACRO is_once(field) AS list_contains(getvariable('once'), field);

-- ---------------------------------------------------------------- what was taken back

-- A negative row takes back. Within a day of its order it is a line of it; later, or with an order's number of its own, it is a refund where
-- refunds are what negative rows are in this file: where the user says so, or where most of them name an order of their customer.
CREATE TABLE negatives AS
SELECT n.record, n.customer_id, n.order_id, n.ordered_at, n.amount, p.ordered_at AS order_at, p.order_id IS NOT NULL OR e.order_id IS NOT NULL AS names_order,
  getvariable('orders_grain') = 'line' AND coalesce(n.ordered_at <= p.ordered_at + 86400000, false) AS is_line
FROM orders_checked AS n
LEFT JOIN (SELECT customer_id, order_id, min(ordered_at) AS ordered_at FROM orders_checked
           WHERE fault IS NULL AND amount >= 0 AND hash(order_id) IN (SELECT hash(order_id) FROM orders_checked WHERE fault IS NULL AND amount < 0) GROUP BY ALL) AS p
  USING (customer_id, order_id)
LEFT JOIN earlier_orders AS e ON e.customer_id = n.customer_id AND e.order_id = n.order_id
WHERE n.fault IS NULL AND n.amount < 0;
SET VARIABLE negatives = coalesce(getvariable('negatives'), (
  SELECT CASE WHEN 2 * count(*) FILTER (names_order) >= count(*) THEN 'refunds' ELSE 'left-out' END FROM negatives WHERE NOT is_line));
CREATE TABLE orders_taken_back AS
FROM negatives WHERE NOT is_line AND getvariable('negatives') = 'refunds';

-- Per order: what a later row of the same id says otherwise. Per line: lines a day or more apart are not of one order.
CREATE TABLE orders_contradicting AS
SELECT o.record, f.record AS other_record, o.order_id, o.amount, o.currency,
  concat_ws(', ',
    CASE WHEN o.ordered_at <> f.ordered_at THEN 'ordered_at' END,
    CASE WHEN o.amount <> f.amount THEN 'amount' END,
    CASE WHEN o.discount IS DISTINCT FROM f.discount THEN 'discount' END,
    CASE WHEN o.status IS DISTINCT FROM f.status THEN 'status' END,
    CASE WHEN o.channel IS DISTINCT FROM f.channel THEN 'channel' END,
    CASE WHEN o.category IS DISTINCT FROM f.category THEN 'category' END,
    CASE WHEN o.quantity IS DISTINCT FROM f.quantity THEN 'quantity' END,
    CASE WHEN o.promised_at IS DISTINCT FROM f.promised_at THEN 'promised_at' END,
    CASE WHEN o.delivered_at IS DISTINCT FROM f.delivered_at THEN 'delivered_at' END,
    CASE WHEN o.review_score IS DISTINCT FROM f.review_score THEN 'review_score' END,
    CASE WHEN o.margin IS DISTINCT FROM f.margin THEN 'margin' END,
    CASE WHEN o.country IS DISTINCT FROM f.country THEN 'country' END) AS differences
FROM orders_repeated AS r
JOIN orders_checked AS f ON f.record = CASE getvariable('orders_grain') WHEN 'line' THEN r.earliest_record ELSE r.first_record END
JOIN orders_checked AS o ON o.customer_id = r.customer_id AND o.order_id = r.order_id AND o.fault IS NULL AND o.record <> f.record
WHERE (getvariable('orders_grain') = 'order' OR o.ordered_at > r.earliest + 86400000)
  AND o.record NOT IN (SELECT record FROM negatives WHERE NOT is_line) AND o.record NOT IN (SELECT record FROM rows_again);

-- Rows that are an order or part of one.
CREATE VIEW orders_sound AS
FROM orders_checked WHERE fault IS NULL AND record NOT IN (SELECT record FROM orders_contradicting)
  AND record NOT IN (SELECT record FROM negatives WHERE NOT is_line) AND record NOT IN (SELECT record FROM rows_again);

-- A line that was cancelled, in an order of which others were sold, is nothing to pay for.
CREATE TABLE no_sale_statuses AS
SELECT DISTINCT status FROM orders_checked WHERE status IS NOT NULL AND NOT is_valid;
CREATE TABLE orders_with_such AS
SELECT customer_id, order_id FROM orders_checked SEMI JOIN no_sale_statuses USING (status) SEMI JOIN orders_repeated USING (customer_id, order_id) WHERE fault IS NULL;
CREATE TABLE lines_no_sale AS
SELECT record, amount, currency
FROM orders_sound AS o SEMI JOIN orders_with_such USING (customer_id, order_id) LEFT JOIN no_sale_statuses AS n ON n.status = o.status
WHERE getvariable('orders_grain') = 'line' AND NOT is_once('amount')
QUALIFY n.status IS NOT NULL AND NOT bool_and(n.status IS NOT NULL) OVER (PARTITION BY customer_id, order_id);
CREATE VIEW orders_sold AS FROM orders_sound WHERE record NOT IN (SELECT record FROM lines_no_sale);

-- A figure that is the order's is left on the first of its rows.
CREATE TABLE further_rows AS
SELECT record FROM orders_sold JOIN orders_repeated USING (customer_id, order_id) WHERE len(getvariable('once')) > 0
QUALIFY row_number() OVER (PARTITION BY customer_id, order_id ORDER BY record) > 1;
CREATE VIEW orders_kept AS
SELECT * REPLACE (
    CASE WHEN is_once('amount') AND record IN (SELECT record FROM further_rows) THEN 0 ELSE amount END AS amount,
    CASE WHEN is_once('discount') AND record IN (SELECT record FROM further_rows) THEN 0 ELSE discount END AS discount,
    CASE WHEN is_once('refunded') AND record IN (SELECT record FROM further_rows) THEN 0 ELSE refunded END AS refunded,
    CASE WHEN is_once('margin') AND record IN (SELECT record FROM further_rows) THEN 0 ELSE margin END AS margin)
FROM orders_sold;

-- ---------------------------------------------------------------- what an order is worth less than its rows say

-- Money off a price is not paid, and a price times a quantity does not know of it. An order that was refunded, in a file where nothing says
-- for how much, was refunded in full, unless refunds of its customer that name no order may be its own; one that says for how much and has
-- its refunds in the file too was refunded once.
SET VARIABLE discounts = CASE WHEN getvariable('amount_from') = 'product' THEN coalesce(getvariable('discounts'), 'off') ELSE 'included' END;
CREATE TABLE statuses_refunded AS
SELECT status, status_meaning(status) AS meaning FROM (SELECT DISTINCT status FROM orders_checked WHERE status IS NOT NULL)
WHERE status_meaning(status) IN ('refunded', 'partially_refunded');
CREATE TABLE refunds_known AS
SELECT customer_id, order_id, amount FROM refunds_checked WHERE fault IS NULL AND record NOT IN (SELECT record FROM refunds_contradicting)
UNION ALL SELECT customer_id, CASE WHEN names_order THEN order_id END, -amount FROM orders_taken_back;
CREATE TABLE refunded_by_rows AS
SELECT customer_id, order_id, sum(amount)::DECIMAL(18,6) AS given_back FROM refunds_known WHERE order_id IS NOT NULL GROUP BY customer_id, order_id;
CREATE TABLE orders_with_less AS
SELECT DISTINCT customer_id, order_id FROM orders_checked AS o LEFT JOIN statuses_refunded AS r USING (status)
WHERE fault IS NULL AND (refunded > 0 OR is_refunded OR refunded_at IS NOT NULL OR r.meaning = 'refunded' OR getvariable('discounts') = 'off' AND discount <> 0);
CREATE TABLE orders_less AS
SELECT customer_id, order_id, min(record) AS record, min(ordered_at) AS ordered_at, max(refunded_at) AS refunded_at, any_value(currency) AS currency,
  greatest(sum(amount), 0)::DECIMAL(18,6) AS amount, greatest(least(sum(off), sum(amount)), 0)::DECIMAL(18,6) AS off,
  coalesce(sum(refunded), 0)::DECIMAL(18,6) AS stated,
  greatest(CASE WHEN bool_or(says_refunded) THEN coalesce(sum(refunded), 0) - coalesce(any_value(given_back), 0)
                WHEN any_value(given_back) IS NULL AND customer_id NOT IN (SELECT customer_id FROM refunds_known WHERE order_id IS NULL)
                THEN coalesce(sum(amount - off) FILTER (is_refunded), 0) ELSE 0 END, 0)::DECIMAL(18,6) AS refunded,
  NOT bool_or(says_refunded) AS is_in_full
FROM (
  SELECT customer_id, order_id, record, ordered_at, o.refunded_at, currency, amount, refunded, says_refunded,
    CASE WHEN getvariable('discounts') = 'off' AND amount > 0 AND NOT coalesce(is_reduced, false) THEN coalesce(abs(discount), 0) ELSE 0 END AS off,
    coalesce(o.is_refunded, r.meaning = 'refunded', false) OR o.refunded_at IS NOT NULL AND coalesce(r.meaning <> 'partially_refunded', true) AS is_refunded
  FROM orders_kept AS o SEMI JOIN orders_with_less USING (customer_id, order_id) LEFT JOIN statuses_refunded AS r USING (status)) AS rows
LEFT JOIN refunded_by_rows USING (customer_id, order_id)
GROUP BY customer_id, order_id;

-- Where orders that were refunded show nothing, and not as much as went back, their amounts are what was left.
SET VARIABLE amounts_are = CASE WHEN getvariable('amount_from') NOT IN ('amount', 'order_total') THEN 'before-refunds' ELSE coalesce(getvariable('amounts_are'), (
  SELECT CASE WHEN count(*) FILTER (amount - off = 0) > count(*) FILTER (stated = amount - off) THEN 'after-refunds'
              WHEN count(*) FILTER (stated = amount - off) > 0 THEN 'before-refunds' END
  FROM orders_less WHERE stated > 0)) END;
CREATE MACRO is_left() AS coalesce(getvariable('amounts_are') = 'after-refunds', false);

CREATE TABLE orders_of_lines AS
SELECT min(record) AS record, customer_id, order_id, min(ordered_at) AS ordered_at, sum(amount)::DECIMAL(18,6) AS amount, sum(discount)::DECIMAL(18,6) AS discount,
  coalesce(arg_min(status, record) FILTER (status NOT IN (SELECT status FROM no_sale_statuses)), arg_min(status, record)) AS status, arg_min(channel, record) AS channel, arg_max(category, (amount, -record)) AS category,
  TRY_CAST(sum(quantity) AS INTEGER) AS quantity, max(promised_at) AS promised_at, max(delivered_at) AS delivered_at,
  avg(review_score) AS review_score, sum(margin)::DECIMAL(18,6) AS margin
FROM orders_kept WHERE getvariable('orders_grain') = 'line'
GROUP BY customer_id, order_id ORDER BY record;

-- An order of which more was taken off in its own lines than it was worth is none: what it was worth below nothing went back.
CREATE VIEW orders_of_rows AS
SELECT 'orders' AS source, * REPLACE (greatest(amount, 0)::DECIMAL(18,6) AS amount), is_sale(status) AS is_valid FROM orders_of_lines
UNION ALL BY NAME
SELECT 'orders' AS source, record, customer_id, order_id, ordered_at, amount, discount, status, is_valid,
  channel, category, quantity, promised_at, delivered_at, review_score, margin
FROM orders_kept WHERE getvariable('orders_grain') = 'order';

CREATE VIEW orders_of_all AS
SELECT o.* REPLACE ((o.amount - coalesce(l.off, 0) + CASE WHEN is_left() THEN coalesce(l.stated, 0) ELSE 0 END)::DECIMAL(18,6) AS amount)
FROM orders_of_rows AS o LEFT JOIN orders_less AS l USING (customer_id, order_id);

CREATE VIEW orders AS FROM orders_of_all WHERE is_known(customer_id);

-- Orders of nobody known, and what of them went back.
CREATE VIEW nobody AS
SELECT o.source, o.record, o.order_id, o.ordered_at, o.amount, (coalesce(b.amount, 0) + coalesce(l.refunded, 0))::DECIMAL(18,6) AS refunded, o.status, o.is_valid
FROM orders_of_all AS o
LEFT JOIN orders_less AS l USING (customer_id, order_id)
LEFT JOIN (SELECT order_id, -sum(amount) AS amount FROM orders_taken_back WHERE NOT is_known(customer_id) GROUP BY order_id) AS b USING (order_id)
WHERE NOT is_known(o.customer_id);

-- Where the file itself gives one id to several customers, customers are numbered apart; otherwise an id is an order of the shop.
SET VARIABLE order_identity = coalesce(getvariable('order_identity'), (
  SELECT CASE WHEN count(*) > 0 THEN 'customer' ELSE 'shop' END
  FROM (SELECT order_id FROM orders_of_all WHERE hash(order_id) IN (FROM hashes_again) GROUP BY order_id HAVING min(customer_id) <> max(customer_id))));

-- ================================================================ all that went back

-- What an order's negative lines took off beyond what it was worth, what later rows took back, and what an order says was given back of it.
CREATE VIEW refunds AS
SELECT 'refunds' AS source, record, customer_id, refund_id, refunded_at, amount, order_id
FROM refunds_checked WHERE fault IS NULL AND record NOT IN (SELECT record FROM refunds_contradicting)
UNION ALL BY NAME
SELECT 'orders' AS source, record, customer_id,
  order_id || '-back-' || strftime(make_timestamp_ms(ordered_at), '%Y%m%d%H%M%S') || CASE WHEN nth > 1 THEN '-' || nth ELSE '' END AS refund_id,
  ordered_at AS refunded_at, -amount AS amount, CASE WHEN names_order THEN order_id END AS order_id
FROM (SELECT *, row_number() OVER (PARTITION BY customer_id, order_id, ordered_at // 1000 ORDER BY ordered_at, record) AS nth FROM orders_taken_back WHERE is_known(customer_id))
UNION ALL BY NAME
SELECT 'orders' AS source, record, customer_id, order_id || '-back' AS refund_id, ordered_at AS refunded_at, -amount AS amount, order_id
FROM orders_of_lines WHERE amount < 0 AND is_known(customer_id)
UNION ALL BY NAME
SELECT 'orders' AS source, record, customer_id, order_id || '-refund' AS refund_id, refunded AS amount, order_id,
  CASE WHEN is_in_range(refunded_at) THEN refunded_at ELSE ordered_at END AS refunded_at, NOT coalesce(is_in_range(refunded_at), false) AS is_undated
FROM orders_less WHERE refunded > 0 AND is_known(customer_id);

-- ================================================================ customers

CREATE TABLE customers_checked AS
SELECT s.* EXCLUDE (birth_year),
  -- A birth date is more than the models may know: its year is enough.
  birth_year AS birth_text,
  TRY_CAST(nullif(regexp_extract(birth_year, '(?:^|\D)([12]\d{3})(?:\D|$)', 1), '') AS INTEGER) AS birth_year,
  CASE WHEN customer_id IS NULL THEN fault('customer_id', 'no customer id') WHEN is_too_long(customer_id) THEN too_long('customer_id') END AS fault
FROM (SELECT * REPLACE (nullif(customer_of(id_text(customer_id), id_text(email)), '') AS customer_id) FROM source_customers) AS s;

CREATE TABLE customers_contradicting AS
SELECT o.record, f.record AS other_record, o.customer_id,
  concat_ws(', ',
    CASE WHEN o.first_seen_at IS DISTINCT FROM f.first_seen_at THEN 'first_seen_at' END,
    CASE WHEN o.birth_year IS DISTINCT FROM f.birth_year THEN 'birth_year' END,
    CASE WHEN o.gender IS DISTINCT FROM f.gender THEN 'gender' END,
    CASE WHEN o.country IS DISTINCT FROM f.country THEN 'country' END,
    CASE WHEN o.city IS DISTINCT FROM f.city THEN 'city' END,
    CASE WHEN o.acquisition_channel IS DISTINCT FROM f.acquisition_channel THEN 'acquisition_channel' END,
    CASE WHEN o.consent_email IS DISTINCT FROM f.consent_email THEN 'consent_email' END,
    CASE WHEN o.email IS DISTINCT FROM f.email THEN 'email' END) AS differences
FROM (SELECT customer_id, min(record) AS record FROM customers_checked WHERE fault IS NULL GROUP BY ALL HAVING count(*) > 1) AS r
JOIN customers_checked AS f ON f.record = r.record
JOIN customers_checked AS o ON o.customer_id = r.customer_id AND o.fault IS NULL AND o.record <> f.record;

-- What the customers file says goes before what their most recent order says.
CREATE TABLE customers AS
SELECT CASE WHEN f.record IS NULL THEN 'orders' ELSE 'customers' END AS source, coalesce(f.record, o.record) AS record,
  customer_id, f.first_seen_at, f.birth_year, coalesce(f.gender, o.gender) AS gender, coalesce(f.country, o.country) AS country,
  coalesce(f.city, o.city) AS city, coalesce(f.acquisition_channel, o.acquisition_channel) AS acquisition_channel,
  f.consent_email, coalesce(f.email, o.email) AS email
FROM (FROM customers_checked WHERE fault IS NULL AND record NOT IN (SELECT record FROM customers_contradicting)) AS f
FULL JOIN (
  SELECT customer_id, min(record) AS record, arg_max(gender, ordered_at) AS gender, arg_max(country, ordered_at) AS country,
    arg_max(city, ordered_at) AS city, arg_min(acquisition_channel, ordered_at) AS acquisition_channel, arg_max(email, ordered_at) AS email
  FROM orders_kept WHERE is_known(customer_id) GROUP BY customer_id) AS o USING (customer_id)
ORDER BY f.record, o.record;

-- ================================================================ engagement events

CREATE TABLE events_checked AS
SELECT record, customer_id, occurred_at, campaign_id, message_id, kind AS event_type,
  CASE
    WHEN customer_id IS NULL THEN fault('customer_id', 'no customer id')
    WHEN is_too_long(customer_id) THEN too_long('customer_id')
    WHEN event_type IS NULL THEN fault('event_type', 'no event type')
    WHEN kind IS NULL THEN fault('event_type', 'unknown event type')
    WHEN is_too_long(message_id) THEN too_long('message_id')
    ELSE time_fault('occurred_at', occurred_at_text, occurred_at) END AS fault
FROM (
  SELECT *, CASE regexp_replace(lower(event_type), '[^a-z]+', '_', 'g')
    WHEN 'email_sent' THEN 'email_sent' WHEN 'sent' THEN 'email_sent' WHEN 'send' THEN 'email_sent' WHEN 'received_email' THEN 'email_sent'
    WHEN 'email_delivered' THEN 'email_delivered' WHEN 'delivered' THEN 'email_delivered'
    WHEN 'email_opened' THEN 'email_opened' WHEN 'email_open' THEN 'email_opened' WHEN 'opened_email' THEN 'email_opened'
    WHEN 'open' THEN 'email_opened' WHEN 'opened' THEN 'email_opened'
    WHEN 'email_clicked' THEN 'email_clicked' WHEN 'email_click' THEN 'email_clicked' WHEN 'clicked_email' THEN 'email_clicked'
    WHEN 'click' THEN 'email_clicked' WHEN 'clicked' THEN 'email_clicked'
    WHEN 'visit' THEN 'visit' WHEN 'session' THEN 'visit' WHEN 'session_start' THEN 'visit' WHEN 'page_view' THEN 'visit'
    WHEN 'web_visit' THEN 'visit' WHEN 'site_visit' THEN 'visit'
    WHEN 'app_session' THEN 'app_session' WHEN 'app_open' THEN 'app_session' WHEN 'application_opened' THEN 'app_session'
    WHEN 'ticket' THEN 'ticket' WHEN 'support_ticket' THEN 'ticket' WHEN 'ticket_created' THEN 'ticket' END AS kind
  FROM (SELECT * REPLACE (nullif(customer_of(id_text(customer_id), id_text(email)), '') AS customer_id) FROM source_events));

-- The same thing at the same instant in the same message happened once.
CREATE TABLE events_repeated AS
SELECT record, first_value(record) OVER same AS other_record
FROM events_checked WHERE fault IS NULL
WINDOW same AS (PARTITION BY customer_id, event_type, occurred_at, campaign_id, message_id ORDER BY record)
QUALIFY row_number() OVER same > 1;

CREATE VIEW events AS
SELECT 'events' AS source, * EXCLUDE (fault) FROM events_checked
WHERE fault IS NULL AND record NOT IN (SELECT record FROM events_repeated);

-- ================================================================ subscriptions

CREATE TABLE subscriptions_checked AS
SELECT s.* EXCLUDE (amount), abs(amount) AS amount,
  CASE
    WHEN customer_id IS NULL THEN fault('customer_id', 'no customer id')
    WHEN is_too_long(customer_id) THEN too_long('customer_id')
    WHEN subscription_id IS NULL THEN fault('subscription_id', 'no subscription id')
    WHEN is_too_long(subscription_id) THEN too_long('subscription_id')
    WHEN ended_at < started_at THEN fault('ended_at', 'ends before it starts')
    WHEN is_over(status) AND ended_at IS NULL AND cancelled_at IS NULL THEN fault('status', 'subscription that is over, and nothing says since when')
    ELSE coalesce(
      time_fault('started_at', started_at_text, started_at),
      CASE WHEN amount_text IS NOT NULL THEN coalesce(money_fault('amount', amount_text, amount), currency_fault(currency)) END) END AS fault
FROM (SELECT * REPLACE (nullif(customer_of(id_text(customer_id), id_text(email)), '') AS customer_id, id_text(subscription_id) AS subscription_id)
      FROM source_subscriptions) AS s;

CREATE TABLE subscriptions_contradicting AS
SELECT o.record, f.record AS other_record, o.subscription_id,
  concat_ws(', ',
    CASE WHEN o.started_at <> f.started_at THEN 'started_at' END,
    CASE WHEN o.ended_at IS DISTINCT FROM f.ended_at THEN 'ended_at' END,
    CASE WHEN o.cancelled_at IS DISTINCT FROM f.cancelled_at THEN 'cancelled_at' END,
    CASE WHEN o.plan IS DISTINCT FROM f.plan THEN 'plan' END,
    CASE WHEN o.amount IS DISTINCT FROM f.amount THEN 'amount' END,
    CASE WHEN o.period IS DISTINCT FROM f.period THEN 'period' END,
    CASE WHEN o.is_trial IS DISTINCT FROM f.is_trial THEN 'is_trial' END) AS differences
FROM (SELECT customer_id, subscription_id, min(record) AS record FROM subscriptions_checked WHERE fault IS NULL GROUP BY ALL HAVING count(*) > 1) AS r
JOIN subscriptions_checked AS f ON f.record = r.record
JOIN subscriptions_checked AS o ON o.customer_id = r.customer_id AND o.subscription_id = r.subscription_id AND o.fault IS NULL AND o.record <> f.record;

CREATE VIEW subscriptions AS
SELECT 'subscriptions' AS source, record, customer_id, subscription_id, started_at, lower(plan) AS plan, ended_at, cancelled_at, amount,
  lower(period) AS period, is_trial
FROM subscriptions_checked WHERE fault IS NULL AND record NOT IN (SELECT record FROM subscriptions_contradicting);

-- ================================================================ what is not stored, and what should be known

CREATE MACRO contradiction(differences) AS
  CASE WHEN differences = '' THEN 'exact duplicate of an earlier line' ELSE 'differs from an earlier line with the same id' END;
CREATE MACRO contradiction_detail(kind, id, differences) AS
  CASE WHEN differences = '' THEN 'exact duplicate of line {other}' ELSE kind || ' ' || id || ': differs from line {other} in ' || differences END;

CREATE VIEW rejects AS
SELECT 'orders' AS source, record, fault.field, fault.reason, is_understood(fault.reason) AS is_understood, amount - coalesce(refunded, 0) AS amount, currency
FROM orders_checked WHERE fault IS NOT NULL
UNION ALL BY NAME
SELECT 'orders' AS source, o.record, 'customer_id' AS field, nobody_reason() AS reason, true AS is_understood,
  o.amount - coalesce(l.off, 0) - coalesce(l.refunded, 0) + CASE WHEN is_left() THEN coalesce(l.stated, 0) ELSE 0 END AS amount, o.currency
FROM orders_kept AS o LEFT JOIN orders_less AS l ON l.record = o.record WHERE NOT is_known(o.customer_id)
UNION ALL BY NAME
SELECT 'orders' AS source, record, 'amount' AS field, amount, currency, true AS is_understood,
  CASE WHEN getvariable('negatives') = 'refunds' THEN nobody_reason() ELSE 'negative amount: --negatives refunds reads such rows as refunds' END AS reason
FROM orders_checked JOIN (FROM negatives SELECT record, is_line) USING (record)
WHERE NOT is_line AND (getvariable('negatives') <> 'refunds' OR NOT is_known(customer_id))
UNION ALL BY NAME
SELECT 'orders' AS source, record, other_record, 'order_id' AS field, amount, currency, true AS is_understood,
  'row of an order that comes again as a whole' AS reason, 'order ' || order_id || ': comes again as a whole, first at line {other}' AS detail
FROM rows_again JOIN orders_checked USING (record)
UNION ALL BY NAME
SELECT 'orders' AS source, record, other_record, 'order_id' AS field, amount, currency,
  CASE getvariable('orders_grain') WHEN 'line' THEN 'lines of one order more than 24 hours apart' ELSE contradiction(differences) END AS reason,
  CASE getvariable('orders_grain') WHEN 'line' THEN 'order ' || order_id || ': more than 24 hours after line {other} of the same order'
       ELSE contradiction_detail('order', order_id, differences) END AS detail
FROM orders_contradicting
UNION ALL BY NAME
SELECT 'refunds' AS source, record, fault.field, fault.reason, is_understood(fault.reason) AS is_understood, amount, currency FROM refunds_checked WHERE fault IS NOT NULL
UNION ALL BY NAME
SELECT 'refunds' AS source, record, other_record, 'refund_id' AS field, amount, currency,
  contradiction(differences) AS reason, contradiction_detail('refund', refund_id, differences) AS detail
FROM refunds_contradicting
UNION ALL BY NAME
SELECT 'customers' AS source, record, fault.field, fault.reason FROM customers_checked WHERE fault IS NOT NULL
UNION ALL BY NAME
SELECT 'customers' AS source, record, other_record, 'customer_id' AS field,
  contradiction(differences) AS reason, contradiction_detail('customer', customer_id, differences) AS detail
FROM customers_contradicting
UNION ALL BY NAME
SELECT 'events' AS source, record, fault.field, fault.reason, is_understood(fault.reason) AS is_understood FROM events_checked WHERE fault IS NOT NULL
UNION ALL BY NAME
SELECT 'events' AS source, record, other_record, 'event_type' AS field, contradiction('') AS reason, contradiction_detail('', '', '') AS detail
FROM events_repeated
UNION ALL BY NAME
SELECT 'subscriptions' AS source, record, fault.field, fault.reason, is_understood(fault.reason) AS is_understood FROM subscriptions_checked WHERE fault IS NOT NULL
UNION ALL BY NAME
SELECT 'subscriptions' AS source, record, other_record, 'subscription_id' AS field,
  contradiction(differences) AS reason, contradiction_detail('subscription', subscription_id, differences) AS detail
FROM subscriptions_contradicting;

CREATE VIEW left_out AS
SELECT 'orders' AS source, 'lines with a status that is no sale, of orders with others that were sold: left out' AS reason, count(*) AS count, sum(amount) AS amount,
  currency, min(record) AS record
FROM lines_no_sale GROUP BY currency;

CREATE VIEW money_read AS
SELECT 'orders' AS source, currency, sum(CASE WHEN is_once('amount') AND record IN (SELECT record FROM further_rows) THEN 0 ELSE amount END) AS amount
FROM orders_checked GROUP BY currency
UNION ALL
SELECT 'orders', currency, -sum(refunded) FROM orders_checked WHERE fault IS NOT NULL AND amount IS NOT NULL AND refunded > 0 GROUP BY currency
UNION ALL
SELECT 'orders', currency, -sum(off + refunded - CASE WHEN is_left() THEN stated ELSE 0 END) FROM orders_less GROUP BY currency
UNION ALL
SELECT 'refunds' AS source, currency, sum(amount) AS amount FROM refunds_checked GROUP BY currency;

CREATE VIEW notes AS
SELECT 'orders' AS source, CASE getvariable('amount_from') WHEN 'product' THEN 'amounts that are the unit price times the quantity'
    ELSE 'amounts that are a price without a quantity' END AS note, count(amount) AS count, min(record) AS record
FROM orders_checked WHERE getvariable('amount_from') IN ('product', 'unit_price')
UNION ALL
SELECT 'orders', 'orders with a discount on a unit price: taken off it ("$discounts": "included" in --map leaves it)', count(*), min(record) FROM orders_less WHERE off > 0
UNION ALL
SELECT 'orders', CASE WHEN is_left() THEN 'orders whose amount is what was left after refunds: worth both together, and refunded'
    ELSE 'orders that say what of them was given back: taken off' END, count(*), min(record) FROM orders_less WHERE stated > 0
UNION ALL
SELECT 'orders', 'refunded orders without an amount: taken to be refunded in full', count(*), min(record) FROM orders_less WHERE refunded > 0 AND is_in_full
UNION ALL
SELECT 'orders', 'orders refunded in part, and nothing says how much: nothing is taken off', count(DISTINCT (customer_id, order_id)), min(record) FROM orders_kept
WHERE NOT says_refunded AND (customer_id, order_id) NOT IN (SELECT (customer_id, order_id) FROM orders_less WHERE NOT is_in_full) AND status IN (SELECT status FROM statuses_refunded WHERE meaning = 'partially_refunded')
  AND (customer_id, order_id) NOT IN (SELECT (customer_id, order_id) FROM refunded_by_rows)
UNION ALL
SELECT 'orders', 'refunded orders of customers whose refunds name no order: nothing more is taken off', count(*), min(record) FROM orders_less
WHERE is_in_full AND refunded = 0 AND off = 0 AND (customer_id, order_id) NOT IN (SELECT (customer_id, order_id) FROM refunded_by_rows)
UNION ALL
SELECT 'orders', 'refunds without a date: taken off on the day of their order', count(*), min(record) FROM orders_less
WHERE refunded > 0 AND is_known(customer_id) AND NOT coalesce(is_in_range(refunded_at), false)
UNION ALL
SELECT 'orders', 'rows that repeat the amount of their order: counted once', count(*), min(record) FROM further_rows WHERE is_once('amount')
UNION ALL
SELECT 'orders', 'negative rows that name an order of their customer: read as its refunds (--negatives left-out leaves them out)', count(*), min(record)
FROM orders_taken_back WHERE names_order
UNION ALL
SELECT 'orders', 'negative rows that name no order: read as refunds of their customer', count(*), min(record) FROM orders_taken_back WHERE NOT names_order
UNION ALL
SELECT 'orders', 'negative lines of an order: taken off it', count(*), min(record) FROM negatives WHERE is_line
UNION ALL
SELECT 'orders', 'order ids used by more than one customer: kept as separate orders', count(*), NULL
FROM (SELECT order_id FROM orders WHERE hash(order_id) IN (FROM hashes_again) GROUP BY order_id HAVING min(customer_id) <> max(customer_id))
UNION ALL
SELECT 'customers', 'birth dates without a year of four digits: not used', count(*), min(record) FROM customers_checked WHERE birth_text IS NOT NULL AND birth_year IS NULL
UNION ALL
SELECT 'orders', 'lines equal to an earlier line of the same order: kept, the file has no line number', coalesce(sum(copies - 1), 0), NULL FROM (
  SELECT count(*) AS copies FROM orders_kept JOIN orders_repeated USING (customer_id, order_id)
  WHERE getvariable('orders_grain') = 'line'
  GROUP BY customer_id, order_id, ordered_at, amount, discount, line, category, quantity HAVING count(*) > 1);

-- segment: events of the Segment specification (RudderStack's are the same), as JSON, one object a line, or CSV with columns such as
-- properties_total. Order Completed is an order, Order Refunded a refund, pages and screens are visits, e-mail events are engagement,
-- identify describes the customer, who is the userId. Times that name no offset are UTC.

INSERT INTO fields VALUES
  ('orders', 'type', 'text', true, []),
  ('orders', 'event', 'text', false, ['event_text', 'event_name']),
  ('orders', 'customer_id', 'text', true, ['userId', 'user_id']),
  ('orders', 'anonymous_id', 'text', false, ['anonymousId']),
  ('orders', 'message_id', 'text', false, ['messageId', 'id']),
  ('orders', 'event_time', 'utc_time', true, ['timestamp', 'originalTimestamp', 'receivedAt', 'sentAt']),
  ('orders', 'original_at', 'utc_time', false, ['originalTimestamp', 'receivedAt', 'sentAt']),
  ('orders', 'order_id', 'text', false, ['properties.order_id', 'properties.orderId']),
  ('orders', 'total', 'money', false, ['properties.total', 'properties.value']),
  ('orders', 'revenue', 'money', false, ['properties.revenue', 'properties.subtotal']),
  ('orders', 'shipping', 'money', false, ['properties.shipping']),
  ('orders', 'tax', 'money', false, ['properties.tax']),
  ('orders', 'discount', 'money', false, ['properties.discount']),
  ('orders', 'currency', 'text', false, ['properties.currency']),
  ('orders', 'products', 'text', false, ['properties.products']),
  ('orders', 'channel', 'text', false, ['channel', 'properties.affiliation']),
  ('orders', 'email_id', 'text', false, ['properties.email_id', 'properties.message_id']),
  ('orders', 'campaign_id', 'text', false, ['properties.campaign_id', 'properties.campaign_name']),
  ('orders', 'acquisition_channel', 'text', false, ['context.campaign.source', 'properties.utm_source']),
  ('orders', 'email', 'text', false, ['traits.email']),
  ('orders', 'context_email', 'text', false, ['context.traits.email']),
  ('orders', 'birthday', 'text', false, ['traits.birthday']),
  ('orders', 'gender', 'text', false, ['traits.gender', 'context.traits.gender']),
  ('orders', 'country', 'text', false, ['traits.address.country', 'traits.country']),
  ('orders', 'context_country', 'text', false, ['context.traits.address.country', 'context.traits.country']),
  ('orders', 'city', 'text', false, ['traits.address.city', 'traits.city', 'context.traits.address.city']),
  ('orders', 'first_seen_at', 'utc_time', false, ['traits.createdAt', 'traits.created_at']);

-- LOAD: below, the file is there as source_orders: its records with the fields above, typed, and their text as <field>_text.

SET VARIABLE orders_grain = 'event';

CREATE TABLE events_read AS
SELECT s.* REPLACE (nullif(known(id_text(s.customer_id)), '') AS customer_id, id_text(s.order_id) AS order_id), coalesce(event_time, original_at) AS happened_at, coalesce(event_time_text, original_at_text) AS happened_text,
  CASE lower(type) WHEN 'page' THEN 'visit' WHEN 'screen' THEN 'app_session' WHEN 'identify' THEN 'identify' WHEN 'track' THEN
    CASE regexp_replace(lower(event), '[^a-z]+', '_', 'g')
      WHEN 'order_completed' THEN 'order' WHEN 'order_refunded' THEN 'refund' WHEN 'order_cancelled' THEN 'cancellation'
      WHEN 'email_sent' THEN 'email_sent' WHEN 'email_delivered' THEN 'email_delivered' WHEN 'email_opened' THEN 'email_opened'
      WHEN 'email_link_clicked' THEN 'email_clicked' WHEN 'application_opened' THEN 'app_session' WHEN 'ticket_created' THEN 'ticket'
      WHEN 'support_ticket_created' THEN 'ticket' END END AS kind,
  -- What the order was worth: its total, or its parts, or its products.
  coalesce(total, revenue + coalesce(shipping, 0) + coalesce(tax, 0), basket.amount) AS amount,
  coalesce(total_text, revenue_text, CASE WHEN basket.amount IS NOT NULL THEN products END) AS amount_text,
  basket.quantity, basket.category
FROM source_orders AS s
LEFT JOIN (
  SELECT record, TRY_CAST(sum(price * coalesce(quantity, 1)) AS DECIMAL(18,6)) AS amount, TRY_CAST(sum(coalesce(quantity, 1)) AS INTEGER) AS quantity,
    arg_max(category, coalesce(price * quantity, price, 0)) AS category
  FROM (SELECT record, TRY_CAST(p ->> '$.price' AS DECIMAL(18,6)) AS price, TRY_CAST(p ->> '$.quantity' AS DECIMAL(9,3)) AS quantity, p ->> '$.category' AS category
        FROM (SELECT record, unnest(CASE WHEN json_valid(products) THEN json_extract(products, '$[*]') END) AS p FROM source_orders))
  GROUP BY record) AS basket ON basket.record = s.record;

-- ================================================================ orders and refunds

-- A refund that names no amount is one of the whole order.
CREATE TABLE money_events AS
SELECT e.* EXCLUDE (amount, amount_text), coalesce(e.amount, o.amount) AS amount, coalesce(e.amount_text, o.amount_text) AS amount_text
FROM events_read AS e
LEFT JOIN (SELECT customer_id, order_id, any_value(amount) AS amount, any_value(amount_text) AS amount_text FROM events_read
           WHERE kind = 'order' GROUP BY customer_id, order_id) AS o
  ON e.kind = 'refund' AND o.customer_id = e.customer_id AND o.order_id = e.order_id
WHERE e.kind IN ('order', 'refund');

CREATE TABLE money_checked AS
SELECT e.* EXCLUDE (amount), CASE kind WHEN 'refund' THEN abs(amount) ELSE amount END AS amount,
  CASE
    WHEN is_too_long(customer_id) THEN too_long('customer_id')
    WHEN order_id IS NULL THEN fault('order_id', 'no order_id in the properties')
    WHEN is_too_long(order_id) THEN too_long('order_id')
    WHEN row_number() OVER (PARTITION BY customer_id, kind, CASE kind WHEN 'refund' THEN coalesce(message_id, order_id || happened_text) ELSE order_id END ORDER BY record) > 1
         THEN fault('order_id', 'order or refund of an earlier line')
    ELSE coalesce(
      time_fault('event_time', happened_text, happened_at),
      money_fault('total', amount_text, amount),
      CASE WHEN kind = 'order' AND amount < 0 THEN fault('total', 'negative amount') END,
      currency_fault(currency),
      CASE WHEN customer_id IS NULL THEN fault('customer_id', 'order of nobody known: an anonymousId and no userId to attribute it to') END) END AS fault
FROM money_events AS e;

CREATE TABLE orders AS
SELECT 'orders' AS source, record, customer_id, order_id, happened_at AS ordered_at, amount, discount, channel, category, quantity,
  CASE WHEN c.order_id IS NOT NULL THEN 'cancelled' ELSE 'completed' END AS status, is_sale(CASE WHEN c.order_id IS NOT NULL THEN 'cancelled' ELSE 'completed' END) AS is_valid
FROM money_checked
LEFT JOIN (SELECT DISTINCT customer_id, order_id FROM events_read WHERE kind = 'cancellation') AS c USING (customer_id, order_id)
WHERE fault IS NULL AND kind = 'order' ORDER BY record;

CREATE VIEW nobody AS
SELECT 'orders' AS source, min(record) AS record, order_id, min(happened_at) FILTER (kind = 'order') AS ordered_at,
  coalesce(sum(amount) FILTER (kind = 'order'), 0)::DECIMAL(18,6) AS amount, coalesce(sum(amount) FILTER (kind = 'refund'), 0)::DECIMAL(18,6) AS refunded,
  order_id NOT IN (SELECT order_id FROM events_read WHERE kind = 'cancellation' AND order_id IS NOT NULL) AS is_valid
FROM money_checked WHERE fault.reason LIKE 'order of nobody known%' GROUP BY order_id HAVING count(*) FILTER (kind = 'order') > 0;

CREATE VIEW refunds AS
SELECT 'orders' AS source, record, customer_id, coalesce(message_id, order_id || '-' || happened_text) AS refund_id, happened_at AS refunded_at, amount, order_id
FROM money_checked WHERE fault IS NULL AND kind = 'refund';

-- ================================================================ visits and e-mails

CREATE TABLE engagement_checked AS
SELECT *, time_fault('event_time', happened_text, happened_at) AS fault
FROM events_read WHERE kind NOT IN ('order', 'refund', 'cancellation', 'identify') AND (customer_id IS NOT NULL OR kind NOT IN ('visit', 'app_session'));

-- Pages within half an hour of the one before belong to one visit; screens to one session of the app.
CREATE TABLE engagement AS
SELECT *, kind IN ('visit', 'app_session')
    AND coalesce(happened_at - lag(happened_at) OVER (PARTITION BY customer_id, kind ORDER BY happened_at, record) < 1800000, false) AS is_same_visit,
  kind NOT IN ('visit', 'app_session') AND row_number() OVER (PARTITION BY customer_id, kind, happened_at, email_id ORDER BY record) > 1 AS is_repeated
FROM engagement_checked WHERE fault IS NULL AND customer_id IS NOT NULL;

CREATE VIEW events AS
SELECT 'orders' AS source, record, customer_id, kind AS event_type, happened_at AS occurred_at, campaign_id, email_id AS message_id
FROM engagement WHERE NOT is_same_visit AND NOT is_repeated;

-- ================================================================ customers

CREATE TABLE customers AS
SELECT 'orders' AS source, min(record) AS record, customer_id, min(first_seen_at) AS first_seen_at,
  TRY_CAST(nullif(regexp_extract(arg_max(birthday, happened_at), '(?:^|\D)([12]\d{3})(?:\D|$)', 1), '') AS INTEGER) AS birth_year,
  arg_max(gender, happened_at) AS gender, arg_max(coalesce(country, context_country), happened_at) AS country, arg_max(city, happened_at) AS city,
  arg_max(lower(coalesce(email, context_email)), happened_at) AS email,
  arg_min(acquisition_channel, happened_at) FILTER (kind = 'order') AS acquisition_channel
FROM events_read WHERE customer_id IS NOT NULL AND is_in_range(happened_at) AND kind IS NOT NULL GROUP BY customer_id ORDER BY record;

CREATE MACRO signed(kind, amount) AS CASE kind WHEN 'refund' THEN -amount ELSE amount END;

CREATE VIEW rejects AS
SELECT 'orders' AS source, record, fault.field, fault.reason, is_understood(fault.reason) AS is_understood, signed(kind, amount) AS amount, currency FROM money_checked WHERE fault IS NOT NULL
UNION ALL BY NAME
SELECT 'orders' AS source, record, fault.field, fault.reason FROM engagement_checked WHERE fault IS NOT NULL
UNION ALL BY NAME
SELECT 'orders' AS source, record, 'customer_id' AS field, 'guest: an anonymousId and no userId to attribute it to' AS reason, true AS is_understood
FROM engagement_checked WHERE fault IS NULL AND customer_id IS NULL
UNION ALL BY NAME
SELECT 'orders' AS source, record, 'event' AS field, 'exact duplicate of an earlier line' AS reason FROM engagement WHERE is_repeated;

CREATE VIEW money_read AS
SELECT 'orders' AS source, currency, sum(signed(kind, amount)) AS amount FROM money_checked GROUP BY currency;

CREATE VIEW notes AS
SELECT 'orders' AS source, format('events that nothing is read from ({})', array_to_string(list_sort(list_distinct(list(coalesce(event, type))))[1:5], ', ')) AS note,
  count(*) AS count, min(record) AS record
FROM events_read WHERE kind IS NULL HAVING count(*) > 0
UNION ALL
SELECT 'orders', 'pages and screens of visitors without a userId: nobody to attribute them to', count(*), min(record)
FROM events_read WHERE kind IN ('visit', 'app_session') AND customer_id IS NULL
UNION ALL
SELECT 'orders', 'pages and screens within 30 minutes of the one before: the same visit', count(*), min(record) FROM engagement WHERE is_same_visit
UNION ALL
SELECT 'orders', 'orders whose amount includes taxes or shipping', count(*), min(record)
FROM money_checked WHERE fault IS NULL AND kind = 'order' AND (tax > 0 OR shipping > 0)
UNION ALL
SELECT 'orders', 'cancellations: their orders are no sale', count(*), min(record) FROM events_read WHERE kind = 'cancellation'
UNION ALL
SELECT 'orders', 'identifications: read into the customer', count(*), min(record) FROM events_read WHERE kind = 'identify';

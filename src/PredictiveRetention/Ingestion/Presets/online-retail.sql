-- online-retail: the raw line items of UCI data set 352 (Online Retail, D. Chen, CC BY 4.0), also as exported from its workbooks.
-- An invoice with a customer is an order, an invoice whose number begins with C is a cancellation and becomes a refund.

INSERT INTO fields VALUES
  ('orders', 'invoice', 'text', true, ['invoice_no', 'invoice_number']),
  ('orders', 'stock_code', 'text', true, []),
  ('orders', 'description', 'text', false, []),
  ('orders', 'quantity', 'number', true, []),
  ('orders', 'invoice_date', 'time', true, []),
  ('orders', 'unit_price', 'money', true, ['price']),
  ('orders', 'customer_id', 'text', true, []),
  ('orders', 'country', 'text', false, []);

SET VARIABLE preset_currency = 'GBP';

-- LOAD: below, the file is there as source_orders: its records with the fields above, typed, and their text as <field>_text.

SET VARIABLE orders_grain = 'line';

CREATE TABLE lines AS
SELECT record, invoice, stock_code, description, quantity, unit_price, invoice_date,
  known(id_text(customer_id)) AS customer_id,
  nullif(country, 'Unspecified') AS country,
  -- A product too large for DECIMAL(18,6) is no amount.
  TRY(quantity * unit_price) AS amount,
  CASE
    WHEN is_destroyed_id(customer_id) THEN destroyed_id('customer_id')
    WHEN is_too_long(customer_id) THEN too_long('customer_id')
    WHEN invoice IS NULL THEN fault('invoice', 'no invoice')
    WHEN is_too_long(invoice) THEN too_long('invoice')
    WHEN quantity IS NULL THEN fault('quantity', 'unreadable quantity')
    ELSE coalesce(
      time_fault('invoice_date', invoice_date_text, invoice_date),
      money_fault('unit_price', unit_price_text, unit_price),
      CASE
        WHEN coalesce(abs(amount), 1e12) > 1e10 THEN fault('quantity', 'absurd amount')
        WHEN unit_price < 0 THEN fault('unit_price', 'negative price')
        WHEN invoice LIKE 'C%' AND quantity > 0 THEN fault('quantity', 'positive quantity in a cancellation')
        WHEN invoice NOT LIKE 'C%' AND quantity <= 0 THEN fault('quantity', 'stock adjustment: negative quantity outside a cancellation')
        WHEN invoice NOT LIKE 'C%' AND unit_price = 0 THEN fault('unit_price', 'zero price') END) END AS fault
FROM source_orders;

-- An invoice that comes again as a whole, later in the file, is one: the data set is usually stacked from two sheets that overlap. Lines
-- that repeat within their block were scanned twice and stay.
CREATE TABLE lines_again AS
WITH rows AS (
  SELECT record, invoice, customer_id, hash(stock_code, quantity, unit_price, invoice_date) AS content,
    record - row_number() OVER (PARTITION BY customer_id, invoice ORDER BY record) AS block
  FROM lines WHERE fault IS NULL),
blocks AS (SELECT customer_id, invoice, block, min(record) AS first_record, list_sort(list(content)) AS content FROM rows GROUP BY customer_id, invoice, block),
repeats AS (
  SELECT customer_id, invoice, block, first_value(first_record) OVER same AS other_record FROM blocks
  WINDOW same AS (PARTITION BY customer_id, invoice ORDER BY first_record)
  QUALIFY count(*) OVER (PARTITION BY customer_id, invoice) > 1 AND count(DISTINCT content) OVER (PARTITION BY customer_id, invoice) = 1
    AND row_number() OVER same > 1)
SELECT rows.record, repeats.other_record FROM repeats JOIN rows USING (customer_id, invoice, block);

CREATE TABLE invoices AS
SELECT 'orders' AS source, min(record) AS record, customer_id, invoice, min(invoice_date) AS invoiced_at,
  sum(amount)::DECIMAL(18,6) AS amount, TRY_CAST(sum(quantity) AS INTEGER) AS quantity
FROM lines WHERE fault IS NULL AND record NOT IN (SELECT record FROM lines_again)
GROUP BY customer_id, invoice ORDER BY record;

-- The cancellation of a large order on the day it was placed is kept as an order and as a refund: both happened.
CREATE VIEW orders AS
SELECT source, record, customer_id, invoice AS order_id, invoiced_at AS ordered_at, amount, quantity
FROM invoices WHERE invoice NOT LIKE 'C%' AND is_known(customer_id);

CREATE VIEW nobody AS
SELECT source, record, invoice AS order_id, invoiced_at AS ordered_at, CASE WHEN invoice LIKE 'C%' THEN 0 ELSE amount END::DECIMAL(18,6) AS amount,
  CASE WHEN invoice LIKE 'C%' THEN -amount ELSE 0 END::DECIMAL(18,6) AS refunded, true AS is_valid
FROM invoices WHERE NOT is_known(customer_id);

-- A cancellation does not name the invoice it cancels.
CREATE VIEW refunds AS
SELECT source, record, customer_id, invoice AS refund_id, invoiced_at AS refunded_at, -amount AS amount
FROM invoices WHERE invoice LIKE 'C%' AND is_known(customer_id);

CREATE VIEW customers AS
SELECT 'orders' AS source, min(record) AS record, customer_id, arg_max(country, invoice_date) AS country
FROM lines WHERE fault IS NULL AND invoice NOT LIKE 'C%' AND is_known(customer_id)
GROUP BY customer_id ORDER BY record;

CREATE VIEW rejects AS
SELECT 'orders' AS source, record, fault.field, fault.reason, amount, 'GBP' AS currency FROM lines WHERE fault IS NOT NULL
UNION ALL BY NAME
SELECT 'orders' AS source, record, 'customer_id' AS field, 'order of nobody known: no customer to attribute the line to' AS reason, true AS is_understood,
  amount, 'GBP' AS currency
FROM lines WHERE fault IS NULL AND NOT is_known(customer_id) AND record NOT IN (SELECT record FROM lines_again)
UNION ALL BY NAME
SELECT 'orders' AS source, record, other_record, 'invoice' AS field, true AS is_understood, amount, 'GBP' AS currency,
  'line of an invoice that comes again as a whole' AS reason, 'invoice ' || invoice || ': comes again as a whole, first at line {other}' AS detail
FROM lines_again JOIN lines USING (record);

CREATE VIEW money_read AS
SELECT 'orders' AS source, 'GBP' AS currency, sum(amount) AS amount FROM lines;

CREATE VIEW notes AS
SELECT 'orders' AS source, 'exact duplicate lines kept: the file has no line number' AS note, coalesce(sum(copies - 1), 0) AS count FROM (
  SELECT count(*) AS copies
  FROM lines WHERE record NOT IN (SELECT record FROM lines_again)
  GROUP BY invoice, stock_code, description, quantity, unit_price, invoice_date, customer_id, country HAVING count(*) > 1)
UNION ALL
SELECT 'orders', 'invoices that come again as a whole: counted once', count(*) FROM (SELECT DISTINCT customer_id, invoice FROM lines_again JOIN lines USING (record));

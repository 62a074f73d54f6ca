-- An order id that comes again with another customer is looked up by itself.
CREATE INDEX orders_by_id ON orders (order_id);

-- Whether an order id alone said which order it is ('shop') or only with its customer ('customer'): a later file need not show it.
ALTER TABLE import_batch ADD COLUMN order_identity text;
UPDATE import_batch SET order_identity = 'customer' WHERE preset NOT IN ('shopify', 'woocommerce', 'stripe', 'olist') AND EXISTS (
  SELECT 1 FROM orders o LEFT JOIN import_batch b ON b.import_id = o.import_id WHERE coalesce(b.preset, import_batch.preset) = import_batch.preset
  GROUP BY o.order_id HAVING count(DISTINCT o.customer_key) > 1 AND count(DISTINCT o.ordered_at_ms) > 1);

-- Ids that differ only as people and spreadsheets change them. $plain_id$ is customer_id without that.
CREATE INDEX customer_by_plain_id ON customer ($plain_id$);

-- A quarter of an hour lies in one day in every time zone; the instants within it could not be kept when an order goes.
ALTER TABLE order_span DROP COLUMN first_ms;
ALTER TABLE order_span DROP COLUMN last_ms;

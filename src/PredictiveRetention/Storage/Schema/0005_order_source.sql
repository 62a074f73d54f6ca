-- The import that first brought an order; with import_batch it tells which source an order came from when another one brings it again.
-- Null for orders stored before this was kept.
ALTER TABLE orders ADD COLUMN import_id bigint;

-- A refund whose source does not say when: refunded_at_ms is an estimate, good enough for a total and no event in time.
ALTER TABLE refund ADD COLUMN is_undated boolean NOT NULL DEFAULT false;

-- The figures of a run: one row each, computed inside it and published with it. Money is in currency units.
-- state: 0 ok, 1 not available, 2 incomplete period, 3 of a small group. d1..d3 tell the rows of a view apart.

UPDATE run SET state = 'failed', error = 'The program was updated while this run was open.', lease_until_ms = 0, owner = NULL WHERE state IN ('planned', 'scoring', 'validating');

-- Sources are told apart more finely: the summaries are made anew when the store is opened.
DELETE FROM order_span;
DELETE FROM source_span;

ALTER TABLE shop ADD COLUMN zero_value_purchases boolean NOT NULL DEFAULT $false$;
ALTER TABLE shop ADD COLUMN merge_days boolean NOT NULL DEFAULT $false$;

ALTER TABLE run_shard ADD COLUMN insights $bytes$;

CREATE TABLE figure (
  run_id      bigint NOT NULL,
  seq         int NOT NULL,
  view        text NOT NULL,
  metric      text NOT NULL,
  d1          text NOT NULL,
  d2          text NOT NULL,
  d3          text NOT NULL,
  numerator   double precision,
  denominator double precision,
  value       double precision,
  customers   bigint,
  state       int NOT NULL,
  note        text,
  PRIMARY KEY (run_id, seq)
) $clustered$;
CREATE INDEX figure_of_view ON figure (run_id, view, metric);

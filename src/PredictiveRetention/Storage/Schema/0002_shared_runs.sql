-- A run is worked on by any number of processes: each shard has an owner, a fence and a lease of its own, and holds its part of the frozen
-- population (customer keys, 8 bytes each, little-endian, ascending).
-- $bytes$ is bytea on PostgreSQL and blob on SQLite; $orders_in_time$ creates the covering index PostgreSQL reads histories from in key order.

UPDATE run SET state = 'failed', error = 'The program was updated while this run was open.', lease_until_ms = 0, owner = NULL WHERE state IN ('planned', 'scoring', 'validating');

ALTER TABLE run ADD COLUMN input_import bigint;
ALTER TABLE run ADD COLUMN rows_cleared boolean NOT NULL DEFAULT $false$;

DROP TABLE run_population;

ALTER TABLE run_shard ADD COLUMN owner text;
ALTER TABLE run_shard ADD COLUMN lease_until_ms bigint NOT NULL DEFAULT 0;
ALTER TABLE run_shard ADD COLUMN attempts int NOT NULL DEFAULT 0;
ALTER TABLE run_shard ADD COLUMN population $bytes$;
ALTER TABLE run_shard ADD COLUMN quarantined bigint NOT NULL DEFAULT 0;
ALTER TABLE run_shard ADD COLUMN totals text;

-- Customers of a run who could not be scored, and why.
CREATE TABLE run_quarantine (
  customer_key bigint NOT NULL,
  run_id       bigint NOT NULL,
  reason       text NOT NULL,
  PRIMARY KEY (customer_key, run_id)
) $clustered$;

-- What happened to a run, and who did it.
CREATE TABLE run_event (
  run_id bigint NOT NULL,
  seq    int NOT NULL,
  at_ms  bigint NOT NULL,
  actor  text NOT NULL,
  what   text NOT NULL,
  detail text,
  PRIMARY KEY (run_id, seq)
);

-- What others must be told: written in the transaction that made it true, handed out afterwards, at least once.
CREATE TABLE outbox (
  run_id          bigint NOT NULL,
  kind            text NOT NULL,
  subject         text NOT NULL,
  rule            text NOT NULL,
  payload         text NOT NULL,
  created_at_ms   bigint NOT NULL,
  owner           text,
  lease_until_ms  bigint NOT NULL DEFAULT 0,
  attempts        int NOT NULL DEFAULT 0,
  delivered_at_ms bigint,
  error           text,
  PRIMARY KEY (run_id, kind, subject, rule)
);

ALTER TABLE prediction ADD COLUMN reasons $bytes$;

-- Kept by imports, so that a night needs no pass over all orders to know who is there, since when, and which sources speak.
ALTER TABLE customer ADD COLUMN first_order_at_ms bigint;
UPDATE customer SET first_order_at_ms = (SELECT min(o.ordered_at_ms) FROM orders o WHERE o.customer_key = customer.customer_key AND o.is_valid);

CREATE TABLE order_span (
  quarter_hour bigint PRIMARY KEY,
  orders       bigint NOT NULL,
  first_ms     bigint NOT NULL,
  last_ms      bigint NOT NULL
);
CREATE TABLE source_span (
  source   int PRIMARY KEY,
  first_ms bigint NOT NULL
);

$orders_in_time$;

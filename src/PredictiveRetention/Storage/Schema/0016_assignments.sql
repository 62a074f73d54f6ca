-- What nights assigned to customers, kept apart from the nights: which play, drawn for which arm, expected to bring what, and what became of
-- it. A play keeps its number and its salt when it is renamed. Rows of a run that was never published count for nobody.
-- run_shard.decisions is what a shard decided and what may still be chosen, until the run has ended.

UPDATE run SET state = 'failed', error = 'The program was updated while this run was open.', lease_until_ms = 0, owner = NULL WHERE state IN ('planned', 'scoring', 'validating');

CREATE TABLE play (
  play_no int PRIMARY KEY,
  play_id text NOT NULL UNIQUE,
  salt    text NOT NULL UNIQUE
);

CREATE TABLE assignment (
  customer_key bigint NOT NULL,
  run_id       bigint NOT NULL,
  play_no      int NOT NULL,
  arm          int NOT NULL,
  state        int NOT NULL,
  assigned_day int NOT NULL,
  changed_day  int,
  propensity   real NOT NULL,
  net_value    real NOT NULL,
  cost         real NOT NULL,
  p_churn      real NOT NULL,
  spend        real NOT NULL,
  reason       text,
  PRIMARY KEY (customer_key, run_id)
) $clustered$;

-- Proposals of earlier nights that end with a run: once it is published.
CREATE TABLE assignment_end (
  customer_key    bigint NOT NULL,
  run_id          bigint NOT NULL,
  assigned_run_id bigint NOT NULL,
  why             int NOT NULL,
  PRIMARY KEY (customer_key, run_id, assigned_run_id)
) $clustered$;

-- Sums of earlier versions hold what an action was expected to bring, too, which is now known only once everybody is scored.
UPDATE run_shard SET checksum = 'v1:' || checksum WHERE checksum IS NOT NULL;

ALTER TABLE run_shard ADD COLUMN decisions $bytes$;

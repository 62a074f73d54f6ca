-- One schema for both engines. $clustered$ is WITHOUT ROWID on SQLite (rows lie in key order) and nothing on PostgreSQL;
-- $by_run$ is PARTITION BY LIST (run_id) on PostgreSQL and WITHOUT ROWID on SQLite.
-- Instants are UTC milliseconds since 1970 (..._ms), business dates are ISO text, money is whole minor units (..._minor).
-- Every per-customer table's key begins with the customer key, and nothing refers across customers: the tables can be sharded by it.

CREATE TABLE shop (
  shop_id       int PRIMARY KEY CHECK (shop_id = 1),
  currency      text NOT NULL,
  time_zone     text NOT NULL,
  created_at_ms bigint NOT NULL
);

CREATE TABLE import_batch (
  import_id      bigint PRIMARY KEY,
  preset         text NOT NULL,
  files          text NOT NULL,
  finished_at_ms bigint NOT NULL,
  rows_read      bigint NOT NULL,
  rows_stored    bigint NOT NULL,
  rows_rejected  bigint NOT NULL,
  report         text NOT NULL
);

CREATE TABLE customer (
  customer_key        bigint PRIMARY KEY,
  customer_id         text NOT NULL,
  first_seen_at_ms    bigint,
  birth_year          int,
  gender              text,
  country             text,
  city                text,
  acquisition_channel text,
  consent_email       boolean,
  email               text
);

CREATE TABLE orders (
  customer_key    bigint NOT NULL,
  order_id        text NOT NULL,
  ordered_at_ms   bigint NOT NULL,
  amount_minor    bigint NOT NULL,
  currency        text NOT NULL,
  discount_minor  bigint,
  status          text,
  is_valid        boolean NOT NULL,
  channel         text,
  category        text,
  quantity        int,
  promised_at_ms  bigint,
  delivered_at_ms bigint,
  review_score    double precision,
  margin_minor    bigint,
  PRIMARY KEY (customer_key, order_id)
) $clustered$;

CREATE TABLE refund (
  customer_key   bigint NOT NULL,
  refund_id      text NOT NULL,
  refunded_at_ms bigint NOT NULL,
  amount_minor   bigint NOT NULL,
  currency       text NOT NULL,
  order_id       text,
  PRIMARY KEY (customer_key, refund_id)
) $clustered$;

CREATE TABLE engagement (
  customer_key   bigint NOT NULL,
  occurred_at_ms bigint NOT NULL,
  event_type     int NOT NULL,
  message_id     text NOT NULL,
  campaign_id    text,
  PRIMARY KEY (customer_key, occurred_at_ms, event_type, message_id)
) $clustered$;

CREATE TABLE subscription (
  customer_key    bigint NOT NULL,
  subscription_id text NOT NULL,
  started_at_ms   bigint NOT NULL,
  plan            text,
  ended_at_ms     bigint,
  cancelled_at_ms bigint,
  amount_minor    bigint,
  currency        text,
  period          text,
  is_trial        boolean NOT NULL,
  PRIMARY KEY (customer_key, subscription_id)
) $clustered$;

-- The run ledger: who works on a night, how far it is, and what it was made with.
CREATE TABLE run (
  run_id          bigint PRIMARY KEY,
  purpose         text NOT NULL,
  business_date   text NOT NULL,
  attempt         int NOT NULL,
  as_of           text NOT NULL,
  state           text NOT NULL,
  fence           bigint NOT NULL,
  owner           text,
  lease_until_ms  bigint NOT NULL,
  expected_count  bigint,
  model_version   text,
  schema_hash     text,
  settings        text,
  headline        text,
  created_at_ms   bigint NOT NULL,
  finished_at_ms  bigint,
  published_at_ms bigint,
  error           text,
  UNIQUE (purpose, business_date, attempt)
);

CREATE TABLE run_shard (
  run_id         bigint NOT NULL,
  shard          int NOT NULL,
  from_key       bigint NOT NULL,
  to_key         bigint NOT NULL,
  customers      bigint NOT NULL,
  state          text NOT NULL,
  rows           bigint,
  checksum       text,
  fence          bigint,
  finished_at_ms bigint,
  PRIMARY KEY (run_id, shard)
);

-- The pointer readers follow: one row a purpose, moved in the transaction that publishes.
CREATE TABLE current_run (
  purpose text PRIMARY KEY,
  run_id  bigint NOT NULL
);

-- Customers a run has to score, frozen at its snapshot; emptied once the run has ended.
CREATE TABLE run_population (
  customer_key bigint NOT NULL,
  run_id       bigint NOT NULL,
  PRIMARY KEY (customer_key, run_id)
) $clustered$;

CREATE TABLE prediction (
  customer_key           bigint NOT NULL,
  run_id                 bigint NOT NULL,
  p_churn                double precision NOT NULL,
  clv                    double precision NOT NULL,
  spend_if_order         double precision NOT NULL,
  revenue_at_risk        double precision NOT NULL,
  lost                   boolean NOT NULL,
  orders                 int NOT NULL,
  purchase_days          int NOT NULL,
  days_since_last_order  int NOT NULL,
  days_since_first_order int NOT NULL,
  net_revenue_minor      bigint NOT NULL,
  rfm                    int NOT NULL,
  rfm_segment            int NOT NULL,
  lifecycle              int NOT NULL,
  value_tier             int NOT NULL,
  frequency_class        int NOT NULL,
  clv_tier               int NOT NULL,
  business_segment       int NOT NULL,
  engagement_segment     int NOT NULL,
  persona                int NOT NULL,
  risk_band              int NOT NULL,
  play_id                text,
  no_action              int,
  expected_net_value     double precision NOT NULL,
  action_cost            double precision NOT NULL,
  PRIMARY KEY (customer_key, run_id)
) $by_run$;

-- What people do about recommendations, kept across nights: by customer and play. Every change leaves a row of who, when and what;
-- a change names the version it was made from, so that two people do not overwrite each other.

CREATE TABLE action_work (
  customer_key  bigint NOT NULL,
  play_id       text NOT NULL,
  owner         text,
  status        text NOT NULL,
  due           text,
  note          text,
  version       int NOT NULL,
  changed_at_ms bigint NOT NULL,
  PRIMARY KEY (customer_key, play_id)
) $clustered$;

CREATE TABLE action_event (
  customer_key bigint NOT NULL,
  play_id      text NOT NULL,
  version      int NOT NULL,
  at_ms        bigint NOT NULL,
  actor        text NOT NULL,
  what         text NOT NULL,
  PRIMARY KEY (customer_key, play_id, version)
) $clustered$;

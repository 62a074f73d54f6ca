-- What published nights said of every customer, longer than their predictions are kept: 3 bytes a customer and night.
-- A part holds the customers whose keys have the same leading 6 bits (-32 to 31); a customer's position in it is given once, in the order of
-- arrival. Whoever reads a range of customer keys reads the parts of that range, and a night is 64 rows.
-- $thinned$ lets PostgreSQL use the room of nights that were thinned out early; nothing on SQLite.

CREATE TABLE score_night (
  as_of     text PRIMARY KEY,
  run_id    bigint NOT NULL,
  customers bigint NOT NULL
);

-- Keys of the customers at from_position and behind it (8 bytes each, little-endian). Rows are added and never changed.
CREATE TABLE score_member (
  part          int NOT NULL,
  from_position int NOT NULL,
  keys          $bytes$ NOT NULL,
  PRIMARY KEY (part, from_position)
);

-- Scores by position (3 bytes each, see StoredScore); who came later than the last of them was not scored.
CREATE TABLE score_chunk (
  part   int NOT NULL,
  as_of  text NOT NULL,
  scores $bytes$ NOT NULL,
  PRIMARY KEY (part, as_of)
) $thinned$;

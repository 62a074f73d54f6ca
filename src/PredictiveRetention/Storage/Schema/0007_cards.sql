-- The cards of a run: sentences made from its figures, written and dropped with them.
-- figures: JSON, what the answer rests on and every number it shows.

CREATE TABLE card (
  run_id  bigint NOT NULL,
  seq     int NOT NULL,
  id      text NOT NULL,
  report  text NOT NULL,
  kind    text NOT NULL,
  title   text NOT NULL,
  answer  text NOT NULL,
  state   text NOT NULL,
  figures text NOT NULL,
  PRIMARY KEY (run_id, seq)
) $clustered$;

-- Assignments no night asks for any more: proposals that ended without anybody taking them up, and who was left alone for long enough.
-- Most assignments are such, so they are kept in 29 bytes each (see StoredAssignment) instead of a row, by the leading 6 bits of the
-- customer's key, for 400 days from when they were put here. A number is given to what is put here together.

CREATE TABLE assignment_past (
  part     int NOT NULL,
  number   int NOT NULL,
  put_day  int NOT NULL,
  records  $bytes$ NOT NULL,
  PRIMARY KEY (part, number)
);

CREATE TABLE assignment_past_count (
  number    int NOT NULL,
  play_no   int NOT NULL,
  arm       int NOT NULL,
  put_day   int NOT NULL,
  customers bigint NOT NULL,
  PRIMARY KEY (number, play_no, arm)
);

-- What was decided about the files of a source and holds for its next ones: date_order, decimal_mark, clock, statuses, ...
CREATE TABLE source_choice (
  preset    text NOT NULL,
  file      text NOT NULL,
  name      text NOT NULL,
  value     text NOT NULL,
  basis     text NOT NULL,
  import_id bigint NOT NULL,
  PRIMARY KEY (preset, file, name)
);

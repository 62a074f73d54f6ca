-- What the source says of an order of nobody known: which of them are sales can be put right as for all others.
ALTER TABLE nobody_order ADD COLUMN status text;

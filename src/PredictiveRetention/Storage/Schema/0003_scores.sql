-- More of what a model says. Null where it does not: p_alive and the bounds of clv without a fitted model, a next order not within the horizon.
UPDATE run SET state = 'failed', error = 'The program was updated while this run was open.', lease_until_ms = 0, owner = NULL WHERE state IN ('planned', 'scoring', 'validating');

ALTER TABLE prediction ADD COLUMN p_alive real;
ALTER TABLE prediction ADD COLUMN clv_lo80 real;
ALTER TABLE prediction ADD COLUMN clv_hi80 real;
ALTER TABLE prediction ADD COLUMN clv_lo90 real;
ALTER TABLE prediction ADD COLUMN clv_hi90 real;
-- days from the as-of until P(an order by then) passes 10, 50 and 90 %
ALTER TABLE prediction ADD COLUMN next_order_p10 real;
ALTER TABLE prediction ADD COLUMN next_order_p50 real;
ALTER TABLE prediction ADD COLUMN next_order_p90 real;

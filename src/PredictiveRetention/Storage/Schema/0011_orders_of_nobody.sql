-- Orders of nobody known (guests, tills): in no customer's figure, and part of the shop's books. An order id is the order of its source.
CREATE TABLE nobody_order (
  preset         text NOT NULL,
  order_id       text NOT NULL,
  ordered_at_ms  bigint NOT NULL,
  amount_minor   bigint NOT NULL,
  refunded_minor bigint NOT NULL,
  is_valid       boolean NOT NULL,
  PRIMARY KEY (preset, order_id)
) $clustered$;

-- From the first purchase to a habit.

INSERT INTO ratio SELECT 'funnel', 'customers', '1 All customers', '', '', customers, NULL, customers, true FROM summed WHERE view = 'kpis';
INSERT INTO ratio SELECT 'funnel', 'customers', '2 Regular or more', '', '', repeat_customers, NULL, repeat_customers, true FROM summed WHERE view = 'kpis';
INSERT INTO ratio SELECT 'funnel', 'customers', '3 Power users', '', '', power_users, NULL, power_users, true FROM summed WHERE view = 'kpis';
INSERT INTO ratio SELECT 'funnel', 'step_rate', '2 Regular or more', '', '', repeat_customers, customers, customers, true FROM summed WHERE view = 'kpis';
INSERT INTO ratio SELECT 'funnel', 'step_rate', '3 Power users', '', '', power_users, repeat_customers, repeat_customers, true FROM summed WHERE view = 'kpis';

INSERT INTO ratio
SELECT 'second_order', 'second_within', days, '', '', count(*) FILTER (WHERE seen_for >= days AND after <= days), count(*) FILTER (WHERE seen_for >= days), count(*) FILTER (WHERE seen_for >= days), true
FROM now, (SELECT unnest([7, 14, 30, 60, 90, 180, 365]) AS days) GROUP BY days;

CREATE TABLE nth AS
WITH numbered AS (SELECT customer, amount, day - lag(day) OVER (PARTITION BY customer ORDER BY position) AS gap, row_number() OVER (PARTITION BY customer ORDER BY position) AS n FROM sale WHERE purchase)
SELECT k.n, CASE WHEN k.n = 10 THEN '10+' ELSE k.n::VARCHAR END AS name, count(s.n) AS purchases, coalesce(sum(s.amount), 0) / minor() AS paid, coalesce(sum(s.gap), 0) AS gap
FROM range(1, 11) k(n) LEFT JOIN numbered s ON least(s.n, 10) = k.n GROUP BY k.n;
INSERT INTO ratio SELECT 'order_sequence', 'sequence_orders', name, '', '', purchases, NULL, purchases, true FROM nth;
INSERT INTO ratio SELECT 'order_sequence', 'sequence_value', name, '', '', paid, purchases, purchases, true FROM nth;
INSERT INTO ratio SELECT 'order_sequence', 'sequence_gap', name, '', '', gap, purchases, purchases, true FROM nth WHERE n > 1;

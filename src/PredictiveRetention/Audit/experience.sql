-- Deliveries and visits beside reviews and spend; how often against how much.

-- Spearman's rho: the correlation of mean ranks.
CREATE MACRO mean_rank(place, peers) AS place + (peers - 1) / 2.0;

CREATE TABLE delivered AS SELECT delivered_day - day AS days, review FROM sale WHERE delivered_day IS NOT NULL AND has(64);
CREATE TABLE delivery_bin AS
SELECT b.day, CASE WHEN b.day = 61 THEN 'over 60' ELSE b.day::VARCHAR END AS name, count(d.days) AS orders, count(d.review) AS reviewed, coalesce(sum(d.review), 0) AS score
FROM range(0, 62) b(day) LEFT JOIN delivered d ON least(d.days, 61) = b.day GROUP BY b.day;
INSERT INTO ratio SELECT 'delivery_review', 'bin_orders', name, '', '', orders, NULL, orders, true FROM delivery_bin WHERE has(64);
INSERT INTO ratio SELECT 'delivery_review', 'bin_review', name, '', '', score, reviewed, reviewed, true FROM delivery_bin WHERE has(64 + 128);
INSERT INTO ratio SELECT 'review_scores', 'bin_orders', s, '', '', count(d.review), NULL, count(d.review), true
FROM range(1, 6) r(s) LEFT JOIN delivered d ON least(5, greatest(1, round(d.review))) = s WHERE has(64 + 128) GROUP BY s;
INSERT INTO absent SELECT 'delivery_review', 'bin_orders', '', '', '', 1 WHERE NOT has(64);
INSERT INTO absent SELECT 'kpis', 'spearman', 'delivery days and review score', '', '', 1 WHERE NOT has(64 + 128);

INSERT INTO plain
WITH ranked AS (
  SELECT mean_rank(rank() OVER (ORDER BY days), count(*) OVER (PARTITION BY days)) AS x, mean_rank(rank() OVER (ORDER BY review), count(*) OVER (PARTITION BY review)) AS y FROM delivered WHERE review IS NOT NULL)
SELECT 'kpis', 'spearman', 'delivery days and review score', '', '', CASE WHEN count(*) >= 3 AND count(DISTINCT x) > 1 AND count(DISTINCT y) > 1 THEN corr(x, y) END, count(*) FROM ranked HAVING has(64 + 128);

INSERT INTO plain
WITH ranked AS (
  SELECT mean_rank(rank() OVER (ORDER BY visits_12m), count(*) OVER (PARTITION BY visits_12m)) AS x, mean_rank(rank() OVER (ORDER BY revenue_12m), count(*) OVER (PARTITION BY revenue_12m)) AS y
  FROM now WHERE customer <= (SELECT coalesce(max(customer), 0) FROM (
    SELECT customer FROM profile p WHERE EXISTS (FROM shop_order o WHERE o.customer = p.customer AND o.valid AND o.day < as_of()) ORDER BY customer LIMIT correlation_sample())))
SELECT 'kpis', 'spearman', 'visits and revenue of 12 months', '', '', CASE WHEN count(*) >= 3 AND count(DISTINCT x) > 1 AND count(DISTINCT y) > 1 THEN corr(x, y) END, count(*) FROM ranked HAVING has(512);
INSERT INTO absent SELECT 'kpis', 'spearman', 'visits and revenue of 12 months', '', '', 1 WHERE NOT has(512);

-- Of repeaters: purchase days after the first against the mean value of such a day.
INSERT INTO plain
WITH dated AS (SELECT customer, day, sum(amount) / minor() AS paid, min(day) OVER (PARTITION BY customer) AS first_day FROM sale WHERE purchase GROUP BY customer, day),
repeaters AS (SELECT customer, count(*) AS x, avg(paid) AS y FROM dated WHERE day > first_day GROUP BY customer)
SELECT 'kpis', 'frequency_spend_correlation', '', '', '', CASE WHEN count(*) > 2 AND count(DISTINCT x) > 1 AND count(DISTINCT y) > 1 THEN corr(x, y) END, count(*) FROM repeaters;

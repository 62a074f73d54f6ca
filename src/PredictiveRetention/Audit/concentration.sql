-- How unevenly revenue to date and predicted CLV lie on customers.

CREATE TABLE ordered AS
WITH told AS (
  SELECT 'revenue' AS measure, revenue / minor() AS amount FROM now
  UNION ALL SELECT 'clv', clv FROM now)
SELECT measure, amount, row_number() OVER (PARTITION BY measure ORDER BY amount) AS place, sum(amount) OVER (PARTITION BY measure ORDER BY amount ROWS UNBOUNDED PRECEDING) AS up_to, count(*) OVER (PARTITION BY measure) AS n FROM told;
CREATE TABLE whole_measure AS SELECT measure, max(n) AS n, sum(amount) AS total FROM ordered GROUP BY measure;

INSERT INTO ratio
SELECT 'concentration', 'top_share', w.measure, w.percent || ' %', '', (SELECT sum(o.amount) FROM ordered o WHERE o.measure = w.measure AND o.place > w.n - w.top), w.total, w.top, true
FROM (SELECT measure, n, total, percent, greatest(least(1, n), CAST(floor(n * percent / 100 + 0.5) AS BIGINT)) AS top FROM whole_measure, (SELECT unnest([1, 10, 20]) AS percent)) w;
INSERT INTO ratio SELECT 'concentration', 'mean_value', measure, '', '', total, n, n, true FROM whole_measure;
INSERT INTO plain SELECT 'concentration', 'median_value', measure, '', '', quantile_cont(amount, 0.5), count(*) FROM ordered GROUP BY measure;
-- The Gini by ranks: 2 x sum of rank x value / (n x total) - (n + 1) / n.
INSERT INTO plain SELECT 'concentration', 'gini', measure, '', '', CASE WHEN sum(amount) > 0 THEN 2 * sum(place * amount) / (count(*) * sum(amount)) - (count(*) + 1) / count(*) END, count(*) FROM ordered GROUP BY measure;
INSERT INTO ratio
SELECT 'lorenz', 'cumulative_share', w.measure, p.percent, '', coalesce(o.up_to, 0), w.total, w.n, true
FROM whole_measure w CROSS JOIN (SELECT unnest(range(0, 101, 5)) AS percent) p LEFT JOIN ordered o ON o.measure = w.measure AND o.place = w.n * p.percent // 100;

-- Cohorts by month and quarter of the first purchase (or of the day first seen, where that was before the shop's first order): who of them purchased in period n (classic), in n or later (rolling), had bought
-- again by n (cumulative), and what they paid in n. Orders refunded in full by the as-of are no purchases.

CREATE TABLE period AS
SELECT 'month' AS unit, number, name, start_day, end_day, ended FROM month
UNION ALL
SELECT 'quarter', row_number() OVER (ORDER BY quarter_day), year(date_of(quarter_day)) || '-Q' || quarter(date_of(quarter_day)), min(start_day), max(end_day), day_of(date_of(quarter_day) + INTERVAL 3 MONTH) <= as_of()
FROM month GROUP BY quarter_day;

CREATE TABLE cohort_purchase AS
WITH numbered AS (SELECT customer, day, amount, row_number() OVER (PARTITION BY customer ORDER BY position) AS n FROM sale WHERE purchase),
placed AS (SELECT p.unit, p.number, q.* FROM numbered q JOIN period p ON q.day >= p.start_day AND q.day < p.end_day),
entered AS (
  SELECT unit, number, customer FROM placed WHERE n = 1 AND customer NOT IN (SELECT customer FROM joined)
  UNION ALL SELECT p.unit, p.number, j.customer FROM joined j JOIN period p ON j.day >= p.start_day AND j.day < p.end_day WHERE j.customer IN (SELECT customer FROM numbered))
SELECT c.unit, c.number AS cohort, c.customer, p.number - c.number AS age, p.amount, p.n
FROM entered c JOIN placed p ON p.unit = c.unit AND p.customer = c.customer
-- Who joined in a period is of its cohort, though the first purchase known came later.
UNION ALL SELECT unit, number, customer, 0, 0, NULL FROM entered;

CREATE TABLE cohort_cell AS
WITH size AS (SELECT unit, cohort, count(DISTINCT customer) AS size FROM cohort_purchase GROUP BY ALL),
cell AS (SELECT s.*, p.number - s.cohort AS age, c.name, p.ended, c.start_day < new_from() AS doubted FROM size s JOIN period c ON c.unit = s.unit AND c.number = s.cohort JOIN period p ON p.unit = s.unit AND p.number >= s.cohort),
bought AS (SELECT unit, cohort, age, count(DISTINCT customer) AS customers, sum(amount) AS paid, count(*) FILTER (WHERE n = 2) AS second FROM cohort_purchase GROUP BY ALL),
last AS (SELECT unit, cohort, age, count(*) AS customers FROM (SELECT unit, cohort, customer, max(age) AS age FROM cohort_purchase GROUP BY ALL) GROUP BY ALL)
SELECT c.*, coalesce(b.customers, 0) AS customers, coalesce(b.paid, 0) AS paid,
  coalesce(sum(b.second) OVER (PARTITION BY c.unit, c.cohort ORDER BY c.age), 0) AS again,
  coalesce(sum(l.customers) OVER (PARTITION BY c.unit, c.cohort ORDER BY c.age ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING), 0) AS still
FROM cell c LEFT JOIN bought b ON b.unit = c.unit AND b.cohort = c.cohort AND b.age = c.age LEFT JOIN last l ON l.unit = c.unit AND l.cohort = c.cohort AND l.age = c.age;

INSERT INTO ratio SELECT 'cohorts_' || unit, f.metric, name, age, '', f.numerator, size, size, true FROM cohort_cell c, LATERAL (SELECT unnest([
  {metric: 'retention', numerator: c.customers::DOUBLE}, {metric: 'rolling_retention', numerator: c.still::DOUBLE},
  {metric: 'cumulative_retention', numerator: c.again::DOUBLE}, {metric: 'cohort_revenue', numerator: c.paid / minor()}], recursive := true)) f WHERE ended AND NOT doubted;
INSERT INTO absent SELECT 'cohorts_' || unit, unnest(['retention', 'rolling_retention', 'cumulative_retention', 'cohort_revenue']), name, age, '', CASE WHEN doubted THEN 1 ELSE 2 END FROM cohort_cell WHERE doubted OR NOT ended;

-- Over the cohorts that have seen the period's end; the range leaves small ones out.
INSERT INTO ratio SELECT 'cohort_average_' || unit, 'retention', age, '', '', sum(customers), sum(size), sum(size), true FROM cohort_cell WHERE ended AND NOT doubted GROUP BY unit, age;
INSERT INTO plain SELECT 'cohort_average_' || unit, 'retention_low', age, '', '', min(customers / size) FILTER (WHERE size >= small_group()), sum(size) FROM cohort_cell WHERE ended AND NOT doubted GROUP BY unit, age;
INSERT INTO plain SELECT 'cohort_average_' || unit, 'retention_high', age, '', '', max(customers / size) FILTER (WHERE size >= small_group()), sum(size) FROM cohort_cell WHERE ended AND NOT doubted GROUP BY unit, age;

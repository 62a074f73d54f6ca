-- Churn that was seen in the horizon before the as-of, and how predicted churn is spread.

CREATE TABLE churned AS
WITH began AS (SELECT * FROM snapshot WHERE kind = 'churn' AND purchases > 0 AND since_last <= lost_after()),
bought AS (SELECT DISTINCT customer FROM sale WHERE purchase AND day >= as_of() - horizon())
SELECT b.*, u.customer IS NULL AS gone FROM began b LEFT JOIN bought u USING (customer);
INSERT INTO ratio SELECT 'kpis', 'churn_rate', '', '', '', count(*) FILTER (WHERE gone), count(*), count(*), true FROM churned;
INSERT INTO ratio
WITH segments AS (
  SELECT gone, unnest([
    {taxonomy: 'lifecycle', name: lifecycle::VARCHAR}, {taxonomy: 'value_tier', name: value_tier::VARCHAR}, {taxonomy: 'frequency_class', name: frequency_class::VARCHAR},
    {taxonomy: 'engagement_segment', name: engagement_segment::VARCHAR}, {taxonomy: 'business_segment', name: business_segment::VARCHAR}, {taxonomy: 'persona', name: persona::VARCHAR},
    {taxonomy: 'rfm_segment', name: rfm_segment::VARCHAR}, {taxonomy: 'value_lifecycle', name: value_tier || '|' || folded(lifecycle)}], recursive := true) FROM churned)
SELECT 'churn', 'churn_rate', s.taxonomy, s.name, '', count(c.gone) FILTER (WHERE c.gone), count(c.gone), count(c.gone), true FROM segment s LEFT JOIN segments c ON c.taxonomy = s.taxonomy AND c.name = s.name GROUP BY s.taxonomy, s.name;

CREATE TABLE exposed AS
SELECT business_segment::VARCHAR AS name, p_churn FROM now WHERE NOT lost UNION ALL SELECT 'All', p_churn FROM now WHERE NOT lost;
CREATE TABLE exposed_group AS
SELECT g.name, count(e.p_churn) AS customers FROM (SELECT name FROM segment WHERE taxonomy = 'business_segment' UNION ALL SELECT 'All') g LEFT JOIN exposed e ON e.name = g.name GROUP BY g.name;
INSERT INTO ratio
SELECT 'risk_distribution', 'risk_customers', g.name, (10 * t) || '-' || (10 * (t + 1)) || ' %', '', count(e.p_churn), NULL, any_value(g.customers), true
FROM exposed_group g CROSS JOIN range(0, 10) r(t) LEFT JOIN exposed e ON e.name = g.name AND least(9, floor(floor(e.p_churn * 1000) / 100)) = t GROUP BY g.name, t;
-- To a tenth of a point: the end of the thousandth the quartile lies in.
INSERT INTO plain
WITH quartile AS (SELECT name, quantile_disc(p_churn, [0.25, 0.5, 0.75]) AS p FROM exposed GROUP BY name)
SELECT 'risk_quartiles', 'risk_quartile', g.name, 25 * k, '', CASE WHEN q.p[k] < 1 THEN (floor(1000 * q.p[k]) + 1) / 1000 ELSE q.p[k] END, g.customers FROM exposed_group g CROSS JOIN range(1, 4) r(k) LEFT JOIN quartile q ON q.name = g.name;

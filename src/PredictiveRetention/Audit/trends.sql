-- Trends, seasons and growth, from the monthly figures as they were just recomputed: complete months with a value only.

CREATE TABLE series AS
SELECT '' AS taxonomy, '' AS name, unnest(['month_revenue', 'month_orders', 'month_aov', 'month_new_customers', 'month_buyers', 'month_repeat_rate', 'month_active_30d', 'month_new_revenue_share', 'month_review_score',
  'month_delivery_days', 'month_open_rate', 'month_visits_per_customer']) AS metric
UNION ALL
SELECT taxonomy, name, unnest(['month_customers', 'month_aov', 'month_retention', 'month_p_churn', 'month_open_rate', 'month_visits_per_customer']) FROM segment WHERE taxonomy IN ('business_segment', 'engagement_segment');
DELETE FROM series WHERE metric IN (SELECT metric FROM month_figure WHERE NOT has(needs));

CREATE TABLE month_point AS
SELECT s.taxonomy, s.name, s.metric, f.month, f.month_name, CASE WHEN f.denominator IS NULL THEN f.numerator ELSE f.numerator / f.denominator END AS y
FROM series s JOIN month_figure f USING (taxonomy, name, metric) 
WHERE f.whole AND (f.denominator IS NULL OR f.denominator <> 0) AND NOT is_none(f.metric, f.numerator) AND NOT doubted(f.metric, f.month) AND NOT loses(f.month, f.numerator);

-- 97.5 % quantiles of Student's t with 2 to 58 degrees of freedom.
CREATE MACRO student(freedom) AS [4.302652729749, 3.182446305284, 2.776445105198, 2.570581835636, 2.446911851145, 2.364624251593, 2.306004135204, 2.262157162798, 2.228138851986, 2.200985160092,
  2.178812829667, 2.160368656463, 2.144786687918, 2.131449545560, 2.119905299221, 2.109815577833, 2.100922040241, 2.093024054408, 2.085963447266, 2.079613844728, 2.073873067904, 2.068657610419,
  2.063898561628, 2.059538552753, 2.055529438643, 2.051830516480, 2.048407141795, 2.045229642133, 2.042272456301, 2.039513446396, 2.036933343460, 2.034515297449, 2.032244509318, 2.030107928250,
  2.028094000980, 2.026192463029, 2.024394163912, 2.022690920037, 2.021075390306, 2.019540970441, 2.018081702818, 2.016692199228, 2.015367574444, 2.014103388881, 2.012895598919, 2.011740513730,
  2.010634757624, 2.009575237129, 2.008559112101, 2.007583770316, 2.006646805062, 2.005745995318, 2.004879288188, 2.004044783289, 2.003240718848, 2.002465459291, 2.001717484145][freedom - 1];

CREATE TABLE trend AS
WITH line AS (SELECT s.taxonomy, s.name, s.metric, count(p.y) AS n, regr_slope(p.y, p.month) AS slope, regr_intercept(p.y, p.month) AS level, regr_sxx(p.y, p.month) AS sxx FROM series s LEFT JOIN month_point p USING (taxonomy, name, metric) GROUP BY ALL),
rest AS (SELECT l.*, (SELECT sum(pow(p.y - l.level - l.slope * p.month, 2)) FROM month_point p WHERE p.taxonomy = l.taxonomy AND p.name = l.name AND p.metric = l.metric) AS residual FROM line l)
SELECT *, CASE WHEN n >= 4 THEN student(n - 2) * sqrt(residual / (n - 2) / sxx) END AS half FROM rest;
INSERT INTO ratio SELECT 'trends', 'trend_months', metric, taxonomy, name, n, NULL, NULL, true FROM trend;
INSERT INTO plain SELECT 'trends', 'slope', metric, taxonomy, name, CASE WHEN n >= 4 THEN slope END, NULL FROM trend;
INSERT INTO plain SELECT 'trends', 'slope_low', metric, taxonomy, name, slope - half, NULL FROM trend;
INSERT INTO plain SELECT 'trends', 'slope_high', metric, taxonomy, name, slope + half, NULL FROM trend;

INSERT INTO ratio SELECT 'seasonality', 'seasonal_index', n.metric, CASE WHEN n.taxonomy = '' THEN '' ELSE n.taxonomy || ': ' || n.name END, n.month_name, n.y, t.y, NULL, true
FROM month_point n JOIN month_point t ON t.taxonomy = n.taxonomy AND t.name = n.name AND t.metric = n.metric AND t.month = n.month - 12;

INSERT INTO ratio SELECT 'growth', g.metric, n.metric, n.taxonomy, n.name, n.y - t.y, t.y, NULL, true
FROM month_point n CROSS JOIN (VALUES ('change_1m', 1), ('change_12m', 12)) g(metric, months) JOIN month_point t ON t.taxonomy = n.taxonomy AND t.name = n.name AND t.metric = n.metric AND t.month = n.month - g.months
WHERE n.month = last_complete() AND n.metric IN ('month_customers', 'month_revenue', 'month_buyers', 'month_orders');

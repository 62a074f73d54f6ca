-- What was published against what was recomputed. Counts and money are whole numbers in both and may differ by what a division rounds;
-- what a model said, regressions, correlations and sums of scores are added up in another order here.

CREATE MACRO is_loose(view, metric, d1) AS metric IN ('p_churn', 'expected_churners', 'expected_churner_share', 'clv', 'clv_share', 'clv_per_customer', 'total_clv', 'total_clv_share', 'expected_revenue', 'expected_revenue_buying', 'expected_revenue_inactive', 'revenue_at_risk', 'revenue_at_risk_slipping', 'could_come_back', 'expected_net_value', 'action_cost', 'action_roi', 'priority_spend',
  'month_p_churn', 'review_score', 'month_review_score', 'bin_review', 'slope', 'slope_low', 'slope_high', 'seasonal_index', 'spearman', 'frequency_spend_correlation', 'hhi', 'gini')
  OR (view IN ('concentration', 'lorenz') AND d1 = 'clv') OR (view = 'cutoffs' AND metric IN ('high_spend', 'base_rate'));
CREATE MACRO near(a, b, loose) AS coalesce(a IS NULL AND b IS NULL OR abs(a - b) <= CASE WHEN loose THEN 1e-6 ELSE 1e-9 END * greatest(abs(a), abs(b)) + CASE WHEN loose THEN 1e-9 ELSE 0 END, false);

-- Without a model that may speak about the day, what scores are needed for is not available.
CREATE TABLE unscored AS SELECT view, metric, d1, d2, d3 FROM (SELECT view, metric, d1, d2, d3 FROM ratio UNION SELECT view, metric, d1, d2, d3 FROM plain)
WHERE NOT has_scores() AND (metric IN (SELECT metric FROM scored) OR view IN ('by_clv_tier', 'by_risk_band') OR (view IN ('concentration', 'lorenz') AND d1 = 'clv'));
DELETE FROM ratio USING unscored u WHERE ratio.view = u.view AND ratio.metric = u.metric AND ratio.d1 = u.d1 AND ratio.d2 = u.d2 AND ratio.d3 = u.d3;
DELETE FROM plain USING unscored u WHERE plain.view = u.view AND plain.metric = u.metric AND plain.d1 = u.d1 AND plain.d2 = u.d2 AND plain.d3 = u.d3;
INSERT INTO absent SELECT DISTINCT view, metric, '', '', '', 1 FROM unscored WHERE view IN ('kpis', 'risk_distribution', 'risk_quartiles')
UNION SELECT DISTINCT view, 'customers', '', '', '', 1 FROM unscored WHERE view IN ('by_clv_tier', 'by_risk_band')
UNION SELECT DISTINCT view, CASE view WHEN 'lorenz' THEN 'cumulative_share' ELSE 'top_share' END, 'clv', '', '', 1 FROM unscored WHERE view IN ('concentration', 'lorenz');

CREATE TABLE compared AS
SELECT view, metric, d1, d2, d3, p.seq,
  CASE WHEN p.seq IS NULL THEN 'not published' WHEN a.metric IS NULL THEN 'not recomputed'
    WHEN NOT near(p.value, a.value, is_loose(view, metric, d1)) THEN 'value'
    WHEN NOT near(p.numerator, a.numerator, is_loose(view, metric, d1)) THEN 'numerator'
    WHEN NOT near(p.denominator, a.denominator, is_loose(view, metric, d1)) THEN 'denominator'
    WHEN p.customers IS DISTINCT FROM a.customers THEN 'customers'
    WHEN p.state <> a.state THEN 'state' END AS part,
  CASE part WHEN 'numerator' THEN p.numerator WHEN 'denominator' THEN p.denominator WHEN 'customers' THEN p.customers::DOUBLE WHEN 'state' THEN p.state::DOUBLE ELSE p.value END AS published,
  CASE part WHEN 'numerator' THEN a.numerator WHEN 'denominator' THEN a.denominator WHEN 'customers' THEN a.customers::DOUBLE WHEN 'state' THEN a.state::DOUBLE ELSE a.value END AS again
FROM published p FULL JOIN (SELECT *, 1 AS here FROM again) a USING (view, metric, d1, d2, d3)
UNION ALL
SELECT 'predictions', name, example, '', '', 0, CASE WHEN same < rows THEN 'customers' END, rows, same FROM prediction_check
UNION ALL
SELECT 'cutoffs', metric, name, '', '', 0, CASE WHEN NOT near(published, again, is_loose('cutoffs', metric, '')) THEN 'value' END, published, again FROM cut_check;

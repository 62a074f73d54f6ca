-- The cut-offs themselves, of the run and of each quarter: quantiles with linear interpolation of customers with a purchase; of a past
-- quarter, as its first day found them, and scored by the recency rule. A large shop's are taken from its first customers in key order.

CREATE TABLE drawn AS SELECT customer FROM profile ORDER BY customer LIMIT sample_size();

CREATE TABLE cut_again AS
WITH facts AS (
  SELECT c.from_day, f.customer, f.purchases, f.net, c.taken_day - f.last_day AS since_last, c.taken_day - f.first_day AS since_first
  FROM cut c JOIN fact f ON c.taken_day >= f.from_day AND c.taken_day < f.to_day WHERE c.from_day >= 0
  UNION ALL
  SELECT -1, n.customer, n.purchases, n.revenue, n.since_last, n.since_first FROM now n),
scored AS (
  SELECT t.*, CASE WHEN t.from_day >= 0 THEN p_rule(t.since_last) ELSE p.p_churn END AS p, CASE WHEN t.from_day >= 0 THEN clv_rule(t.net, t.since_first, p_rule(t.since_last)) ELSE p.clv END AS clv,
    t.since_last > lost_after() AS lost FROM facts t JOIN drawn USING (customer) JOIN prediction p USING (customer) WHERE t.purchases > 0)
SELECT from_day, count(*) AS population, quantile_cont(since_last, [0.2, 0.4, 0.6, 0.8]) AS r, quantile_cont(purchases, [0.2, 0.4, 0.6, 0.8]) AS f, quantile_cont(net::DOUBLE, [0.2, 0.4, 0.6, 0.8]) AS m,
  quantile_cont(net::DOUBLE, 1 - high_value_share()) AS high_value, quantile_cont(net::DOUBLE, low_value_share()) AS mid_value,
  quantile_cont(clv, greatest(0, 1 - vip_share())) AS vip, quantile_cont(clv, 0.8) AS top_fifth, avg(p) FILTER (WHERE NOT lost) AS base_rate
FROM scored GROUP BY from_day;

CREATE TABLE cut_check AS
WITH names AS (SELECT from_day, CASE WHEN from_day < 0 THEN 'now' ELSE strftime(date_of(from_day), '%Y-%m-%d') END AS name FROM cut)
SELECT n.name, unnest([
  {metric: 'population', published: c.population::DOUBLE, again: a.population::DOUBLE},
  {metric: 'recency_p20', published: c.r20, again: a.r[1]}, {metric: 'recency_p40', published: c.r40, again: a.r[2]}, {metric: 'recency_p60', published: c.r60, again: a.r[3]}, {metric: 'recency_p80', published: c.r80, again: a.r[4]},
  {metric: 'frequency_p20', published: c.f20, again: CASE WHEN fixed_frequency() THEN c.f20 ELSE a.f[1] END}, {metric: 'frequency_p40', published: c.f40, again: CASE WHEN fixed_frequency() THEN c.f40 ELSE a.f[2] END},
  {metric: 'frequency_p60', published: c.f60, again: CASE WHEN fixed_frequency() THEN c.f60 ELSE a.f[3] END}, {metric: 'frequency_p80', published: c.f80, again: CASE WHEN fixed_frequency() THEN c.f80 ELSE a.f[4] END},
  {metric: 'monetary_p20', published: c.m20, again: a.m[1]}, {metric: 'monetary_p40', published: c.m40, again: a.m[2]}, {metric: 'monetary_p60', published: c.m60, again: a.m[3]}, {metric: 'monetary_p80', published: c.m80, again: a.m[4]},
  {metric: 'high_value', published: c.high_value, again: a.high_value}, {metric: 'mid_value', published: c.mid_value, again: a.mid_value},
  {metric: 'vip_clv', published: c.vip, again: a.vip}, {metric: 'base_rate', published: c.base_rate, again: a.base_rate},
  {metric: 'high_risk', published: c.high_risk, again: CASE WHEN c.from_day >= 0 THEN 0.5 WHEN high_risk_cut() IS NOT NULL THEN high_risk_cut() ELSE (1 + coalesce(a.base_rate, 0.5)) / 2 END}], recursive := true)
FROM cut c JOIN names n USING (from_day) LEFT JOIN cut_again a USING (from_day) WHERE NOT c.kept AND coalesce(a.population, c.population) > 0;

-- The cut-offs themselves, of the run and of each quarter: quantiles with linear interpolation of customers with a purchase; of a past
-- quarter, as its first day found them, and scored by the recency rule. A large shop's are taken from its first customers in key order.

CREATE TABLE drawn AS SELECT customer FROM profile ORDER BY customer LIMIT sample_size();

CREATE TABLE cut_again AS
WITH facts AS (
  SELECT c.from_day, f.customer, f.purchases, f.net, coalesce(y.net, 0) AS net_12m, c.taken_day - f.last_day AS since_last, c.taken_day - f.first_day AS since_first
  FROM cut c JOIN fact f ON c.taken_day >= f.from_day AND c.taken_day < f.to_day
  LEFT JOIN year_net y ON y.customer = f.customer AND y.cutoff = c.taken_day WHERE c.from_day >= 0
  UNION ALL
  SELECT -1, n.customer, n.purchases, n.revenue, n.revenue_12m, n.since_last, n.since_first FROM now n),
scored AS (
  SELECT t.*, CASE WHEN t.from_day >= 0 THEN p_rule(t.since_last) ELSE p.p_churn END AS p, CASE WHEN t.from_day >= 0 THEN clv_rule(t.net, t.since_first, p_rule(t.since_last)) ELSE p.clv END AS clv,
    CASE WHEN t.from_day >= 0 THEN greatest(0, t.net / minor()) / t.purchases ELSE p.spend_if_order END AS spend,
    t.since_last > lost_after() AS lost, buying(t.since_last, inactive_after()) AS still FROM facts t JOIN drawn USING (customer) JOIN prediction p USING (customer) WHERE t.purchases > 0)
SELECT from_day, count(*) AS population, quantile_cont(since_last, [0.2, 0.4, 0.6, 0.8]) AS r, quantile_cont(purchases, [0.2, 0.4, 0.6, 0.8]) AS f, quantile_cont(net::DOUBLE, [0.2, 0.4, 0.6, 0.8]) AS m,
  quantile_cont(net::DOUBLE, 1 - high_value_share()) AS high_value, quantile_cont(net::DOUBLE, low_value_share()) AS mid_value,
  coalesce(quantile_cont(net_12m::DOUBLE, greatest(0, 1 - vip_share())) FILTER (WHERE still), 0) AS vip,
  coalesce(quantile_cont(net_12m::DOUBLE, greatest(0, 1 - high_spender_share())) FILTER (WHERE still), 0) AS high_revenue_12m,
  coalesce(quantile_cont(spend, greatest(0, 1 - high_spender_share())) FILTER (WHERE still), 0) AS high_spend, avg(p) FILTER (WHERE NOT lost) AS base_rate
FROM scored GROUP BY from_day;

-- Gaps between the days with a purchase, as the day of the cut-offs knew them.
CREATE TABLE gap_again AS
WITH days AS (
  SELECT c.from_day, d.customer, d.day, lag(d.day) OVER (PARTITION BY c.from_day, d.customer ORDER BY d.day) AS before_it
  FROM (SELECT from_day, CASE WHEN from_day < 0 THEN as_of() ELSE taken_day END AS known FROM cut) c
  JOIN (SELECT customer, day, max(until) AS until FROM sale JOIN drawn USING (customer) GROUP BY ALL) d ON d.day < c.known AND d.until >= c.known)
SELECT from_day, coalesce(median(day - before_it), horizon()) AS gap FROM days GROUP BY from_day;

CREATE TABLE cut_check AS
WITH names AS (SELECT from_day, CASE WHEN from_day < 0 THEN 'now' ELSE strftime(date_of(from_day), '%Y-%m-%d') END AS name FROM cut)
SELECT n.name, unnest([
  {metric: 'population', published: c.population::DOUBLE, again: a.population::DOUBLE},
  {metric: 'recency_p20', published: c.r20, again: a.r[1]}, {metric: 'recency_p40', published: c.r40, again: a.r[2]}, {metric: 'recency_p60', published: c.r60, again: a.r[3]}, {metric: 'recency_p80', published: c.r80, again: a.r[4]},
  {metric: 'frequency_p20', published: c.f20, again: CASE WHEN fixed_frequency() THEN c.f20 ELSE a.f[1] END}, {metric: 'frequency_p40', published: c.f40, again: CASE WHEN fixed_frequency() THEN c.f40 ELSE a.f[2] END},
  {metric: 'frequency_p60', published: c.f60, again: CASE WHEN fixed_frequency() THEN c.f60 ELSE a.f[3] END}, {metric: 'frequency_p80', published: c.f80, again: CASE WHEN fixed_frequency() THEN c.f80 ELSE a.f[4] END},
  {metric: 'monetary_p20', published: c.m20, again: a.m[1]}, {metric: 'monetary_p40', published: c.m40, again: a.m[2]}, {metric: 'monetary_p60', published: c.m60, again: a.m[3]}, {metric: 'monetary_p80', published: c.m80, again: a.m[4]},
  {metric: 'high_value', published: c.high_value, again: a.high_value}, {metric: 'mid_value', published: c.mid_value, again: a.mid_value},
  {metric: 'vip', published: c.vip, again: a.vip}, {metric: 'high_revenue_12m', published: c.high_revenue_12m, again: a.high_revenue_12m}, {metric: 'high_spend', published: c.high_spend, again: a.high_spend},
  {metric: 'median_gap', published: c.median_gap, again: coalesce(g.gap, horizon())}, {metric: 'inactive_after', published: c.inactive_after, again: inactive_after()},
  {metric: 'base_rate', published: c.base_rate, again: a.base_rate}], recursive := true)
FROM cut c JOIN names n USING (from_day) LEFT JOIN cut_again a USING (from_day) LEFT JOIN gap_again g USING (from_day) WHERE NOT c.kept AND coalesce(a.population, c.population) > 0;

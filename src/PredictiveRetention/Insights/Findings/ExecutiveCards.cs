namespace PredictiveRetention.Insights.Findings;

/// <summary>The executive report: headlines, risks against thresholds, the four KPIs.</summary>
internal static class ExecutiveCards
{
    public static IReadOnlyList<CardRecipe> All { get; } =
    [
        new("002.northstar", CardKind.Kpi, "North star metrics", NorthStar),
        new("002.one_time_and_returning", CardKind.Headline, "One-time and returning customers", OneTime),
        new("002.power_users", CardKind.Headline, "Power users", PowerUsers),
        new("002.dormant_and_recent_high", CardKind.Headline, "High value: dormant against recent", DormantHigh),
        new("002.lifecycle_order", CardKind.Headline, "Revenue by lifecycle", LifecycleOrder),
        new("002.risk_acquisition", CardKind.Risk, "Does revenue depend on acquisition?", Acquisition),
        new("002.risk_constrained_clv", CardKind.Risk, "Is lifetime value constrained?", ConstrainedClv),
        new("002.risk_high_value", CardKind.Risk, "Are high-value customers retained?", HighValue),
        new("002.risk_cohorts", CardKind.Risk, "Do cohorts mature?", CohortsMature),
        new("002.risk_growth", CardKind.Risk, "Is growth stable?", UnstableGrowth),
        new("002.kpi_1_month_1_retention", CardKind.Kpi, "KPI 1: month-1 retention", MonthOne),
        new("002.kpi_2_funnel", CardKind.Kpi, "KPI 2: repeat funnel", Funnel),
        new("002.kpi_3_active_revenue", CardKind.Kpi, "KPI 3: revenue from active customers", ActiveRevenue),
        new("002.kpi_4_concentration", CardKind.Kpi, "KPI 4: revenue concentration by value tier", ValueTiers),
        new("002.urgent", CardKind.Finding, "Urgent: At Risk | High | One-time", Urgent),
        new("002.monthly_revenue", CardKind.Finding, "Monthly revenue", MonthlyRevenue),
        new("002.delivery_and_reviews", CardKind.Finding, "Delivery days and review score", Reviews),
        new("002.delivery_and_repeat", CardKind.Finding, "Delivery of the first order and the second order", DeliveryRepeat),
        new("002.channels", CardKind.Finding, "Acquisition channels", Channels),
    ];

    private static void NorthStar(CardDraft card)
    {
        card.Say(
            $"{card.Need("kpis", "customers")} customers, {card.Need("kpis", "revenue")} net revenue, {card.Need("kpis", "aov")} an "
                + $"order, {card.Need("kpis", "orders")} orders, repeat rate {card.Need("kpis", "repeat_rate")} "
                + $"({card.Need("kpis", "repeat_customers")} customers with two purchases or more).");
        card.Say(
            $"Everything before {card.AsOf}; the last order is of "
                + $"{card.Date("day of the last order", Cutoff.On(card.Context.DataThrough))}. Valid orders only.");
    }

    private static void OneTime(CardDraft card)
    {
        const string View = "by_frequency_class";
        var (once, share) = (card.Need(View, "customers", "One-time"), card.Need(View, "customer_share", "One-time"));
        var repeat = card.Need("kpis", "repeat_rate");
        card.Say(
            $"{once} customers ({share}) have not purchased again; {card.Need("kpis", "repeat_customers")} ({repeat}) have come back.");
        card.Say(
            $"One-time customers hold {card.Need(View, "revenue_share", "One-time")} of revenue, "
                + $"{card.Need(View, "revenue_per_customer", "One-time")} each.");
        if (card.IsMissing) return;
        var each = card.Need(View, "revenue_per_customer", "One-time").Value!.Value;
        foreach (var name in new[] { "Regular", "Power User" })
            if (card.Book.Find(View, "revenue_per_customer", name) is { Value: not null } more && each > 0)
                card.Say(
                    $"Frequency class {name}: {card.Need(View, "customers", name)} customers, {card.Need(View, "revenue_share", name)} "
                        + $"of revenue, {more} each, "
                        + $"{card.Number($"revenue a customer of {name} over that of One-time", more.Value.Value / each, Unit.Rate)} "
                        + $"times as much.");
    }

    private static void PowerUsers(CardDraft card)
    {
        var users = card.Need("kpis", "power_users");
        card.Say(
            $"{users} customers have {card.Whole("purchases of a power user", card.Context.Insight.Segments.PowerUserOrders)} purchases "
                + $"or more: {card.Need("by_frequency_class", "customer_share", "Power User")} of customers, "
                + $"{card.Need("by_frequency_class", "revenue_share", "Power User")} of revenue.");
    }

    private static void DormantHigh(CardDraft card)
    {
        const string View = "by_recency_value";
        var revenue = card.Book.Rows(View, "revenue").Where(figure => figure.D2 == "High").ToList();
        var (dormant, recent) = (revenue.FirstOrDefault(figure => figure.D1.StartsWith("Dormant", StringComparison.Ordinal)),
            revenue.FirstOrDefault(figure => figure.D1.StartsWith("Recent", StringComparison.Ordinal)));
        if (dormant is null || recent is null)
        {
            card.Missing(card.Book.Why(View, "revenue"));
            return;
        }
        foreach (var cell in new[] { dormant, recent })
            card.Say(
                $"Value tier High, {cell.D1} since the last purchase: {card.Need(View, "customers", cell.D1, "High")} customers, {cell} "
                    + $"revenue to date, {card.Need(View, "clv", cell.D1,
                        "High")} CLV ({card.Context.Predicted}, {card.ClvHorizon} days).");
        card.Say($"Revenue to date is past: what can still come is the CLV. The buckets cover unequal spans of time.");
    }

    private static void LifecycleOrder(CardDraft card)
    {
        if (card.Ranked("by_lifecycle3", "revenue") is not { Count: > 0 } ranked) return;
        card.Say(
            $"By revenue to date: "
                + $"{CardDraft.Join([.. ranked.Select(figure => $"{figure.D1} {card.Shown(figure)} ({card.Shown(card.Need("by_lifecycle3",
                    "revenue_share",
                    figure.D1))}; {card.Shown(card.Need("by_lifecycle3", "customers",
                        figure.D1))} customers, {card.Shown(card.Need("by_lifecycle3", "customer_share", figure.D1))})")])}.");
        var segments = card.Context.Insight.Segments;
        card.Say(
            $"A rule on days since the last order, never on ranks: Active up to "
                + $"{card.Whole("lifecycle Active up to, days", segments.ActiveDays)}, At Risk up to "
                + $"{card.Whole("lifecycle At Risk up to, days", segments.AtRiskDays)}, Dormant after that; New and Reactivated count as "
                + $"Active, Lost as Dormant. New is a first and only order less than "
                + $"{card.Whole("lifecycle New under, days", segments.NewDays)} days ago.");
    }

    // ---- risks

    private static void Threshold(CardDraft card, bool alert, Func<FindingThresholds, double> of, string name, Unit unit)
    {
        var value = of(card.Context.Thresholds);
        if (alert) card.Alert();
        var usual = of(new FindingThresholds()).Equals(value);
        card.Say(
            $"{(alert ? "Beyond" : "Within")} the threshold of {card.Number("threshold " + name, value, unit)} "
                + $"({(usual ? "the product's convention, not a benchmark; set your own" : "set by the shop")}).");
    }

    private static void Acquisition(CardDraft card)
    {
        var months = card.Book.Rows("months", "month_new_revenue_share").TakeLast(12).ToList();
        if (months.Count == 0)
        {
            card.Missing(card.Book.Why("months", "month_new_revenue_share"));
            return;
        }
        var (fresh, all) = (months.Sum(figure => figure.Numerator ?? 0), months.Sum(figure => figure.Denominator ?? 0));
        if (!(all > 0))
        {
            card.Missing("nothing was paid in the complete months");
            return;
        }
        card.AddSources(months);
        card.Say(
            $"{card.Number("share of new customers: sum of numerators over sum of denominators of the months", fresh / all, Unit.Share)} "
                + $"of what was paid in the {card.Whole("complete months", months.Count)} complete months {months[0].D1} to "
                + $"{months[^1].D1} came from customers in the month of their first order "
                + $"({card.Number("paid by new customers", fresh, Unit.Money)} of {card.Number("paid in all", all, Unit.Money)}).");
        if (months[0].D1 == card.Book.Rows("months", "month_new_revenue_share")[0].D1)
            card.Say($"They include the first months of the data, when everybody counts as new, which raises it.");
        Threshold(card, fresh / all > card.Context.Thresholds.NewRevenueShare, static all => all.NewRevenueShare, "new_revenue_share",
            Unit.Share);
    }

    private static void ConstrainedClv(CardDraft card)
    {
        var second = card.Need("second_order", "second_within", "90");
        card.Say(
            $"{second} of {card.Denominator(second, Unit.Count)} customers first seen at least {second.D1} days ago purchased again within "
                + $"{second.D1} days; the mean CLV is {card.Need("kpis", "clv_per_customer")} ({card.Context.Predicted}, "
                + $"{card.ClvHorizon} days).");
        Threshold(card, second.Value < card.Context.Thresholds.SecondOrder90d, static all => all.SecondOrder90d, "second_order_90d",
            Unit.Share);
    }

    private static void HighValue(CardDraft card)
    {
        var rate = card.Need("churn", "churn_rate", "value_tier", "High");
        card.Say(
            $"{rate} of {card.Denominator(rate, Unit.Count)} customers who were in value tier High {card.Horizon} days before {card.AsOf} "
                + $"have bought nothing since (observed).");
        if (card.Book.Find("by_value_tier", "p_churn", "High") is { Value: not null } ahead)
            card.Say($"For those in it now the mean probability for the next {card.Horizon} days is {ahead} ({card.Context.Predicted}).");
        Threshold(card, rate.Value > card.Context.Thresholds.HighTierChurn, static all => all.HighTierChurn, "high_tier_churn", Unit.Share);
    }

    private static void CohortsMature(CardDraft card)
    {
        var third = card.Need("cohort_average_month", "retention", "3");
        card.Say(
            $"In the third month after their first, {third} of {card.Denominator(third, Unit.Count)} customers of complete monthly cohorts "
                + $"purchased, {card.Need("cohort_average_month", "retention", "1")} in the first.");
        Threshold(card, third.Value < card.Context.Thresholds.MonthThreeRetention, static all => all.MonthThreeRetention,
            "month_three_retention", Unit.Share);
    }

    private static void UnstableGrowth(CardDraft card)
    {
        const string Active = "month_active_30d";
        var (slope, low, high, months) = (card.Need("trends", "slope", Active), card.Need("trends", "slope_low", Active),
            card.Need("trends", "slope_high", Active), card.Need("trends", "trend_months", Active));
        var rows = card.Book.Rows("months", Active);
        if (card.IsMissing || rows.Count == 0 || rows.Average(figure => figure.Value!.Value) is not (> 0 and var mean))
        {
            card.Missing("no month with active customers");
            return;
        }
        card.AddSources(rows);
        card.Say(
            $"Customers with an order in the last thirty days changed by {slope} a month over {months} complete months, 95 % interval "
                + $"{low} to {high}; that is {card.Number("slope over the mean of the months", slope.Value!.Value / mean, Unit.Share)} "
                + $"of their mean of {card.Number("mean of the months", mean, Unit.Count)}. The trend "
                + $"{(low.Value > 0 ? "rises" : high.Value < 0 ? "falls" : "is not clear")}.");
        Threshold(card, high.Value / mean < card.Context.Thresholds.ActiveTrend, static all => all.ActiveTrend, "active_trend", Unit.Share);
    }

    // ---- KPIs

    private static void MonthOne(CardDraft card)
    {
        var rate = card.Need("cohort_average_month", "retention", "1");
        card.Say(
            $"{rate} of {card.Denominator(rate, Unit.Count)} customers purchased in the calendar month after that of their first purchase: "
                + $"{card.Numerator(rate, Unit.Count)} of all monthly cohorts whose month is complete (classic retention; the sum "
                + $"of returners over the sum of sizes).");
        var (low, high) = (card.Book.Find("cohort_average_month", "retention_low", "1"),
            card.Book.Find("cohort_average_month", "retention_high", "1"));
        if (low is { Value: not null } && high is { Value: not null })
            card.Say($"Single cohorts that are not small range from {low} to {high}.");
        var curve = card.Book.Rows("cohort_average_month", "retention").Where(figure => figure.D1 is "2" or "3" or "6" or "12").ToList();
        if (curve.Count > 0) card.Say($"Later: {card.List(curve, static figure => $"month {figure.D1}")}.");
    }

    private static void Funnel(CardDraft card)
    {
        var (regular, power) =
            (card.Need("funnel", "step_rate", "2 Regular or more"), card.Need("funnel", "step_rate", "3 Power users"));
        card.Say(
            $"One-time to regular: {regular}, {card.Numerator(regular, Unit.Count)} of all {card.Denominator(regular, Unit.Count)} "
                + $"customers have two purchases or more.");
        card.Say(
            $"Regular to power user: {power}, {card.Numerator(power, Unit.Count)} of those {card.Denominator(power, Unit.Count)} have "
                + $"{card.Whole("purchases of a power user", card.Context.Insight.Segments.PowerUserOrders)} or more.");
    }

    private static void ActiveRevenue(CardDraft card)
    {
        var (year, ever) = (card.Need("kpis", "active_revenue_share_12m"), card.Need("kpis", "active_revenue_share"));
        card.Say(
            $"Customers whose lifecycle is New, Reactivated or Active (last order up to "
                + $"{card.Whole("lifecycle Active up to, days", card.Context.Insight.Segments.ActiveDays)} days before {card.AsOf}, or "
                + $"the first and only one less than {card.Whole("lifecycle New under, days", card.Context.Insight.Segments.NewDays)}; "
                + $"by rule) hold {year} of the last twelve months' revenue ({card.Numerator(year, Unit.Money)} of "
                + $"{card.Denominator(year, Unit.Money)}) and {ever} of all revenue to date.");
        card.Say($"A long history lowers the second; the first is the one to follow.");
    }

    private static void ValueTiers(CardDraft card)
    {
        const string View = "by_value_tier";
        card.Say(
            $"Value tier High holds {card.Need(View, "revenue_share", "High")} of revenue to date, Mid "
                + $"{card.Need(View, "revenue_share", "Mid")}, Low {card.Need(View, "revenue_share", "Low")}; a customer has spent "
                + $"{card.Need(View, "revenue_per_customer", "High")}, {card.Need(View, "revenue_per_customer", "Mid")} and "
                + $"{card.Need(View, "revenue_per_customer", "Low")}.");
        if (card.IsMissing) return;
        var (high, low) = (card.Need(View, "revenue_per_customer", "High").Value!.Value,
            card.Need(View, "revenue_per_customer", "Low").Value!.Value);
        if (low > 0) card.Say($"High is {card.Number("revenue a customer of High over Low", high / low, Unit.Rate)} times Low.");
        if (card.Book.Find("kpis", "high_active_dormant_ratio") is { Value: not null } ratio)
            card.Say($"Within High, active customers hold {ratio} times the revenue to date of dormant ones.");
        card.Say($"Tiers are cut by this revenue, so some concentration is by definition; it is neither good nor bad by itself.");
    }

    private static void Urgent(CardDraft card)
    {
        string[] cell = ["At Risk", "High", "One-time"];
        var customers = card.Need("by_combined", "customers", cell[0], cell[1], cell[2]);
        if (customers.Value == 0)
        {
            card.Say($"{customers} customers are lifecycle At Risk, value tier High and one-time.");
            return;
        }
        card.Say(
            $"{customers} customers are lifecycle At Risk, value tier High and one-time (by rule). They have spent "
                + $"{card.Need("by_combined", "revenue", cell[0], cell[1], cell[2])} to date; expected of them within {card.ClvHorizon} "
                + $"days: {card.Need("by_combined", "clv", cell[0], cell[1], cell[2])} ({card.Context.Predicted}).");
        if (card.Book.Find("by_combined", "expected_net_value", cell[0], cell[1], cell[2]) is { Value: not null } net)
            card.Say($"Recommended actions among them are expected to bring {net} after their cost, by assumed effects.");
    }

    private static void MonthlyRevenue(CardDraft card)
    {
        var (mean, peak, below) = (card.Need("kpis", "average_month_revenue"), card.Need("kpis", "peak_month_revenue"),
            card.Need("kpis", "months_below_average"));
        card.Say(
            $"{mean} a month on average over {card.Denominator(mean, Unit.Count)} complete calendar months; most in "
                + $"{peak.Note ?? "one month"}, {peak}. {card.Numerator(below, Unit.Count)} months ({below}) lie below the average.");
        if (card.Book.Find("trends", "slope", "month_revenue") is { Value: not null } slope
            && card.Book.Find("trends", "slope_low", "month_revenue") is { } low
            && card.Book.Find("trends", "slope_high", "month_revenue") is { } high)
            card.Say($"Trend: {slope} a month, 95 % interval {low} to {high}.");
    }

    private static void Reviews(CardDraft card)
    {
        var (rho, score, days) = (card.Need("kpis", "spearman", "delivery days and review score"), card.Need("kpis", "review_score"),
            card.Need("kpis", "delivery_days"));
        card.Say(
            $"The mean review score is {score} over {card.Denominator(score, Unit.Count)} reviewed orders "
                + $"({card.Need("kpis", "review_coverage")} of orders); delivery takes {days} on average over "
                + $"{card.Denominator(days, Unit.Count)} delivered orders.");
        card.Say(
            $"Spearman's rank correlation of the two is {rho} over "
                + $"{card.Number("reviewed delivered orders", rho.Customers ?? 0, Unit.Count)} orders: "
                + $"{(rho.Value < -0.1 ? "slower orders are rated lower" : rho.Value > 0.1 ? "slower orders are rated higher" : "hardly "
                    + "any")}. Association, not cause.");
    }

    private static void DeliveryRepeat(CardDraft card)
    {
        const string View = "by_first_delivery";
        var (time, late) = (card.Need(View, "second_order_90d", "On time"), card.Need(View, "second_order_90d", "Late"));
        card.Say(
            $"Second purchase within ninety days, where the first order came on time: {time} of {card.Denominator(time, Unit.Count)} "
                + $"customers; where it came late: {late} of {card.Denominator(late, Unit.Count)}.");
        if (!card.IsMissing)
            card.Say(
                $"A difference of {card.Change("on time minus late", time.Value!.Value - late.Value!.Value, Unit.Share)}. Association, "
                    + $"not cause.");
    }

    private static void Channels(CardDraft card)
    {
        var (largest, hhi, coverage) = (card.Need("kpis", "largest_channel_share"), card.Need("kpis", "hhi"),
            card.Need("kpis", "channel_coverage"));
        card.Say(
            $"The acquisition channel is known of {coverage} of customers; the others are Unknown, never guessed. Of the known, "
                + $"{largest} came by {largest.Note ?? "one channel"} ({card.Numerator(largest, Unit.Count)} of "
                + $"{card.Denominator(largest, Unit.Count)}); concentration index {hhi}.");
        var each = card.Book.Rows("by_channel", "revenue_per_customer").Where(figure => figure.Customers > 0).ToList();
        if (each.Count > 0)
            card.Say(
                $"Revenue a customer: {card.List(each.Take(10), static figure => figure.D1)}. Means without an interval: small "
                    + $"differences say nothing about quality.");
    }
}

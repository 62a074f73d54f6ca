namespace PredictiveRetention.Insights.Findings;

/// <summary>The questions of the monthly segment report, asked of the business segments.</summary>
internal static class SegmentCards
{
    private const string Segments = "business_segment";
    private const string BySegment = "by_business_segment";
    private const string Monthly = "months_by_business_segment";

    public static IReadOnlyList<CardRecipe> All { get; } =
    [
        Question("growth", "Which segments are growing or shrinking the fastest?", Growth),
        Question("size_season", "Are there seasonal patterns in segment sizes?", card => Season(card, "month_customers", "segment sizes")),
        Question("moving_up", "How effective are efforts to move customers to higher-value segments?", MovingUp),
        Question("highest_aov", "Which segments show the highest average order value?", HighestAov),
        Question("aov_trend", "How has average order value changed over time?",
            card => Trends(card, "month_aov", "Average order value", shop: true)),
        Question("value_gap", "What is the value gap between segments?", ValueGap),
        Question("retention_concern", "Which segments show concerning retention trends?", RetentionConcern),
        Question("retention_season", "Are there seasonal patterns in retention rates?",
            card => Season(card, "month_retention", "retention rates")),
        Question("retention_comparison", "How do retention rates compare across segments?", RetentionComparison),
        Question("highest_risk", "Which segments have the highest churn risk?", HighestRisk),
        Question("risk_trend", "How has churn risk evolved over time?", RiskTrend),
        Question("value_and_risk", "What is the relationship between segment value and churn risk?", ValueAndRisk),
        Question("email_response", "Which segments are most responsive to e-mail?",
            card => Best(card, "open_rate", "The e-mail open rate of twelve months is highest")),
        Question("email_trend", "Are there trends in e-mail engagement over time?",
            card => Trends(card, "month_open_rate", "E-mail open rate", shop: true)),
        Question("email_season", "How do seasonal factors affect e-mail engagement?",
            card => Season(card, "month_open_rate", "e-mail open rates")),
        Question("site_engagement", "Which segments show the highest website engagement?",
            card => Best(card, "visits_per_customer", "Visits per customer of thirty days, customers without any included, are highest")),
        Question("site_trend", "How has website engagement changed over time?",
            card => Trends(card, "month_visits_per_customer", "Visits per customer", shop: true)),
        Question("visits_and_value", "Is there a correlation between visit frequency and customer value?", VisitsAndValue),
    ];

    private static CardRecipe Question(string name, string title, Action<CardDraft> write) =>
        new("001." + name, CardKind.Question, title, write);

    private static void Growth(CardDraft card)
    {
        var metric = card.Book.Rows("growth", "change_12m").Any(figure => figure.D1 == "month_customers" && figure.D2 == Segments)
            ? "change_12m"
            : "change_1m";
        var ranked = card.Ranked("growth", metric, figure => figure.D1 == "month_customers" && figure.D2 == Segments);
        if (ranked.Count == 0) return;
        var (first, last, month) = (ranked[0], ranked[^1], card.Book.LastMonth ?? "");
        card.Say(
            $"Over {(metric == "change_12m" ? "twelve months" : "the last month")} to the end of {month}, business segment {first.D3} "
                + $"{(first.Value > 0 ? "grew fastest" : "shrank least")}: {first}, from {card.Denominator(first, Unit.Count)} to "
                + $"{card.Need(Monthly, "month_customers", month, first.D3)} customers.");
        if (ranked.Count > 1)
            card.Say(
                $"{last.D3} {(last.Value < 0 ? "shrank fastest" : "grew least")}: {last}, from {card.Denominator(last, Unit.Count)} to "
                    + $"{card.Need(Monthly, "month_customers", month, last.D3)}.");
        if (ranked.Count > 2)
            card.Say(
                $"Between them: {card.List(ranked.Skip(1).SkipLast(1), static figure => figure.D3)}. Segments of past months are by the "
                    + $"recency rule.");
    }

    private static void Season(CardDraft card, string metric, string what)
    {
        if (MetricCatalogue.Find(metric) is { } known && SourceWords.Missing(known.Needs, card.Context.Insight.Coverage) is not null)
        {
            card.Missing(card.Book.Why("months", metric));
            return;
        }
        var rows = card.Book.Rows("seasonality", "seasonal_index")
            .Where(figure => figure.D1 == metric && (figure.D2.Length == 0 || figure.D2.StartsWith(Segments, StringComparison.Ordinal)))
            .ToList();
        if (rows.Count == 0)
        {
            card.Missing("a season shows from the same month of two years, and no complete month has one a year before it");
            return;
        }
        var last = rows.Max(figure => figure.D3)!;
        var months = rows.Select(figure => figure.D3).Distinct().Count();
        card.Say(
            $"Against the same month a year before, {last} stood at so many times the {what} of then (one: no change): "
                + $"{card.List(rows.Where(figure => figure.D3 == last),
                    static figure => figure.D2.Length == 0 ? "all customers" : figure.D2[(Segments.Length + 2)..])}.");
        var shown = rows.Where(figure => figure.D3 == last).ToList();
        var spread = rows.Where(figure => figure.D2 == shown[0].D2).ToList();
        var (low, high) = (spread.MinBy(figure => figure.Value)!, spread.MaxBy(figure => figure.Value)!);
        card.Say(
            $"Over {card.Whole("months with one a year before", months)} such months "
                + $"{(shown[0].D2.Length == 0 ? "all customers" : shown[0].D2[(Segments.Length + 2)..])} ranged from {low} ({low.D3}) to "
                + $"{high} ({high.D3}).");
        card.Say(
            $"{(months < 12 ? "Fewer than twelve months can be compared, so season and growth cannot be told apart yet" : "An index that "
                + "stays the same over the months is growth; one that differs from month to month is season")}.");
    }

    private static void MovingUp(CardDraft card)
    {
        const string View = "moves_value_tier";
        var last = card.Book.LastMonth;
        var moves = card.Book.Rows(View, "moved").Where(figure => last is not null && string.CompareOrdinal(figure.D1, last) <= 0).ToList();
        if (moves.Count == 0)
        {
            card.Missing("no complete month of moves between segments");
            return;
        }
        var month = moves[^1].D1;
        string[] order = ["Low", "Mid", "High"];
        var of = moves.Where(figure => figure.D1 == month && Array.IndexOf(order, figure.D2) >= 0).ToList();
        var up = of.Where(figure => Array.IndexOf(order, figure.D3) > Array.IndexOf(order, figure.D2)).ToList();
        var down = of.Where(figure => Array.IndexOf(order, figure.D3) < Array.IndexOf(order, figure.D2)).ToList();
        var start = of.GroupBy(figure => figure.D2).Sum(from => from.First().Customers ?? 0);
        card.AddSources(up.Concat(down));
        var sum = up.Sum(figure => figure.Value ?? 0);
        card.Say(
            $"In {month}, {card.Number("customers who moved to a higher value tier", sum, Unit.Count)} of "
                + $"{card.Number("customers in a value tier at the month's start", start, Unit.Count)} customers moved to a higher value "
                + $"tier{(start > 0 ? $" ({card.Shown(card.Number("share who moved up", sum / start, Unit.Share))})" : "")} and "
                + $"{card.Number("customers who moved to a lower value tier", down.Sum(figure => figure.Value ?? 0), Unit.Count)} to a "
                + $"lower one; the month's cut-offs stood still.");
        if (up.Count > 0) card.Say($"Up: {card.List(up, static figure => $"{figure.D2} to {figure.D3}")}.");
        var vip = card.Book.Rows("moves_" + Segments, "moved")
            .Where(figure => figure.D1 == month && figure.D3 == "VIP" && figure.D2 is not ("VIP" or "(not a customer yet)"))
            .ToList();
        if (vip.Count > 0)
            card.Say($"Into business segment VIP (by the recency rule): {card.List(vip, static figure => "from " + figure.D2)}.");
        card.Say($"Whether an effort moved them is not known: no campaign has been measured against a holdout.");
    }

    private static void HighestAov(CardDraft card)
    {
        if (card.Ranked(BySegment, "aov") is not { Count: > 0 } ranked) return;
        var first = CardDraft.FirstNotSmall(ranked);
        card.Say(
            $"Business segment {first.D1}: {first} an order, all revenue over all {card.Denominator(first, Unit.Count)} orders of its "
                + $"{card.N(first)} customers to date.");
        card.SayOthers(ranked, first);
        if (card.Book.LastMonth is not { } month) return;
        var monthly = card.Book.Rows(Monthly, "month_aov")
            .Where(figure => figure.D1 == month)
            .OrderByDescending(figure => figure.Value)
            .ToList();
        if (monthly.Count > 0) card.Say($"In {month}, by the segment at its end: {card.List(monthly, static figure => figure.D2)}.");
    }

    private static void Trends(CardDraft card, string metric, string what, bool shop)
    {
        if (card.Context.Insight is var insight && SourceWords.Missing(MetricCatalogue.Get(metric).Needs, insight.Coverage) is not null)
        {
            card.Missing(card.Book.Why("months", metric));
            return;
        }
        if (shop)
        {
            var slope = card.Need("trends", "slope", metric);
            var (low, high) = (card.Need("trends", "slope_low", metric), card.Need("trends", "slope_high", metric));
            if (card.IsMissing) return;
            card.Say(
                $"{what} of the whole shop {Verdict(low, high)} over {card.Need("trends", "trend_months", metric)} complete months: "
                    + $"{slope} a month, 95 % interval {low} to {high}.");
        }
        var segments = card.Book.Rows("trends", "slope").Where(figure => figure.D1 == metric && figure.D2 == Segments).ToList();
        if (segments.Count == 0)
        {
            if (!shop) card.Missing(card.Book.Why("trends", "slope", metric, Segments, "VIP"));
            return;
        }
        card.Say(
            $"By business segment, a month: "
                + $"{CardDraft.Join([.. segments.Select(figure => $"{figure.D3} {card.Shown(figure)} ({Verdict(
                    High(card, figure, "slope_low"),
                    High(card, figure,
                        "slope_high"))})")])}. A trend is called one only where the whole 95 % interval is on one side of zero.");
    }

    private static Figure High(CardDraft card, Figure slope, string bound) => card.Need("trends", bound, slope.D1, slope.D2, slope.D3);

    public static string Verdict(Figure low, Figure high) => low.Value > 0 ? "rose" : high.Value < 0 ? "fell" : "shows no clear trend";

    private static void ValueGap(CardDraft card)
    {
        foreach (var (metric, words) in new[] { ("aov", "Average order value"), ("revenue_per_customer", "Revenue a customer") })
        {
            var ranked = card.Ranked(BySegment, metric);
            if (ranked.Count < 2)
            {
                card.Missing("fewer than two segments have orders");
                return;
            }
            var (high, low) = (ranked[0], ranked[^1]);
            card.Say(
                $"{words}: {high} in business segment {high.D1} and {low} in {low.D1}, a gap of "
                    + $"{card.Number($"highest minus lowest {metric}", high.Value!.Value - low.Value!.Value, Unit.Money)}"
                    + $"{(low.Value > 0
                        ? $", {card.Shown(card.Number($"highest over lowest {metric}", high.Value.Value / low.Value.Value,
                            Unit.Rate))} times"
                        : "")}.");
        }
        card.Say($"VIP is cut by CLV ({card.Context.Predicted}), so it is higher by its definition.");
    }

    private static void RetentionConcern(CardDraft card)
    {
        var slopes = card.Book.Rows("trends", "slope").Where(figure => figure.D1 == "month_retention" && figure.D2 == Segments).ToList();
        if (slopes.Count == 0)
        {
            card.Missing(card.Book.Why("trends", "slope", "month_retention", Segments, "VIP"));
            return;
        }
        var falling = slopes.Where(slope => card.Need("trends", "slope_high", slope.D1, slope.D2, slope.D3).Value < 0).ToList();
        if (falling.Count == 0)
        {
            card.Say(
                $"None of {card.Whole("business segments with a trend", slopes.Count)} business segments: in none is the whole 95 % "
                    + $"interval of the monthly retention trend below zero. Slopes: {card.List(slopes, static figure => figure.D3)} a "
                    + $"month.");
            return;
        }
        card.Alert();
        card.Say(
            $"Retention falls in {card.Whole("business segments whose retention falls", falling.Count)} of "
                + $"{card.Whole("business segments with a trend", slopes.Count)} business segments, the whole 95 % interval below zero:");
        card.Say(
            $"{CardDraft.Join([.. falling.Select(figure => $"{figure.D3} {card.Shown(figure)} a month (up to {card.Shown(card.Need("trends",
                "slope_high", figure.D1, figure.D2, figure.D3))})")])}. Segments of past months are by the recency rule.");
    }

    private static void RetentionComparison(CardDraft card)
    {
        var month = card.Book.LastMonth;
        var ranked = card.Ranked(Monthly, "month_retention", figure => figure.D1 == month);
        if (ranked.Count == 0) return;
        var first = CardDraft.FirstNotSmall(ranked);
        card.Say(
            $"Of those in a business segment at the start of {month ?? ""}, so many ordered in it: "
                + $"{CardDraft.Join([.. ranked.Select(figure => $"{figure.D2} {card.Shown(figure)} of {card.Shown(card.Denominator(figure,
                    Unit.Count))}")])}. Highest: {first.D2}.");
        card.Say($"Segments at a month's start are by the recency rule, and recent buyers buy more often: association, not cause.");
    }

    private static void HighestRisk(CardDraft card)
    {
        if (card.Ranked(BySegment, "p_churn") is not { Count: > 0 } ranked) return;
        var first = CardDraft.FirstNotSmall(ranked);
        card.Say(
            $"Business segment {first.D1}: mean probability {first} of no purchase within {card.Horizon} days ({card.Context.Predicted}; "
                + $"{card.Denominator(first, Unit.Count)} customers not "
                + $"lost)"
                + $"{(card.Book.Find("risk_quartiles", "risk_quartile", first.D1, "50") is { Value: not null } median
                    ? $", half of them at or below {card.Shown(median)}"
                    : "")}.");
        card.SayOthers(ranked, first);
        card.Say($"Segment At Risk is cut by this probability and Inactive by recency, so both are high by their definition.");
    }

    private static void RiskTrend(CardDraft card)
    {
        card.Say(
            $"Risk of past months is by the recency rule at each month's end, because a model that learnt from later days has no say in "
                + $"them.");
        Trends(card, "month_p_churn", "Churn risk", shop: false);
        if (card.Book.LastMonth is not { } month || card.Book.Find("months", "month_p_churn", month) is not { Value: not null } now) return;
        card.Say($"Of all customers not lost at the end of {month} it is {now}.");
    }

    private static void ValueAndRisk(CardDraft card)
    {
        var rows = card.Ranked(BySegment, "revenue_per_customer")
            .Where(figure => card.Book.Find(BySegment, "p_churn", figure.D1) is { Value: not null })
            .ToList();
        if (rows.Count < 2)
        {
            card.Missing("fewer than two segments have customers who are not lost");
            return;
        }
        card.Say(
            $"From the most revenue a customer down: "
                + $"{CardDraft.Join([.. rows.Select(figure =>
                    $"{figure.D1} {card.Shown(figure)} at a churn probability of {card.Shown(card.Need(BySegment, "p_churn",
                        figure.D1))}")])} ({card.Context.Predicted}, {card.Horizon} days).");
        if (rows.Count >= 4
            && ExperienceFigures.Rho([.. rows.Select(figure => (figure.Value!.Value,
                card.Need(BySegment, "p_churn", figure.D1).Value!.Value, 1.0))]) is { } rho)
            card.Say(
                $"Rank correlation over these {card.Whole("segments", rows.Count)} segments, each counted once: "
                    + $"{card.Number("Spearman's rho of revenue a customer and churn probability over segments", rho,
                        Unit.Coefficient)}. So few points describe the segments and prove nothing; association, not cause.");
    }

    private static void Best(CardDraft card, string metric, string claim)
    {
        if (card.Ranked(BySegment, metric) is not { Count: > 0 } ranked) return;
        var first = CardDraft.FirstNotSmall(ranked);
        card.Say($"{claim} in business segment {first.D1}: {first} ({card.N(first)} customers).");
        card.SayOthers(ranked, first);
    }

    private static void VisitsAndValue(CardDraft card)
    {
        var rho = card.Need("kpis", "spearman", "visits and revenue of 12 months");
        card.Say(
            $"Spearman's rank correlation of visits and revenue of twelve months is {rho} over {card.N(rho)} customers: "
                + $"{(Math.Abs(rho.Value ?? 0) < 0.1 ? "hardly any" : rho.Value > 0 ? "who visits more spends more" : "who visits more "
                    + "spends less")}. Association, not cause: who means to buy visits.");
        var groups = card.Book.Rows("by_visits", "revenue_per_customer").Where(figure => figure.Customers > 0).ToList();
        if (groups.Count > 0)
            card.Say($"Revenue to date a customer by visits of twelve months: {card.List(groups, static figure => figure.D1 + ":")}.");
    }
}

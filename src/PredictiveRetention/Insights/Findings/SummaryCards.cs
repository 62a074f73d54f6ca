namespace PredictiveRetention.Insights.Findings;

/// <summary>The executive summary: the shop, its personas, value, RFM and churn.</summary>
internal static class SummaryCards
{
    public static IReadOnlyList<CardRecipe> All { get; } =
    [
        new("000.interpretation", CardKind.Headline, "What the business rests on", Interpretation),
        new("000.persona_most_frequent", CardKind.Finding, "Most frequent persona",
            card => Persona(card, "customers", "customer_share", "is the most frequent persona", "of all customers")),
        new("000.persona_spend", CardKind.Finding, "Which persona spends most", PersonaSpend),
        new("000.persona_churn_risk", CardKind.Finding, "Which persona is most likely to stop", PersonaRisk),
        new("000.persona_clv", CardKind.Finding, "Lifetime value by persona", PersonaClv),
        new("000.persona_churners", CardKind.Finding, "Where the expected churners are",
            card => Persona(card, "expected_churners", "expected_churner_share", "has most of the expected churners",
                "of all expected churners")),
        new("000.clv_average", CardKind.Kpi, "Average predicted CLV", AverageClv),
        new("000.clv_drivers", CardKind.Finding, "What sets customers of high CLV apart", Drivers),
        new("000.clv_concentration", CardKind.Finding, "How CLV is spread", Concentration),
        new("000.rfm_top_segment", CardKind.Finding, "Largest RFM segment", TopRfm),
        new("000.rfm_slipping", CardKind.Finding, "Slipping from Loyal to At Risk", Slipping),
        new("000.churn_rate", CardKind.Kpi, "Overall churn rate", ChurnRate),
        new("000.churn_by_persona", CardKind.Finding, "Churn by persona", PersonaChurn),
        new("000.early_loss", CardKind.Finding, "Loss in months 1 to 3", EarlyLoss),
    ];

    private static void Interpretation(CardDraft card)
    {
        var (orders, revenue) = (card.Need("kpis", "orders"), card.Need("kpis", "revenue"));
        card.Say(
            $"{card.Need("kpis", "customers")} customers have placed {orders} orders worth {revenue} net up to {card.AsOf}: "
                + $"{card.Need("kpis", "aov")} an order, {card.Need("kpis", "orders_per_customer")} orders a customer.");
        var once = card.Need("by_frequency_class", "revenue_share", "One-time");
        var repeat = card.Need("kpis", "repeat_rate");
        card.Say(
            $"{(once.Value > 0.5 ? "Most" : "Less than half")} of the revenue ({once}) is from customers with one purchase; the repeat "
                + $"rate is {repeat}.");
        if (card.Book.Find("growth", "change_12m", "month_revenue") is { Value: not null } year)
            card.Say($"Revenue of the last complete month changed by {year} against the same month a year before.");
        else if (card.Book.Find("growth", "change_1m", "month_revenue") is { Value: not null } month)
            card.Say($"Revenue of the last complete month changed by {month} against the month before; there is no year to compare with.");
    }

    private static void Persona(CardDraft card, string metric, string share, string claim, string of)
    {
        if (card.Ranked("by_persona", metric) is not { Count: > 0 } ranked) return;
        var first = ranked[0];
        card.Say($"Persona {first.D1} {claim}: {first} ({card.Need("by_persona", share, first.D1)} {of}).");
        if (ranked.Count > 1) card.Say($"Then {card.List(ranked.Skip(1), static figure => figure.D1)}.");
        if (metric != "customers")
            card.Say(
                $"Expected to buy nothing within {card.Horizon} days, {card.Context.Predicted}; customers already lost are not counted.");
    }

    private static void PersonaSpend(CardDraft card)
    {
        if (card.Ranked("by_persona", "revenue_per_customer") is not { Count: > 0 } ranked) return;
        var first = CardDraft.FirstNotSmall(ranked);
        card.Say(
            $"Persona {first.D1} has spent most a customer: {first} net to date ({card.N(first)} customers, "
                + $"{card.Need("by_persona", "revenue_share", first.D1)} of revenue).");
        card.SayOthers(ranked, first);
    }

    private static void PersonaRisk(CardDraft card)
    {
        if (card.Ranked("by_persona", "p_churn") is not { Count: > 0 } ranked) return;
        card.Say(
            $"Mean probability of no purchase within {card.Horizon} days, {card.Context.Predicted}, of customers not lost: "
                + $"{card.List(ranked, static figure => figure.D1)}.");
        card.Say($"Personas are partly told apart by how long ago somebody bought, so this describes them and names no cause.");
    }

    private static void PersonaClv(CardDraft card)
    {
        if (card.Ranked("by_persona", "clv_per_customer") is not { Count: > 0 } ranked) return;
        var first = CardDraft.FirstNotSmall(ranked);
        card.Say(
            $"Persona {first.D1} has the highest CLV a customer: {first} net within {card.ClvHorizon} days, {card.Context.Predicted} "
                + $"({card.N(first)} customers, {card.Need("by_persona", "clv_share", first.D1)} of all CLV).");
        card.SayOthers(ranked, first);
        if (card.Book.Find("by_persona", "customers", "Subscriber") is { Value: 0 } or null)
            card.Say(
                $"Nobody is persona Subscriber: "
                    + $"{(card.Book.Find("kpis", "subscriber_share") is { Value: not null }
                        ? "no subscription is running"
                        : card.Book.Why("kpis", "subscriber_share"))}.");
    }

    private static void AverageClv(CardDraft card)
    {
        var (mean, median) = (card.Need("concentration", "mean_value", "clv"), card.Need("concentration", "median_value", "clv"));
        card.Say(
            $"A customer is expected to spend {mean} net within {card.ClvHorizon} days of {card.AsOf} on average, half of them less than "
                + $"{median} ({card.Context.Predicted}; {card.N(mean)} customers).");
        var past = card.Need("kpis", "revenue_per_customer");
        card.Say($"To date a customer has spent {past}.");
        if (mean.Value > 0 || !(past.Value > 0)) return;
        card.Alert();
        card.Say($"Revenue without any expected revenue is a fault of the data or the model, not a finding.");
    }

    private static void Drivers(CardDraft card)
    {
        const string View = "by_clv_tier";
        var premium = card.Need(View, "clv_per_customer", "Premium");
        if (card.IsMissing) return;
        card.Say($"CLV tier Premium ({card.N(premium)} customers, {premium} of CLV each) against all others:");
        var parts = new List<string>();
        foreach (var (metric, words, unit, topUnit) in new[]
        {
            ("revenue_per_customer", "revenue to date a customer", Unit.Money, Unit.Money),
            ("orders_per_customer", "orders a customer", Unit.Rate, Unit.Count),
            ("tenure_days", "days since the first order", Unit.Days, Unit.Count),
            ("recency_days", "days since the last order", Unit.Days, Unit.Count), ("p_churn", "churn probability", Unit.Share, Unit.Count),
            ("subscriber_share", "subscribers", Unit.Share, Unit.Count),
        })
        {
            if (card.Book.Find(View, metric, "Premium") is not { Value: not null } high)
            {
                parts.Add($"{words} not available ({card.Book.Why(View, metric, "Premium")})");
                continue;
            }
            var rest = card.Book.Rows(View, metric).Where(figure => figure.D1 != "Premium").ToList();
            var (top, bottom) = (rest.Sum(figure => figure.Numerator ?? 0), rest.Sum(figure => figure.Denominator ?? 0));
            if (bottom <= 0) continue;
            card.AddSources(rest);
            parts.Add(
                $"{words} {card.Shown(high)} against "
                    + $"{card.Shown(card.Number($"{metric} of Gold, Silver and Bronze: sum of numerators over sum of denominators",
                        top / bottom, unit))}");
        }
        card.Say($"{string.Join("; ", parts)}.");
        card.Say($"Tiers are cut by CLV, {card.Context.Predicted}, which is made from such facts: association, not cause.");
    }

    private static void Concentration(CardDraft card)
    {
        var (one, ten, twenty) = (card.Need("concentration", "top_share", "clv", "1 %"),
            card.Need("concentration", "top_share", "clv", "10 %"), card.Need("concentration", "top_share", "clv", "20 %"));
        card.Say(
            $"By CLV ({card.Context.Predicted}, {card.ClvHorizon} days) the top 1 % of customers hold {one} of it, the top 10 % {ten}, "
                + $"the top 20 % {twenty}; the Gini coefficient is {card.Need("concentration", "gini", "clv")}.");
        card.Say(
            $"By revenue to date the first 10 % hold {card.Need("concentration", "top_share", "revenue", "10 %")}, the Gini coefficient "
                + $"is {card.Need("concentration", "gini", "revenue")}. Neither is good or bad by itself: few hands are easy to serve "
                + $"and easy to lose.");
    }

    private static void TopRfm(CardDraft card)
    {
        if (card.Ranked("by_rfm_segment", "customers") is not { Count: > 0 } ranked) return;
        var first = ranked[0];
        card.Say(
            $"RFM segment {first.D1} is the largest: {first} customers ({card.Need("by_rfm_segment", "customer_share", first.D1)}), "
                + $"{card.Need("by_rfm_segment", "revenue_share", first.D1)} of revenue to date and "
                + $"{card.Need("by_rfm_segment", "clv_share", first.D1)} of CLV ({card.Context.Predicted}).");
        card.Say($"All segments: {card.List(ranked, static figure => figure.D1)}. Segments follow fixed quintile rules, not a prediction.");
    }

    private static void Slipping(CardDraft card)
    {
        const string View = "moves_rfm_segment";
        var last = card.Book.LastMonth;
        var months = card.Book.Rows(View, "moved")
            .Select(figure => figure.D1)
            .Where(month => last is not null && string.CompareOrdinal(month, last) <= 0)
            .ToList();
        if (months.Count == 0)
        {
            card.Missing("no complete month of moves between segments");
            return;
        }
        var at = months[^1];
        var loyal = card.Book.Rows(View, "moved").Where(figure => figure.D1 == at && figure.D2 == "Loyal").ToList();
        if (loyal.Count == 0)
        {
            card.Say($"Nobody was in the RFM segment Loyal at the start of {at}.");
            return;
        }
        var start = card.Number($"RFM segment Loyal at the start of {at}", loyal[0].Customers ?? 0, Unit.Count);
        if (card.Book.Find(View, "moved", at, "Loyal", "At Risk") is { } moved)
            card.Say(
                $"{moved} of {start} customers who were in the RFM segment Loyal at the start of {at} were At Risk at its end "
                    + $"({card.Need(View, "moved_share", at, "Loyal", "At Risk")}), both by the cut-offs of that quarter.");
        else card.Say($"None of {start} customers who were in the RFM segment Loyal at the start of {at} was At Risk at its end.");
        if (card.Book.Find(View, "moved", at, "At Risk", "Loyal") is { } back) card.Say($"{back} went the other way.");
    }

    private static void ChurnRate(CardDraft card)
    {
        var rate = card.Need("kpis", "churn_rate");
        var insight = card.Context.Insight;
        card.Say(
            $"{rate} of {card.Denominator(rate, Unit.Count)} customers bought nothing in "
                + $"[{card.Date("start of the period", insight.AsOf.Minus(insight.HorizonDays))}, {card.AsOf}), {card.Horizon} days: "
                + $"{card.Numerator(rate, Unit.Count)} of those with a purchase in the "
                + $"{card.Whole("days a customer counts as not lost", insight.LostAfterDays)} days before. Observed, not predicted.");
        if (card.Book.Find("kpis", "p_churn") is { Value: not null } ahead)
            card.Say(
                $"For the {card.Horizon} days from {card.AsOf} on the mean probability is {ahead} ({card.Context.Predicted}; "
                    + $"{card.Denominator(ahead, Unit.Count)} customers not lost).");
    }

    private static void PersonaChurn(CardDraft card)
    {
        if (card.Ranked("churn", "churn_rate", figure => figure.D1 == "persona") is not { Count: > 0 } ranked) return;
        card.Say(
            $"Of the customers of each persona on "
                + $"{card.Date("start of the period", card.Context.Insight.AsOf.Minus(card.Context.Insight.HorizonDays))}, so many "
                + $"bought nothing in the {card.Horizon} days after: {card.List(ranked, static figure => figure.D2)}. Observed, not "
                + $"predicted.");
    }

    private static void EarlyLoss(CardDraft card)
    {
        var rows = card.Book.Rows("cohorts_month", "cumulative_retention").Where(figure => figure.D2 == "3").ToList();
        if (rows.Count == 0)
        {
            card.Missing("no cohort has been seen for three whole months after its first");
            return;
        }
        var (back, all) = (rows.Sum(figure => figure.Numerator ?? 0), rows.Sum(figure => figure.Denominator ?? 0));
        card.AddSources(rows);
        card.Say(
            $"Of {card.Number("customers of cohorts seen to the end of month 3", all, Unit.Count)} customers in "
                + $"{card.Whole("cohorts", rows.Count)} monthly cohorts, "
                + $"{card.Number("of them with no second purchase by the end of month 3: 1 - sum of second purchases over sum of sizes",
                    1 - (back / all),
                    Unit.Share)} had not bought again by the end of the third month after their first ({card.Number("with a second "
                        + "purchase", back, Unit.Count)} had).");
        card.Say(
            $"In month 1 {card.Need("cohort_average_month", "retention", "1")} of a cohort bought, in month 2 "
                + $"{card.Need("cohort_average_month", "retention", "2")}, in month 3 "
                + $"{card.Need("cohort_average_month", "retention", "3")} (classic retention, weighted over complete cohorts).");
    }
}

namespace PredictiveRetention.Insights.Findings;

/// <summary>The three questions of the intelligence platform, and what it says of its segments.</summary>
internal static class PlatformCards
{
    private const string View = "by_engagement_segment";

    public static IReadOnlyList<CardRecipe> All { get; } =
    [
        new("004.revenue", CardKind.Headline, "Which segments drive revenue", Revenue),
        new("004.at_risk", CardKind.Headline, "Who is at risk", AtRisk),
        new("004.return", CardKind.Headline, "Where retention is expected to return most", Return),
        new("004.high_value_active", CardKind.Finding, "Revenue of High-Value Active customers", HighValueActive),
        new("004.discount_driven", CardKind.Finding, "Revenue to protect among Discount-Driven customers", Discounts),
        new("004.uneven_risk", CardKind.Finding, "How unevenly risk is spread", Uneven),
        new("004.dormant_value", CardKind.Finding, "What At-Risk-Dormant customers are still worth", Dormant),
    ];

    private static void Revenue(CardDraft card)
    {
        if (card.Ranked(View, "revenue_12m") is not { Count: > 0 } ranked) return;
        card.Say(
            $"Net revenue of twelve months by engagement segment: "
                + $"{CardDraft.Join([.. ranked.Select(figure => $"{figure.D1} {card.Shown(figure)} ({card.Shown(card.Need(View,
                    "revenue_12m_share", figure.D1))}; {card.Shown(card.Need(View, "customers", figure.D1))} customers)")])}.");
    }

    private static void AtRisk(CardDraft card)
    {
        var rate = card.Need("kpis", "at_risk_rate");
        card.Say(
            $"{card.Need("kpis", "slipping")} of {card.Denominator(rate, Unit.Count)} customers still buying are slipping ({rate}): silent "
                + $"for much longer than usual for themselves.");
        var (expected, risked) = (card.Need("kpis", "expected_revenue_buying"), card.Need("kpis", "revenue_at_risk"));
        card.Say(
            $"Of those still buying {expected} is expected within {card.Horizon} days and {risked} is at risk, "
                + $"{card.Need("kpis", "revenue_at_risk_slipping")} of it with the slipping ({card.Context.Predicted}).");
        card.Say(
            $"{card.Need("kpis", "priority_customers")} customers worth most are slipping, or their risk rose by ten points or more in "
                + $"four weeks: {card.Need("kpis", "priority_spend")} if each ordered.");
        card.Say(
            $"By prediction instead, {card.Need("kpis", "high_risk")} customers not lost are at high risk: a probability above "
                + $"{card.Number("risk band High above", card.Context.Insight.Cutoffs.HighRisk, Unit.Share)} of no purchase.");
    }

    private static void Return(CardDraft card)
    {
        var actions = card.Need("kpis", "actions");
        if (card.IsMissing) return;
        if (actions.Value == 0)
        {
            card.Say($"{actions} customers get an action that is worth its cost tonight.");
            return;
        }
        card.Say(
            $"{actions} customers get an action worth its cost: expected {card.Need("kpis", "expected_net_value")} net of "
                + $"{card.Need("kpis", "action_cost")} "
                + $"cost"
                + $"{(card.Book.Find("kpis", "action_roi") is { Value: not null } roi
                    ? $", {card.Shown(roi)} for each unit of cost"
                    : "")}. Effects are assumed by the plays until measured; value is counted as {(card.Context.Margin < 1
                        ? "margin"
                        : "revenue")}.");
        var segments = card.Book.Rows(View, "expected_net_value")
            .Where(figure => figure.Value > 0)
            .OrderByDescending(figure => figure.Value)
            .ToList();
        if (segments.Count > 0)
            card.Say(
                $"By engagement segment: "
                    + $"{CardDraft.Join([.. segments.Select(figure => $"{figure.D1} {card.Shown(figure)}{(card.Book.Find(View, "action_roi",
                        figure.D1) is { Value: not null } each
                        ? $" ({card.Shown(each)} a unit of cost)"
                        : "")}")])}.");
    }

    private static void HighValueActive(CardDraft card)
    {
        const string Segment = "High-Value Active";
        var share = card.Need(View, "revenue_share", Segment);
        card.Say(
            $"Engagement segment {Segment} ({card.Need(View, "customers", Segment)} customers, "
                + $"{card.Need(View, "customer_share", Segment)}) holds {share} of revenue to date and "
                + $"{card.Need(View, "clv_share", Segment)} of CLV; its mean churn probability is {card.Need(View, "p_churn", Segment)} "
                + $"against {card.Need("kpis", "p_churn")} of all customers not lost ({card.Context.Predicted}, {card.Horizon} days).");
        card.Say($"The segment is made of the value tier High that still buys, so both follow in part from its definition.");
    }

    private static void Discounts(CardDraft card)
    {
        const string Segment = "Discount-Driven";
        if (SourceWords.Missing(Features.DataSource.Discounts, card.Context.Insight.Coverage) is { } missing)
        {
            card.Missing(missing["not available: ".Length..]);
            return;
        }
        if (card.Ranked(View, "revenue_at_risk") is not { Count: > 0 } ranked) return;
        var own = ranked.FirstOrDefault(figure => figure.D1 == Segment);
        if (own is null)
        {
            card.Say($"Nobody is in engagement segment {Segment}.");
            return;
        }
        card.Say(
            $"Revenue at risk by engagement segment ({card.Context.Predicted}, {card.Horizon} days): "
                + $"{card.List(ranked, static figure => figure.D1)}. {Segment} has "
                + $"{(ranked[0] == own ? "the largest" : "not the largest")}; its {card.Need(View, "customers", Segment)} customers paid "
                + $"{card.Need(View, "discount_rate", Segment)} less than the price before discounts.");
    }

    private static void Uneven(CardDraft card)
    {
        var ranked = card.Ranked(View, "p_churn");
        if (ranked.Count < 2)
        {
            card.Missing("fewer than two segments have customers who are not lost");
            return;
        }
        card.Say(
            $"Mean churn probability by engagement segment ({card.Context.Predicted}, {card.Horizon} days): "
                + $"{card.List(ranked, static figure => figure.D1)}, "
                + $"{card.Change("highest minus lowest", ranked[0].Value!.Value - ranked[^1].Value!.Value, Unit.Share)} between "
                + $"{ranked[^1].D1} and {ranked[0].D1}.");
        card.Say($"Segments are told apart by how long ago somebody bought, as the probability partly is.");
    }

    private static void Dormant(CardDraft card)
    {
        const string Segment = "At-Risk-Dormant";
        card.Say(
            $"Engagement segment {Segment} ({card.Need(View, "customers", Segment)} customers) holds "
                + $"{card.Need(View, "revenue_share", Segment)} of revenue to date and {card.Need(View, "clv_share", Segment)} of CLV, "
                + $"{card.Need(View, "clv_per_customer", Segment)} a customer within {card.ClvHorizon} days ({card.Context.Predicted}).");
        card.Say(
            $"Recommended actions among them: {card.Need(View, "actions", Segment)}, expected to bring "
                + $"{card.Need(View, "expected_net_value", Segment)} net of {card.Need(View, "action_cost", Segment)} cost, by assumed "
                + $"effects. Whether the return is high or low is known once an effect is measured against a holdout.");
    }
}

namespace PredictiveRetention.Insights.Findings;

/// <summary>Who the customers are: tiers, age and gender, places, and how often they return.</summary>
internal static class CustomerCards
{
    public static IReadOnlyList<CardRecipe> All { get; } =
    [
        new("003.clv_tiers", CardKind.Finding, "Lifetime value by tier", Tiers),
        new("003.gold_near_premium", CardKind.Finding, "Gold on the way to Premium", Gold),
        new("003.age_and_gender", CardKind.Finding, "Customers by age group and gender", Ages),
        new("003.repeat_trend", CardKind.Finding, "Repeat customer rate by month", RepeatTrend),
        new("003.regions", CardKind.Finding, "Customers by region", card => Places(card, "by_region", "Region")),
        new("003.countries", CardKind.Finding, "Customers by country", card => Places(card, "by_country", "Country")),
    ];

    private static void Tiers(CardDraft card)
    {
        var rows = card.Book.Rows("by_clv_tier", "clv");
        if (rows.Count == 0)
        {
            card.Missing(card.Book.Why("by_clv_tier", "clv"));
            return;
        }
        card.Say(
            $"CLV ({card.Context.Predicted}, {card.ClvHorizon} days) by tier: "
                + $"{CardDraft.Join([.. rows.Select(figure => $"{figure.D1} {card.Shown(figure)} ({card.Shown(card.Need("by_clv_tier",
                    "clv_share", figure.D1))}) of {card.Shown(card.Need("by_clv_tier", "customers", figure.D1))} customers")])}.");
        card.Say(
            $"Tiers are cut by CLV, so Premium is highest by definition; how uneven it is says the Gini coefficient, "
                + $"{card.Need("concentration", "gini", "clv")}. Neither is good or bad by itself.");
    }

    private static void Gold(CardDraft card)
    {
        var (gold, each) = (card.Need("by_clv_tier", "customers", "Gold"), card.Need("by_clv_tier", "clv_per_customer", "Gold"));
        if (card.IsMissing) return;
        var cut = card.Context.Insight.Cutoffs.PremiumClv;
        card.Say(
            $"CLV tier Gold: {gold} customers of {each} each; Premium begins at "
                + $"{card.Number("CLV from which the tier is Premium", cut, Unit.Money)} ({card.Context.Predicted}), "
                + $"{card.Number("Premium's cut minus mean CLV of Gold", cut - each.Value!.Value, Unit.Money)} above their mean.");
        card.Say(
            $"Gold orders {card.Need("by_clv_tier", "orders_per_customer", "Gold")} times and Premium "
                + $"{card.Need("by_clv_tier", "orders_per_customer", "Premium")} times a customer to date; which customers are nearest "
                + $"shows a list sorted by CLV within the tier.");
    }

    private static void Ages(CardDraft card)
    {
        if (card.Ranked("by_age_group", "customers") is not { Count: > 0 } ranked) return;
        var known = ranked.Where(figure => figure.D1 != Dimension.Unknown).ToList();
        if (known.Count == 0)
        {
            card.Missing("no customer's age is known");
            return;
        }
        card.Say(
            $"{known[0].D1} is the largest age group whose age is known: {known[0]} customers "
                + $"({card.Need("by_age_group", "customer_share", known[0].D1)} of all). All groups: "
                + $"{card.List(ranked, static figure => figure.D1)}.");
        var genders = card.Book.Rows("by_gender", "customer_share").Where(figure => figure.Customers > 0).ToList();
        if (genders.Count > 0) card.Say($"By gender: {card.List(genders, static figure => figure.D1)}.");
        else card.Say($"By gender: not available ({card.Book.Why("by_gender", "customers")}).");
    }

    private static void RepeatTrend(CardDraft card)
    {
        const string Rate = "month_repeat_rate";
        var (slope, low, high, months) = (card.Need("trends", "slope", Rate), card.Need("trends", "slope_low", Rate),
            card.Need("trends", "slope_high", Rate), card.Need("trends", "trend_months", Rate));
        var rows = card.Book.Rows("months", Rate);
        if (card.IsMissing || rows.Count == 0) return;
        var last = rows[^1];
        card.Say(
            $"Of the {card.Denominator(last, Unit.Count)} buyers of {last.D1}, {last} had ordered before "
                + $"({card.Numerator(last, Unit.Count)}); in {rows[0].D1} it was {rows[0]}.");
        card.Say($"Trend over {months} complete months: {slope} a month, 95 % interval {low} to {high}.");
        if (high.Value < 0)
        {
            card.Alert();
            card.Say($"The whole interval is below zero: a decline that chance does not explain.");
        }
        else card.Say(
            $"{(low.Value > 0 ? "The whole interval is above zero: a rise" : "The interval holds zero: no clear trend")}. In a young "
                + $"shop the rate rises because more customers have an order to repeat.");
    }

    private static void Places(CardDraft card, string view, string name)
    {
        if (card.Ranked(view, "customers") is not { Count: > 0 } ranked) return;
        var known = ranked.Where(figure => figure.D1 is not (Dimension.Unknown or Dimension.Others)).ToList();
        if (known.Count == 0)
        {
            card.Missing($"the {name.ToLowerInvariant()} of no customer is known");
            return;
        }
        card.Say(
            $"{name} {known[0].D1} has most customers: {known[0]} ({card.Need(view, "customer_share", known[0].D1)}), "
                + $"{card.Need(view, "revenue_share", known[0].D1)} of revenue to date, repeat rate "
                + $"{card.Need(view, "repeat_rate", known[0].D1)}.");
        if (ranked.Count > 1)
            card.Say($"Then {card.List(ranked.Where(figure => figure != known[0]).Take(7), static figure => figure.D1)}.");
    }
}

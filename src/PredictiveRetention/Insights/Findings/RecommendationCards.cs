using PredictiveRetention.Playbooks;

namespace PredictiveRetention.Insights.Findings;

/// <summary>One card for each play of the playbook: what it is expected to bring tonight, by the run's own customers.</summary>
internal static class RecommendationCards
{
    /// <summary>Plays the executive summary asks for; the others are the executive report's.</summary>
    private static readonly HashSet<string> s_summary = ["one-timer-reactivation", "subscriber-cross-sell", "loyalist-repeat-incentive",
        "loyalty-programme"];

    public static IEnumerable<Card> Build(FigureBook book, CardContext context)
    {
        foreach (var play in context.Playbook.Plays.Where(play => play.Enabled))
        {
            var card = new CardDraft((s_summary.Contains(play.Id) ? "000" : "002") + ".play_" + play.Id.Replace('-', '_'),
                CardKind.Recommendation, play.Name, book, context);
            Write(card, play);
            yield return card.Card();
        }
    }

    private static void Write(CardDraft card, Play play)
    {
        card.Say(
            $"Priority {PlayNames.Name(play.Priority)}. Owner: {play.Owner}. Timeline: {play.Timeline}. Channel: "
                + $"{PlayNames.Name(play.Channel)}.");
        var result = card.Context.Plays.FirstOrDefault(one => one.Id == play.Id);
        if (result is null || result.Customers == 0) card.Say($"Nobody gets it in this run.");
        else
        {
            var net = card.Number("expected net value of the play, all customers", result.ExpectedNetValue, Unit.Money);
            card.Say(
                $"Expected impact: {card.Number("customers it is recommended to", result.Customers, Unit.Count)} customers x "
                    + $"{card.Number("expected net value over customers", result.ExpectedNetValue / result.Customers, Unit.Money)} = "
                    + $"{net} after cost, counted as {(card.Context.Margin < 1 ? "margin" : "revenue")}.");
        }
        card.Say(
            $"It assumes {card.Change("assumed uplift", play.ExpectedUplift.Value, Unit.Share)} of probability of an order within "
                + $"{card.Horizon} days for somebody as likely to order as not, less for the others "
                + $"({play.ExpectedUplift.Source.TrimEnd('.')}). Status: proposed. Measured impact: not measured yet.");
    }
}

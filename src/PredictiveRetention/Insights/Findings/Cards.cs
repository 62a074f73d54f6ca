namespace PredictiveRetention.Insights.Findings;

/// <summary>
/// Every card of a run, from its figures alone: the same figures give the same cards, and a sentence cannot disagree with its table. A card
/// that cannot be made is there with the reason.
/// </summary>
internal static class Cards
{
    public static IReadOnlyList<Card> Build(CardContext context, IReadOnlyList<Figure> figures)
    {
        var book = new FigureBook(figures, context.Insight.Coverage);
        var cards = new List<Card>();
        foreach (var (id, kind, title, write) in SummaryCards.All.Concat(SegmentCards.All)
            .Concat(ExecutiveCards.All)
            .Concat(CustomerCards.All)
            .Concat(PlatformCards.All))
        {
            var draft = new CardDraft(id, kind, title, book, context);
            write(draft);
            cards.Add(draft.Card());
        }
        cards.AddRange(RecommendationCards.Build(book, context));
        return cards;
    }
}

/// <summary>How one card is written.</summary>
internal sealed record CardRecipe(string Id, CardKind Kind, string Title, Action<CardDraft> Write);

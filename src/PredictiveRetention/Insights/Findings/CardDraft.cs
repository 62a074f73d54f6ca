using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace PredictiveRetention.Insights.Findings;

/// <summary>
/// A card being written. Only figures and named numbers can be put into its sentences, and each is kept beside the text: what is said can
/// be traced. A figure that is missing makes the whole card "not available", with the reason.
/// </summary>
internal sealed class CardDraft(string id, CardKind kind, string title, FigureBook book, CardContext context)
{
    private readonly StringBuilder _text = new();
    private readonly List<CardFigure> _figures = [];
    private readonly List<CardNumber> _numbers = [];
    private readonly HashSet<(string, string, string, string)> _marked = [];
    private string? _missing;
    private bool _small;
    private bool _alert;

    public CardContext Context => context;

    public FigureBook Book => book;

    public bool IsMissing => _missing is not null;

    /// <summary>A figure the card cannot do without.</summary>
    public Figure Need(string view, string metric, string d1 = "", string d2 = "", string d3 = "")
    {
        if (book.Find(view, metric, d1, d2, d3) is { Value: not null } figure) return figure;
        Missing(book.Why(view, metric, d1, d2, d3));
        return new Figure(view, metric, d1, d2, d3, double.NaN, double.NaN, double.NaN, null, FigureState.NotAvailable);
    }

    /// <summary>Groups of a view by a metric, highest first; empty groups are left out.</summary>
    public IReadOnlyList<Figure> Ranked(string view, string metric, Func<Figure, bool>? which = null)
    {
        var rows = book.Rows(view, metric)
            .Where(figure => figure.Customers is not 0 && (which is null || which(figure)))
            .OrderByDescending(figure => figure.Value)
            .ToList();
        if (rows.Count == 0) Missing(book.Why(view, metric));
        return rows;
    }

    /// <summary>The first that is of no small group, or the first.</summary>
    public static Figure FirstNotSmall(IReadOnlyList<Figure> ranked) =>
        ranked.FirstOrDefault(figure => figure.State != FigureState.Small) ?? ranked[0];

    public void Missing(string reason) => _missing ??= reason;

    public void Alert() => _alert = true;

    public CardNumber Number(string name, double value, Unit unit) => new(name, value, NumberWords.Write(value, unit, context.Currency));

    public CardNumber Change(string name, double value, Unit unit) => new(name, value, NumberWords.Change(value, unit, context.Currency));

    public CardNumber Whole(string name, int value) => new(name, value, value.ToString(CultureInfo.InvariantCulture));

    public CardNumber Date(string name, Cutoff day) => new(name, day.Day, day.ToString());

    public CardNumber Horizon => Whole("churn horizon, days", context.Insight.HorizonDays);

    public CardNumber ClvHorizon => Whole("CLV horizon, days", context.Insight.ClvHorizonDays);

    public CardNumber AsOf => Date("as-of", context.Insight.AsOf);

    /// <summary>How many customers a figure is of.</summary>
    public CardNumber N(Figure figure) => Number($"customers of {Name(figure)}", figure.Customers ?? 0, Unit.Count);

    public CardNumber Numerator(Figure figure, Unit unit) => Number($"numerator of {Name(figure)}", figure.Numerator ?? double.NaN, unit);

    public CardNumber Denominator(Figure figure, Unit unit) =>
        Number($"denominator of {Name(figure)}", figure.Denominator ?? double.NaN, unit);

    public void Say([InterpolatedStringHandlerArgument("")] CardWords words)
    {
        if (_text.Length > 0) _text.Append(' ');
        _text.Append(words.ToString());
    }

    /// <summary>A sentence apart from the answer; its numbers are kept all the same.</summary>
    public void Add(List<string> sentences, [InterpolatedStringHandlerArgument("")] CardWords words) => sentences.Add(words.ToString());

    /// <summary>Groups in a row: "A 12, B 7 and C 3".</summary>
    public string List(IEnumerable<Figure> figures, Func<Figure, string> label)
    {
        var parts = figures.Select(figure => $"{label(figure)} {Shown(figure)}").ToList();
        return Join(parts);
    }

    public static string Join(IReadOnlyList<string> parts) => parts.Count switch
    {
        0 => "none",
        1 => parts[0],
        _ => string.Join(", ", parts.SkipLast(1)) + " and " + parts[^1],
    };

    /// <summary>Figures that a number of the answer was worked out from, and which it does not show themselves.</summary>
    public void AddSources(IEnumerable<Figure> figures)
    {
        foreach (var figure in figures) AddFigure(figure);
    }

    public string Shown(Figure figure)
    {
        var shown = AddFigure(figure);
        if (figure.State != FigureState.Small) return shown;
        _small = true;
        // Once for each group, however much is told of it.
        if (!_marked.Add((figure.View, figure.D1, figure.D2, figure.D3))) return shown;
        return $"{shown} ({WhySmall(figure)})";
    }

    /// <summary>What a small figure has too few of: customers, or of many customers what it was divided by.</summary>
    private string WhySmall(Figure figure)
    {
        var metric = MetricCatalogue.Get(figure.Metric);
        if (figure.Denominator is null || figure.Customers is not { } customers || customers < context.Insight.Recipe.Settings.SmallGroup)
            return $"small group of {Shown(N(figure))}";
        return metric.BottomIsMoney
            ? $"of only {Shown(Denominator(figure, Unit.Money))}"
            : $"few {metric.Denominator}: {Shown(Denominator(figure, Unit.Count))}";
    }

    /// <summary>The groups a ranking has beside the one told first; small ones come last, and the sentence says so.</summary>
    public void SayOthers(IReadOnlyList<Figure> ranked, Figure first)
    {
        var others = ranked.Where(figure => figure != first).OrderBy(figure => figure.State == FigureState.Small).ToList();
        if (others.Count == 0) return;
        var small = others[^1].State == FigureState.Small;
        Say($"The others{(small ? ", small groups at the end whatever their figure" : "")}: {List(others, static figure => figure.D1)}.");
    }

    public string Shown(CardNumber number)
    {
        if (!_numbers.Contains(number)) _numbers.Add(number);
        return number.Shown;
    }

    public Card Card() => _missing is { } reason
        ? new Card(id, id[..3], kind, title, $"Not available: {reason}.", CardState.NotAvailable, [], [])
        : new Card(id, id[..3], kind, title, _text.ToString(), _alert ? CardState.Alert : _small ? CardState.Small : CardState.Ok, _figures,
            _numbers);

    private string AddFigure(Figure figure)
    {
        var kept = new CardFigure(figure.View, figure.Metric, figure.D1, figure.D2, figure.D3, figure.Value,
            NumberWords.Write(figure, context.Currency));
        if (!_figures.Contains(kept)) _figures.Add(kept);
        return kept.Shown;
    }

    private static string Name(Figure figure) =>
        string.Join(" ", new[] { figure.View, figure.Metric, figure.D1, figure.D2, figure.D3 }.Where(part => part.Length > 0));
}

/// <summary>A sentence whose numbers are figures or named numbers; a bare number does not compile.</summary>
[InterpolatedStringHandler]
internal readonly struct CardWords
{
    private readonly StringBuilder _text;
    private readonly CardDraft _draft;

    public CardWords(int literalLength, int formattedCount, CardDraft draft)
    {
        _text = new StringBuilder(literalLength + (16 * formattedCount));
        _draft = draft;
    }

    public void AppendLiteral(string text) => _text.Append(text);

    public void AppendFormatted(string text) => _text.Append(text);

    public void AppendFormatted(Figure figure) => _text.Append(_draft.Shown(figure));

    public void AppendFormatted(CardNumber number) => _text.Append(_draft.Shown(number));

    public override string ToString() => _text.ToString();
}

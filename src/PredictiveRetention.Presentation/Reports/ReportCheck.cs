using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Presentation.Writing;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Presentation.Reports;

/// <summary>
/// Compares what a report says with the store, after it was written: no report with a number the store does not have leaves the house.
/// </summary>
public static partial class ReportCheck
{
    private const int Named = 10;

    /// <summary>
    /// Compares every number written in the HTML and every figure behind its sentences with the run's figures, read anew.
    /// </summary>
    /// <returns>How many numbers were compared.</returns>
    /// <exception cref="RetentionException">One differs: <see cref="Failure.QualityGate"/>.</exception>
    public static async Task<int> HtmlAsync(
        string html, ReportDocument document, RetentionStore store, Writer writer, CancellationToken cancellation = default)
    {
        var check = await Comparison.ReadAsync(store, document, cancellation);
        var written = Written()
            .Matches(html)
            .Select(match => (Key: WebUtility.HtmlDecode(match.Groups[1].Value), Text: WebUtility.HtmlDecode(match.Groups[2].Value)))
            .ToList();
        foreach (var (key, text) in written)
        {
            if (check.Find(key) is not { } figure) check.Differs($"{key} is written as {text}, and the run has no such figure");
            else if (figure.Value is not { } value) check.Differs($"{key} is written as {text}, and is {figure.Note ?? "not available"}");
            else if (text != writer.Value(figure.Unit, value))
                check.Differs($"{key} is written as {text}, and is {writer.Value(figure.Unit, value)}");
        }
        var expected = document.Figures.Count(figure => figure.Value is not null);
        if (written.Count < expected) check.Differs($"{expected} figures belong into the report, and {written.Count} are written");
        foreach (Match match in Said().Matches(html))
        {
            var (id, text) = (match.Groups[1].Value, WebUtility.HtmlDecode(match.Groups[2].Value));
            if (check.StoredCard(id) is { } card && text != writer.Sentence(card))
                check.Differs($"the sentence {id} is not that of the run");
        }
        foreach (var chart in document.Sections.SelectMany(section => section.Blocks).OfType<ReportChart>())
            if (chart is { IsTitledByFinding: true, Says: { } says } && check.StoredCard(says.Id) is { } card
                && SaidIn.Parts(writer.Sentence(card)).First != chart.Title)
                check.Differs($"the title of {chart.Id} is not what {says.Id} of the run says");
        foreach (Match match in Numbered().Matches(html))
        {
            var (name, text) = (WebUtility.HtmlDecode(match.Groups[1].Value), WebUtility.HtmlDecode(match.Groups[2].Value));
            var card = check.StoredCard(name.Split(' ')[0]);
            var number = card?.Numbers.FirstOrDefault(one => one.Name == (name.EndsWith(" customers", StringComparison.Ordinal)
                ? "customers it is recommended to"
                : "expected net value of the play, all customers"));
            if (number is null
                || text != (name.EndsWith(" customers", StringComparison.Ordinal)
                    ? writer.Count(number.Value)
                    : writer.Money(number.Value)))
                check.Differs($"{name} is written as {text}, and the run says {number?.Shown ?? "nothing"}");
        }
        return written.Count + check.Sentences(document.Cards);
    }

    /// <summary>The same of the report as JSON, whose values are the store's to the last bit.</summary>
    /// <exception cref="RetentionException">One differs: <see cref="Failure.QualityGate"/>.</exception>
    public static async Task<int> JsonAsync(
        string json, ReportDocument document, RetentionStore store, CancellationToken cancellation = default)
    {
        var check = await Comparison.ReadAsync(store, document, cancellation);
        var compared = 0;
        using var parsed = JsonDocument.Parse(json);
        foreach (var (key, value) in FiguresIn(parsed.RootElement))
        {
            compared++;
            if (check.Find(key) is not { } figure)
            {
                if (value is not null) check.Differs($"{key} is {value}, and the run has no such figure");
            }
            else if (!Same(value, figure.Value)) check.Differs($"{key} is {Text(value)}, and the store has {Text(figure.Value)}");
        }
        var expected = document.Figures.Count();
        if (compared < expected) check.Differs($"{expected} figures belong into the report, and {compared} are there");
        return compared + check.Sentences(document.Cards);
    }

    /// <summary>Everything that has a view, a metric and labels, wherever it lies.</summary>
    private static IEnumerable<(string Key, double? Value)> FiguresIn(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var found in element.EnumerateArray().SelectMany(FiguresIn)) yield return found;
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            if (element.TryGetProperty("view", out var view) && element.TryGetProperty("metric", out var metric)
                && element.TryGetProperty("labels", out var labels) && labels.ValueKind == JsonValueKind.Object
                && element.TryGetProperty("value", out var value))
            {
                var row = new FigureRow(view.GetString()!,
                    labels.EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!), metric.GetString()!, "",
                    "", null, null, null, null, "", null);
                yield return (FigureKey.Build(row),
                    value.ValueKind switch
                    {
                        JsonValueKind.Number => value.GetDouble(),
                        JsonValueKind.String => double.Parse(value.GetString()!, System.Globalization.CultureInfo.InvariantCulture),
                        _ => null
                    });
            }
            else foreach (var found in element.EnumerateObject().SelectMany(property => FiguresIn(property.Value))) yield return found;
        }
    }

    private static bool Same(double? one, double? other) => one.Equals(other);

    private static string Text(double? value) => value?.ToString("R", System.Globalization.CultureInfo.InvariantCulture) ?? "nothing";

    [GeneratedRegex("data-figure=\"([^\"]*)\"[^>]*>([^<]*)<")]
    private static partial Regex Written();

    [GeneratedRegex("data-card=\"([^\"]*)\"[^>]*>([^<]*)<")]
    private static partial Regex Said();

    [GeneratedRegex("data-card-number=\"([^\"]*)\"[^>]*>([^<]*)<")]
    private static partial Regex Numbered();

    /// <summary>The run's figures and cards as they are now.</summary>
    private sealed class Comparison
    {
        private readonly Dictionary<string, FigureRow> _figures;
        private readonly Dictionary<string, Card> _cards;
        private readonly long _run;
        private readonly List<string> _differences = [];

        private Comparison(long run, IEnumerable<Figure> figures, IEnumerable<Card> cards)
        {
            _run = run;
            _figures = figures.Where(figure => ViewCatalogue.Find(figure.View) is not null)
                .Select(figure => FigureRow.Describe(ViewCatalogue.Find(figure.View)!, figure)).ToDictionary(FigureKey.Build);
            _cards = cards.ToDictionary(card => card.Id);
        }

        public static async Task<Comparison> ReadAsync(RetentionStore store, ReportDocument document, CancellationToken cancellation)
        {
            var run = document.Front.RunId;
            var figures = await store.Figures.ReadAsync(run, cancellation: cancellation);
            return new Comparison(run, figures, await store.Cards.ReadAsync(run, cancellation));
        }

        public FigureRow? Find(string key) => _figures.GetValueOrDefault(key);

        public Card? StoredCard(string id) => _cards.GetValueOrDefault(id);

        public void Differs(string what) => _differences.Add(what);

        /// <summary>Every figure a sentence rests on is compared; then what differs is told.</summary>
        public int Sentences(IEnumerable<Card> cards)
        {
            var compared = 0;
            foreach (var card in cards.DistinctBy(card => card.Id + card.Answer))
            {
                if (StoredCard(card.Id) is { } stored && stored.Answer != card.Answer)
                    Differs($"the sentence {card.Id} is not that of the run");
                foreach (var told in card.Figures)
                {
                    compared++;
                    var view = ViewCatalogue.Find(told.View);
                    var key = view is null
                        ? ""
                        : FigureKey.Build(FigureRow.Describe(view,
                            new Figure(told.View, told.Metric, told.D1, told.D2, told.D3, null, null, null, null, FigureState.Ok)));
                    if (Find(key) is { } figure && !Same(figure.Value, told.Value))
                        Differs($"{card.Id} says {told.Shown} of {key}, and the store has {Text(figure.Value)}");
                    else if (Find(key) is null && told.Value is not null && double.IsFinite(told.Value.Value))
                        Differs($"{card.Id} says {told.Shown} of {key}, and the run has no such figure");
                }
            }
            if (_differences.Count == 0) return compared;
            var shown = string.Join(Environment.NewLine, _differences.Take(Named).Select(difference => "  - " + difference));
            throw new RetentionException(
                Failure.QualityGate,
                string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"The report differs from run {_run} in {_differences.Count} places, so nothing was "
                        + $"written:{Environment.NewLine}{shown}{(_differences.Count > Named
                            ? Environment.NewLine + "  - and more"
                            : "")}"));
        }
    }
}

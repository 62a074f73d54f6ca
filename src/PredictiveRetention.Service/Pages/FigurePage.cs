using Microsoft.AspNetCore.Components;
using PredictiveRetention.Insights;
using PredictiveRetention.Insights.Findings;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Presentation.Writing;
using PredictiveRetention.Runs;
using PredictiveRetention.Service.Figures;
using PredictiveRetention.Service.Predictions;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Pages;

/// <summary>
/// A page about one run: the published night, or the one that `run` or `as_of` of its address names. Pages inherit it, begin with
/// <c>if (Night is null) { NothingYet; return; }</c>, and read figures and cards through it.
/// </summary>
public abstract class FigurePage : LoadedComponent
{
    private Shelved? _shelf;

    [CascadingParameter] public HttpContext Http { get; set; } = null!;
    [Inject] internal RetentionStore Store { get; set; } = null!;
    [Inject] internal CurrentNight Current { get; set; } = null!;
    [Inject] internal FigureShelf Shelf { get; set; } = null!;
    [Inject] internal Localiser Texts { get; set; } = null!;
    [Inject] internal Writer Words { get; set; } = null!;

    internal PublishedNight? Night { get; private set; }

    /// <summary>What of the address cannot be answered; null when it can, and when nothing has been published.</summary>
    protected string? Refusal { get; private set; }

    /// <summary>What is wrong with filters of the address, by their names: the others stay, and the page says so at the field.</summary>
    protected IReadOnlyDictionary<string, string> Faults => _faults;

    private readonly Dictionary<string, string> _faults = [];

    private protected RunFigures Figures => _shelf!.Figures;

    protected IReadOnlyList<Card> Cards => _shelf!.Cards;

    protected override async Task ReadAsync()
    {
        try
        {
            var (night, _) = await AskedNight.OfAsync(Http.Request.Query, Store, Current, Http.RequestAborted);
            if (night is null && (Http.Request.Query.ContainsKey("run") || Http.Request.Query.ContainsKey("as_of")))
                Refuse(StatusCodes.Status404NotFound, Texts["There is no such run, or nothing was published for that day."]);
            if ((Night = night) is null) return;
            _shelf = await Shelf.OfAsync(night!.Run, Http.RequestAborted);
            await LoadAsync();
        }
        catch (BadParameterException bad)
        {
            Refuse(StatusCodes.Status400BadRequest, bad.Message);
        }
        catch (UnknownNameException unknown)
        {
            Refuse(StatusCodes.Status400BadRequest, unknown.Message);
        }
    }

    /// <summary>Called once the run is known. A filter that cannot be read is a <see cref="Fault"/>.</summary>
    protected virtual Task LoadAsync() => Task.CompletedTask;

    /// <summary>Another run than the address names, for a listing that began with it.</summary>
    private protected async Task ShowAsync(PublishedNight night) =>
        (Night, _shelf) = (night, await Shelf.OfAsync(night.Run, Http.RequestAborted));

    protected void Refuse(int status, string why)
    {
        (Night, Refusal) = (null, why);
        if (!Http.Response.HasStarted) Http.Response.StatusCode = status;
    }

    protected void Fault(string filter, string why)
    {
        _faults[filter] = why;
        if (!Http.Response.HasStarted) Http.Response.StatusCode = StatusCodes.Status400BadRequest;
    }

    /// <summary>At the field of a filter: what is wrong with its value.</summary>
    protected RenderFragment FaultOf(string filter) => builder =>
    {
        if (!_faults.TryGetValue(filter, out var why)) return;
        builder.OpenElement(0, "span");
        builder.AddAttribute(1, "class", "problem");
        builder.AddAttribute(2, "role", "alert");
        builder.AddAttribute(3, "translate", "no");
        builder.AddContent(4, why);
        builder.CloseElement();
    };

    /// <summary>Rows of a view, or those with the labels; with the reason where there are none.</summary>
    protected IReadOnlyList<FigureRow> Rows(string view, params (string Dimension, string Value)[] where) =>
        where.Length == 0 ? _shelf!.Rows(view) : Figures.Answer(FigureQuestion.OfView(view, [], where));

    /// <summary>One figure of the shop as a whole.</summary>
    protected FigureRow? Kpi(string metric) => Rows("kpis").FirstOrDefault(row => row.Metric == metric && row.Labels.Count == 0);

    /// <summary>A figure in words, or why it is not there.</summary>
    protected string Say(FigureRow? row) => row?.Value is { } value ? Words.Value(row.Unit, value) : row?.Note ?? Texts["not available"];

    protected Card? CardOf(string id) => Cards.FirstOrDefault(card => card.Id == id);

    /// <summary>What a card says, its numbers as this workspace writes them; null where the run has none.</summary>
    protected string? Sentence(string id) => CardOf(id) is { } card ? Words.Sentence(card) : null;

    /// <summary>
    /// The first sentence of what a card says, where it is short enough to be a title; else null. The rest is <see cref="Rest"/>.
    /// </summary>
    protected string? Finding(string id) => SaidIn.Parts(Sentence(id)).First;

    /// <summary>What a card says that is not its <see cref="Finding"/>.</summary>
    protected string? Rest(string id) => SaidIn.Parts(Sentence(id)).Further;

    /// <summary>The figures of a view as a file, of the run that is shown.</summary>
    protected string Csv(string view, params string[] metrics) =>
        $"/api/v1/insights/"
            + $"{view}?format=spreadsheet&run="
            + $"{Night!.Run.RunId}{string.Concat(metrics.Select(metric => "&metric=" + Uri.EscapeDataString(metric)))}";

    /// <summary>The customers behind a group, of the run that is shown.</summary>
    protected string CustomersOf(string filter, string value) =>
        $"/risk?"
            + $"{filter}="
            + $"{Uri.EscapeDataString(value)}"
            + $"{(NamesRun ? "&run=" + Night!.Run.RunId.ToString(System.Globalization.CultureInfo.InvariantCulture) : "")}";

    /// <summary>In a form of filters: it stays with the run the address names.</summary>
    protected RenderFragment AskedRunFields => builder =>
    {
        if (NamesRun)
            builder.AddMarkupContent(0,
                $"<input type=\"hidden\" name=\"run\" "
                    + $"value=\"{Night!.Run.RunId.ToString(System.Globalization.CultureInfo.InvariantCulture)}\" />");
    };

    private bool NamesRun => Http.Request.Query.ContainsKey("run") || Http.Request.Query.ContainsKey("as_of");

    /// <summary>The value of a filter in the address, or the first of those allowed; another is a <see cref="Fault"/>.</summary>
    protected string Choice(string name, params string[] allowed)
    {
        if (Http.Request.Query[name].ToString() is not { Length: > 0 } asked) return allowed[0];
        if (allowed.FirstOrDefault(known => known.Equals(asked, StringComparison.OrdinalIgnoreCase)) is { } known) return known;
        Fault(name, Texts["'{0}' is none of: {1}.", BadParameterException.Quoted(asked), string.Join(", ", allowed)]);
        return allowed[0];
    }
}

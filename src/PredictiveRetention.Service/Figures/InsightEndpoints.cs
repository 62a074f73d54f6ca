using System.Globalization;
using PredictiveRetention.Exports;
using PredictiveRetention.Insights;
using PredictiveRetention.Runs;
using PredictiveRetention.Service.Predictions;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Figures;

public sealed record GlossaryAnswer(IReadOnlyList<GlossaryEntry> Items);

public sealed record ViewsAnswer(IReadOnlyList<InsightView> Items);

/// <param name="Dimensions">Names of the labels.</param>
/// <param name="Rows">Money in units of Currency; a part of a whole is 0 to 1. Larger groups come from numerators and denominators, never
/// from values.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Stale">Published more than 36 hours ago, or of orders that ended more than Retention:StaleAfterDays before today.</param>
public sealed record InsightAnswer(
    string View, string Title, IReadOnlyList<string> Dimensions, IReadOnlyList<FigureRow> Rows, string Currency,
    string AsOf, long RunId, string ModelVersion, int HorizonDays, int ClvHorizonDays, DateTimeOffset PublishedAt, bool Stale);

internal static class InsightEndpoints
{
    /// <summary>Parameters of a question that are no dimensions.</summary>
    public static IReadOnlyList<(string Name, string Meaning, IReadOnlyList<string> Values)> Parameters { get; } =
    [
        ("group_by",
            "a dimension, or several with commas, as the list of views names them: lifecycle; month; month,business_segment. Only with a "
                + "metric", []),
        ("metric", "of a view, only these; may be repeated", []),
        ("as_of", "the night or replay of this day; the published night when absent", []),
        ("run", "number of a run instead", []),
        ("format", "csv instead of JSON, as Accept: text/csv does; spreadsheet is csv with a byte order mark",
            ["json", CsvAnswer.ForPrograms, CsvAnswer.ForPeople]),
    ];

    public static void MapInsights(this IEndpointRouteBuilder api)
    {
        api.MapGet("/metrics", () => Results.Ok(new GlossaryAnswer(GlossaryEntry.All)))
            .WithSummary("The glossary: every metric with unit, formula, meaning, filter and the sources it needs")
            .Produces<GlossaryAnswer>();
        api.MapGet("/metrics/{id}",
            (string id) => GlossaryEntry.Find(id) is { } entry
                ? Results.Ok(entry)
                : Problem.UnknownFigure(Unknown(() => FigureQuestion.Parse(id, null, []))))
            .WithSummary("One metric of the glossary").Produces<GlossaryEntry>().ProducesProblem(404);
        api.MapGet("/insights", () => Results.Ok(new ViewsAnswer(ViewCatalogue.All)))
            .WithSummary("The views there are: title, dimensions, metrics, and where they are shown").Produces<ViewsAnswer>();
        api.MapGet("/insights/{metricOrView}", OneAsync)
            .WithMetadata(new QueryContract(Parameters, TakesOthers: true, Repeatable: "metric"))
            .WithSummary(
                "Figures of a run: a metric, grouped or not, or a whole view; every dimension of the view is a filter, its labels in any "
                    + "case")
            .Produces<InsightAnswer>(200, "application/json", "text/csv").Produces(304).ProducesProblem(400).ProducesProblem(404);
    }

    private static async Task<IResult> OneAsync(string metricOrView, HttpContext http, RetentionStore store, CurrentNight current,
        CancellationToken cancellation)
    {
        var query = http.Request.Query;
        if (MetricCatalogue.Find(metricOrView) is null && ViewCatalogue.Find(metricOrView) is null)
            return Problem.UnknownFigure(Unknown(() => FigureQuestion.Parse(metricOrView, null, []),
                () => FigureQuestion.OfView(metricOrView, [], [])));
        try
        {
            var question = Question(metricOrView, query);
            var format = Format(http);
            var (night, problem) = await AskedNight.OfAsync(query, store, current, cancellation);
            if (night is null) return problem!;
            var figures = await RunFigures.ReadAsync(store, night.Run, [question.View.Id], cancellation);
            var rows = figures.Answer(question); // a name that is not known is a 400 also to those who have an answer
            http.Response.Headers.Vary = "Accept";
            if (PredictionEndpoints.NotModified(http, night, CsvAnswer.IsOne(format) ? "-" + format : ""))
                return Results.StatusCode(StatusCodes.Status304NotModified);
            if (CsvAnswer.IsOne(format))
            {
                using var text = new StringWriter(CultureInfo.InvariantCulture);
                Csv.Write(FigureFile.Table(question.View.Dimensions, rows), text);
                return CsvAnswer.Of(text.ToString(), format, $"{metricOrView}-{night.Run.AsOf}.csv");
            }
            return Results.Ok(new InsightAnswer(
                question.View.Id, question.View.Title, question.View.Dimensions, rows, night.Shop.Currency.Code,
                night.Run.AsOf.ToString(), night.Run.RunId, night.Recipe.ModelVersion, night.Recipe.HorizonDays,
                night.Recipe.ClvHorizonDays, night.Answers.PublishedAt, night.Answers.Stale));
        }
        catch (BadParameterException bad)
        {
            return Problem.BadParameter(bad.Parameter, bad.Message);
        }
        catch (UnknownNameException unknown)
        {
            return Problem.BadParameter(unknown.Parameter, unknown.Message);
        }
    }

    private static FigureQuestion Question(string metricOrView, IQueryCollection query)
    {
        var known = Parameters.Select(parameter => parameter.Name).ToList();
        var where = query.Where(pair => !known.Contains(pair.Key))
            .SelectMany(pair => pair.Value.Select(value => (pair.Key, value ?? "")))
            .ToList();
        var groupBy = query["group_by"].ToString() is { Length: > 0 } text ? text : null;
        string[] metrics = [.. query["metric"].OfType<string>()];
        if (MetricCatalogue.Find(metricOrView) is null)
        {
            if (groupBy is not null)
                throw new BadParameterException("group_by",
                    $"{metricOrView} is a view and has its groups already; group a metric: "
                        + $"{string.Join(", ", ViewCatalogue.Find(metricOrView)!.Metrics.Take(10))}, ...");
            return FigureQuestion.OfView(metricOrView, metrics, where);
        }
        if (metrics.Length > 0)
            throw new BadParameterException("metric", $"{metricOrView} is a metric already; 'metric' chooses among those of a view.");
        return FigureQuestion.Parse(metricOrView, groupBy, where);
    }

    private static string Format(HttpContext http) => http.Request.Query["format"].ToString() switch
    {
        "json" or CsvAnswer.ForPrograms or CsvAnswer.ForPeople => http.Request.Query["format"].ToString(),
        "" => http.Request.GetTypedHeaders().Accept.OrderByDescending(type => type.Quality ?? 1)
            .FirstOrDefault()?.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase) == true ? CsvAnswer.ForPrograms : "json",
        var other => throw new BadParameterException("format", $"'{other}' is not one of json, csv, spreadsheet."),
    };

    /// <summary>What is said of a name nobody knows: the nearest that comes to mind.</summary>
    private static string Unknown(params Action[] asked)
    {
        var said = asked.Select(Message).OfType<string>().ToList();
        return said.Find(message => message.Contains("Did you mean", StringComparison.Ordinal)) ?? string.Join(' ', said);
    }

    private static string? Message(Action asked)
    {
        try
        {
            asked();
            return null;
        }
        catch (UnknownNameException unknown)
        {
            return unknown.Message;
        }
    }
}

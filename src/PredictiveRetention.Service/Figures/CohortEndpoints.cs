using System.Globalization;
using PredictiveRetention.Insights;
using PredictiveRetention.Runs;
using PredictiveRetention.Service.Predictions;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Figures;

/// <param name="Small">So few customers that a cell says little.</param>
/// <param name="Cells">By period, from that of the first purchase on; null: the period has not ended.</param>
public sealed record CohortAnswer(string Cohort, long Customers, bool Small, IReadOnlyList<double?> Cells);

/// <summary>
/// Over the cohorts whose period has ended: sums of their numerators over sums of their customers, never a mean of cells.
/// </summary>
/// <param name="Low">Lowest cell of a cohort that is not small; null where there is none.</param>
/// <param name="Customers">What each period rests on.</param>
public sealed record CohortAverageAnswer(IReadOnlyList<double?> Cells, IReadOnlyList<double?> Low, IReadOnlyList<double?> High,
    IReadOnlyList<long> Customers);

/// <param name="By">month or quarter, also the unit of the periods.</param>
/// <param name="Kind">classic: bought in the period; rolling: in it or later; cumulative: a second purchase by its end; revenue: paid in it
/// per customer of the cohort.</param>
public sealed record CohortsAnswer(
    string By, string Kind, string Metric, string Name, string Unit, int Periods, IReadOnlyList<CohortAnswer> Cohorts,
    CohortAverageAnswer Average, string Currency,
    string AsOf, long RunId, string ModelVersion, DateTimeOffset PublishedAt, bool Stale);

internal static class CohortEndpoints
{
    private static readonly string[] s_units = ["month", "quarter"];

    private static readonly (string Kind,
        string Metric)[] s_kinds = [("classic", "retention"), ("rolling", "rolling_retention"), ("cumulative", "cumulative_retention"),
            ("revenue", "cohort_revenue")];

    public static IReadOnlyList<(string Name, string Meaning, IReadOnlyList<string> Values)> Parameters { get; } =
    [
        ("by", "of the first purchase, and length of a period; month when absent", s_units),
        ("kind",
            "classic when absent: bought in the period; rolling: in it or later; cumulative: again by its end; revenue: paid in it per "
                + "customer", [.. s_kinds.Select(kind => kind.Kind)]),
        ("as_of", "the night or replay of this day; the published night when absent", []), ("run", "number of a run instead", []),
    ];

    public static void MapCohorts(this IEndpointRouteBuilder api) => api.MapGet("/cohorts", AnswerAsync)
        .WithMetadata(new QueryContract(Parameters))
        .WithSummary("Cohorts as a matrix: sizes, cells (null while a period has not ended), and the weighted average with its range")
        .Produces<CohortsAnswer>()
        .Produces(304)
        .ProducesProblem(400)
        .ProducesProblem(404);

    private static async Task<IResult> AnswerAsync(HttpContext http, RetentionStore store, CurrentNight current,
        CancellationToken cancellation)
    {
        try
        {
            var query = http.Request.Query;
            var by = OneOf(query, "by", s_units);
            var kind = OneOf(query, "kind", [.. s_kinds.Select(known => known.Kind)]);
            var (night, problem) = await AskedNight.OfAsync(query, store, current, cancellation);
            if (night is null) return problem!;
            if (PredictionEndpoints.NotModified(http, night)) return Results.StatusCode(StatusCodes.Status304NotModified);
            var metric = MetricCatalogue.Get(s_kinds.First(known => known.Kind == kind).Metric);
            var figures = await RunFigures.ReadAsync(store, night.Run, ["cohorts_" + by, "by_cohort_" + by], cancellation);
            var cells = figures.InView("cohorts_" + by).Where(figure => figure.Metric == metric.Id).ToList();
            var sizes = figures.InView("by_cohort_" + by)
                .Where(figure => figure.Metric == "customers")
                .ToDictionary(figure => figure.D1, figure => figure.Customers ?? 0);
            return Results.Ok(Matrix(by, kind, metric, cells, sizes, night));
        }
        catch (BadParameterException bad)
        {
            return Problem.BadParameter(bad.Parameter, bad.Message);
        }
    }

    private static CohortsAnswer Matrix(string by, string kind, Metric metric, List<Figure> cells, Dictionary<string, long> sizes,
        PublishedNight night)
    {
        var periods = cells.Count == 0 ? 0 : cells.Max(Period) + 1;
        var small = night.Recipe.Insights?.Settings.SmallGroup ?? 0;
        var (top, bottom) = (new double[periods], new double[periods]);
        var (low, high) = (new double?[periods], new double?[periods]);
        var cohorts = new List<CohortAnswer>();
        foreach (var cohort in cells.GroupBy(cell => cell.D1))
        {
            var row = new double?[cohort.Max(Period) + 1];
            foreach (var cell in cohort)
            {
                var period = Period(cell);
                if ((row[period] = cell.Value) is not { } value) continue;
                (top[period], bottom[period]) = (top[period] + (cell.Numerator ?? 0), bottom[period] + (cell.Denominator ?? 0));
                if (cell.Customers >= small)
                    (low[period], high[period]) = (Math.Min(low[period] ?? value, value), Math.Max(high[period] ?? value, value));
            }
            // A cohort whose first period has not ended has no cell yet that says how many they are.
            var customers = cohort.Max(cell => cell.Customers) ?? sizes.GetValueOrDefault(cohort.Key);
            cohorts.Add(new CohortAnswer(cohort.Key, customers, customers < small, row));
        }
        return new CohortsAnswer(
            by, kind, metric.Id, metric.Name, FigureRow.WordOf(metric.Unit), periods, cohorts,
            new CohortAverageAnswer([.. top.Zip(bottom, static (above,
                below) => below > 0 ? above / below : (double?)null)], low, high, [.. bottom.Select(customers => (long)customers)]),
            night.Shop.Currency.Code, night.Run.AsOf.ToString(), night.Run.RunId, night.Recipe.ModelVersion, night.Answers.PublishedAt,
            night.Answers.Stale);
    }

    private static int Period(Figure cell) => int.Parse(cell.D2, CultureInfo.InvariantCulture);

    private static string OneOf(IQueryCollection query, string name, string[] allowed) =>
        query[name].ToString() is not { Length: > 0 } text ? allowed[0] : allowed.Contains(text) ? text
            : throw new BadParameterException(name, $"'{text}' is not one of {string.Join(", ", allowed)}.");
}

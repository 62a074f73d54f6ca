using PredictiveRetention.Insights;
using PredictiveRetention.Runs;
using PredictiveRetention.Segments;
using PredictiveRetention.Service.Predictions;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Figures;

/// <param name="Rule">With the settings and cut-offs of the run.</param>
/// <param name="Customers">Null where the run has no figure of it.</param>
/// <param name="PChurn">Mean predicted probability, of those not lost.</param>
public sealed record SegmentAnswer(
    string Segment, string Rule, double? Customers, double? CustomerShare, double? Revenue, double? RevenueShare, double? Aov,
    double? RevenuePerCustomer, double? RepeatRate, double? PChurn,
    double? Clv, double? RevenueAtRisk);

/// <param name="From">A quarter's first day.</param>
/// <param name="TakenOn">When its cut-offs were taken; they stay as they are.</param>
/// <param name="Rules">By segment, with the cut-offs of that quarter.</param>
public sealed record QuarterRuleAnswer(string From, string TakenOn, IReadOnlyDictionary<string, string> Rules);

/// <param name="Share">Of those who were in the first segment when the month began.</param>
public sealed record MoveAnswer(string From, string To, double Customers, double? Share);

/// <param name="Months">Those there are.</param>
public sealed record MovesAnswer(string? Month, IReadOnlyList<string> Months, IReadOnlyList<MoveAnswer> Items);

/// <param name="Quarters">Cut-offs by which past months are told, where the taxonomy has such; of a single taxonomy.</param>
/// <param name="Moves">Who moved from which segment to which in a month; of a single taxonomy that is followed.</param>
public sealed record TaxonomyAnswer(
    string Id, string Name, string Rule, IReadOnlyList<SegmentAnswer> Segments, IReadOnlyList<QuarterRuleAnswer>? Quarters,
    MovesAnswer? Moves);

/// <param name="Population">Customers with a purchase the cut-offs were taken from.</param>
public sealed record SegmentsPage(
    IReadOnlyList<TaxonomyAnswer> Items, int Population, string Currency, string AsOf, long RunId, string ModelVersion,
    DateTimeOffset PublishedAt, bool Stale);

internal static class SegmentEndpoints
{
    public static IReadOnlyList<(string Name, string Meaning, IReadOnlyList<string> Values)> Parameters { get; } =
    [
        ("taxonomy", "only this one, with its moves", []), ("month", "of the moves: 2011-03; the last complete one when absent", []),
        ("as_of", "the night or replay of this day; the published night when absent", []), ("run", "number of a run instead", []),
    ];

    public static void MapSegments(this IEndpointRouteBuilder api)
    {
        api.MapGet("/segments", (HttpContext http, RetentionStore store, CurrentNight current,
            CancellationToken cancellation) => AnswerAsync(http.Request.Query["taxonomy"].ToString() is { Length: > 0 } id ? id : null,
                "taxonomy", http, store, current, cancellation))
            .WithMetadata(new QueryContract(Parameters))
            .WithSummary("Every way customers are put into segments: the rule with the run's numbers, and who is in each")
            .Produces<SegmentsPage>()
            .Produces(304)
            .ProducesProblem(400)
            .ProducesProblem(404);
        api.MapGet("/segments/{taxonomy}", (string taxonomy, HttpContext http, RetentionStore store, CurrentNight current,
            CancellationToken cancellation) => AnswerAsync(taxonomy, null, http, store, current, cancellation))
            .WithMetadata(new QueryContract([.. Parameters.Skip(1)]))
            .WithSummary("One taxonomy, with the cut-offs of past quarters and the moves of a month")
            .Produces<SegmentsPage>()
            .Produces(304)
            .ProducesProblem(400)
            .ProducesProblem(404);
    }

    private static async Task<IResult> AnswerAsync(string? taxonomy, string? parameter, HttpContext http, RetentionStore store,
        CurrentNight current, CancellationToken cancellation)
    {
        try
        {
            var (night, problem) = await AskedNight.OfAsync(http.Request.Query, store, current, cancellation);
            if (night is null) return problem!;
            var (recipe, shop) = (night.Recipe, night.Shop);
            var rules = SegmentRules.Describe(recipe.Segments, recipe.Cutoffs, shop.Currency);
            if (taxonomy is not null && !rules.Any(rule => rule.Id == taxonomy))
            {
                var known = $"'{taxonomy}' is no taxonomy. Known: {string.Join(", ", rules.Select(rule => rule.Id))}.";
                return parameter is null ? Problem.UnknownFigure(known) : Problem.BadParameter(parameter, known);
            }
            if (PredictionEndpoints.NotModified(http, night)) return Results.StatusCode(StatusCodes.Status304NotModified);
            var asked = rules.Where(rule => taxonomy is null || rule.Id == taxonomy).ToList();
            var views = asked.Select(rule => "by_" + rule.Id).Concat(taxonomy is null ? [] : ["moves_" + taxonomy]);
            var figures = await RunFigures.ReadAsync(store, night.Run, views, cancellation);
            var month = http.Request.Query["month"].ToString();
            return Results.Ok(new SegmentsPage(
                [.. asked.Select(rule => Answer(rule, figures, night, taxonomy is not null, month))],
                recipe.Cutoffs.Population, shop.Currency.Code, night.Run.AsOf.ToString(), night.Run.RunId, recipe.ModelVersion,
                night.Answers.PublishedAt, night.Answers.Stale));
        }
        catch (BadParameterException bad)
        {
            return Problem.BadParameter(bad.Parameter, bad.Message);
        }
    }

    private static TaxonomyAnswer Answer(SegmentRule rule, RunFigures figures, PublishedNight night, bool whole, string month)
    {
        var values = figures.InView("by_" + rule.Id).ToLookup(figure => (Label(figure), figure.Metric), figure => figure.Value);
        var segments = rule.Segments.Select(segment =>
        {
            double? Value(string metric) => values[(segment.Segment, metric)].FirstOrDefault();
            return new SegmentAnswer(
                segment.Segment, segment.Rule, Value("customers"), Value("customer_share"), Value("revenue"), Value("revenue_share"),
                Value("aov"), Value("revenue_per_customer"), Value("repeat_rate"), Value("p_churn"), Value("clv"),
                Value("revenue_at_risk"));
        });
        return new TaxonomyAnswer(rule.Id, rule.Name, rule.Rule, [.. segments], whole && rule.FollowsTheShop ? Quarters(rule, night) : null,
            whole ? Moves(rule, figures, month) : null);
    }

    private static string Label(Figure figure) => figure.D2.Length == 0 ? figure.D1 : $"{figure.D1}|{figure.D2}|{figure.D3}";

    private static IReadOnlyList<QuarterRuleAnswer>? Quarters(SegmentRule rule, PublishedNight night) =>
        night.Recipe.Insights is not { } insights ? null :
    [
        .. insights.Quarters.Select(quarter => new QuarterRuleAnswer(
            Day(quarter.From), Day(quarter.TakenOn),
            SegmentRules.Describe(night.Recipe.Segments, quarter.Cutoffs, night.Shop.Currency).First(then => then.Id == rule.Id) is var then
                && rule.Id == "rfm_segment"
                ? new Dictionary<string, string> { ["scores"] = then.Rule }
                : then.Segments.ToDictionary(segment => segment.Segment, segment => segment.Rule))),
    ];

    private static MovesAnswer? Moves(SegmentRule rule, RunFigures figures, string month)
    {
        if (ViewCatalogue.Find("moves_" + rule.Id) is not { } view)
            return month.Length == 0
                ? null
                : throw new BadParameterException("month",
                    $"Moves between {rule.Name.ToLowerInvariant()} segments are not counted; they are of lifecycle, value_tier, "
                        + $"business_segment, rfm_segment.");
        var moved = figures.InView(view.Id);
        var months = moved.Select(figure => figure.D1).Distinct().Order(StringComparer.Ordinal).ToList();
        if (month.Length > 0 && !months.Contains(month))
            throw new BadParameterException("month", $"There are no moves of '{month}'. Allowed: {string.Join(", ", months)}.");
        var asked = month.Length > 0 ? month : months.LastOrDefault();
        var shares = moved.Where(figure => figure.D1 == asked && figure.Metric == "moved_share")
            .ToDictionary(figure => (figure.D2, figure.D3), figure => figure.Value);
        return new MovesAnswer(asked, months,
            [.. moved.Where(figure => figure.D1 == asked && figure.Metric == "moved")
                .Select(figure => new MoveAnswer(figure.D2, figure.D3, figure.Value ?? 0,
                    shares.GetValueOrDefault((figure.D2, figure.D3))))]);
    }

    private static string Day(DateOnly day) => day.ToIso();
}

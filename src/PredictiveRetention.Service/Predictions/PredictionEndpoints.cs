using System.Globalization;
using Microsoft.Net.Http.Headers;
using PredictiveRetention.Service.Figures;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Predictions;

/// <param name="Items">In the order asked for.</param>
/// <param name="NextCursor">Null on the last page.</param>
public sealed record PredictionPage(IReadOnlyList<PredictionAnswer> Items, string? NextCursor, long RunId, string AsOf,
    DateTimeOffset PublishedAt, bool Stale);

/// <param name="AsOf">Of the night that said it.</param>
public sealed record PastScoreAnswer(string AsOf, double PChurn, MoneyAnswer Clv);

internal static class PredictionEndpoints
{
    public static void MapPredictions(this IEndpointRouteBuilder api)
    {
        api.MapGet("/predictions/{customerId}", OneAsync)
            .WithSummary("One customer's prediction of the published night")
            .Produces<PredictionAnswer>()
            .Produces(304)
            .ProducesProblem(404);
        api.MapGet("/predictions/{customerId}/history", HistoryAsync)
            .WithSummary("What published nights said of a customer, oldest first: every night of the last four weeks, before them one a "
                + "week, for 400 days")
            .Produces<IReadOnlyList<PastScoreAnswer>>(200, "application/json", "text/csv")
            .ProducesProblem(400)
            .ProducesProblem(404);
        api.MapGet("/predictions", ListAsync)
            .WithMetadata(new QueryContract(PredictionQuery.Parameters))
            .WithSummary(
                "Customers of the published night, page by page: filters by segment names, play, has_action, lost, min/max p_churn and "
                    + "clv; sort and cursor")
            .Produces<PredictionPage>().ProducesProblem(400).ProducesProblem(410);
        api.MapPost("/predictions/what-if", PostedHistoryScoring.ScoreAsync)
            .WithSummary("Scores a posted history with the champion, as the night run would; nothing is stored")
            .Produces<WhatIfAnswer>()
            .ProducesValidationProblem()
            .ProducesProblem(404);
    }

    private static async Task<IResult> OneAsync(string customerId, HttpContext http, CurrentNight current, CancellationToken cancellation)
    {
        if (await current.CustomerAsync(customerId, cancellation) is not var (night, row))
            return await current.FindAsync(cancellation) is null ? Problem.NothingPublished() : Problem.UnknownCustomer(customerId);
        return NotModified(http, night) ? Results.StatusCode(StatusCodes.Status304NotModified) : Results.Ok(night.Answers.Write(row));
    }

    private static async Task<IResult> HistoryAsync(string customerId, string? format, RetentionStore store, CurrentNight current,
        CancellationToken cancellation)
    {
        if (format is not (null or "json") && !CsvAnswer.IsOne(format))
            return Problem.BadParameter("format", "It is json, csv or spreadsheet.");
        if (await current.CustomerAsync(customerId, cancellation) is not var (night, row))
            return await current.FindAsync(cancellation) is null ? Problem.NothingPublished() : Problem.UnknownCustomer(customerId);
        var scores = await store.Predictions.PastScoresAsync(row.CustomerKey, cancellation);
        if (!CsvAnswer.IsOne(format))
            return Results.Ok(scores.Select(score => new PastScoreAnswer(score.AsOf, score.PChurn,
                MoneyAnswer.From(score.Clv, night.Shop.Currency))));
        var lines = scores.Select(score => string.Create(CultureInfo.InvariantCulture,
            $"{score.AsOf},{score.PChurn:R},{MoneyAnswer.From(score.Clv, night.Shop.Currency).Amount},{night.Shop.Currency.Code}\n"));
        return CsvAnswer.Of("as_of,p_churn,clv,currency\n" + string.Concat(lines), format!, "history.csv");
    }

    private static async Task<IResult> ListAsync(HttpContext http, RetentionStore store, CurrentNight current, ServiceSettings settings,
        CancellationToken cancellation)
    {
        try
        {
            var query = PredictionQuery.Read(http.Request.Query, settings.Runs.Playbook);
            var (night, cursor) = await BeginAsync(http, query, store, current, cancellation);
            if (night is null) return cursor is null ? Problem.NothingPublished() : Problem.ListingExpired();
            if (cursor is null && query.Filter.IsSteady && NotModified(http, night))
                return Results.StatusCode(StatusCodes.Status304NotModified);
            var (page, next) = await PageAsync(http, query, night, cursor, store, cancellation);
            return Results.Ok(new PredictionPage([.. page.Select(night.Answers.Write)], next, night.Run.RunId, night.Run.AsOf.ToString(),
                night.Answers.PublishedAt, night.Answers.Stale));
        }
        catch (BadParameterException bad)
        {
            return Problem.BadParameter(bad.Parameter, bad.Message);
        }
    }

    /// <summary>
    /// The night a listing is of: the one its cursor began with, or the published one; null where it is not there (any more).
    /// </summary>
    /// <exception cref="BadParameterException">The cursor is of another listing.</exception>
    internal static async Task<(PublishedNight? Night, PageCursor? Cursor)> BeginAsync(HttpContext http, PredictionQuery query,
        RetentionStore store, CurrentNight current, CancellationToken cancellation)
    {
        var cursor = http.Request.Query["cursor"].ToString() is { Length: > 0 } text
            ? PageCursor.Parse(text, query.Fingerprint)
            : (PageCursor?)null;
        var night = cursor is { } position
            ? await store.Runs.FindAsync(position.RunId, cancellation) is { State: RunState.Published or RunState.Superseded } run
                ? await current.DescribeAsync(run, cancellation)
                : null
            : await current.FindAsync(cancellation);
        return (night, cursor);
    }

    /// <summary>The rows of a page and the cursor of the next, which goes into the Link header too.</summary>
    internal static async Task<(IReadOnlyList<PredictionRow> Rows, string? Next)> PageAsync(HttpContext http, PredictionQuery query,
        PublishedNight night, PageCursor? cursor, RetentionStore store, CancellationToken cancellation)
    {
        var rows = await store.Predictions.PageAsync(night.Run.RunId, query.Filter, query.Order, cursor?.Position, query.Limit + 1,
            cancellation);
        if (rows.Count <= query.Limit) return (rows, null);
        var next = new PageCursor(night.Run.RunId, After(rows[query.Limit - 1], query.Order), query.Fingerprint).ToString();
        var here = http.Request.PathBase + http.Request.Path;
        http.Response.Headers.Link = $"<{here}{http.Request.QueryString.WithCursor(next)}>; rel=\"next\"";
        return ([.. rows.Take(query.Limit)], next);
    }

    internal static PagePosition After(PredictionRow row, PredictionOrder order) => new(
        order switch
        {
            PredictionOrder.RevenueAtRisk => row.RevenueAtRisk,
            PredictionOrder.PChurn => row.PChurn,
            PredictionOrder.Clv => row.Clv,
            PredictionOrder.ExpectedNetValue => row.ExpectedNetValue,
            _ => 0,
        },
        row.CustomerKey);

    internal static string WithCursor(this QueryString query, string cursor)
    {
        var kept = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(query.Value).Where(pair => pair.Key != "cursor");
        return QueryString.Create(kept).Add("cursor", cursor).ToUriComponent();
    }

    /// <summary>Says which run answers; true when the caller has its answer already.</summary>
    /// <param name="form">Tells forms of an answer apart that share an address.</param>
    internal static bool NotModified(HttpContext http, PublishedNight night, string form = "")
    {
        var ours = form.Length == 0 ? night.ETag : night.ETag[..^1] + form + '"';
        http.Response.Headers.ETag = ours;
        http.Response.Headers.CacheControl = "private, no-cache";
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Compare(EntityTagHeaderValue.Parse(ours),
            useStrongComparison: false));
    }
}

using PredictiveRetention.Service.Problems;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Predictions;

/// <param name="Version">To be sent with the next change; 0 before the first.</param>
public sealed record ActionWorkAnswer(string CustomerId, string Play, string? Owner, string Status, string? Due, string? Note, int Version);

/// <param name="Play">The recommended play; without one that of the work, by-hand where a person acts without a play.</param>
public sealed record ActionListItem(string CustomerId, string Play, double PChurn, MoneyAnswer Clv, MoneyAnswer ExpectedNetValue,
    MoneyAnswer Cost, ActionWorkAnswer Work);

/// <param name="NextCursor">Null on the last page.</param>
public sealed record ActionPage(IReadOnlyList<ActionListItem> Items, string? NextCursor, long RunId, string AsOf);

/// <summary>The list of actions people work through, for programs that keep such lists: CRMs, ticket systems.</summary>
internal static class ActionEndpoints
{
    public static void MapActions(this IEndpointRouteBuilder api)
    {
        api.MapGet("/actions", ListAsync)
            .WithMetadata(new QueryContract(PredictionQuery.Parameters))
            .WithSummary(
                "Tonight's recommended actions with owner, status, due date and note; filters, sort and cursor as /predictions has them")
            .Produces<ActionPage>()
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(410);
        api.MapPatch("/actions/{customerId}", ChangeAsync)
            .WithSummary(
                "Changes owner, status, due date or note of a customer's action; refused when somebody changed it since the version sent")
            .Produces<ActionWorkAnswer>()
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(409);
    }

    private static async Task<IResult> ListAsync(HttpContext http, RetentionStore store, CurrentNight current, ServiceSettings settings,
        CancellationToken cancellation)
    {
        try
        {
            var query = PredictionQuery.Read(http.Request.Query, settings.Runs.Playbook);
            // Those somebody works on by hand are found by owner and status.
            if (!query.Filter.IsOfWork) query = query with { Filter = query.Filter with { HasAction = true } };
            var (night, cursor) = await PredictionEndpoints.BeginAsync(http, query, store, current, cancellation);
            if (night is null) return cursor is null ? Problem.NothingPublished() : Problem.ListingExpired();
            var (page, next) = await PredictionEndpoints.PageAsync(http, query, night, cursor, store, cancellation);
            var work = await store.Work.BesideAsync(page, query.Filter, cancellation);
            var currency = night.Shop.Currency;
            http.Response.Headers.CacheControl = "private, no-store";
            return Results.Ok(new ActionPage(
                [.. page.Select(row => new ActionListItem(
                    row.CustomerId, row.PlayId ?? work.GetValueOrDefault(row.CustomerKey)?.PlayId ?? ActionWork.ByHand,
                    row.PChurn, MoneyAnswer.From(row.Clv, currency),
                    MoneyAnswer.From(row.ExpectedNetValue, currency), MoneyAnswer.From(row.ActionCost, currency),
                    Answer(row.CustomerId,
                        work.GetValueOrDefault(row.CustomerKey) ?? new ActionWork { PlayId = row.PlayId ?? ActionWork.ByHand })))],
                next, night.Run.RunId, night.Run.AsOf.ToString()));
        }
        catch (BadParameterException bad)
        {
            return Problem.BadParameter(bad.Parameter, bad.Message);
        }
    }

    private static async Task<IResult> ChangeAsync(string customerId, ActionChange change, ActionDesk desk, CancellationToken cancellation)
    {
        try
        {
            var (outcome, storedId, work) = await desk.ChangeAsync(customerId, change, "admin, API", cancellation);
            return outcome switch
            {
                ActionOutcome.Saved => Results.Ok(Answer(storedId, work!)),
                ActionOutcome.UnknownCustomer => Problem.UnknownCustomer(customerId),
                _ => Problem.Conflict("stale-version", "Somebody changed this action since",
                    "Read it again, and make the change from the version it has now."),
            };
        }
        catch (BadParameterException bad)
        {
            return Problem.BadParameter(bad.Parameter, bad.Message);
        }
    }

    private static ActionWorkAnswer Answer(string customerId, ActionWork work) =>
        new(customerId, work.PlayId, work.Owner, work.Status, work.Due, work.Note, work.Version);
}

using System.Globalization;
using Microsoft.AspNetCore.Antiforgery;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Predictions;

/// <param name="Version">To be sent with the next change; 0 before the first.</param>
public sealed record ActionWorkAnswer(string CustomerId, string Play, string? Owner, string Status, string? Due, string? Note, int Version);

/// <param name="Play">The recommended play.</param>
public sealed record ActionListItem(string CustomerId, string Play, double PChurn, MoneyAnswer Clv, MoneyAnswer ExpectedNetValue, MoneyAnswer Cost, ActionWorkAnswer Work);

/// <param name="NextCursor">Null on the last page.</param>
public sealed record ActionPage(IReadOnlyList<ActionListItem> Items, string? NextCursor, long RunId, string AsOf);

/// <param name="Play">Default: the play recommended tonight.</param>
/// <param name="Version">The version the change was made from; 0 where nobody has changed it.</param>
/// <param name="Status">open, in progress, done, dismissed. What is absent stays as it is; an empty text removes it.</param>
public sealed record ActionChange(int? Version, string? Play = null, string? Owner = null, string? Status = null, string? Due = null, string? Note = null);

/// <summary>The list of actions people work through, and what they say about each.</summary>
internal static class ActionEndpoints
{
    private const int LongestName = 100;
    private const int LongestNote = 1000;

    public static void MapActions(this IEndpointRouteBuilder api)
    {
        api.MapGet("/actions", ListAsync)
            .WithSummary("Tonight's recommended actions with owner, status, due date and note; filters as /predictions has, owner and status; sort and cursor").Produces<ActionPage>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(410);
        api.MapPatch("/actions/{customerId}", ChangeAsync)
            .WithSummary("Changes owner, status, due date or note of a customer's action; refused when somebody changed it since the version sent").Produces<ActionWorkAnswer>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
    }

    /// <summary>The form beside an action on the pages.</summary>
    public static void MapActionForm(this IEndpointRouteBuilder app) => app.MapPost("/actions", FormAsync).ExcludeFromDescription();

    private static async Task<IResult> ListAsync(HttpContext http, RetentionStore store, CurrentNight current, ServiceSettings settings, CancellationToken cancellation)
    {
        try
        {
            var query = ActionQuery.Read(http.Request.Query, settings.Runs.Playbook);
            query = query with { Filter = query.Filter with { HasAction = true } };
            var cursor = http.Request.Query["cursor"].ToString() is { Length: > 0 } text ? PageCursor.Parse(text, query.Fingerprint) : (PageCursor?)null;
            var night = cursor is { } position
                ? await store.RunAsync(position.RunId, cancellation) is { State: RunState.Published or RunState.Superseded } run ? current.Describe(run) : null
                : await current.FindAsync(cancellation);
            if (night is null) return cursor is null ? Problem.NothingPublished() : Problem.ListingExpired();
            var rows = await store.PredictionsAsync(night.Run.RunId, query.Filter, query.Order, cursor?.Position, query.Limit + 1, cancellation);
            var page = rows.Take(query.Limit).ToList();
            var next = rows.Count > query.Limit ? new PageCursor(night.Run.RunId, PredictionEndpoints.After(page[^1], query.Order), query.Fingerprint).ToString() : null;
            var work = store.ActionsOf(page);
            var currency = night.Shop.Currency;
            return Results.Ok(new ActionPage(
                [.. page.Select(row => new ActionListItem(
                    row.CustomerId, row.PlayId!, row.PChurn, MoneyAnswer.Of(row.Clv, currency), MoneyAnswer.Of(row.ExpectedNetValue, currency), MoneyAnswer.Of(row.ActionCost, currency),
                    Answer(row.CustomerId, work.GetValueOrDefault(row.CustomerKey) ?? new ActionWork { PlayId = row.PlayId! })))],
                next, night.Run.RunId, night.Run.AsOf));
        }
        catch (BadParameterException bad)
        {
            return Problem.BadParameter(bad.Parameter, bad.Message);
        }
    }

    private static async Task<IResult> ChangeAsync(string customerId, ActionChange change, RetentionStore store, CurrentNight current, TimeProvider clock, ServiceSettings settings, CancellationToken cancellation)
    {
        try
        {
            return await ApplyAsync(customerId, change, "admin, API", store, current, clock, settings, cancellation) is var (outcome, work) && work is not null ? Results.Ok(Answer(customerId, work)) : outcome!;
        }
        catch (BadParameterException bad)
        {
            return Problem.BadParameter(bad.Parameter, bad.Message);
        }
    }

    private static async Task<IResult> FormAsync(HttpContext http, IAntiforgery antiforgery, RetentionStore store, CurrentNight current, TimeProvider clock, ServiceSettings settings)
    {
        await antiforgery.ValidateRequestAsync(http);
        var form = http.Request.Form;
        var back = form["back"].ToString() is { } path && (path.StartsWith("/risk", StringComparison.Ordinal) || path.StartsWith("/customers/", StringComparison.Ordinal)) ? path : "/risk";
        try
        {
            var change = new ActionChange(
                int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null, form["play"], form["owner"], form["status"], form["due"], form.TryGetValue("note", out var note) ? note.ToString() : null);
            var (refused, work) = await ApplyAsync(form["customer"].ToString(), change, "admin, dashboard", store, current, clock, settings, http.RequestAborted);
            if (work is null && refused is Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult { StatusCode: not 409 }) return refused;
            return Results.LocalRedirect(With(back, work is null ? "conflict" : "saved"));
        }
        catch (BadParameterException bad)
        {
            return Problem.BadParameter(bad.Parameter, bad.Message);
        }
    }

    private static string With(string path, string changed)
    {
        var at = path.IndexOf('?', StringComparison.Ordinal);
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(at < 0 ? "" : path[at..]).Where(pair => pair.Key != "changed");
        return (at < 0 ? path : path[..at]) + QueryString.Create(query).Add("changed", changed).ToUriComponent();
    }

    private static async Task<(IResult? Refused, ActionWork? Work)> ApplyAsync(
        string customerId, ActionChange change, string actor, RetentionStore store, CurrentNight current, TimeProvider clock, ServiceSettings settings, CancellationToken cancellation)
    {
        if (await current.CustomerAsync(customerId, cancellation) is not var (_, row)) return (Problem.UnknownCustomer(customerId), null);
        var plays = settings.Runs.Playbook;
        var play = change.Play is { Length: > 0 } named ? named : row.PlayId ?? throw new BadParameterException("play", "Nothing is recommended for this customer tonight: name the play.");
        var known = store.ActionsOf(row.CustomerId).FirstOrDefault(work => work.PlayId == play);
        if (known is null && plays.Find(play) is null) throw new BadParameterException("play", $"'{ActionQuery.Short(play)}' is not one of {string.Join(", ", plays.Plays.Select(known => known.Id))}.");
        var before = known ?? new ActionWork { CustomerKey = row.CustomerKey, PlayId = play };
        var status = change.Status ?? before.Status;
        if (!ActionStatus.All.Contains(status)) throw new BadParameterException("status", $"'{ActionQuery.Short(status)}' is not one of {string.Join(", ", ActionStatus.All)}.");
        var due = Kept(change.Due, before.Due);
        if (due is not null && !DateOnly.TryParseExact(due, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)) throw new BadParameterException("due", $"'{ActionQuery.Short(due)}' is not a date such as 2026-01-31.");
        var owner = Bounded("owner", Kept(change.Owner, before.Owner), LongestName);
        var note = Bounded("note", Kept(change.Note, before.Note), LongestNote);
        var version = change.Version ?? throw new BadParameterException("version", "It is missing: the version the change was made from, 0 where nobody has changed it.");
        return store.ChangeAction(before with { Owner = owner, Status = status, Due = due, Note = note, Version = version }, actor, clock.GetUtcNow()) is { } after
            ? (null, after)
            : (Problem.Conflict("stale-version", "Somebody changed this action since", "Read it again, and make the change from the version it has now."), null);
    }

    private static string? Kept(string? asked, string? before) => asked is null ? before : asked.Trim() is { Length: > 0 } text ? text : null;

    private static string? Bounded(string name, string? text, int longest) =>
        text is null || (text.Length <= longest && !text.Contains('\0', StringComparison.Ordinal)) ? text : throw new BadParameterException(name, $"It is longer than {longest.ToString(CultureInfo.InvariantCulture)} characters, or holds one that cannot be stored.");

    private static ActionWorkAnswer Answer(string customerId, ActionWork work) => new(customerId, work.PlayId, work.Owner, work.Status, work.Due, work.Note, work.Version);
}

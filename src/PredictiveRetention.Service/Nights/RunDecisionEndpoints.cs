using System.Globalization;
using Microsoft.AspNetCore.Antiforgery;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Nights;

/// <summary>What a person decides about a run, from the API and from the runs page; each is recorded with the run.</summary>
internal static class RunDecisionEndpoints
{
    private static readonly (string Name, string Summary, Func<RunDecisions, long, string, CancellationToken, Task> Decide)[] s_decisions =
    [
        ("publish", "Publishes a held run although it is outside its guard bands", (decisions, run, by,
            stop) => decisions.PublishAsync(run, by, stop)),
        ("discard", "Gives a held run up; readers keep what they have", (decisions, run, by,
            stop) => decisions.DiscardAsync(run, by, stop)),
        ("rollback", "Shows readers an earlier night again", (decisions, run, by, stop) => decisions.RollBackAsync(run, by, stop)),
    ];

    public static void MapRunDecisions(this IEndpointRouteBuilder api)
    {
        foreach (var (name, summary, decide) in s_decisions)
            api.MapPost("/runs/{id}/" + name, (string id, RetentionStore store, CancellationToken stop) =>
                    DecideAsync(store, id, run => decide(store.Decisions, run, "admin, API", stop)))
                .WithSummary(summary).Produces<DecisionAnswer>().ProducesProblem(404).ProducesProblem(409);
    }

    /// <summary>The buttons of the runs page.</summary>
    public static void MapRunButtons(this IEndpointRouteBuilder app)
    {
        foreach (var (name, _, decide) in s_decisions)
            app.MapPost("/runs/{id}/" + name, async (string id, HttpContext http, IAntiforgery antiforgery, RetentionStore store) =>
            {
                await antiforgery.ValidateRequestAsync(http);
                var result = await DecideAsync(store, id, run => decide(store.Decisions, run, "admin, dashboard", http.RequestAborted));
                return result is Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult refused ? refused : Results.LocalRedirect("/runs");
            }).ExcludeFromDescription();
    }

    private static async Task<IResult> DecideAsync(RetentionStore store, string id, Func<long, Task> decide)
    {
        if (!long.TryParse(id, CultureInfo.InvariantCulture, out var run)) return Problem.UnknownRun(id);
        try
        {
            await decide(run);
        }
        catch (RetentionException refused) when (refused.Failure == Failure.NotFound)
        {
            return Problem.UnknownRun(id);
        }
        catch (RetentionException refused) when (refused.Failure is Failure.Usage or Failure.Busy)
        {
            return Problem.Conflict("wrong-state", "The run is not in a state for this", refused.Message);
        }
        return Results.Ok(new DecisionAnswer(run, (await store.Runs.FindAsync(run))!.State.Word()));
    }
}

/// <param name="State">The run's state now.</param>
public sealed record DecisionAnswer(long RunId, string State);

using System.Globalization;
using Hangfire;
using Microsoft.AspNetCore.Antiforgery;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Nights;

/// <param name="State">planned, scoring, validating, held, published, superseded, dropped, discarded, failed.</param>
/// <param name="CustomersPerSecond">While shards are being scored, over all processes that share the run.</param>
/// <param name="Headline">In currency units; null before the run is validated.</param>
/// <param name="Quarantined">Customers who could not be scored.</param>
/// <param name="Events">What happened to the run and who did it; of a single run.</param>
public sealed record RunAnswer(
    long RunId, string Purpose, string BusinessDate, int Attempt, string AsOf, string State, string? ModelVersion, long? Customers,
    int? ShardsDone, int? Shards, long? CustomersDone, double? CustomersPerSecond, double? RemainingSeconds, long? Quarantined,
    DateTimeOffset CreatedAt, DateTimeOffset? PublishedAt, string? Error, RunHeadline? Headline, IReadOnlyList<RunEventAnswer>? Events);

public sealed record RunEventAnswer(DateTimeOffset At, string Actor, string What, string? Detail);

public sealed record RunsAnswer(IReadOnlyList<RunAnswer> Items);

public sealed record TriggerAnswer(string Job, string Note);

internal static class RunEndpoints
{
    public static void MapRuns(this IEndpointRouteBuilder api)
    {
        api.MapGet("/runs", async (RetentionStore store, int? limit, CancellationToken cancellation) => limit is < 1 or > 1000
                ? Problem.BadParameter("limit", "It is a whole number from 1 to 1000.")
                : Results.Ok(new RunsAnswer([.. (await store.Runs.NewestAsync(limit ?? 30, cancellation)).Select(run => Answer(run))])))
            .WithSummary("Runs, newest first").Produces<RunsAnswer>().ProducesProblem(400);
        api.MapGet("/runs/{id}", async (string id, RetentionStore store, CancellationToken cancellation) =>
                long.TryParse(id, CultureInfo.InvariantCulture, out var runId) && await store.Runs.FindAsync(runId, cancellation) is { } run
                    ? Results.Ok(await AnswerAsync(run, store, cancellation))
                    : Problem.UnknownRun(id))
            .WithSummary("One run, with its progress").Produces<RunAnswer>().ProducesProblem(404);
        api.MapPost("/runs", async (RetentionStore store, IBackgroundJobClient jobs,
            CancellationToken cancellation) => await store.ShopAsync(cancellation) is null
                ? Problem.Conflict("nothing-imported", "There is nobody to score", "Import orders first: retain import --orders FILE")
                : Results.Accepted(
                    "/api/v1/runs",
                    new TriggerAnswer(jobs.Enqueue<NightJob>(job => job.Run(CancellationToken.None)),
                        "Tonight's run has been queued; a date that is published is left alone.")))
            .WithSummary("Wakes tonight's run; asking twice changes nothing, so an Idempotency-Key is welcome and not needed")
            .Produces<TriggerAnswer>(202)
            .ProducesProblem(409);
    }

    /// <summary>The button of a dashboard that has nothing to show yet: a model from what was imported, then the night.</summary>
    public static void MapFirstNight(this IEndpointRouteBuilder app) =>
        app.MapPost("/nights/first", async (HttpContext http, IAntiforgery antiforgery, RetentionStore store, ModelRegistry models,
            IBackgroundJobClient jobs) =>
    {
        await antiforgery.ValidateRequestAsync(http);
        if (await store.ShopAsync(http.RequestAborted) is null) return Results.LocalRedirect("/data");
        if (models.ChampionVersion() is not null) jobs.Enqueue<NightJob>(job => job.Run(CancellationToken.None));
        else
        {
            var training = jobs.Enqueue<RetrainingJob>(job => job.Run(CancellationToken.None));
            jobs.ContinueJobWith<NightJob>(training, job => job.Run(CancellationToken.None),
                options: JobContinuationOptions.OnAnyFinishedState);
        }
        return Results.LocalRedirect("/?started=1");
    }).ExcludeFromDescription();

    private static async Task<RunAnswer> AnswerAsync(Run run, RetentionStore store, CancellationToken cancellation)
    {
        var shards = await store.Shards.ProgressAsync(run.RunId, cancellation);
        var events = await store.Runs.EventsAsync(run.RunId, cancellation);
        var working = run.State == RunState.Scoring;
        return Answer(run) with
        {
            ShardsDone = shards.Done,
            Shards = shards.All,
            CustomersDone = shards.Customers,
            CustomersPerSecond = working ? shards.Rate : null,
            RemainingSeconds = working ? shards.RemainingSeconds : null,
            Quarantined = await store.Shards.QuarantinedCountAsync(run.RunId, cancellation),
            Events = [.. events.Select(happened =>
                new RunEventAnswer(DateTimeOffset.FromUnixTimeMilliseconds(happened.AtMs), happened.Actor, happened.What,
                    happened.Detail))],
        };
    }

    private static RunAnswer Answer(Run run) => new(
        run.RunId, run.Purpose.Word(), run.BusinessDate.ToIso(), run.Attempt, run.AsOf.ToString(), run.State.Word(), run.ModelVersion,
        run.ExpectedCount, null, null, null, null, null, null,
        DateTimeOffset.FromUnixTimeMilliseconds(run.CreatedAtMs),
        run.PublishedAtMs is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null, run.Error, run.Headline, null);
}

using System.Globalization;
using Microsoft.AspNetCore.Antiforgery;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Service.Figures;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Model;

/// <param name="Role">champion, challenger or nothing.</param>
/// <param name="JudgedAt">The cutoff of the same recipe one horizon earlier, which the metrics are of.</param>
public sealed record VersionAnswer(
    string Version, string? Role, string Level, string Cutoff, int HorizonDays, int ClvHorizonDays, string? JudgedAt,
    ChurnMetrics? ChurnMetrics, SpendMetrics? SpendMetrics, bool? LeakAuditPassed);

/// <param name="Moves">What was decided, newest first.</param>
/// <param name="Drift">Of the published night's customers against those its model was made for; null where there is nothing to compare
/// with.</param>
/// <param name="Realised">What became of the newest night that is a horizon old; null while there is none.</param>
public sealed record VersionsAnswer(IReadOnlyList<VersionAnswer> Versions, IReadOnlyList<ModelMove> Moves, DriftReport? Drift,
    Realised? Realised);

/// <param name="Reason">Why, for the record.</param>
public sealed record PromotionRequest(string? Reason);

public sealed record ChampionAnswer(string Champion);

/// <summary>Model versions: what there is, and what a person decides about them, from the API and from the models page.</summary>
internal static class VersionEndpoints
{
    public static void MapVersions(this IEndpointRouteBuilder api)
    {
        api.MapGet("/models", async (ModelRegistry models, RetentionStore store,
            CancellationToken cancellation) => Results.Ok(await AnswerAsync(models, store, cancellation)))
            .WithSummary("All versions, what was decided about them, drift and what became of earlier predictions")
            .Produces<VersionsAnswer>();
        api.MapGet("/models/{version}", (string version,
            ModelRegistry models) => About(version, models, found => Results.Ok(Answer(found, models))))
            .WithSummary("One version").Produces<VersionAnswer>().ProducesProblem(404).ProducesProblem(409);
        api.MapGet("/models/{version}/tenths", (string version, string? format, ModelRegistry models) => About(version, models, found =>
                found.Tenths is not { } tenths ? Problem.NoFigure("The version was not judged: its card says why.")
                : format is null or "json" ? Results.Ok(tenths)
                : CsvAnswer.IsOne(format) ? CsvAnswer.Of(Csv(tenths), format, $"tenths-{version}.csv")
                : Problem.BadParameter("format", "It is json, csv or spreadsheet.")))
            .WithSummary("What a version's recipe said of ten groups of customers one horizon earlier, and what came")
            .Produces<JudgedTenths>(200, "application/json", "text/csv")
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(409);
        api.MapGet("/models/{version}/card", (string version, ModelRegistry models) =>
                About(version, models, found => Results.Text(models.Card(found.Version), "text/markdown")))
            .WithSummary("One version's model card").Produces<string>(contentType: "text/markdown")
            .ProducesProblem(404)
            .ProducesProblem(409);
        api.MapPost("/models/{version}/promote", (string version, PromotionRequest? request, ModelRegistry models,
            TimeProvider clock) => Promote(models, version, "admin, API", request?.Reason, clock))
            .WithSummary("Makes a version the champion, whatever the gate said")
            .Produces<ChampionAnswer>()
            .ProducesProblem(404)
            .ProducesProblem(409);
        api.MapPost("/models/rollback", (PromotionRequest? request, ModelRegistry models,
            TimeProvider clock) => RollBack(models, "admin, API", request?.Reason, clock))
            .WithSummary("Puts the champion before this one back").Produces<ChampionAnswer>().ProducesProblem(409);
    }

    /// <summary>The buttons of the models page.</summary>
    public static void MapVersionButtons(this IEndpointRouteBuilder app)
    {
        app.MapPost("/models/{version}/promote", async (string version, HttpContext http, IAntiforgery antiforgery, ModelRegistry models,
            TimeProvider clock) =>
        {
            await antiforgery.ValidateRequestAsync(http);
            return Back(Promote(models, version, "admin, dashboard", (await http.Request.ReadFormAsync())["reason"], clock));
        }).ExcludeFromDescription();
        app.MapPost("/models/rollback", async (HttpContext http, IAntiforgery antiforgery, ModelRegistry models, TimeProvider clock) =>
        {
            await antiforgery.ValidateRequestAsync(http);
            return Back(RollBack(models, "admin, dashboard", (await http.Request.ReadFormAsync())["reason"], clock));
        }).ExcludeFromDescription();

        static IResult Back(IResult result) =>
            result is Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult refused ? refused : Results.LocalRedirect("/models");
    }

    private static async Task<VersionsAnswer> AnswerAsync(ModelRegistry models, RetentionStore store, CancellationToken cancellation)
    {
        var headline = (await store.Nights.CurrentAsync(cancellation))?.Headline;
        // One that cannot be read is asked for by its name, and then says so.
        var versions = models.Manifests(out _).Reverse().Select(manifest => Answer(manifest, models));
        return new VersionsAnswer([.. versions], [.. models.Moves().Reverse().Take(50)], headline?.Drift, headline?.Realised);
    }

    private static VersionAnswer Answer(ModelManifest manifest, ModelRegistry models) => new(
        manifest.Version,
        manifest.Version == models.ChampionVersion() ? "champion" : manifest.Version == models.ChallengerVersion() ? "challenger" : null,
        manifest.Level, manifest.Cutoff,
        manifest.HorizonDays, manifest.ClvHorizonDays, manifest.JudgedAt, manifest.ChurnMetrics, manifest.SpendMetrics,
        manifest.LeakAuditPassed);

    private static string Csv(JudgedTenths tenths) => "of,tenth,customers,said,came\n" + string.Concat(
        tenths.Churn.Select((tenth, i) => ("churn", i, tenth)).Concat(tenths.Spend.Select((tenth, i) => ("spend", i, tenth)))
            .Select(line => string.Create(CultureInfo.InvariantCulture,
                $"{line.Item1},{line.i + 1},{line.tenth.Customers},{line.tenth.Said:R},{line.tenth.Came:R}\n")));

    private static IResult About(string version, ModelRegistry models, Func<ModelManifest, IResult> answer)
    {
        try
        {
            return models.Versions().Contains(version) && models.Manifest(version) is { } found
                ? answer(found)
                : Problem.UnknownModel(version);
        }
        catch (RetentionException fault)
        {
            return Problem.UnusableModel(fault.Message);
        }
    }

    private static IResult Promote(ModelRegistry models, string version, string by, string? reason, TimeProvider clock)
    {
        if (!models.Versions().Contains(version)) return Problem.UnknownModel(version);
        try
        {
            models.Load(version);
        }
        catch (RetentionException fault)
        {
            return Problem.UnusableModel(fault.Message);
        }
        models.Promote(version, by, Reason(reason), clock);
        return Results.Ok(new ChampionAnswer(version));
    }

    private static IResult RollBack(ModelRegistry models, string by, string? reason, TimeProvider clock)
    {
        try
        {
            return Results.Ok(new ChampionAnswer(models.RollBack(by, Reason(reason), clock)));
        }
        catch (RetentionException fault) when (fault.Failure == Failure.NotFound)
        {
            return Problem.Conflict("no-earlier-model", "There is no earlier model", fault.Message);
        }
    }

    private static string Reason(string? reason) =>
        string.IsNullOrWhiteSpace(reason) ? "asked for" : reason.Trim() is { Length: > 500 } long_ ? long_[..500] : reason.Trim();
}

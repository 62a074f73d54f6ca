using PredictiveRetention.Evaluation;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Service.Settings;

namespace PredictiveRetention.Service.Model;

/// <param name="Missed">Minima the data missed; not empty when the model is the recency rule.</param>
/// <param name="ChurnMetrics">Of the same recipe, made one horizon earlier and judged on what came then; null where that was not
/// possible.</param>
public sealed record ModelAnswer(
    string Version, string Kind, string Level, string Cutoff, int HorizonDays, int ClvHorizonDays, int Seed, string DataChecksum,
    string SchemaHash, IReadOnlyList<string> Features,
    IReadOnlyList<string> Missed, ChurnMetrics? ChurnMetrics, SpendMetrics? SpendMetrics);

public sealed record PlayAnswer(string Id, string Name, string Why, string Priority, string Owner, string Channel, string Timeline,
    string Audience);

internal static class ModelEndpoints
{
    public static void MapModel(this IEndpointRouteBuilder api)
    {
        api.MapGet("/model",
            (ModelHandle models) => models.Champion() is not { } champion ? Problem.NoModel() : Results.Ok(Answer(champion.Manifest)))
            .WithSummary("The champion: what it was trained on and how it did on later data").Produces<ModelAnswer>().ProducesProblem(404);
        api.MapGet("/model/card", (ModelHandle models, Storage.ModelRegistry registry) => Card(models, registry))
            .WithSummary("The champion's model card").Produces<string>(contentType: "text/markdown")
            .ProducesProblem(404)
            .ProducesProblem(409);
        api.MapGet("/plays", (ServiceSettings settings) => settings.Runs.Playbook.Plays.Select(Answer))
            .WithSummary("The plays customers are matched with").Produces<IEnumerable<PlayAnswer>>();
    }

    private static IResult Card(ModelHandle models, Storage.ModelRegistry registry)
    {
        if (models.Champion() is not { } champion) return Problem.NoModel();
        try
        {
            return Results.Text(registry.Card(champion.Version), "text/markdown");
        }
        catch (RetentionException fault)
        {
            return Problem.UnusableModel(fault.Message);
        }
    }

    private static ModelAnswer Answer(Storage.ModelManifest manifest) => new(
        manifest.Version, manifest.Kind, manifest.Level, manifest.Cutoff, manifest.HorizonDays, manifest.ClvHorizonDays, manifest.Seed,
        manifest.DataChecksum, manifest.SchemaHash,
        manifest.Features, manifest.Missed, manifest.ChurnMetrics, manifest.SpendMetrics);

    private static PlayAnswer Answer(Play play) => new(
        play.Id, play.Name, play.Why, PlayNames.Name(play.Priority), play.Owner, PlayNames.Name(play.Channel), play.Timeline,
        play.Audience.ToString()!);
}

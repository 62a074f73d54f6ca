using System.Globalization;
using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>What to train.</summary>
public sealed record TrainingRequest
{
    /// <summary>Nothing at or after this day is used, labels included.</summary>
    public required Cutoff Cutoff { get; init; }

    /// <summary>Churn horizon; null = the smallest of 30/60/90/120/180/365 days that covers 85 % of the observed repeat gaps.</summary>
    public Horizon? Horizon { get; init; }
    public Horizon ClvHorizon { get; init; } = PredictiveRetention.Horizon.OfDays(365);
    public int Seed { get; init; } = 1;
    public required Currency Currency { get; init; }

    /// <summary>Sources that had rows before the cutoff.</summary>
    public required SourceCoverage Coverage { get; init; }
    public SufficiencyGate Gate { get; init; } = new();
}

/// <summary>A model with everything its card and manifest tell.</summary>
/// <param name="Missed">The minima the data missed: why the level is lower than it could be.</param>
/// <param name="HorizonChosen">True when nobody named the churn horizon.</param>
/// <param name="Churn">The fit for the churn horizon; null for the recency rule.</param>
/// <param name="Value">The fit CLV rests on; the same as Churn where that one answers for it.</param>
/// <param name="League">The same recipe made one horizon earlier, judged on what came then; null where the history holds no earlier horizon.</param>
/// <param name="NotJudged">Why League is null.</param>
/// <param name="GoldenRows">Model rows with their predictions: a loaded model must repeat them.</param>
/// <param name="Importance">Of each feature, see <see cref="RetentionModel.Importance"/>; empty for the recency rule.</param>
public sealed record TrainedModel(
    RetentionModel Model,
    TrainingRequest Request,
    HistorySurvey Survey,
    bool HorizonChosen,
    IReadOnlyList<string> Missed,
    BlendFit? Churn,
    BlendFit? Value,
    LeagueTable? League,
    string? NotJudged,
    IReadOnlyList<GoldenRow> GoldenRows,
    IReadOnlyList<double> Importance);

public sealed record GoldenRow(float[] Features, double PChurn, double Clv);

/// <summary>Where a training is: done of all steps, and what comes now.</summary>
public readonly record struct TrainingStep(int Done, int All, string Name);

/// <summary>
/// The one recipe from histories to a model: survey, horizon, gate, then fit for serving (as of the cutoff) and, to judge, the same fit made
/// one horizon earlier and scored on the horizon that followed.
/// </summary>
public sealed class TrainingRecipe(RecipeSettings settings)
{
    private const int Steps = 5;

    /// <summary>Customers the importance of the features is the mean of: the first in key order, which are a random sample.</summary>
    private const int ExplainedRows = 500;

    /// <param name="histories">Reads all histories before the cutoff, in customer key order; called once a pass.</param>
    /// <exception cref="RetentionException">There is no order before the cutoff.</exception>
    public TrainedModel Train(TrainingRequest request, Func<IEnumerable<ShardHistories>> histories, IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        progress?.Report(new TrainingStep(0, Steps, "surveying histories"));
        var survey = HistorySurvey.Of(histories(), request.Cutoff, cancellation);
        if (survey.Customers == 0) throw new RetentionException(Failure.InputRejected, $"There is no order before {request.Cutoff}: nothing to learn from.");
        var horizon = request.Horizon ?? survey.DefaultHorizon();
        var gate = request.Gate;
        var missed = gate.Missed(survey, request.Cutoff).ToList();
        var fitter = new PlanFitter(settings with { Seed = request.Seed }, request, survey, histories, withMembers: missed.Count == 0, cancellation);

        progress?.Report(new TrainingStep(1, Steps, "fitting the churn model"));
        var churnPlan = OriginPlan.For(request.Cutoff, horizon, survey.FirstDay);
        var valuePlan = OriginPlan.For(request.Cutoff, request.ClvHorizon, survey.FirstDay);
        var schema = fitter.SchemaOf(churnPlan, valuePlan);
        var churn = fitter.Fit(churnPlan, schema);
        if (churn is null)
        {
            missed.Add(Text($"BTYD needs {BtydModel.MinRepeaters} customers who bought on more than one day, and a likelihood with a maximum"));
            return new TrainedModel(
                RetentionModel.Rule(horizon.Days, request.ClvHorizon.Days), request, survey, request.Horizon is null, missed, null, null, null, "no model was fitted", [], []);
        }
        if (gate.MissedHorizons(survey, request.Cutoff, horizon) is { } horizons) missed.Add(horizons);
        if (churn.Fit.Note is { } note && missed.Count == 0) missed.Add(note);

        progress?.Report(new TrainingStep(2, Steps, "fitting the value model"));
        var value = valuePlan.Horizon == churnPlan.Horizon ? churn : fitter.Fit(valuePlan, schema) is { Fit.Unseen: not null } own ? own : churn;

        progress?.Report(new TrainingStep(3, Steps, "judging the recipe one horizon earlier"));
        var (league, notJudged) = Judge(fitter, churnPlan, survey.FirstDay);
        progress?.Report(new TrainingStep(4, Steps, "checking"));
        var model = new RetentionModel(
            churn.Fit.Unseen is null ? ModelLevel.Btyd : churn.Fit.Plan.Level, horizon.Days, request.ClvHorizon.Days, churn.Fit.Model.Features,
            churn.Fit.Model, churn.Fit.Target(churn.Population, horizon.Days),
            value == churn ? null : value.Fit.Model, value.Fit.Target(value.Population, request.ClvHorizon.Days),
            value.Fit.Unseen is { } unseen ? SpendIntervals.Fit(unseen.POrder, unseen.Spend, unseen.Net, unseen.PurchaseDays) : null);
        var golden = Golden(model, churn.Population);
        var importance = model.Importance(churn.Population.Rows[..(Math.Min(ExplainedRows, churn.Population.Count) * churn.Population.Width)]);
        progress?.Report(new TrainingStep(Steps, Steps, "done"));
        return new TrainedModel(model, request, survey, request.Horizon is null, missed, churn.Fit, value.Fit, league, notJudged, golden, importance);
    }

    /// <summary>The recipe as it would have been run one horizon before the cutoff, judged on the horizon between.</summary>
    private static (LeagueTable? League, string? Why) Judge(PlanFitter fitter, OriginPlan served, int firstDay)
    {
        var horizon = served.Horizon;
        if (served.Origins.Count == 0) return (null, Text($"the history holds no horizon of {horizon.Days} days to judge on"));
        var plan = OriginPlan.For(served.Cutoff.Minus(horizon.Days), horizon, firstDay);
        if (fitter.Fit(plan, fitter.SchemaOf(plan)) is not { } earlier) return (null, Text($"one horizon earlier, at {plan.Cutoff}, too few customers had bought to fit on"));
        if (!earlier.Population.HasBothClasses(10)) return (null, Text($"in the {horizon.Days} days after {plan.Cutoff} fewer than ten customers bought, or fewer than ten did not"));
        return (LeagueTable.Of(earlier.Fit, earlier.Population, earlier.Newest is { } newest && newest.Horizon == horizon ? newest : null), null);
    }

    private static List<GoldenRow> Golden(RetentionModel model, LabelledSlice slice)
    {
        var rows = new List<GoldenRow>();
        for (var i = 0; i < slice.Count && rows.Count < 8; i += Math.Max(1, slice.Count / 8))
        {
            var features = slice.Rows.AsSpan(i * slice.Width, slice.Width).ToArray();
            var answer = model.Predict(features);
            rows.Add(new GoldenRow(features, answer.PChurn, answer.Clv));
        }
        return rows;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

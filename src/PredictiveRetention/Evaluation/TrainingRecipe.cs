using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;
using static PredictiveRetention.Invariant;

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
/// <param name="Judged">The same recipe made one horizon earlier, and how it did on what came then; null where the history holds no earlier
/// horizon.</param>
/// <param name="NotJudged">Why Judged is null.</param>
/// <param name="Drift">What later populations are compared with; null where there are no earlier ones to tell the shop's own change
/// by.</param>
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
    JudgedTwin? Judged,
    string? NotJudged,
    DriftReference? Drift,
    IReadOnlyList<GoldenRow> GoldenRows,
    IReadOnlyList<double> Importance)
{
    public LeagueTable? League => Judged?.League;
}

/// <summary>
/// What the recipe would have made one horizon before the cutoff: the only model of a version that can be judged on what came before it.
/// </summary>
/// <param name="Origin">Its cutoff.</param>
/// <param name="Model">Answers for the horizon it was judged on, in spend as in orders.</param>
public sealed record JudgedTwin(Cutoff Origin, Horizon Horizon, RetentionModel Model, LeagueTable League, JudgedTenths Tenths,
    LeakAudit Leaks);

public sealed record GoldenRow(float[] Features, double PChurn, double Clv);

/// <summary>Where a training is: done of all steps, and what comes now.</summary>
public readonly record struct TrainingStep(int Done, int All, string Name);

/// <summary>
/// The one recipe from histories to a model: survey, horizon, gate, then fit for serving (as of the cutoff) and, to judge, the same fit
/// made one horizon earlier and scored on the horizon that followed.
/// </summary>
public sealed class TrainingRecipe(RecipeSettings settings)
{
    private const int Steps = 5;

    /// <summary>Customers the importance of the features is the mean of: the first in key order, which are a random sample.</summary>
    private const int ExplainedRows = 500;

    /// <param name="histories">Reads all histories before the cutoff, in customer key order; called once a pass.</param>
    /// <exception cref="RetentionException">There is no order before the cutoff.</exception>
    public TrainedModel Train(TrainingRequest request, Func<IEnumerable<ShardHistories>> histories, IProgress<TrainingStep>? progress,
        CancellationToken cancellation)
    {
        progress?.Report(new TrainingStep(0, Steps, "surveying histories"));
        var survey = HistorySurvey.Take(histories(), request.Cutoff, cancellation);
        if (survey.Customers == 0)
            throw new RetentionException(Failure.InputRejected, $"There is no order before {request.Cutoff}: nothing to learn from.");
        var horizon = request.Horizon ?? survey.DefaultHorizon();
        var gate = request.Gate;
        var missed = gate.Missed(survey, request.Cutoff).ToList();
        var fitter = new PlanFitter(settings with { Seed = request.Seed }, request, survey, histories, withMembers: missed.Count == 0,
            cancellation);

        progress?.Report(new TrainingStep(1, Steps, "fitting the churn model"));
        var churnPlan = OriginPlan.For(request.Cutoff, horizon, survey.FirstDay);
        var valuePlan = OriginPlan.For(request.Cutoff, request.ClvHorizon, survey.FirstDay);
        var schema = fitter.SchemaOf(churnPlan, valuePlan);
        var churn = fitter.Fit(churnPlan, schema);
        if (churn is null)
        {
            missed.Add(
                Text($"BTYD needs {BtydModel.MinRepeaters} customers who bought on more than one day, and a likelihood with a maximum"));
            return new TrainedModel(
                RetentionModel.Rule(horizon.Days, request.ClvHorizon.Days), request, survey, request.Horizon is null, missed, null, null,
                null, "no model was fitted", null, [], []);
        }
        if (gate.MissedHorizons(survey, request.Cutoff, horizon) is { } horizons) missed.Add(horizons);
        if (churn.Fit.Note is { } note && missed.Count == 0) missed.Add(note);

        progress?.Report(new TrainingStep(2, Steps, "fitting the value model"));
        var value = valuePlan.Horizon == churnPlan.Horizon ? churn : fitter.Fit(valuePlan, schema) is { Fit.Unseen: not null } own ? own
            : churn;

        progress?.Report(new TrainingStep(3, Steps, "judging the recipe one horizon earlier"));
        var (judged, notJudged) = Judge(fitter, churnPlan, survey, request, histories, cancellation);
        progress?.Report(new TrainingStep(4, Steps, "checking"));
        var model = Model(churn, value, horizon.Days, request.ClvHorizon.Days, survey.MedianOrderMinor);
        var golden = GoldenRows(model, churn.Population);
        var importance = model.Importance(churn.Population.Rows[..(Math.Min(ExplainedRows, churn.Population.Count)
            * churn.Population.Width)]);
        progress?.Report(new TrainingStep(Steps, Steps, "done"));
        return new TrainedModel(model, request, survey, request.Horizon is null, missed, churn.Fit, value.Fit, judged, notJudged,
            Drift(model, churn, model.MoneyIn(request.Currency)), golden, importance);
    }

    private static RetentionModel Model(PlanFit churn, PlanFit value, int churnDays, int clvDays, double? medianOrderMinor) => new(
        churn.Fit.Unseen is null ? ModelLevel.Btyd : churn.Fit.Plan.Level, churnDays, clvDays, churn.Fit.Model.Features,
        churn.Fit.Model, churn.Fit.Target(churn.Population, churnDays),
        value == churn ? null : value.Fit.Model, value.Fit.Target(value.Population, clvDays),
        value.Fit.Unseen is { } unseen ? SpendIntervals.Fit(unseen.POrder, unseen.Spend, unseen.Net, unseen.PurchaseDays) : null)
    {
        MedianOrderMinor = medianOrderMinor,
    };

    /// <summary>The recipe as it would have been run one horizon before the cutoff, judged on the horizon between.</summary>
    private static (JudgedTwin? Judged, string? Why) Judge(
        PlanFitter fitter, OriginPlan served, HistorySurvey survey, TrainingRequest request,
        Func<IEnumerable<ShardHistories>> histories, CancellationToken cancellation)
    {
        var horizon = served.Horizon;
        if (served.Origins.Count == 0) return (null, Text($"the history holds no horizon of {horizon.Days} days to judge on"));
        var plan = OriginPlan.For(served.Cutoff.Minus(horizon.Days), horizon, survey.FirstDay);
        var schema = fitter.SchemaOf(plan);
        if (fitter.Fit(plan, schema) is not { } earlier)
            return (null, Text($"one horizon earlier, at {plan.Cutoff}, too few customers had bought to fit on"));
        if (!earlier.Population.HasBothClasses(10))
            return (null,
                Text($"in the {horizon.Days} days after {plan.Cutoff} fewer than ten customers bought, or fewer than ten did not"));
        var model = Model(earlier, earlier, horizon.Days, horizon.Days, survey.MedianOrderMinor);
        var money = model.MoneyIn(request.Currency);
        var judged = earlier.Judge(money);
        var probe = FutureProbe.Compare(histories(), plan.Cutoff, money, request.Coverage, schema, cancellation);
        return (new JudgedTwin(
            plan.Cutoff, horizon, model, LeagueTable.Build(judged), JudgedTenths.Rank(judged),
            LeakAudit.Audit(probe, judged, earlier.Origins, schema.Names)), null);
    }

    private static DriftReference? Drift(RetentionModel model, PlanFit churn, MoneyUnit money)
    {
        if (churn.Population.Count == 0 || churn.Origins.Count == 0) return null;
        LabelledSlice[] slices = [churn.Population, .. churn.Origins];
        var answers = slices.Select(slice => { var said = new ModelPrediction[slice.Count]; model.Predict(slice.Rows, said); return said; })
            .ToArray();
        return new DriftReference(
        [
            .. model.Features.Select((name, j) => Column(name, (s, i) => slices[s].Rows[i * slices[s].Width + j])),
            Column(DriftReference.Churn, (s, i) => (float)answers[s][i].PChurn),
            Column(DriftReference.Clv, (s, i) => (float)(answers[s][i].Clv * money.InCurrency)),
        ]);

        DriftColumn Column(string name, Func<int, int, float> at)
        {
            float[][] columns = [.. slices.Select((slice, s) => Enumerable.Range(0, slice.Count).Select(i => at(s, i)).ToArray())];
            return DriftColumn.Measure(name, columns[0], columns.Skip(1));
        }
    }

    private static List<GoldenRow> GoldenRows(RetentionModel model, LabelledSlice slice)
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
}

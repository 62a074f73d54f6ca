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
/// <param name="Missed">The minima the data missed; not empty exactly when the model is the recency rule.</param>
/// <param name="HorizonChosen">True when nobody named the churn horizon.</param>
/// <param name="ChurnPlan">Origins of the churn model; null for the rule.</param>
/// <param name="ValuePlan">Origins of the value model; null for the rule.</param>
/// <param name="League">The same recipe made one horizon earlier, judged on what came then; null where the history holds no earlier horizon.</param>
/// <param name="NotJudged">Why League is null.</param>
/// <param name="GoldenRows">Model rows with their predictions: a loaded model must repeat them.</param>
public sealed record TrainedModel(
    RetentionModel Model,
    TrainingRequest Request,
    HistorySurvey Survey,
    bool HorizonChosen,
    IReadOnlyList<string> Missed,
    OriginPlan? ChurnPlan,
    OriginPlan? ValuePlan,
    LeagueTable? League,
    string? NotJudged,
    IReadOnlyList<GoldenRow> GoldenRows);

public sealed record GoldenRow(float[] Features, double PChurn, double Clv);

/// <summary>Where a training is: done of all steps, and what comes now.</summary>
public readonly record struct TrainingStep(int Done, int All, string Name);

/// <summary>
/// The one recipe from histories to a model: survey, horizon, gate, then fit for serving (as of the cutoff) and, to judge, the same fit made
/// one horizon earlier and scored on the horizon that followed.
/// </summary>
public sealed class TrainingRecipe(RecipeSettings settings)
{
    /// <param name="histories">Reads all histories, in customer key order; called twice.</param>
    /// <exception cref="RetentionException">There is no order before the cutoff.</exception>
    public TrainedModel Train(TrainingRequest request, Func<IEnumerable<ShardHistories>> histories, IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        progress?.Report(new TrainingStep(0, 5, "surveying histories"));
        var survey = HistorySurvey.Of(histories(), request.Cutoff, cancellation);
        if (survey.Customers == 0) throw new RetentionException(Failure.InputRejected, $"There is no order before {request.Cutoff}: nothing to learn from.");
        var horizon = request.Horizon ?? survey.DefaultHorizon();
        var missed = request.Gate.Missed(survey, request.Cutoff, horizon).ToList();
        var valueHorizon = ValueHorizon(request, survey, horizon);
        var plans = missed.Count > 0 ? null : Plans.For(request.Cutoff, horizon, valueHorizon, survey.FirstDay);
        if (missed.Count == 0 && plans is null) missed.Add(Text($"{survey.HistoryDays(request.Cutoff)} days of history hold no cutoff with a horizon of {horizon.Days} days after it"));
        return plans is null ? Rule(request, survey, horizon, missed) : Fit(request, survey, horizon, plans, histories, progress, cancellation);
    }

    private TrainedModel Fit(
        TrainingRequest request, HistorySurvey survey, Horizon horizon, Plans plans, Func<IEnumerable<ShardHistories>> histories, IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        progress?.Report(new TrainingStep(1, 5, "building features at each origin"));
        var wanted = plans.Wanted().ToList();
        var schema = FeatureSchema.For(request.Coverage, plans.Serve.All.Min(origin => origin.Day) - survey.FirstDay);
        var share = Math.Min(1, (double)settings.MaxRows / survey.Buyers / OriginPlan.MaxOrigins);
        var slices = new SliceBuilder(request.Currency, request.Coverage, schema).Build(histories(), wanted, share, cancellation);
        if (!Usable(plans.Serve, slices, request.Gate))
        {
            var slice = slices[(plans.Serve.Calibration, horizon)];
            var stayed = slice.Ordered.Count(ordered => ordered);
            return Rule(request, survey, horizon, [Text($"of {slice.Count} customers at {slice.Origin}, {stayed} bought within {horizon.Days} days and {slice.Count - stayed} did not; {request.Gate.MinOfEachClass} of each are needed")]);
        }

        var recipe = new HurdleRecipe(settings with { Seed = request.Seed });
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(new TrainingStep(2, 5, "fitting the churn model"));
        var churn = FitPlan(recipe, plans.Serve, slices, request.Gate);
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(new TrainingStep(3, 5, "fitting the value model"));
        var valuePlan = Usable(plans.Value, slices, request.Gate) ? plans.Value : plans.Serve;
        var value = valuePlan == plans.Serve ? null : FitPlan(recipe, valuePlan, slices, request.Gate);
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(new TrainingStep(4, 5, "judging the recipe one horizon earlier"));
        var (league, notJudged) = Judge(recipe, plans, slices, request.Gate);
        var latest = slices[(plans.Serve.Calibration, horizon)];
        var extrapolation = Extrapolation(request.ClvHorizon, valuePlan, survey.FirstDay, slices);
        var model = new RetentionModel(plans.Serve.Level, horizon.Days, request.ClvHorizon.Days, schema.Names, churn, value, extrapolation);
        progress?.Report(new TrainingStep(5, 5, "done"));
        return new TrainedModel(model, request, survey, request.Horizon is null, [], plans.Serve, valuePlan, league, notJudged, Golden(model, latest));
    }

    /// <summary>Enough of both classes to calibrate on, and in at least one slice to fit on.</summary>
    private static bool Usable(OriginPlan plan, Dictionary<(Cutoff, Horizon), LabelledSlice> slices, SufficiencyGate gate) =>
        slices[(plan.Calibration, plan.Horizon)].HasBothClasses(gate.MinOfEachClass)
        && plan.Training.Any(origin => slices[(origin, plan.Horizon)].HasBothClasses(gate.MinOfEachClass));

    private static HurdleModel FitPlan(HurdleRecipe recipe, OriginPlan plan, Dictionary<(Cutoff, Horizon), LabelledSlice> slices, SufficiencyGate gate)
    {
        var training = plan.Training.Select(origin => slices[(origin, plan.Horizon)]).Where(slice => slice.HasBothClasses(gate.MinOfEachClass)).ToList();
        return recipe.Fit(plan, training, slices[(plan.Calibration, plan.Horizon)]);
    }

    /// <summary>The recipe as it would have been run one horizon before the cutoff, judged on the horizon between.</summary>
    private static (LeagueTable? League, string? Why) Judge(HurdleRecipe recipe, Plans plans, Dictionary<(Cutoff, Horizon), LabelledSlice> slices, SufficiencyGate gate)
    {
        if (plans.Judge is not { } plan) return (null, Text($"the history holds no second horizon of {plans.Serve.Horizon.Days} days to judge on"));
        var earlier = slices[(plan.Calibration, plan.Horizon)];
        if (!Usable(plan, slices, gate)) return (null, Text($"one horizon earlier, at {plan.Calibration}, too few customers had bought to fit on"));
        return (LeagueTable.Of(FitPlan(recipe, plan, slices, gate), slices[(plan.Cutoff, plan.Horizon)], earlier), null);
    }

    /// <summary>The CLV horizon if it is at most half the history, else the churn horizon, whose spend is then extrapolated.</summary>
    private static Horizon ValueHorizon(TrainingRequest request, HistorySurvey survey, Horizon horizon) =>
        2 * request.ClvHorizon.Days <= survey.HistoryDays(request.Cutoff) ? request.ClvHorizon : horizon;

    /// <summary>
    /// Expected spend in the CLV horizon over that in the value model's horizon h. Spend fades by r a half horizon (observed: net spend of the
    /// second half of the horizon over that of the first, customers of the latest origin, at most 1). What lies beyond h is a geometric sum of
    /// that, at the daily spend those customers had before the origin where that is less than in the horizon: a horizon in the high season is
    /// not carried through the year.
    /// </summary>
    private static double Extrapolation(Horizon clvHorizon, OriginPlan plan, int firstDay, Dictionary<(Cutoff, Horizon), LabelledSlice> slices)
    {
        if (clvHorizon == plan.Horizon) return 1;
        var slice = slices[(plan.Calibration, plan.Horizon)];
        var half = Plans.Half(plan.Horizon);
        var (first, both) = (slices[(plan.Calibration, half)].Net.Sum(), slice.Net.Sum());
        if (first <= 0 || both <= 0 || clvHorizon.Days < plan.Horizon.Days) return (double)clvHorizon.Days / plan.Horizon.Days;
        var fade = half == plan.Horizon ? 1 : Math.Clamp((both - first) / first, 0.05, 1);
        var daily = slice.Facts.Sum(facts => facts.NetRevenue) / (plan.Calibration.Day - firstDay);
        var usual = Math.Clamp(daily / (both / plan.Horizon.Days), 0.1, 1);
        return 1 + usual * (Sum(clvHorizon.Days) / Sum(plan.Horizon.Days) - 1);

        double Sum(int days)
        {
            var halves = (double)days / half.Days;
            return fade >= 0.999 ? halves : (1 - Math.Pow(fade, halves)) / (1 - fade);
        }
    }

    private static List<GoldenRow> Golden(RetentionModel model, LabelledSlice slice)
    {
        var rows = new List<GoldenRow>();
        for (var i = 0; i < slice.Count && rows.Count < 8; i += Math.Max(1, slice.Count / 8))
        {
            var features = slice.Rows.AsSpan(i * slice.Width, slice.Width).ToArray();
            var (pChurn, clv, _) = model.Predict(features);
            rows.Add(new GoldenRow(features, pChurn, clv));
        }
        return rows;
    }

    private static TrainedModel Rule(TrainingRequest request, HistorySurvey survey, Horizon horizon, IReadOnlyList<string> missed) => new(
        RetentionModel.Rule(horizon.Days, request.ClvHorizon.Days), request, survey, request.Horizon is null, missed, null, null, null, "no model was fitted", []);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>The three fits of a training, and every slice they read.</summary>
    private sealed record Plans(OriginPlan Serve, OriginPlan Value, OriginPlan? Judge)
    {
        public static Plans? For(Cutoff cutoff, Horizon horizon, Horizon valueHorizon, int firstDay)
        {
            if (OriginPlan.For(cutoff, horizon, firstDay) is not { } serve) return null;
            var value = valueHorizon == horizon ? serve : OriginPlan.For(cutoff, valueHorizon, firstDay) ?? serve;
            return new Plans(serve, value, OriginPlan.For(cutoff.Minus(horizon.Days), horizon, firstDay));
        }

        public static Horizon Half(Horizon horizon) => horizon.Days == 1 ? horizon : Horizon.OfDays(horizon.Days / 2);

        public IEnumerable<(Cutoff, Horizon)> Wanted()
        {
            foreach (var plan in new[] { Serve, Value, Judge })
            {
                if (plan is null) continue;
                foreach (var origin in plan.All) yield return (origin, plan.Horizon);
            }
            if (Judge is not null) yield return (Judge.Cutoff, Judge.Horizon);
            yield return (Value.Calibration, Half(Value.Horizon));
            yield return (Serve.Calibration, Half(Serve.Horizon));
        }
    }
}

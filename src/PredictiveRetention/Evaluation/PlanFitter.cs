using PredictiveRetention.Features;
using PredictiveRetention.Histories;

namespace PredictiveRetention.Evaluation;

/// <summary>A fit with the slices that are used further: the cutoff's own and the newest origin's.</summary>
/// <param name="Population">At the cutoff, asked horizon; its labels are empty where they lie beyond the data read.</param>
/// <param name="Origins">What members learnt from, newest first; empty for BTYD alone.</param>
internal sealed record PlanFit(BlendFit Fit, LabelledSlice Population, IReadOnlyList<LabelledSlice> Origins)
{
    public LabelledSlice? Newest => Origins.Count > 0 ? Origins[0] : null;

    /// <summary>
    /// What the fit says of its own cutoff's horizon beside its members and the rules: the labels of Population must have been read.
    /// </summary>
    /// <param name="money">The unit of the fit.</param>
    public JudgedOrigin Judge(MoneyUnit money) =>
        JudgedOrigin.Judge(Fit, Population, Newest is { } newest && newest.Horizon == Population.Horizon ? newest : null, money);
}

/// <summary>Reads the slices a plan of origins needs, in one pass over the histories, and fits the blend on them.</summary>
internal sealed class PlanFitter(
    RecipeSettings settings, TrainingRequest request, HistorySurvey survey, Func<IEnumerable<ShardHistories>> histories, bool withMembers,
    CancellationToken cancellation,
    Func<CustomerFacts, string>? segment = null)
{
    private readonly MoneyUnit _money = MoneyUnit.Of(request.Currency, survey.MedianOrderMinor);

    /// <summary>The features every one of these plans can have at its oldest origin.</summary>
    public FeatureSchema SchemaOf(params OriginPlan[] plans) =>
        FeatureSchema.For(request.Coverage,
            plans.Min(plan => (withMembers && plan.Origins.Count > 0 ? plan.Origins[^1] : plan.Cutoff).Day) - survey.FirstDay);

    /// <returns>Null where not even BTYD can be fitted.</returns>
    public PlanFit? Fit(OriginPlan plan, FeatureSchema schema)
    {
        cancellation.ThrowIfCancellationRequested();
        var origins = withMembers ? plan.Origins : [];
        var share = Math.Min(1,
            (double)settings.MaxRows / Math.Max(1, Math.Max(survey.BuyersBefore(plan.Cutoff), origins.Sum(survey.BuyersBefore))));
        var wanted = origins.Concat(plan.LastYears)
            .Append(plan.Cutoff)
            .Select(origin => (origin, plan.Horizon))
            .Append((plan.Cutoff, plan.Asked))
            .Distinct()
            .ToList();
        var slices = new SliceBuilder(_money, request.Coverage, schema, segment).Build(histories(), wanted, share, cancellation);
        var usable = origins.Select(origin => slices[(origin, plan.Horizon)])
            .Where(slice => slice.HasBothClasses(request.Gate.MinOfEachClass))
            .ToList();
        // A draw of several origins may leave too few who ordered where the newest one alone, in full, has enough.
        if (usable.Count == 0 && share < 1 && origins.Count > 1) return Fit(plan with { Origins = [origins[0]] }, schema);
        var fit = new BlendRecipe(settings).Fit(
            plan, schema.Names, usable, slices[(plan.Cutoff, plan.Horizon)].Unlabelled,
            [.. plan.LastYears.Select(origin => slices[(origin, plan.Horizon)])], cancellation);
        return fit is null ? null : new PlanFit(fit with { Drawn = share }, slices[(plan.Cutoff, plan.Asked)], usable);
    }
}

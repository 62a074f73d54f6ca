using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>
/// Fits the blend of one horizon by a plan of origins. At every origin BTYD is fitted on what lay before it and its answers become columns;
/// members learn from the stacked origins, each fold of customers answered by members that had not seen them; the blend's weights and the
/// calibrations come from those answers; the level of the scored population comes from BTYD, which sees all of the history, and its errors at the origins.
/// </summary>
public sealed class BlendRecipe(RecipeSettings settings)
{
    /// <param name="features">Names of the slices' columns.</param>
    /// <param name="training">Slices of the plan's origins, newest first; those with enough of both classes. Empty for BTYD alone.</param>
    /// <param name="population">The cutoff's own slice; labels are not read.</param>
    /// <param name="lastYears">Slices of the same days in earlier years.</param>
    /// <returns>Null where not even BTYD can be fitted.</returns>
    public BlendFit? Fit(
        OriginPlan plan, IReadOnlyList<string> features, IReadOnlyList<LabelledSlice> training, LabelledSlice population, IReadOnlyList<LabelledSlice> lastYears, CancellationToken cancellation)
    {
        if (BtydModel.Fit(population.Buyers) is not { } btyd) return null;
        var days = plan.Horizon.Days;
        var fitted = new FittedOrigin?[training.Count + lastYears.Count];
        Parallel.For(0, fitted.Length, new ParallelOptions { CancellationToken = cancellation }, i => fitted[i] = FittedOrigin.Of(i < training.Count ? training[i] : lastYears[i - training.Count], features, btyd));
        List<FittedOrigin> origins = [.. fitted.Take(training.Count).OfType<FittedOrigin>()], seasons = [.. fitted.Skip(training.Count).OfType<FittedOrigin>()];
        double[] orderSeason = [.. seasons.Select(origin => origin.OrderError)], valueSeason = [.. seasons.Select(origin => origin.ValueError)];
        if (origins.Count == 0)
        {
            var model = BlendModel.OfBtyd(btyd, features, days, 0);
            var mean = population.Count == 0 ? 0 : model.BtydOf(population.Rows, days).LogOdds.Average();
            return new BlendFit(
                model with { MeanLogOdds = mean }, plan, Level.Of([], 0, orderSeason), Level.Of([], 0, valueSeason), [.. seasons.Select(origin => origin.Record(0))], [], [], null,
                "no earlier cutoff has enough repeat buyers and enough customers of both classes to learn from");
        }
        var spells = (double)(origins[0].Slice.Origin.Day - origins[^1].Slice.Origin.Day + days) / days;
        var rows = new TrainingRows(origins, origins.Sum(origin => origin.Slice.Count) > settings.ManyRows ? Math.Min(2, settings.Folds) : settings.Folds);
        var members = new MemberFits(settings, rows, spells, cancellation).Fit();
        var orderLevel = Level.Of([.. origins.Select(origin => origin.OrderError)], spells, orderSeason);
        var valueLevel = Level.Of([.. origins.Select(origin => origin.ValueError)], spells, valueSeason);
        return new BlendFit(
            new BlendModel(days, features, btyd, members.Linear, members.Forests, members.Orders, members.Tweedie, members.SpendForest, members.SpendLinear, members.Value, rows.LogOdds.Average()),
            plan, orderLevel, valueLevel,
            [.. origins.Select((origin, i) => origin.Record(members.OriginWeights[i])), .. seasons.Select(origin => origin.Record(0))],
            members.OrderRecords, members.ValueRecords, Unseen(rows, features, members, orderLevel, valueLevel), null);
    }

    /// <summary>Cross-fitted answers, each origin put at the level it would have been given: what intervals learn from then holds the level's error too.</summary>
    private static UnseenAnswers Unseen(TrainingRows rows, IReadOnlyList<string> features, FittedMembers members, double orderLevel, double valueLevel)
    {
        var pOrder = new double[rows.Count];
        var spend = new double[rows.Count];
        var purchaseDays = new int[rows.Count];
        var columns = new BtydColumns(features);
        var start = 0;
        foreach (var origin in rows.Origins)
        {
            var count = origin.Slice.Count;
            double[] p = [.. members.UnseenOdds.AsSpan(start, count).ToArray().Select(Level.Sigmoid)];
            var shift = Level.Shift(p, origin.ServedBuyers / count * Math.Exp(orderLevel));
            var level = Math.Log(origin.ServedSpend / members.UnseenSpend.AsSpan(start, count).ToArray().Sum(Math.Exp)) + valueLevel;
            for (var i = start; i < start + count; i++)
            {
                pOrder[i] = Level.Sigmoid(members.UnseenOdds[i] + shift);
                spend[i] = Math.Exp(members.UnseenSpend[i] + level);
                purchaseDays[i] = columns.Of(rows.Row(i)).PurchaseDays;
            }
            start += count;
        }
        return new UnseenAnswers(pOrder, spend, rows.Ordered, rows.Net, purchaseDays, rows.Origin);
    }
}

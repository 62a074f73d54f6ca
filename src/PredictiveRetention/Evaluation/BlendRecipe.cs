using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>
/// Fits the blend of one horizon by a plan of origins. At every origin BTYD is fitted on what lay before it and its answers become columns;
/// members learn from the stacked origins, each fold of customers answered by members that had not seen them; the blend's weights and the
/// calibrations come from those answers; the level of the scored population comes from BTYD, which sees all of the history, and a part of
/// its errors at the origins.
/// </summary>
public sealed class BlendRecipe(RecipeSettings settings)
{
    /// <param name="features">Names of the slices' columns.</param>
    /// <param name="training">Slices of the plan's origins, newest first; those with enough of both classes. Empty for BTYD alone.</param>
    /// <param name="population">The cutoff's own slice; labels are not read.</param>
    /// <param name="lastYears">Slices of the same days in earlier years.</param>
    /// <returns>Null where not even BTYD can be fitted.</returns>
    public BlendFit? Fit(
        OriginPlan plan, IReadOnlyList<string> features, IReadOnlyList<LabelledSlice> training, LabelledSlice population,
        IReadOnlyList<LabelledSlice> lastYears, CancellationToken cancellation)
    {
        if (BtydModel.Fit(population.Past.Buyers) is not { } btyd) return null;
        var kept = population.Past.Kept;
        var keptAt = new KeptColumns(features);
        var days = plan.Horizon.Days;
        var fitted = new FittedOrigin?[training.Count];
        Parallel.For(0, fitted.Length, new ParallelOptions { CancellationToken = cancellation },
            i => fitted[i] = FittedOrigin.Fit(training[i], features));
        List<FittedOrigin> origins = [.. fitted.OfType<FittedOrigin>()];
        // The season of earlier years is what it was beside all of the history, so the cutoff's own models say what was to be expected.
        List<OriginRecord> seasons = [.. lastYears.Where(slice => slice.Count > 0).Select(slice =>
            new OriginRecord(slice.Origin, slice.Count,
                btyd.LevelOf(slice.Rows, slice.Width, new BtydColumns(features),
                    days * RetailSeason.Mean(slice.Origin, days) / population.Past.SeasonIndex, row => keptAt.Log(kept, row)), slice.Came,
                0))];
        if (origins.Count == 0)
        {
            var model = BlendModel.OfBtyd(btyd, features, days, 0) with { Kept = kept };
            var mean = population.Count == 0 ? 0 : model.BtydOf(population.Rows, days).LogOdds.Average();
            return new BlendFit(
                model with { MeanLogOdds = mean }, plan, Level.OfOrders([], 0, seasons), Level.OfSpend([], 0, seasons),
                population.Past.SeasonIndex, seasons, [], [], null,
                "no earlier cutoff has enough repeat buyers and enough customers of both classes to learn from");
        }
        var spells = (double)(origins[0].Slice.Origin.Day - origins[^1].Slice.Origin.Day + days) / days;
        var rows = new TrainingRows(origins,
            origins.Sum(origin => origin.Slice.Count) > settings.ManyRows ? Math.Min(2, settings.Folds) : settings.Folds);
        var members = new MemberFits(settings, rows, spells, cancellation).Fit();
        List<OriginRecord> records = [.. origins.Select((origin, i) => origin.Record(members.OriginWeights[i]))];
        return new BlendFit(
            new BlendModel(days, features, btyd, members.Linear, members.Forests, members.Orders, members.Tweedie, members.SpendForest,
                members.SpendLinear, members.Value, rows.LogOdds.Average())
            { Kept = kept },
            plan, Level.OfOrders(records, spells, seasons), Level.OfSpend(records, spells, seasons), population.Past.SeasonIndex,
            [.. records, .. seasons], members.OrderRecords, members.ValueRecords, Unseen(rows, features, members), null);
    }

    /// <summary>Cross-fitted answers, each origin put at the level that came.</summary>
    private static UnseenAnswers Unseen(TrainingRows rows, IReadOnlyList<string> features, FittedMembers members)
    {
        var pOrder = new double[rows.Count];
        var spend = new double[rows.Count];
        var purchaseDays = new int[rows.Count];
        var columns = new BtydColumns(features);
        var start = 0;
        foreach (var origin in rows.Origins)
        {
            var count = origin.Slice.Count;
            double[] p = [.. members.UnseenOdds.AsSpan(start, count).ToArray().Select(Logistic.Sigmoid)];
            var shift = Level.LogOddsShift(p, origin.Slice.Ordered.Average(ordered => ordered ? 1.0 : 0));
            var level = Math.Log(Math.Max(1e-9, origin.Slice.Net.Sum(net => Math.Max(0, net)))
                / members.UnseenSpend.AsSpan(start, count).ToArray().Sum(Math.Exp));
            for (var i = start; i < start + count; i++)
            {
                pOrder[i] = Logistic.Sigmoid(members.UnseenOdds[i] + shift);
                spend[i] = Math.Exp(members.UnseenSpend[i] + level);
                purchaseDays[i] = columns.Read(rows.Row(i)).PurchaseDays;
            }
            start += count;
        }
        return new UnseenAnswers(pOrder, spend, rows.Ordered, rows.Net, purchaseDays);
    }
}

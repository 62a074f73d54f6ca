using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>Champion and challenger on the same later customers.</summary>
/// <param name="Standings">The challenger as the model, the champion as its rival, on the guard figures.</param>
public sealed record GateComparison(Cutoff Origin, Horizon Horizon, int Customers, IReadOnlyList<Standing> Standings)
{
    /// <summary>Figures on which the challenger is worse than the champion by more than chance, and by more than the tolerance.</summary>
    public IReadOnlyList<Standing> Worse => [.. Standings.Where(standing => standing.Lead.High < -PromotionGate.ToleranceOf(standing))];
}

/// <summary>
/// Whether a challenger may follow a champion: both are asked about a horizon that neither has seen (each version keeps the model its
/// recipe made one horizon before its cutoff), and the challenger may not be worse on any guard figure by more than chance explains.
/// </summary>
public static class PromotionGate
{
    private const string Champion = "champion";

    /// <summary>As many tell two models apart as well as millions do.</summary>
    private const double MaxCustomers = 200_000;

    private static readonly string[] s_guards = ["auc", "log_loss", "bias", "gini"];

    /// <summary>
    /// Less than this is no reason to stay: a hundredth of what the champion reaches. For bias one tenth: customers drawn anew say nothing
    /// of how much more or less a whole shop will buy in another horizon, and that moves the level of every model alike.
    /// </summary>
    public static double ToleranceOf(Standing standing) =>
        standing.Measure == "bias" ? 0.1 : 0.01 * Math.Abs(standing.Contenders.First(placed => placed.Name == Champion).Value.Value);

    /// <param name="champion">Made before the origin; answers for the horizon.</param>
    /// <param name="challenger">Likewise.</param>
    /// <param name="histories">Reads all histories up to the end of the horizon.</param>
    /// <param name="customers">How many there are; of more than are needed a draw is compared. Null = all are.</param>
    /// <returns>Null where fewer than ten customers bought or fewer than ten did not: nothing can be told.</returns>
    public static GateComparison? Compare(
        RetentionModel champion, RetentionModel challenger, Cutoff origin, Horizon horizon, Func<IEnumerable<ShardHistories>> histories,
        Currency currency, SourceCoverage coverage, CancellationToken cancellation, int? customers = null)
    {
        var slice = Slice(challenger);
        var unit = challenger.MoneyIn(currency).InCurrency;
        if (!slice.HasBothClasses(10)) return null;
        var contenders = new[] { Judge(Contender.Ours, ContenderKind.Model, challenger, slice, unit),
            Judge(Champion, ContenderKind.Rule, champion, Slice(champion), champion.MoneyIn(currency).InCurrency) };
        var standings = Standings.Rank([new JudgedOrigin(slice.Times(unit), challenger.Level, contenders, null)], cancellation);
        return new GateComparison(origin, horizon, slice.Count, [.. standings.Where(standing => s_guards.Contains(standing.Measure))]);

        // The rule has no features; slices cannot be made without those of BTYD.
        LabelledSlice Slice(RetentionModel model) =>
            new SliceBuilder(model.MoneyIn(currency), coverage,
                model.Features.Count == 0 ? new FeatureSchema(BtydColumns.Needed) : new FeatureSchema(model.Features))
                .Build(histories(), [(origin, horizon)], customers is { } all ? Math.Min(1, MaxCustomers / Math.Max(1, all)) : 1,
                    cancellation)[(origin, horizon)];
    }

    /// <param name="unit">Currency units in one unit of money of the slice.</param>
    private static Contender Judge(string name, ContenderKind kind, RetentionModel model, LabelledSlice slice, double unit)
    {
        if (model.Level == ModelLevel.RecencyRule)
        {
            double[] p = [.. slice.Facts.Select(facts => RecencyRule.PChurn(facts.DaysSinceLastOrder, slice.Horizon.Days))];
            return new Contender(name, kind, p, [.. slice.Facts.Zip(p, (facts,
                churn) => RecencyRule.ExpectedSpend(facts.NetRevenue, facts.TenureDays, slice.Horizon.Days, churn) * unit)]);
        }
        var answers = new ModelPrediction[slice.Count];
        model.Predict(slice.Rows, answers);
        return new Contender(name, kind, [.. answers.Select(answer => answer.PChurn)],
            [.. answers.Select(answer => (1 - answer.PChurn) * answer.SpendIfOrder * unit)]);
    }
}

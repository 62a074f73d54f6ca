using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>How well one feature alone ranks churn, whichever way it points.</summary>
public sealed record FeatureRank(string Feature, double Auc);

/// <summary>Three probes for knowledge of the future in what a model is made from and judged on.</summary>
/// <param name="Probed">Customers whose features at the origin were built twice: from everything stored, and from what had happened by then.</param>
/// <param name="Shifted">Names of the features that differed for any of them. None may.</param>
/// <param name="Strongest">The single features that rank churn best, strongest first.</param>
/// <param name="ModelAuc">Of the model on the same customers; NaN where one class is missing.</param>
/// <param name="ShuffledAuc">Of boosted trees taught with the outcomes of other customers, against equally shuffled outcomes of the origin: 0.5 where rows carry nothing of their label.</param>
/// <param name="ShuffledError">Standard error of it under no leak (Hanley and McNeil 1982, at area 0.5).</param>
public sealed record LeakAudit(int Probed, IReadOnlyList<string> Shifted, IReadOnlyList<FeatureRank> Strongest, double ModelAuc, double? ShuffledAuc, double ShuffledError)
{
    /// <summary>A single feature above this, or above the model itself by a tenth, is too good to be from before the origin.</summary>
    private const double Alarming = 0.95;

    public IEnumerable<FeatureRank> Alarms => Strongest.Where(feature => feature.Auc > Alarming || feature.Auc > ModelAuc + 0.1);

    public bool ShuffledIsFair => ShuffledAuc is not { } auc || Math.Abs(auc - 0.5) <= 4 * ShuffledError;

    public bool Passed => Shifted.Count == 0 && !Alarms.Any() && ShuffledIsFair;

    /// <param name="training">What the shuffled trees are taught on; null where the history holds no earlier slice.</param>
    internal static LeakAudit Of(FutureProbe probe, JudgedOrigin judged, LabelledSlice? training, IReadOnlyList<string> features)
    {
        var slice = judged.Slice;
        var churned = slice.Churned;
        var ranks = new FeatureRank[slice.Width];
        Parallel.For(0, ranks.Length, j =>
        {
            double[] column = [.. Enumerable.Range(0, slice.Count).Select(i => (double)slice.Rows[i * slice.Width + j])];
            var auc = ChurnMetrics.AucOf(churned, column);
            ranks[j] = new FeatureRank(features[j], Math.Max(auc, 1 - auc));
        });
        double yes = churned.Sum(), no = churned.Length - yes;
        return new LeakAudit(
            probe.Customers, probe.Shifted, [.. ranks.Where(rank => double.IsFinite(rank.Auc)).OrderByDescending(rank => rank.Auc).Take(5)],
            ChurnMetrics.Of(churned, judged.Contenders[0].PChurn!).Auc,
            training is null ? null : Shuffled(training, slice), Math.Sqrt((yes + no + 1) / (12 * yes * no)));
    }

    private static double Shuffled(LabelledSlice training, LabelledSlice judged)
    {
        var random = new Random(20_240_101);
        var taught = (bool[])training.Ordered.Clone();
        var asked = judged.Churned;
        random.Shuffle(taught);
        random.Shuffle(asked);
        var forest = ForestTrainer.FitBinary(training.Rows, taught, training.Width, new ForestSettings { Trees = 40, Leaves = 12, LearningRate = 0.1 });
        var scores = new double[judged.Count];
        forest.Score(judged.Rows, scores);
        return ChurnMetrics.AucOf(asked, [.. scores.Select(score => -score)]);
    }
}

/// <summary>
/// Builds the features of some customers at an origin twice: from the whole history, and from one in which nothing that happened at or after the
/// origin is left. A feature that differs has looked ahead.
/// </summary>
/// <param name="Shifted">Names of the features that differed.</param>
public sealed record FutureProbe(int Customers, IReadOnlyList<string> Shifted)
{
    private const int Enough = 2_000;

    /// <summary>Fills a row from a history that may hold a future.</summary>
    internal delegate void RowBuilder(in CustomerHistory history, Span<float> row);

    public static FutureProbe Of(IEnumerable<ShardHistories> histories, Cutoff origin, Currency currency, SourceCoverage coverage, FeatureSchema schema, CancellationToken cancellation)
    {
        var builder = new FeatureBuilder(currency, coverage);
        var registry = new float[FeatureBuilder.Width];
        return Of(histories, origin, schema.Names, Build, cancellation);

        void Build(in CustomerHistory history, Span<float> row)
        {
            builder.Build(history.Before(origin), registry);
            schema.Project(registry, row);
        }
    }

    internal static FutureProbe Of(IEnumerable<ShardHistories> histories, Cutoff origin, IReadOnlyList<string> features, RowBuilder build, CancellationToken cancellation)
    {
        var (whole, cut) = (new float[features.Count], new float[features.Count]);
        var shifted = new SortedSet<string>(StringComparer.Ordinal);
        var customers = 0;
        foreach (var shard in histories)
        {
            for (var i = 0; i < shard.Count && customers < Enough; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                var history = shard[i];
                // Only customers who have a future can show it.
                if (history.Orders.IsEmpty || history.Orders[0].Day >= origin.Day || history.Orders[^1].Day < origin.Day) continue;
                customers++;
                build(history, whole);
                build(UpTo(history, origin.Day), cut);
                for (var j = 0; j < whole.Length; j++)
                    if (BitConverter.SingleToInt32Bits(whole[j]) != BitConverter.SingleToInt32Bits(cut[j])) shifted.Add(features[j]);
            }
            if (customers == Enough) break;
        }
        return new FutureProbe(customers, [.. shifted]);
    }

    private static CustomerHistory UpTo(in CustomerHistory history, int day)
    {
        var (orders, refunds, events, subscriptions) = (new List<Order>(), new List<Refund>(), new List<Engagement>(), new List<Subscription>());
        foreach (var order in history.Orders)
            if (order.Day < day) orders.Add(order.DeliveredDay >= day ? order with { DeliveredDay = null } : order);
        foreach (var refund in history.Refunds)
            if (refund.Day < day) refunds.Add(refund);
        foreach (var row in history.Engagements)
            if (row.Day < day) events.Add(row);
        foreach (var row in history.Subscriptions)
            if (row.StartedDay < day) subscriptions.Add(row.CancelledDay >= day ? row with { CancelledDay = null } : row);
        return new CustomerHistory(history.Profile, orders.ToArray(), refunds.ToArray(), events.ToArray(), subscriptions.ToArray());
    }
}

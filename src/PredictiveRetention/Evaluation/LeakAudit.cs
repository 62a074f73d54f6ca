using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>How well one feature alone ranks churn, whichever way it points.</summary>
public sealed record FeatureRank(string Feature, double Auc);

/// <summary>Three probes for knowledge of the future in what a model is made from and judged on.</summary>
/// <param name="Probed">Customers whose features at the origin were built twice: from everything stored, and from what had happened by
/// then.</param>
/// <param name="Shifted">Names of the features that differed for any of them. None may.</param>
/// <param name="Strongest">The single features that rank churn best, strongest first.</param>
/// <param name="ModelAuc">Of the model on the same customers; NaN where one class is missing.</param>
/// <param name="ShuffledAuc">Of boosted trees taught coins tossed for customers, against the coins of customers of another fold: 0.5 where
/// no customer is on both sides.</param>
/// <param name="ShuffledError">Standard error of it under no leak (Hanley and McNeil 1982, at area 0.5).</param>
public sealed record LeakAudit(int Probed, IReadOnlyList<string> Shifted, IReadOnlyList<FeatureRank> Strongest, double ModelAuc,
    double? ShuffledAuc, double ShuffledError)
{
    /// <summary>A single feature above this, or above the model itself by a tenth, is too good to be from before the origin.</summary>
    private const double Alarming = 0.95;

    public IEnumerable<FeatureRank> Alarms => Strongest.Where(feature => feature.Auc > Alarming || feature.Auc > ModelAuc + 0.1);

    public bool ShuffledIsFair => ShuffledAuc is not { } auc || Math.Abs(auc - 0.5) <= 4 * ShuffledError;

    public bool Passed => Shifted.Count == 0 && !Alarms.Any() && ShuffledIsFair;

    private const int MostCoins = 20_000;

    /// <param name="training">The origins members learnt from; empty where there are none.</param>
    internal static LeakAudit Audit(FutureProbe probe, JudgedOrigin judged, IReadOnlyList<LabelledSlice> training,
        IReadOnlyList<string> features)
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
        (double Auc, double Error)? coins = training.Sum(origin => origin.Count) < 200 ? null : Coins(training, (key,
            _) => CustomerKey.FoldOf(key, 2));
        return new LeakAudit(
            probe.Customers, probe.Shifted, [.. ranks.Where(rank => double.IsFinite(rank.Auc)).OrderByDescending(rank => rank.Auc).Take(5)],
            ChurnMetrics.Compute(churned, judged.Contenders[0].PChurn!).Auc,
            coins?.Auc, coins?.Error ?? 0);
    }

    /// <summary>
    /// A coin is tossed for each customer and stands at all origins; trees taught the coins of some customers are asked for those of
    /// others. They can know them only where a fold lets a customer be on both sides: the same customer's rows are much alike from one
    /// origin to the next.
    /// </summary>
    internal static (double Auc, double Error) Coins(IReadOnlyList<LabelledSlice> origins, Func<long, Cutoff, int> foldOf)
    {
        var coins = new Dictionary<long, bool>();
        var random = new Random(20_240_101);
        List<(LabelledSlice Slice,
            int At)> rows = [.. origins.SelectMany(slice => Enumerable.Range(0, Math.Min(slice.Count, MostCoins / origins.Count))
                .Select(i => (slice, i)))];
        foreach (var (slice, at) in rows) coins.TryAdd(slice.Keys[at], random.Next(2) == 0);
        var width = origins[0].Width;
        int[] folds = [.. rows.Select(row => foldOf(row.Slice.Keys[row.At], row.Slice.Origin))];
        float[] values = [.. rows.SelectMany(row => row.Slice.Rows.AsSpan(row.At * width, width).ToArray())];
        var scores = new double[rows.Count];
        foreach (var fold in folds.Distinct())
        {
            int[] held = [.. Where(of => of == fold)], kept = [.. Where(of => of != fold)];
            if (held.Length == 0 || kept.Length == 0) continue;
            var forest = ForestTrainer.FitBinary(Take(kept), [.. kept.Select(Coin)], width,
                new ForestSettings { Trees = 40, Leaves = 12, LearningRate = 0.1 });
            var answers = new double[held.Length];
            forest.Score(Take(held), answers);
            foreach (var (k, i) in held.Index()) scores[i] = answers[k];

            IEnumerable<int> Where(Func<int, bool> keep) => Enumerable.Range(0, rows.Count).Where(i => keep(folds[i]));
        }
        double yes = coins.Values.Count(coin => coin), no = coins.Count - yes;
        return (ChurnMetrics.AucOf([.. Enumerable.Range(0, rows.Count).Select(i => Coin(i) ? 1.0 : 0)], scores),
            Math.Sqrt((yes + no + 1) / (12 * yes * no)));

        bool Coin(int i) => coins[rows[i].Slice.Keys[rows[i].At]];
        float[] Take(int[] at) => [.. at.SelectMany(i => values.AsSpan(i * width, width).ToArray())];
    }
}

/// <summary>
/// Builds the features of some customers at an origin twice: from the whole history, and from one in which nothing that happened at or
/// after the origin is left. A feature that differs has looked ahead.
/// </summary>
/// <param name="Shifted">Names of the features that differed.</param>
public sealed record FutureProbe(int Customers, IReadOnlyList<string> Shifted)
{
    private const int Enough = 2_000;

    /// <summary>Fills a row from a history that may hold a future.</summary>
    internal delegate void RowBuilder(in CustomerHistory history, Span<float> row);

    public static FutureProbe Compare(IEnumerable<ShardHistories> histories, Cutoff origin, MoneyUnit money, SourceCoverage coverage,
        FeatureSchema schema, CancellationToken cancellation)
    {
        var builder = new FeatureBuilder(money, coverage);
        var registry = new float[FeatureBuilder.Width];
        return Compare(histories, origin, schema.Names, Build, cancellation);

        void Build(in CustomerHistory history, Span<float> row)
        {
            builder.Build(history.Before(origin), registry);
            schema.Project(registry, row);
        }
    }

    internal static FutureProbe Compare(IEnumerable<ShardHistories> histories, Cutoff origin, IReadOnlyList<string> features,
        RowBuilder build,
        CancellationToken cancellation)
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
        var (orders, refunds, events, subscriptions) = (new List<Order>(), new List<Refund>(), new List<Engagement>(),
            new List<Subscription>());
        foreach (var order in history.Orders)
            if (order.Day < day) orders.Add(order with
            {
                DeliveredDay = order.DeliveredDay >= day ? null : order.DeliveredDay,
                ReviewScore = order.Day + HistoryBefore.ReviewKnownAfterDays >= day ? null : order.ReviewScore,
            });
        foreach (var refund in history.Refunds)
            if (refund.Day < day) refunds.Add(refund);
        foreach (var row in history.Engagements)
            if (row.Day < day) events.Add(row);
        foreach (var row in history.Subscriptions)
            if (row.StartedDay < day)
                subscriptions.Add(row with
                {
                    CancelledDay = row.CancelledDay >= day ? null : row.CancelledDay,
                    EndedDay = row.EndedDay >= day ? null : row.EndedDay
                });
        return new CustomerHistory(history.Profile, orders.ToArray(), refunds.ToArray(), events.ToArray(), subscriptions.ToArray());
    }
}

using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>
/// Builds the labelled slices of several origins in one pass over the histories. A slice holds the customers who had bought before its
/// origin and are not lost by then; a share of them, chosen by key, where the shop is larger than a fit needs.
/// </summary>
/// <param name="money">What a unit of money in rows, facts and labels is.</param>
/// <param name="segment">Names the segment a customer of an origin is in, for slices of a backtest; null where nobody asks.</param>
public sealed class SliceBuilder(MoneyUnit money, SourceCoverage coverage, FeatureSchema schema,
    Func<CustomerFacts, string>? segment = null)
{
    private readonly FeatureBuilder _features = new(money, coverage);
    private readonly BtydColumns _btyd = new(schema.Names);
    private readonly KeptColumns _kept = new(schema.Names);
    private readonly float[] _registryRow = new float[FeatureBuilder.Width];

    /// <param name="wanted">Each origin with each horizon it needs labels for.</param>
    /// <param name="share">Share of customers to keep, 0..1.</param>
    public Dictionary<(Cutoff Origin, Horizon Horizon), LabelledSlice> Build(
        IEnumerable<ShardHistories> histories,
        IReadOnlyCollection<(Cutoff Origin, Horizon Horizon)> wanted,
        double share,
        CancellationToken cancellation)
    {
        var origins = wanted.Select(slice => slice.Origin)
            .Distinct()
            .OrderBy(origin => origin.Day)
            .ToDictionary(origin => origin, _ => new OriginPast());
        var columns = wanted.Distinct().ToDictionary(slice => slice, slice => new Columns(origins[slice.Origin]));
        var modelRow = new float[schema.Width];
        foreach (var shard in histories)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < shard.Count; i++)
            {
                var history = shard[i];
                if (!CustomerKey.IsDrawn(history.Profile.CustomerKey, share)) continue;
                foreach (var (origin, past) in origins) Add(history, origin, past, columns, modelRow);
            }
        }
        return columns.ToDictionary(pair => pair.Key, pair => pair.Value.ToSlice(pair.Key.Origin, pair.Key.Horizon, schema.Width));
    }

    private void Add(in CustomerHistory history, Cutoff origin, OriginPast past,
        Dictionary<(Cutoff Origin, Horizon Horizon), Columns> columns, float[] modelRow)
    {
        var before = history.Before(origin);
        if (before.Orders.IsEmpty) return;
        var facts = _features.Build(before, _registryRow);
        if (facts.Orders == 0) return;
        schema.Project(_registryRow, modelRow);
        past.Buyers.Add(_btyd.Read(modelRow));
        if (_kept.Money(modelRow) is var (paid, net)) past.AddMoney(paid, net);
        AddRepeats(before, past);
        foreach (var ((sliceOrigin, horizon), column) in columns)
        {
            if (sliceOrigin != origin || facts.DaysSinceLastOrder > RetentionModel.LostAfter(horizon.Days)) continue;
            var outcome = history.Within(origin, horizon);
            var last = history.Within(origin.Minus(horizon.Days), horizon);
            column.Keys.Add(history.Profile.CustomerKey);
            column.Rows.AddRange(modelRow);
            column.Facts.Add(new NaiveFacts(facts.Orders, facts.DaysSinceLastOrder, facts.DaysSinceFirstOrder,
                money.Of(facts.NetRevenueMinor), money.Of(last.NetMinor), facts.MeanGapDays));
            column.Groups.Add(new CustomerGroup(segment?.Invoke(facts), history.Profile.Country));
            column.Ordered.Add(!outcome.Churned);
            column.PurchaseDays.Add(outcome.PurchaseDays);
            column.Net.Add(money.Of(outcome.NetMinor));
        }
    }

    private static void AddRepeats(in HistoryBefore before, OriginPast past)
    {
        var previous = -1;
        foreach (ref readonly var order in before.Orders)
        {
            if (order.Day == previous || !before.IsPurchase(order)) continue;
            if (previous >= 0) past.AddRepeat(order.Day);
            previous = order.Day;
        }
    }

    private sealed class Columns(OriginPast past)
    {
        public List<long> Keys { get; } = [];
        public List<float> Rows { get; } = [];
        public List<NaiveFacts> Facts { get; } = [];
        public List<CustomerGroup> Groups { get; } = [];
        public List<bool> Ordered { get; } = [];
        public List<int> PurchaseDays { get; } = [];
        public List<double> Net { get; } = [];

        public LabelledSlice ToSlice(Cutoff origin, Horizon horizon, int width) =>
            new(origin, horizon, width, [.. Keys], [.. Rows], [.. Facts], [.. Groups], [.. Ordered], [.. PurchaseDays], [.. Net], past);
    }
}

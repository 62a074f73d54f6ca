using PredictiveRetention.Histories;

namespace PredictiveRetention.Features;

/// <summary>
/// The one function from a history and a cutoff to features, used alike by training, the night run and the endpoints.
/// Reuses its scratch buffers, so each thread has its own.
/// </summary>
/// <param name="money">What a unit of money in the row is: the model's.</param>
public sealed class FeatureBuilder(MoneyUnit money, SourceCoverage coverage)
{
    private readonly HistorySummariser _summariser = new(money);
    private readonly FeatureDefinition[] _definitions = [.. FeatureRegistry.All];

    /// <summary>Number of values in a row: one per feature of <see cref="FeatureRegistry"/>.</summary>
    public static int Width => FeatureRegistry.All.Count;

    /// <summary>
    /// Fills <paramref name="row"/> (length <see cref="Width"/>) with the features before the cutoff, NaN where the customer or the shop
    /// has none, and returns the figures that people and rules read.
    /// </summary>
    public CustomerFacts Build(in HistoryBefore history, Span<float> row)
    {
        var summary = _summariser.Summarise(history);
        for (var i = 0; i < _definitions.Length; i++)
        {
            var definition = _definitions[i];
            row[i] = coverage.Has(definition.Source) ? (float)definition.Value(summary) : float.NaN;
        }
        return Facts(history, summary);
    }

    private CustomerFacts Facts(in HistoryBefore history, HistorySummary summary)
    {
        var discounts = coverage.Has(DataSource.Discounts);
        return new CustomerFacts(
            Orders: summary.Purchases,
            PurchaseDays: summary.PurchaseDays,
            DaysSinceLastOrder: summary.LastAge,
            DaysSinceFirstOrder: summary.FirstAge,
            NetRevenueMinor: summary.NetMinor,
            GrossMinor: discounts ? summary.GrossMinor : null,
            DiscountMinor: discounts ? summary.DiscountMinor : null,
            DiscountedOrders: discounts ? summary.DiscountedPurchases : null,
            LastGapDays: summary.Gaps > 0 ? (int)summary.GapLast : null,
            MeanGapDays: summary.Gaps > 0 ? summary.MeanGap : null,
            HasActiveSubscription: coverage.Has(DataSource.Subscriptions) ? summary.SubscriptionActive : null,
            EmailConsent: history.Profile.EmailConsent,
            DaysSinceJoined: history.Cutoff.Day - history.Profile.JoinedDay,
            Revenue12mMinor: NetSince(history, history.Cutoff.Day - 365));
    }

    private static long NetSince(in HistoryBefore history, int day)
    {
        long net = 0;
        for (var i = history.Orders.Length - 1; i >= 0 && history.Orders[i].Day >= day; i--) net += history.Orders[i].AmountMinor;
        for (var i = history.Refunds.Length - 1; i >= 0 && history.Refunds[i].Day >= day; i--) net -= history.Refunds[i].AmountMinor;
        return net;
    }
}

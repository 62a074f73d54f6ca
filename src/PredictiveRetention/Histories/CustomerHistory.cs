namespace PredictiveRetention.Histories;

/// <summary>
/// Everything known of one customer, each kind in time order, as a view over flat buffers that are reused for the next customer.
/// It holds the future too (labels need it): features are only ever built from <see cref="Before"/>.
/// </summary>
public readonly ref struct CustomerHistory(
    CustomerProfile profile,
    ReadOnlySpan<Order> orders,
    ReadOnlySpan<Refund> refunds = default,
    ReadOnlySpan<Engagement> engagements = default,
    ReadOnlySpan<Subscription> subscriptions = default)
{
    public CustomerProfile Profile { get; } = profile;
    public ReadOnlySpan<Order> Orders { get; } = orders;
    public ReadOnlySpan<Refund> Refunds { get; } = refunds;
    public ReadOnlySpan<Engagement> Engagements { get; } = engagements;
    public ReadOnlySpan<Subscription> Subscriptions { get; } = subscriptions;

    /// <summary>The part that was known at the start of the cutoff day.</summary>
    public HistoryBefore Before(Cutoff cutoff) => new(this, cutoff);

    /// <summary>
    /// What the customer did in [from, from + horizon): purchases and net spend (paid minus refunds dated in the window).
    /// The label of a model; never an input to one.
    /// </summary>
    public Outcome Within(Cutoff from, Horizon horizon)
    {
        var end = from.Plus(horizon.Days).Day;
        int purchases = 0, days = 0, previous = -1;
        long net = 0;
        for (var i = ByDay.CountBefore(Orders, from.Day); i < Orders.Length && Orders[i].Day < end; i++)
        {
            net += Orders[i].AmountMinor;
            if (!IsPurchase(Orders[i], Refunds, end)) continue;
            purchases++;
            if (Orders[i].Day != previous) days++;
            previous = Orders[i].Day;
        }
        for (var i = ByDay.CountBefore(Refunds, from.Day); i < Refunds.Length && Refunds[i].Day < end; i++) net -= Refunds[i].AmountMinor;
        return new Outcome(purchases, days, net);
    }

    /// <summary>An order is a purchase unless it was worth nothing or, by the given day, had been refunded in full.</summary>
    internal static bool IsPurchase(in Order order, ReadOnlySpan<Refund> refunds, int beforeDay)
    {
        if (order.AmountMinor <= 0) return order.AtAnyValue;
        if (order.OrderKey == 0) return true;
        long refunded = 0;
        foreach (ref readonly var refund in refunds)
        {
            if (refund.Day >= beforeDay) break;
            if (refund.OrderKey == order.OrderKey) refunded += refund.AmountMinor;
        }
        return refunded < order.AmountMinor;
    }
}

/// <param name="Purchases">Orders in the window that were worth something and not refunded in full within it.</param>
/// <param name="PurchaseDays">Days with at least one of them.</param>
/// <param name="NetMinor">Paid minus refunds of the window; can be negative.</param>
public readonly record struct Outcome(int Purchases, int PurchaseDays, long NetMinor)
{
    public bool Churned => Purchases == 0;
}

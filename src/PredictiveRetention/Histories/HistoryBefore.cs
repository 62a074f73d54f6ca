namespace PredictiveRetention.Histories;

/// <summary>
/// A customer's history as it was known at the start of the cutoff day. Nothing at or after the cutoff can be reached through it:
/// later rows are cut off, and fields that were filled in later (delivery, review, end of a subscription) read as unknown.
/// </summary>
public readonly ref struct HistoryBefore
{
    /// <summary>Days after the order from which a review counts as known: sources give reviews no date of their own.</summary>
    public const int ReviewKnownAfterDays = 30;

    private readonly ReadOnlySpan<Subscription> _subscriptions;

    internal HistoryBefore(CustomerHistory history, Cutoff cutoff)
    {
        Cutoff = cutoff;
        Profile = history.Profile;
        Orders = history.Orders[..ByDay.CountBefore(history.Orders, cutoff.Day)];
        Refunds = history.Refunds[..ByDay.CountBefore(history.Refunds, cutoff.Day)];
        Engagements = history.Engagements[..ByDay.CountBefore(history.Engagements, cutoff.Day)];
        var started = 0;
        while (started < history.Subscriptions.Length && history.Subscriptions[started].StartedDay < cutoff.Day) started++;
        _subscriptions = history.Subscriptions[..started];
    }

    public Cutoff Cutoff { get; }
    public CustomerProfile Profile { get; }

    /// <summary>Delivery and review fields of these rows may lie after the cutoff: read them through the methods below.</summary>
    public ReadOnlySpan<Order> Orders { get; }
    public ReadOnlySpan<Refund> Refunds { get; }
    public ReadOnlySpan<Engagement> Engagements { get; }
    public int SubscriptionCount => _subscriptions.Length;

    public bool IsPurchase(in Order order) => CustomerHistory.IsPurchase(order, Refunds, Cutoff.Day);

    public int? DeliveredDay(in Order order) => Known(order.DeliveredDay);

    public float? ReviewScore(in Order order) => order.Day + ReviewKnownAfterDays < Cutoff.Day ? order.ReviewScore : null;

    public Subscription Subscription(int index)
    {
        var subscription = _subscriptions[index];
        return subscription with { EndedDay = Known(subscription.EndedDay), CancelledDay = Known(subscription.CancelledDay) };
    }

    private int? Known(int? day) => day < Cutoff.Day ? day : null;
}

using System.Runtime.InteropServices;
using PredictiveRetention.Features;
using PredictiveRetention.Histories;

namespace PredictiveRetention.Insights;

/// <summary>
/// One customer's facts at any earlier day, from one pass over the history: what the feature builder would say of that cutoff, without
/// summing the history up again for each month. Reuses its buffers: one instance a worker.
/// </summary>
internal sealed class Snapshots(SourceCoverage coverage)
{
    private readonly bool _discounts = coverage.Has(DataSource.Discounts);
    private readonly bool _subscriptions = coverage.Has(DataSource.Subscriptions);
    private readonly List<Point> _points = [];
    private readonly List<(int Day, long Minor)> _refunded = [];
    private int[] _endedOn = new int[16];
    private bool _anyEnded;

    /// <summary>Whether an order is a purchase at the as-of.</summary>
    public bool IsPurchase(int order) => _endedOn[order] == int.MaxValue;

    /// <summary>True when some order is or was no purchase: what holds on a day may then change on a day without an event.</summary>
    public bool AnyUnusual { get; private set; }

    public void Load(in HistoryBefore history)
    {
        _points.Clear();
        _refunded.Clear();
        _anyEnded = false;
        AnyUnusual = false;
        if (_endedOn.Length < history.Orders.Length) _endedOn = new int[2 * history.Orders.Length];
        var point = default(Point);
        for (var i = 0; i < history.Orders.Length; i++)
        {
            ref readonly var order = ref history.Orders[i];
            _endedOn[i] = EndOf(order, history.Refunds);
            if (_endedOn[i] != int.MaxValue)
            {
                AnyUnusual = true;
                _anyEnded |= _endedOn[i] != int.MinValue;
            }
            point.Day = order.Day;
            point.PaidMinor += order.AmountMinor;
            if (_endedOn[i] != int.MinValue) point.Count(order);
            _points.Add(point);
        }
        long refunds = 0;
        foreach (ref readonly var refund in history.Refunds) _refunded.Add((refund.Day, refunds += refund.AmountMinor));
    }

    /// <summary>Orders before a day.</summary>
    public int OrdersBefore(int day) => ByDay.CountBefore<Point>(CollectionsMarshal.AsSpan(_points), day);

    /// <summary>Paid minus refunds before a day, minor units.</summary>
    public long NetBefore(int day) => NetOf(OrdersBefore(day), day);

    /// <summary>The facts at the start of a day on or before the as-of; false where there was no order yet.</summary>
    public bool At(in HistoryBefore history, int day, out CustomerFacts facts) => At(history, day, OrdersBefore(day), out facts);

    /// <param name="orders">Orders before the day, where they are counted already.</param>
    public bool At(in HistoryBefore history, int day, int orders, out CustomerFacts facts)
    {
        facts = default;
        if (orders == 0) return false;
        var point = _anyEnded ? Recount(history, orders, day) : _points[orders - 1];
        var last = point.Purchases > 0 ? point.LastDay : history.Orders[orders - 1].Day;
        var first = point.Purchases > 0 ? point.FirstDay : history.Orders[0].Day;
        facts = new CustomerFacts(
            point.Purchases, point.Days, day - last, day - first, NetOf(orders, day),
            _discounts ? point.GrossMinor : null, _discounts ? point.DiscountMinor : null, _discounts ? point.Discounted : null,
            point.Days > 1 ? point.LastDay - point.PreviousDay : null, null, _subscriptions ? Subscribed(history, day) : null,
            DaysSinceJoined: day - history.Profile.JoinedDay,
            Revenue12mMinor: NetOf(orders, day) - NetBefore(day - 365));
        return true;
    }

    /// <summary>The gaps between purchase days before a day, as that day knew them.</summary>
    public void AddGaps(in HistoryBefore history, int day, GapTally tally)
    {
        var last = -1;
        for (var i = 0; i < history.Orders.Length && history.Orders[i].Day < day; i++)
        {
            if (_endedOn[i] < day || history.Orders[i].Day == last) continue;
            if (last >= 0) tally.Add(history.Orders[i].Day - last);
            last = history.Orders[i].Day;
        }
    }

    /// <summary>Paid minus refunds before a day, minor units, of so many orders.</summary>
    public long NetOf(int orders, int day)
    {
        var net = orders == 0 ? 0 : _points[orders - 1].PaidMinor;
        for (var i = _refunded.Count - 1; i >= 0; i--)
            if (_refunded[i].Day < day) return net - _refunded[i].Minor;
        return net;
    }

    /// <summary>Where orders were refunded in full later on, they still counted on the days before that.</summary>
    private Point Recount(in HistoryBefore history, int orders, int day)
    {
        var point = default(Point);
        for (var i = 0; i < orders; i++)
            if (_endedOn[i] >= day) point.Count(history.Orders[i]);
        return point;
    }

    private static bool Subscribed(in HistoryBefore history, int day)
    {
        for (var i = 0; i < history.SubscriptionCount; i++)
        {
            var subscription = history.Subscription(i);
            if (subscription.StartedDay < day && (subscription.EndedDay is null || subscription.EndedDay >= day)) return true;
        }
        return false;
    }

    /// <summary>
    /// The day on which an order had been refunded in full: a purchase at cutoffs up to and including it. Never, or from the start for an
    /// order worth nothing.
    /// </summary>
    private static int EndOf(in Order order, ReadOnlySpan<Refund> refunds)
    {
        if (order.AmountMinor <= 0) return order.AtAnyValue ? int.MaxValue : int.MinValue;
        if (order.OrderKey == 0) return int.MaxValue;
        long refunded = 0;
        foreach (ref readonly var refund in refunds)
        {
            if (refund.OrderKey != order.OrderKey) continue;
            refunded += refund.AmountMinor;
            if (refunded >= order.AmountMinor) return refund.Day;
        }
        return int.MaxValue;
    }

    /// <summary>Running sums up to and including an order; purchases only but for the money paid.</summary>
    private struct Point : IDated
    {
        public int Day, Purchases, Days, FirstDay, LastDay, PreviousDay, Discounted;
        public long PaidMinor, GrossMinor, DiscountMinor;

        readonly int IDated.Day => Day;

        public void Count(in Order order)
        {
            if (Purchases == 0) FirstDay = order.Day;
            if (Purchases == 0 || order.Day != LastDay)
            {
                Days++;
                PreviousDay = LastDay;
                LastDay = order.Day;
            }
            Purchases++;
            GrossMinor += order.AmountMinor + (order.DiscountMinor ?? 0);
            DiscountMinor += order.DiscountMinor ?? 0;
            if (order.DiscountMinor > 0) Discounted++;
        }
    }
}

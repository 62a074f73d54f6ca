namespace PredictiveRetention.Histories;

/// <summary>How many gaps between purchase days there are of each length, and the gap in the middle.</summary>
public sealed class GapTally
{
    private readonly SortedDictionary<int, long> _gaps = [];
    private long _count;

    public void Add(int days)
    {
        _gaps[days] = _gaps.GetValueOrDefault(days) + 1;
        _count++;
    }

    /// <summary>Takes the gaps between a customer's purchase days before the cutoff.</summary>
    public void Add(in HistoryBefore history)
    {
        var last = -1;
        foreach (ref readonly var order in history.Orders)
        {
            if (order.Day == last || !history.IsPurchase(order)) continue;
            if (last >= 0) Add(order.Day - last);
            last = order.Day;
        }
    }

    /// <summary>Takes what another has taken.</summary>
    public void Add(GapTally other)
    {
        foreach (var (days, count) in other._gaps) _gaps[days] = _gaps.GetValueOrDefault(days) + count;
        _count += other._count;
    }

    /// <summary>Days, half a day between two; null without a gap.</summary>
    public double? Median() => _count == 0 ? null : (At((_count - 1) / 2) + At(_count / 2)) / 2.0;

    private int At(long place)
    {
        foreach (var (days, count) in _gaps)
            if ((place -= count) < 0) return days;
        throw new InvalidOperationException("There are fewer gaps than were counted.");
    }
}

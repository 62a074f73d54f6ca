using System.Runtime.InteropServices;

namespace PredictiveRetention.Histories;

/// <summary>The median amount of a shop's purchases: what its money is measured by where the currency's unit must not matter.</summary>
public sealed class MedianOrder
{
    /// <summary>As many tell the median as well as all would; customers come in the order of their keys, which is a fair draw.</summary>
    private const int Enough = 1_000_000;

    private readonly List<long> _amounts = [];

    /// <summary>Takes a customer's purchases worth more than nothing before the cutoff.</summary>
    public void Add(in HistoryBefore history)
    {
        if (_amounts.Count >= Enough) return;
        foreach (ref readonly var order in history.Orders)
            if (order.AmountMinor > 0 && history.IsPurchase(order)) _amounts.Add(order.AmountMinor);
    }

    /// <summary>Takes what another has taken.</summary>
    public void Add(MedianOrder other) => _amounts.AddRange(other._amounts);

    /// <summary>Minor units, half a unit between two; null without a purchase.</summary>
    public double? Minor()
    {
        if (_amounts.Count == 0) return null;
        var sorted = CollectionsMarshal.AsSpan(_amounts);
        sorted.Sort();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0;
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using PredictiveRetention.Histories;

namespace PredictiveRetention.Evaluation;

/// <summary>What a training learns of the data before it fits anything: one pass over the histories before the cutoff.</summary>
/// <param name="Customers">Customers with an order before the cutoff.</param>
/// <param name="Buyers">Those with at least one purchase.</param>
/// <param name="Orders">Orders before the cutoff.</param>
/// <param name="FirstDay">Day of the first order.</param>
/// <param name="LastDay">Day of the last order before the cutoff.</param>
/// <param name="GapDays">GapDays[d]: how often d days lay between two purchase days of one customer; the last entry holds the longer
/// ones.</param>
/// <param name="FirstPurchaseDays">The days on which customers bought for the first time, ascending, one a buyer.</param>
/// <param name="Checksum">SHA-256 over every row before the cutoff, in order: the same data has the same checksum.</param>
public sealed record HistorySurvey(int Customers, int Buyers, long Orders, int FirstDay, int LastDay, long[] GapDays,
    int[] FirstPurchaseDays, string Checksum)
{
    /// <summary>The median amount of a purchase before the cutoff, minor units; null without one.</summary>
    public double? MedianOrderMinor { get; init; }

    private static readonly int[] s_horizons = [30, 60, 90, 120, 180, 365];

    /// <summary>Days from the first order to the cutoff.</summary>
    public int HistoryDays(Cutoff cutoff) => cutoff.Day - FirstDay;

    /// <summary>Customers who had bought before a day.</summary>
    public int BuyersBefore(Cutoff day)
    {
        var at = Array.BinarySearch(FirstPurchaseDays, day.Day);
        if (at < 0) return ~at;
        while (at > 0 && FirstPurchaseDays[at - 1] == day.Day) at--;
        return at;
    }

    /// <summary>Share of the observed repeat gaps that are at most so many days; null without any repeat.</summary>
    public double? CoveredGaps(int days)
    {
        var all = GapDays.Sum();
        return all == 0 ? null : (double)GapDays.AsSpan(0, Math.Min(days + 1, GapDays.Length)).ToArray().Sum() / all;
    }

    /// <summary>The share of gaps covered by each candidate horizon, for people to see what the choice rests on.</summary>
    public IReadOnlyList<(int Days, double Covered)> GapCurve() => [.. s_horizons.Select(days => (days, CoveredGaps(days) ?? 0))];

    /// <summary>The smallest of 30, 60, 90, 120, 180, 365 days that covers 85 % of the observed repeat gaps; 90 without repeats.</summary>
    public Horizon DefaultHorizon() =>
        CoveredGaps(0) is null
            ? Horizon.OfDays(90)
            : Horizon.OfDays(s_horizons.FirstOrDefault(days => CoveredGaps(days) >= 0.85, s_horizons[^1]));

    public static HistorySurvey Take(IEnumerable<ShardHistories> histories, Cutoff cutoff, CancellationToken cancellation)
    {
        int customers = 0, first = int.MaxValue, last = int.MinValue;
        long orders = 0;
        var firstDays = new List<int>();
        var median = new MedianOrder();
        var gaps = new long[732];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> row = stackalloc byte[20];
        foreach (var shard in histories)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < shard.Count; i++)
            {
                var history = shard[i].Before(cutoff);
                if (history.Orders.IsEmpty) continue;
                customers++;
                median.Add(history);
                int previous = -1, firstPurchase = -1;
                foreach (ref readonly var order in history.Orders)
                {
                    Append(hash, row, history.Profile.CustomerKey, order.Day, order.AmountMinor);
                    if (!history.IsPurchase(order)) continue;
                    if (previous >= 0 && order.Day > previous) gaps[Math.Min(order.Day - previous, gaps.Length - 1)]++;
                    previous = order.Day;
                    if (firstPurchase < 0) firstPurchase = order.Day;
                }
                foreach (ref readonly var refund in history.Refunds)
                    Append(hash, row, history.Profile.CustomerKey, ~refund.Day,
                        refund.IsUndated ? ~refund.AmountMinor : refund.AmountMinor);
                if (firstPurchase >= 0) firstDays.Add(firstPurchase);
                orders += history.Orders.Length;
                first = Math.Min(first, history.Orders[0].Day);
                last = Math.Max(last, history.Orders[^1].Day);
            }
        }
        firstDays.Sort();
        return new HistorySurvey(customers, firstDays.Count, orders, first, last, gaps, [.. firstDays],
            Convert.ToHexStringLower(hash.GetHashAndReset()))
        {
            MedianOrderMinor = median.Minor(),
        };
    }

    private static void Append(IncrementalHash hash, Span<byte> row, long key, int day, long amount)
    {
        BinaryPrimitives.WriteInt64LittleEndian(row, key);
        BinaryPrimitives.WriteInt32LittleEndian(row[8..], day);
        BinaryPrimitives.WriteInt64LittleEndian(row[12..], amount);
        hash.AppendData(row);
    }
}

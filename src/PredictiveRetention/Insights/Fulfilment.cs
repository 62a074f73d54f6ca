using PredictiveRetention.Histories;

namespace PredictiveRetention.Insights;

/// <summary>What became of an order, as far as it was known at the cutoff.</summary>
/// <param name="Days">From the order to its delivery; null where it had not come, or came before it was ordered, as some sources
/// say.</param>
/// <param name="IsLate">Delivered after the promised day; null without a delivery or without a promise.</param>
internal readonly record struct Fulfilment(int? Days, bool? IsLate, float? ReviewScore)
{
    /// <summary>How many sums <see cref="AddTo"/> writes.</summary>
    public const int Sums = 6;

    public static Fulfilment Read(in HistoryBefore history, in Order order)
    {
        var score = history.ReviewScore(order);
        if (history.DeliveredDay(order) is not { } delivered || delivered < order.Day) return new Fulfilment(null, null, score);
        return new Fulfilment(delivered - order.Day, order.PromisedDay is { } promised ? delivered > promised : null, score);
    }

    /// <param name="sums">
    /// From Delivered on: Delivered, DeliveryDays, Promised, Late, Reviews and ReviewSum follow each other in <see cref="Measure"/> and in
    /// <see cref="MonthMeasure"/>.
    /// </param>
    public void AddTo(Span<double> sums)
    {
        if (ReviewScore is { } score)
        {
            sums[4]++;
            sums[5] += score;
        }
        if (Days is not { } days) return;
        sums[0]++;
        sums[1] += days;
        if (IsLate is not { } late) return;
        sums[2]++;
        if (late) sums[3]++;
    }
}

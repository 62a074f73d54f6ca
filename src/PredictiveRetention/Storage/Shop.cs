namespace PredictiveRetention.Storage;

/// <summary>What holds for the whole store: one reporting currency and the time zone business days are counted in.</summary>
public sealed record Shop(Currency Currency, BusinessCalendar Calendar)
{
    public PurchaseRule Purchases { get; init; }

    /// <summary>
    /// The instant a cutoff's day begins, UTC milliseconds: what is before it is earlier. Without a cutoff everything is.
    /// </summary>
    internal long StartMs(Cutoff? before) => before is { } cutoff ? Calendar.StartOf(cutoff.Day) : long.MaxValue;
}

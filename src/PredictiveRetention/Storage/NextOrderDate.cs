namespace PredictiveRetention.Storage;

/// <summary>Stored days until the next order as the date people read.</summary>
public static class NextOrderDate
{
    /// <param name="asOf">Day the days count from, the first of them being day 0.</param>
    /// <returns>Null where it is not within the horizon.</returns>
    public static DateOnly? After(Cutoff asOf, double? days) => days is { } known ? asOf.Date.AddDays((int)known) : null;
}

namespace PredictiveRetention.Ingestion;

/// <summary>Wall-clock milliseconds to UTC milliseconds, fast enough to be called for every cell that holds a time.</summary>
internal static class WallClock
{
    /// <summary>
    /// On a day of 24 hours the clocks do not change, and the offset is that of its midnight; the other days take the long way.
    /// Times outside the calendar stay outside, moved a day further so that no offset brings them back: they are refused for their date.
    /// </summary>
    public static long ToUtc(BusinessCalendar calendar, long wallMs)
    {
        var day = Math.DivRem(wallMs, BusinessCalendar.DayMs).Quotient;
        if (wallMs < 0) return wallMs - BusinessCalendar.DayMs;
        if (day > BusinessCalendar.LastDay) return wallMs + BusinessCalendar.DayMs;
        var start = calendar.StartOf((int)day);
        var end = day < BusinessCalendar.LastDay ? calendar.StartOf((int)day + 1) : start + BusinessCalendar.DayMs;
        return end - start == BusinessCalendar.DayMs
            ? start + wallMs - day * BusinessCalendar.DayMs
            : calendar.FromLocal(DateTime.UnixEpoch.AddMilliseconds(wallMs));
    }
}

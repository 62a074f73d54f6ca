using System.Collections.Concurrent;

namespace PredictiveRetention;

/// <summary>
/// Turns instants (UTC, milliseconds since 1970) into business days (whole days since 1970-01-01 in the shop's time zone) and back.
/// A day starts at local midnight, so days of 23 and 25 hours at a change of clocks are still one day; where a change shows midnight twice,
/// at the first.
/// Midnights are computed once; <see cref="DayOf"/> is a division and at most two comparisons.
/// </summary>
public sealed class BusinessCalendar
{
    public const long DayMs = 86_400_000;

    private const long HourMs = 3_600_000;

    /// <summary>First day that can be named: 1970-01-01. Earlier instants are refused at import.</summary>
    public const int FirstDay = 0;

    /// <summary>Last day that can be named: 2100-12-31.</summary>
    public const int LastDay = 47_846;

    // Before Utc: static fields are set in the order they are written, and Utc is computed from this one.
    private static readonly DateOnly s_epoch = new(1970, 1, 1);

    // 48,000 midnights take some 20 ms: too long for every request of the service.
    private static readonly ConcurrentDictionary<string, BusinessCalendar> s_made = new();

    private readonly long[] _startMs;

    public BusinessCalendar(TimeZoneInfo timeZone)
    {
        TimeZone = timeZone;
        _startMs = new long[LastDay + 2];
        for (var day = 0; day < _startMs.Length; day++) _startMs[day] = LocalMidnightUtcMs(timeZone, day);
    }

    public static BusinessCalendar Utc { get; } = new(TimeZoneInfo.Utc);

    public TimeZoneInfo TimeZone { get; }

    /// <summary>Calendar of an IANA or Windows time zone id.</summary>
    /// <exception cref="RetentionException">The id is unknown.</exception>
    public static BusinessCalendar InZone(string timeZoneId) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(timeZoneId, out var zone)
            ? zone.Id == TimeZoneInfo.Utc.Id ? Utc : s_made.GetOrAdd(zone.Id, _ => new BusinessCalendar(zone))
            : throw new RetentionException(Failure.Usage, $"Unknown time zone '{timeZoneId}'. Use an IANA name such as Europe/London.");

    /// <summary>Business day of an instant. Instants outside 1970..2100 are clamped to the first or last day.</summary>
    public int DayOf(long utcMs)
    {
        var day = (int)Math.Clamp(Math.DivRem(utcMs, DayMs).Quotient, FirstDay, LastDay);
        while (day < LastDay && utcMs >= _startMs[day + 1]) day++;
        while (day > FirstDay && utcMs < _startMs[day]) day--;
        return day;
    }

    /// <summary>False for instants before its first or after its last day.</summary>
    public bool Holds(long utcMs) => utcMs >= _startMs[FirstDay] && utcMs < _startMs[LastDay + 1];

    /// <summary>The instant at which a business day starts (inclusive; the day ends where the next one starts).</summary>
    public long StartOf(int day) => _startMs[day];

    public long StartOf(DateOnly date) => StartOf(DayNumber(date));

    public static int DayNumber(DateOnly date) => date.DayNumber - s_epoch.DayNumber;

    public static DateOnly DateOf(int day) => s_epoch.AddDays(day);

    /// <summary>
    /// UTC milliseconds of a wall-clock time without offset. A time skipped by the clocks going forward is moved past the gap.
    /// </summary>
    public long FromLocal(DateTime local)
    {
        var wall = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        if (TimeZone.IsInvalidTime(wall)) wall = wall.AddHours(1);
        return new DateTimeOffset(wall, TimeZone.GetUtcOffset(wall)).ToUnixTimeMilliseconds();
    }

    /// <summary>
    /// The first instant of a date, found from the offsets before and after it: what a zone says of single wall-clock times (skipped,
    /// ambiguous) is not to be relied on where it changed its standard time.
    /// </summary>
    private static long LocalMidnightUtcMs(TimeZoneInfo zone, int day)
    {
        // Offsets lie between -12 and +14 hours, so local midnight lies between these two.
        var (from, to) = ((day * DayMs) - (15 * HourMs), (day * DayMs) + (13 * HourMs));
        var (before, after) = (OffsetMs(zone, from), OffsetMs(zone, to));
        var (first, second) = ((day * DayMs) - before, (day * DayMs) - after);
        if (before == after) return first;
        while (to - from > 1)
        {
            var middle = from + ((to - from) / 2);
            if (OffsetMs(zone, middle) == before) from = middle;
            else to = middle;
        }
        var change = to;
        if (first >= change) return Math.Max(second, change); // Set forward over midnight, the day begins with the change.
        // Set back by more than had passed of the day, clocks show the day before once more: then the second midnight ends it.
        return change < second ? second : first;
    }

    private static long OffsetMs(TimeZoneInfo zone, long utcMs) =>
        (long)zone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(utcMs)).TotalMilliseconds;
}

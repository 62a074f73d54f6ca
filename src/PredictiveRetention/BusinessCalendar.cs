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

    private static long LocalMidnightUtcMs(TimeZoneInfo zone, int day)
    {
        var midnight = s_epoch.AddDays(day).ToDateTime(TimeOnly.MinValue);
        // Some zones change their clocks at midnight: the day then starts at the first minute that exists.
        while (zone.IsInvalidTime(midnight)) midnight = midnight.AddMinutes(15);
        if (!zone.IsAmbiguousTime(midnight)) return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUnixTimeMilliseconds();
        var offsets = zone.GetAmbiguousTimeOffsets(midnight);
        var (first, second) = (new DateTimeOffset(midnight, offsets.Max()), new DateTimeOffset(midnight, offsets.Min()));
        // Set back by more than had passed of the day, clocks show the day before once more: then the second midnight ends it.
        var isBackInTheDayBefore = TimeZoneInfo.ConvertTime(second.AddTicks(-1), zone).DateTime < midnight;
        return (isBackInTheDayBefore ? second : first).ToUnixTimeMilliseconds();
    }
}

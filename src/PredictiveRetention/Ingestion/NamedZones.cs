namespace PredictiveRetention.Ingestion;

/// <summary>Times of one offset, as a file has them: the first and the last of a month that name it.</summary>
internal sealed record OffsetSpan(int OffsetMinutes, long FirstMs, long LastMs, long Count);

/// <summary>
/// Which time zone the offsets of a file's times are those of. A shop writes its own clock: an offset in winter and another in summer
/// name a zone, and zones that share both cut the same days.
/// </summary>
internal static class NamedZones
{
    /// <summary>A few rows may be a traveller's; more are another clock.</summary>
    private const double NearlyAll = 0.99;

    /// <summary>The likeliest of many with the same clock: where most shops are, then by name.</summary>
    private static readonly string[] s_likely =
    [
        "Europe/Berlin", "Europe/London", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
        "America/Phoenix", "America/Sao_Paulo", "America/Toronto", "America/Halifax", "America/Bogota", "America/Mexico_City",
        "America/Argentina/Buenos_Aires", "Asia/Kolkata", "Asia/Tokyo", "Asia/Shanghai", "Asia/Singapore", "Asia/Jakarta", "Asia/Dubai",
        "Asia/Karachi", "Europe/Helsinki", "Europe/Moscow", "Europe/Istanbul", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi",
        "Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide", "Australia/Perth", "Pacific/Auckland",
    ];

    /// <summary>The zone whose clocks had these offsets then; null where no zone's had.</summary>
    public static TimeZoneInfo? Of(IReadOnlyCollection<OffsetSpan> spans)
    {
        if (spans.Count == 0) return null;
        // A file without any other offset says that its times are UTC, whatever zone that is in winter.
        if (spans.All(span => span.OffsetMinutes == 0)) return TimeZoneInfo.Utc;
        var named = TimeZoneInfo.GetSystemTimeZones()
            .Where(zone => zone.Id.Contains('/', StringComparison.Ordinal) && !zone.Id.StartsWith("Etc/", StringComparison.Ordinal));
        return s_likely.Where(id => TimeZoneInfo.TryFindSystemTimeZoneById(id, out _)).Select(TimeZoneInfo.FindSystemTimeZoneById)
            .Concat(named.OrderBy(zone => zone.Id, StringComparer.Ordinal))
            .FirstOrDefault(zone => Agrees(zone, spans));
    }

    /// <summary>The zone's clocks do not change in the time the file is of, and the file's do.</summary>
    public static bool IsFixedWhereOffsetsVary(TimeZoneInfo zone, IReadOnlyCollection<OffsetSpan> spans) =>
        spans.Select(span => span.OffsetMinutes).Distinct().Count() > 1
        && spans.Select(span => MinutesOf(zone, span.FirstMs)).Distinct().Count() == 1;

    private static bool Agrees(TimeZoneInfo zone, IReadOnlyCollection<OffsetSpan> spans) =>
        spans.Where(span => MinutesOf(zone, span.FirstMs) == span.OffsetMinutes && MinutesOf(zone, span.LastMs) == span.OffsetMinutes)
            .Sum(span => span.Count) >= NearlyAll * spans.Sum(span => span.Count);

    private static int MinutesOf(TimeZoneInfo zone, long ms) =>
        (int)zone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(ms)).TotalMinutes;
}

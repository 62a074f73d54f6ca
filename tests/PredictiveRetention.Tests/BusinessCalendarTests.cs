using Xunit;

namespace PredictiveRetention.Tests;

public class BusinessCalendarTests
{
    [Theory]
    [InlineData("Europe/London")]
    [InlineData("America/Sao_Paulo")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Asia/Kolkata")]
    [InlineData("Atlantic/Azores")]
    [InlineData("America/Havana")]
    public void DayOf_AgreesWithTheTimeZone_EveryHalfHourOfTwentyYears(string zone)
    {
        var calendar = BusinessCalendar.InZone(zone);
        for (var instant = new DateTimeOffset(2005, 1, 1, 0, 0, 0, TimeSpan.Zero); instant.Year < 2025; instant = instant.AddMinutes(30))
        {
            var local = TimeZoneInfo.ConvertTime(instant, calendar.TimeZone);
            Assert.Equal(BusinessCalendar.DayNumber(DateOnly.FromDateTime(local.DateTime)),
                calendar.DayOf(instant.ToUnixTimeMilliseconds()));
        }
    }

    [Fact]
    public void StartOf_IsTheFirstInstantOfTheDay()
    {
        var calendar = BusinessCalendar.InZone("America/Sao_Paulo");
        foreach (var day in Enumerable.Range(BusinessCalendar.DayNumber(new DateOnly(2017, 1, 1)), 1000))
        {
            Assert.Equal(day, calendar.DayOf(calendar.StartOf(day)));
            Assert.Equal(day - 1, calendar.DayOf(calendar.StartOf(day) - 1));
        }
    }

    [Theory]
    [InlineData("Atlantic/Azores", 2024, 10, 27, 0)] // at one o'clock of the first offset, none, back to midnight
    [InlineData("America/Havana", 2024, 11, 3, 4)] // at one o'clock of UTC-4 back to midnight
    [InlineData("America/St_Johns", 2010, 11, 7, 3.5)] // at one minute past midnight of UTC-2:30 back to the day before
    public void StartOf_ADayWhoseMidnightIsThereTwice_IsTheFirstUnlessTheDayBeforeComesBack(string zone, int year, int month, int day,
        double hours) =>
        Assert.Equal(
            new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero).AddHours(hours).ToUnixTimeMilliseconds(),
            BusinessCalendar.InZone(zone).StartOf(new DateOnly(year, month, day)));

    /// <summary>
    /// Zones change their clocks at, over and around midnight, and some left a day out: every change of 1970 to 2100 of every zone the
    /// machine knows, an hour at a time around it.
    /// </summary>
    [Fact]
    public void StartOf_EveryZoneAndEveryChangeOfItsClocks_IsTheFirstInstantOfTheDate()
    {
        var seen = new HashSet<string>();
        var faults = new List<string>();
        foreach (var zone in TimeZoneInfo.GetSystemTimeZones())
        {
            // Most names are another name of the same clock.
            if (!seen.Add(zone.BaseUtcOffset + "|" + string.Join(';', zone.GetAdjustmentRules().Select(Rule)))) continue;
            var calendar = BusinessCalendar.InZone(zone.Id);
            foreach (var day in DaysOfChange(zone).Where(day => day is > BusinessCalendar.FirstDay and < BusinessCalendar.LastDay))
            {
                var start = calendar.StartOf(day);
                var (local, before) = (DayIn(zone, start), DayIn(zone, start - 1));
                // A day that a zone left out begins and ends with the next.
                var exists = calendar.StartOf(day + 1) > start;
                if (exists && (local != day || calendar.DayOf(start) != day)) Fault("begins on another date");
                if (!exists && local != day + 1) Fault("is not there, and does not begin with the next");
                if (before >= day || calendar.DayOf(start - 1) >= day) Fault("had begun before");
                for (var at = start - BusinessCalendar.DayMs; at < start + BusinessCalendar.DayMs; at += BusinessCalendar.DayMs / 96)
                    if (calendar.DayOf(at) != DayIn(zone, at) && !ComesBack(zone, at)) Fault($"holds {at} ms");

                void Fault(string what) => faults.Add($"{zone.Id} {BusinessCalendar.DateOf(day):yyyy-MM-dd} {what}");
            }
        }
        Assert.Empty(faults);
        Assert.True(seen.Count > 1, "the machine knows no time zones");
    }

    private static string Rule(TimeZoneInfo.AdjustmentRule rule) => FormattableString.Invariant(
        $"{rule.DateStart.Ticks},{rule.DateEnd.Ticks},{rule.BaseUtcOffsetDelta},{rule.DaylightDelta}")
        + "," + Change(rule.DaylightTransitionStart) + "," + Change(rule.DaylightTransitionEnd);

    private static string Change(TimeZoneInfo.TransitionTime at) => FormattableString.Invariant(
        $"{at.IsFixedDateRule} {at.Month} {at.Day} {at.Week} {at.DayOfWeek} {at.TimeOfDay.Ticks}");

    /// <summary>Days around each change of the zone's offset from UTC.</summary>
    private static IEnumerable<int> DaysOfChange(TimeZoneInfo zone)
    {
        var offset = zone.GetUtcOffset(DateTimeOffset.UnixEpoch);
        for (var day = BusinessCalendar.FirstDay + 1; day <= BusinessCalendar.LastDay; day++)
        {
            var now = zone.GetUtcOffset(DateTimeOffset.UnixEpoch.AddDays(day));
            if (now == offset) continue;
            offset = now;
            for (var near = day - 2; near <= day + 1; near++) yield return near;
        }
    }

    private static int DayIn(TimeZoneInfo zone, long utcMs) => BusinessCalendar.DayNumber(
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(utcMs), zone).DateTime));

    /// <summary>Clocks set back into the day before show its last hour again: no order of days has both.</summary>
    private static bool ComesBack(TimeZoneInfo zone, long utcMs)
    {
        var day = DayIn(zone, utcMs);
        for (var at = utcMs; at < utcMs + BusinessCalendar.DayMs / 8; at += 60_000)
            if (DayIn(zone, at) < day) return true;
        return false;
    }

    [Fact]
    public void DayOf_BeyondTheCalendar_IsItsFirstOrLastDay()
    {
        Assert.Equal(BusinessCalendar.FirstDay, BusinessCalendar.Utc.DayOf(long.MinValue));
        Assert.Equal(BusinessCalendar.LastDay, BusinessCalendar.Utc.DayOf(long.MaxValue));
        Assert.Equal(new DateOnly(2100, 12, 31), BusinessCalendar.DateOf(BusinessCalendar.LastDay));
    }

    [Fact]
    public void FromLocal_TimeSkippedByTheClocks_MovesPastTheGap()
    {
        var calendar = BusinessCalendar.InZone("Europe/London");
        var skipped = calendar.FromLocal(new DateTime(2024, 3, 31, 1, 30, 0));
        Assert.Equal(new DateTimeOffset(2024, 3, 31, 1, 30, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), skipped);
    }

    [Fact]
    public void Of_UnknownZone_SaysWhatToWrite()
    {
        var failure = Assert.Throws<RetentionException>(() => BusinessCalendar.InZone("Mars/Olympus"));
        Assert.Equal(Failure.Usage, failure.Failure);
        Assert.Contains("Mars/Olympus", failure.Message, StringComparison.Ordinal);
    }
}

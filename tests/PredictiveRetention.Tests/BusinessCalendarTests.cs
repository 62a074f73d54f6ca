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

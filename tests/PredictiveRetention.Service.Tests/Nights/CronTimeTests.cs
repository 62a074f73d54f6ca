using Hangfire.Logging;
using PredictiveRetention.Service.Nights;
using Xunit;

namespace PredictiveRetention.Service.Tests.Nights;

public sealed class CronTimeTests
{
    // The static log of Hangfire may be that of a host of another test.
    public CronTimeTests() => LogProvider.SetCurrentLogProvider(null);

    [Theory]
    [InlineData("2026-01-10T01:59:59Z", "0 2 * * *", "UTC", "2026-01-10T02:00:00Z")]
    [InlineData("2026-01-10T02:00:00Z", "0 2 * * *", "UTC", "2026-01-11T02:00:00Z")]
    [InlineData("2026-07-10T00:30:00Z", "0 2 * * *", "Europe/London", "2026-07-10T01:00:00Z")]
    [InlineData("2026-01-10T03:00:00Z", "0 2 * * 1", "UTC", "2026-01-12T02:00:00Z")]
    // Clocks go from 1:00 to 2:00: a night due in the gap is due at its end.
    [InlineData("2026-03-28T12:00:00Z", "30 1 * * *", "Europe/London", "2026-03-29T01:00:00Z")]
    public void The_next_time_is_counted_in_the_zone(string after, string cron, string zone, string next) =>
        Assert.Equal(Instant(next), CronTime.NextAfter(Instant(after), cron, TimeZoneInfo.FindSystemTimeZoneById(zone)));

    [Fact]
    public void A_day_that_never_comes_is_never_due() =>
        Assert.Null(CronTime.NextAfter(DateTimeOffset.UnixEpoch, "0 0 31 2 *", TimeZoneInfo.Utc));

    [Theory]
    [InlineData("at two")]
    [InlineData("99 2 * * *")]
    [InlineData("0 0 2 * * *")]
    [InlineData("")]
    public void What_is_no_cron_expression_is_refused(string cron) =>
        Assert.Throws<FormatException>(() => CronTime.NextAfter(DateTimeOffset.UnixEpoch, cron, TimeZoneInfo.Utc));

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}

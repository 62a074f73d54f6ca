using PredictiveRetention.Histories;
using Xunit;

namespace PredictiveRetention.Tests.Histories;

public class PaidTermTests
{
    private static readonly int s_started = Day("2025-01-31");

    [Theory]
    [InlineData("month", "2025-03-10", "2025-03-31")]
    [InlineData("1 month", "2025-02-10", "2025-02-28")] // begun on the 31st
    [InlineData("monthly", "2025-01-31", "2025-02-28")] // on the day it began: the first term was paid
    [InlineData("1 Monat", "2025-03-31", "2025-03-31")] // on an anniversary: the term paid for was over
    [InlineData("every 3 months", "2025-05-01", "2025-07-31")]
    [InlineData("quarterly", "2025-05-01", "2025-07-31")]
    [InlineData("P1M", "2025-03-10", "2025-03-31")]
    [InlineData("MONTH", "2025-03-10", "2025-03-31")]
    [InlineData("mois", "2025-03-10", "2025-03-31")]
    [InlineData("mensual", "2025-03-10", "2025-03-31")]
    [InlineData("1 week", "2025-02-01", "2025-02-07")]
    [InlineData("2 Wochen", "2025-02-15", "2025-02-28")]
    [InlineData("30 days", "2025-02-15", "2025-03-02")]
    [InlineData("90d", "2025-02-15", "2025-05-01")]
    [InlineData("yearly", "2025-02-15", "2026-01-31")]
    [InlineData("année", "2026-02-15", "2027-01-31")]
    [InlineData("annual", "2034-02-15", "2035-01-31")]
    public void A_cancelled_subscription_ends_with_its_paid_term(string period, string cancelled, string end) =>
        Assert.Equal(Day(end), PaidTerm.EndOf(s_started, Day(cancelled), period));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("plan b")]
    [InlineData("0 month")]
    [InlineData("99999999999 days")]
    public void Of_a_period_that_is_not_understood_it_ends_at_the_cancellation(string? period) =>
        Assert.Equal(Day("2025-03-10"), PaidTerm.EndOf(s_started, Day("2025-03-10"), period));

    [Fact]
    public void What_was_not_cancelled_has_no_end() => Assert.Null(PaidTerm.EndOf(s_started, null, "month"));

    private static int Day(string date) =>
        BusinessCalendar.DayNumber(DateOnly.ParseExact(date, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
}

namespace PredictiveRetention.Tests.Support;

/// <summary>
/// The real time, but the day (of UTC) on which the tests began does not end: what a test does twice tonight is of one business date, and a
/// shop that ends today still ends today when the last test looks, whatever the hour the suite was begun at. Timers go on by the true time.
/// </summary>
public class UnendingDay : TimeProvider
{
    private static readonly DateTimeOffset s_lastMoment = new DateTimeOffset(DateTime.UtcNow.Date.AddDays(1), TimeSpan.Zero)
        .AddMilliseconds(-1);

    public static UnendingDay Clock { get; } = new();

    public static DateOnly Today => DateOnly.FromDateTime(s_lastMoment.UtcDateTime);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() is var now && now < s_lastMoment ? now : s_lastMoment;
}

namespace PredictiveRetention.Models;

/// <summary>
/// What a season is worth before a shop has told by a year of its own: sales of October to December stand above those of the other nine
/// months, in online retail as a whole by the quotient of unadjusted and seasonally adjusted sales (U.S. Census Bureau, Quarterly Retail
/// E-Commerce Sales: .94 for the second quarter of 2010, .93 for the second of 2013, .93 for the third of 2015, .93 for the first of 2024
/// and 1.14 for the quarter before it; four quarters average 1). Buy-till-you-die models know no calendar: to them a strong season is more
/// days.
/// </summary>
public static class RetailSeason
{
    private const double HighSeason = 1.2;
    private const double Otherwise = 0.93;

    /// <summary>Sales of a day over those of a usual one.</summary>
    /// <param name="day">Days since 1970-01-01.</param>
    public static double Index(int day) => BusinessCalendar.DateOf(day).Month >= 10 ? HighSeason : Otherwise;

    /// <summary>Mean index of [from, from + days).</summary>
    public static double Mean(Cutoff from, int days) => Enumerable.Range(from.Day, Math.Max(1, days)).Average(Index);
}

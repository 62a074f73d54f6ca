namespace PredictiveRetention.Models;

/// <summary>
/// What is said without a fitted model, marked as such: P(churn) = d / (d + horizon / 2), d being the days since the last purchase, which
/// is one half at half a horizon, where the plain recency rule draws its line; expected spend = spend a day so far x days ahead x (1 -
/// P(churn)), at most what was spent so far where that is shorter than the days ahead.
/// </summary>
public static class RecencyRule
{
    /// <summary>A relationship shorter than this is not extrapolated from its own length.</summary>
    public const int MinTenureDays = 30;

    public static double PChurn(int daysSinceLastOrder, int horizonDays) =>
        Math.Clamp(daysSinceLastOrder / (daysSinceLastOrder + horizonDays / 2.0), 0.02, 0.98);

    /// <summary>
    /// Spend at the rate so far. A baseline: of somebody who has just bought for the first time it expects absurdly much.
    /// </summary>
    /// <param name="netRevenue">To date, currency units.</param>
    /// <param name="tenureDays">Days since the first purchase.</param>
    public static double SpendAtRate(double netRevenue, int tenureDays, int horizonDays, double pChurn) =>
        Math.Max(0, netRevenue) / Math.Max(MinTenureDays, tenureDays) * horizonDays * (1 - pChurn);

    /// <summary>
    /// What customers are scored with: the rate so far, but no more than was ever spent in a relationship shorter than the horizon.
    /// </summary>
    public static double ExpectedSpend(double netRevenue, int tenureDays, int horizonDays, double pChurn) =>
        SpendAtRate(netRevenue, Math.Max(horizonDays, tenureDays), horizonDays, pChurn);
}

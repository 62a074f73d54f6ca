using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Predictions;

/// <summary>
/// How old what readers see is: the night, and the orders it rests on. A night that is made punctually of orders that stopped coming in is
/// as old as they.
/// </summary>
/// <param name="LastDay">The last day whose orders the run knew, ISO.</param>
/// <param name="SilentDays">How many days it is before today: 1 where orders of yesterday are there.</param>
/// <param name="NightIsOld">Published more than 36 hours ago.</param>
/// <param name="DataIsOld">Silent for more days than Retention:StaleAfterDays.</param>
internal readonly record struct Freshness(string LastDay, int SilentDays, bool NightIsOld, bool DataIsOld)
{
    private static readonly TimeSpan s_nightIsOldAfter = TimeSpan.FromHours(36);

    public bool IsStale => NightIsOld || DataIsOld;

    public static Freshness Judge(Run run, Shop shop, ServiceSettings settings, DateTimeOffset now)
    {
        var silent = Math.Max(0, shop.Calendar.DayOf(now.ToUnixTimeMilliseconds()) - (run.AsOf.Day - 1));
        return new Freshness(
            run.AsOf.Minus(1).ToString(), silent, now - DateTimeOffset.FromUnixTimeMilliseconds(run.PublishedAtMs ?? 0) > s_nightIsOldAfter,
            silent > settings.StaleAfterDays);
    }
}

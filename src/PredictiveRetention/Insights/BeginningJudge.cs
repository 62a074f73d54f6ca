using PredictiveRetention.Histories;

namespace PredictiveRetention.Insights;

/// <summary>First purchases in the data and days between purchases, of customers of whom nobody says when they were first seen.</summary>
internal sealed class PurchaseGaps
{
    /// <summary>Longer gaps count as this.</summary>
    public const int Longest = 365;

    /// <summary>Day of the first purchase, and days to the second; null without one.</summary>
    public List<(int Day, int? ToSecond)> Firsts { get; } = [];

    /// <summary>How many gaps between purchase days there are of each length.</summary>
    public int[] Gaps { get; } = new int[Longest + 1];
}

/// <summary>
/// Tells from the purchases alone whether the data begin with the shop or in the middle of its life. Customers a shop had before come
/// back within the time they usually take, so that its first months see more customers for the first time than later ones, and these
/// return more often than new customers do. Both must be so beyond chance and by a margin: a launch or a high season brings many who return
/// like others, and a shop whose first customers are its most loyal has no more of them than later. Where months are too short to tell, or
/// there are no later ones to compare with, nothing is said.
/// </summary>
internal sealed class BeginningJudge(Cutoff asOf, int firstOrderDay)
{
    /// <summary>
    /// Standard errors a difference must exceed: once in 700 times by chance, on both counts. Where the first month is one of older
    /// customers those after it need less to be so too: their share fades.
    /// </summary>
    private const double Beyond = 3, ThenBeyond = 2;

    /// <summary>First orders a day against those later, at least.</summary>
    private const double MoreOften = 1.5;

    /// <summary>Odds of a second purchase against the odds of those who came later, at least.</summary>
    private const double OddsOfReturn = 1.5, ThenOddsOfReturn = 1.25;

    /// <summary>A first month seen for fewer days is judged together with the second.</summary>
    private const int ShortestMonth = 15;

    /// <summary>Months a month is compared with: the next so many, a year and so every season.</summary>
    private const int Compared = 12;

    /// <summary>May be called from several threads.</summary>
    public PurchaseGaps Read(ShardHistories histories)
    {
        var read = new PurchaseGaps();
        for (var i = 0; i < histories.Count; i++)
        {
            var history = histories[i].Before(asOf);
            // First seen after the first order is the day of an account, and says nothing of the customer.
            if (history.Orders.IsEmpty || history.Profile.FirstSeenDay <= history.Orders[0].Day) continue;
            int first = -1, second = -1, last = -1;
            foreach (ref readonly var order in history.Orders)
            {
                if (order.Day == last || !history.IsPurchase(order)) continue;
                if (first < 0) first = order.Day;
                else
                {
                    if (second < 0) second = order.Day;
                    read.Gaps[Math.Min(PurchaseGaps.Longest, order.Day - last)]++;
                }
                last = order.Day;
            }
            if (first >= 0) read.Firsts.Add((first, second < 0 ? null : second - first));
        }
        return read;
    }

    /// <summary>Null where nothing speaks against the data beginning with the shop.</summary>
    public DataBeginning? Judge(IEnumerable<PurchaseGaps> parts)
    {
        var all = parts.ToList();
        if (MedianGap(all) is not { } median) return null;
        var days = Math.Clamp(2 * median, 30, 180);
        var periods = Periods(days);
        foreach (var (day, toSecond) in all.SelectMany(part => part.Firsts))
        {
            var period = periods.FindLastIndex(period => period.Start <= day);
            if (period < 0 || day >= periods[period].End) continue;
            periods[period].Firsts++;
            if (toSecond <= days) periods[period].Returned++;
        }
        var old = 0;
        while (old + 1 < periods.Count && IsOfOlder(periods[old], Sum(periods.Skip(old + 1).Take(Compared)), old == 0)) old++;
        if (old == 0) return null;
        var (before, later) = (Sum(periods.Take(old)), Sum(periods.Skip(old).Take(Compared)));
        return new DataBeginning(BusinessCalendar.DateOf(periods[old].Start), before.AMonth, later.AMonth, before.Share, later.Share, days);
    }

    private static bool IsOfOlder(Period early, Period later, bool isFirst)
    {
        var (beyond, odds) = isFirst ? (Beyond, OddsOfReturn) : (ThenBeyond, ThenOddsOfReturn);
        if (early.Firsts == 0 || later.Firsts == 0) return false;
        var (n, part) = (early.Firsts + later.Firsts, (double)early.Days / (early.Days + later.Days));
        var more = (early.Firsts - (n * part)) / Math.Sqrt(n * part * (1 - part));
        var share = (double)(early.Returned + later.Returned) / n;
        var error = Math.Sqrt(share * (1 - share) * ((1.0 / early.Firsts) + (1.0 / later.Firsts)));
        return more > beyond && early.AMonth >= MoreOften * later.AMonth
            && early.Share - later.Share > beyond * error && early.Odds >= odds * later.Odds;
    }

    /// <summary>Calendar months, from the first order to the last month that was seen long enough for a second purchase.</summary>
    private List<Period> Periods(int days)
    {
        var periods = new List<Period>();
        var month = BusinessCalendar.DateOf(firstOrderDay);
        month = new DateOnly(month.Year, month.Month, 1);
        for (var start = firstOrderDay; ;)
        {
            month = month.AddMonths(1);
            var end = BusinessCalendar.DayNumber(month);
            if (periods.Count == 0 && end - start < ShortestMonth) continue;
            if (end + days > asOf.Day) return periods;
            periods.Add(new Period { Start = start, End = end });
            start = end;
        }
    }

    private static int? MedianGap(List<PurchaseGaps> parts)
    {
        var left = (parts.Sum(part => part.Gaps.Sum(gaps => (long)gaps)) + 1) / 2;
        if (left == 0) return null;
        var gap = 0;
        while ((left -= parts.Sum(part => (long)part.Gaps[gap])) > 0) gap++;
        return gap;
    }

    private static Period Sum(IEnumerable<Period> periods)
    {
        var sum = new Period();
        foreach (var period in periods)
        {
            sum.End += period.Days;
            sum.Firsts += period.Firsts;
            sum.Returned += period.Returned;
        }
        return sum;
    }

    /// <summary>Who purchased first in some days, and how many of them again.</summary>
    private sealed class Period
    {
        public int Start, End, Firsts, Returned;

        public int Days => End - Start;

        public double AMonth => Firsts * (365.25 / 12) / Days;

        public double Share => (double)Returned / Firsts;

        public double Odds => (double)Returned / (Firsts - Returned);
    }
}

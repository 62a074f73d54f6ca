namespace PredictiveRetention.Simulation;

/// <summary>
/// When people buy: the months (November and December high; higher still for presents), the weekdays, the hours, and the weeks of a sale,
/// in which those who mind prices buy more. Purchases are a Poisson process whose clock runs as fast as this calendar says; a usual day has
/// weight 1.
/// </summary>
internal sealed class ShopCalendar
{
    /// <summary>A customer of price sensitivity 1 buys 1 + this times as much in a week of sale.</summary>
    public const double SaleLift = 2;

    public const double DaysAYear = 365.25;

    public static IReadOnlyList<double> Months { get; } = [0.92, 0.87, 0.93, 0.91, 0.95, 0.93, 0.87, 0.87, 0.98, 1.02, 1.35, 1.40];
    public static IReadOnlyList<double> MonthsOfGifts { get; } = [0.45, 1.10, 0.45, 0.45, 1.10, 0.45, 0.45, 0.45, 0.45, 0.45, 2.80, 3.40];

    /// <summary>Monday first.</summary>
    public static IReadOnlyList<double> Weekdays { get; } = [1.08, 1.02, 0.98, 0.96, 0.94, 0.90, 1.12];

    private static readonly double[] s_hours = Shares.Running([0.5, 0.25, 0.15, 0.1, 0.1, 0.2, 0.5, 0.9, 1.1, 1.2, 1.25, 1.25, 1.2, 1.15,
        1.1, 1.1, 1.15, 1.3, 1.5, 1.8, 1.9, 1.6, 1.2, 0.8]);

    private static readonly (double Plain, double Sale)[] s_means = [MeanDay(gifts: false), MeanDay(gifts: true)];

    private readonly Season[] _seasons;
    private readonly double[] _newcomers;

    /// <param name="lastDay">Exclusive; the calendar knows nothing from here on.</param>
    /// <param name="growth">How many times more customers come on the last day before <paramref name="until"/> than on the first, less
    /// one.</param>
    public ShopCalendar(Cutoff from, Cutoff until, int lastDay, double growth)
    {
        From = from.Day;
        _seasons = [new Season(From, lastDay, gifts: false), new Season(From, lastDay, gifts: true)];
        _newcomers = new double[until.Day - From + 1];
        for (var i = 1; i < _newcomers.Length; i++)
            _newcomers[i] = _newcomers[i - 1] + (1 + growth * (i - 0.5) / (_newcomers.Length - 1)) * Weight(From + i - 1, gifts: false);
    }

    public int From { get; }

    /// <summary>A fraction of all newcomers, 0 to below 1, as the moment (in days since 1970) by which it has come.</summary>
    public double ArrivalTime(double share)
    {
        var target = share * _newcomers[^1];
        var i = Array.BinarySearch(_newcomers, target);
        if (i < 0) i = ~i - 1;
        return From + i + TimeOfDay((target - _newcomers[i]) / (_newcomers[i + 1] - _newcomers[i]));
    }

    /// <summary>The moment by which so many usual days of buying have passed since another moment; infinity beyond the calendar.</summary>
    public double After(bool gifts, double saleFactor, double since, double usualDays)
    {
        var season = _seasons[gifts ? 1 : 0];
        var today = (int)since - From;
        var target = season.Sum(today, saleFactor)
            + (season.Sum(today + 1, saleFactor) - season.Sum(today, saleFactor)) * ShareOfDay(since - Math.Floor(since))
            + usualDays * MeanWeight(gifts, saleFactor);
        var (low, high) = (today, season.Days);
        if (target >= season.Sum(high, saleFactor)) return double.PositiveInfinity;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (season.Sum(middle, saleFactor) <= target) low = middle;
            else high = middle;
        }
        var before = season.Sum(low, saleFactor);
        return From + low + TimeOfDay((target - before) / (season.Sum(low + 1, saleFactor) - before));
    }

    /// <summary>Weights of the days from one on; of days in a sale it is 0 here and stands in <see cref="SaleDayWeights"/>.</summary>
    public ReadOnlySpan<double> DayWeights(bool gifts, int day, int days) => _seasons[gifts ? 1 : 0].Plain.AsSpan(day - From, days);

    public ReadOnlySpan<double> SaleDayWeights(bool gifts, int day, int days) => _seasons[gifts ? 1 : 0].InSale.AsSpan(day - From, days);

    /// <summary>Weight of a day on average over 2022 to 2025: what makes a year's rate a year's rate.</summary>
    public static double MeanWeight(bool gifts, double saleFactor) =>
        s_means[gifts ? 1 : 0].Plain + saleFactor * s_means[gifts ? 1 : 0].Sale;

    public static double SaleFactor(double priceSensitivity) => 1 + SaleLift * priceSensitivity;

    /// <summary>Weeks begin on Monday; the first of 1970 is week 0.</summary>
    public static int WeekOf(int day) => (day + 3) / 7;

    public static int MondayOf(int week) => week * 7 - 3;

    /// <summary>One week in four, and the week of Black Friday.</summary>
    public static bool IsSale(int week)
    {
        var friday = BusinessCalendar.DateOf(Math.Max(0, MondayOf(week) + 4));
        return week % 4 == 2 || friday is { Month: 11, Day: >= 23 and <= 29 };
    }

    /// <summary>The time of day, 0 to below 1, by which this share of a day's orders has come.</summary>
    public static double TimeOfDay(double share)
    {
        var hour = 0;
        while (hour < 23 && share >= s_hours[hour]) hour++;
        var before = hour == 0 ? 0 : s_hours[hour - 1];
        return Math.Min((hour + (share - before) / (s_hours[hour] - before)) / 24, 1 - 1e-9);
    }

    private static double ShareOfDay(double time)
    {
        var hour = (int)(time * 24);
        var before = hour == 0 ? 0 : s_hours[hour - 1];
        return before + (time * 24 - hour) * (s_hours[hour] - before);
    }

    private static double Weight(int day, bool gifts)
    {
        var date = BusinessCalendar.DateOf(day);
        return (gifts ? MonthsOfGifts : Months)[date.Month - 1] * Weekdays[((int)date.DayOfWeek + 6) % 7];
    }

    private static (double, double) MeanDay(bool gifts)
    {
        var (from, to) = (BusinessCalendar.DayNumber(new DateOnly(2022, 1, 1)), BusinessCalendar.DayNumber(new DateOnly(2026, 1, 1)));
        var season = new Season(from, to, gifts);
        return (season.Plain.Sum() / season.Days, season.InSale.Sum() / season.Days);
    }

    /// <summary>The days of a calendar one by one and added up, so that a moment is found without walking there.</summary>
    private sealed class Season
    {
        private readonly double[] _plainSum;
        private readonly double[] _saleSum;

        public Season(int from, int to, bool gifts)
        {
            Days = to - from;
            (Plain, InSale, _plainSum, _saleSum) = (new double[Days], new double[Days], new double[Days + 1], new double[Days + 1]);
            for (var i = 0; i < Days; i++)
            {
                (IsSale(WeekOf(from + i)) ? InSale : Plain)[i] = Weight(from + i, gifts);
                _plainSum[i + 1] = _plainSum[i] + Plain[i];
                _saleSum[i + 1] = _saleSum[i] + InSale[i];
            }
        }

        public int Days { get; }
        public double[] Plain { get; }
        public double[] InSale { get; }

        public double Sum(int days, double saleFactor) => _plainSum[days] + saleFactor * _saleSum[days];
    }
}

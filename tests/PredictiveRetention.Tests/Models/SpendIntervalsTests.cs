using PredictiveRetention.Models;
using Xunit;

namespace PredictiveRetention.Tests.Models;

public class SpendIntervalsTests
{
    private static readonly Shop s_seen = new(6_000, 1), s_later = new(6_000, 2);
    private static readonly SpendIntervals s_intervals = SpendIntervals.Fit(s_seen.POrder, s_seen.Spend, s_seen.Net, s_seen.Days)!;

    [Fact]
    public void Bounds_hold_what_they_promise_on_other_customers_over_the_seasons_they_reckon_with()
    {
        var coverage = new[] { -0.245, 0, 0.245 }.Select(Coverage).ToArray();
        Assert.InRange(coverage.Average(at => at.Within80), 0.785, 0.84);
        Assert.InRange(coverage.Average(at => at.Within90), 0.89, 0.935);
        Assert.InRange(Coverage(0).Within90, 0.89, 0.935);
    }

    [Fact]
    public void A_season_far_off_is_not_covered() => Assert.True(Coverage(-0.9).Within90 < 0.86);

    [Fact]
    public void The_wider_interval_holds_the_narrower_and_the_expectation_and_never_goes_below_nothing()
    {
        for (var i = 0; i < s_later.Net.Length; i++)
        {
            var range = s_intervals.RangeFor(s_later.Days[i], s_later.POrder[i], s_later.Spend[i]);
            Assert.True(range.Low90 >= 0 && range.Low90 <= range.Low80 && range.Low80 <= range.High80 && range.High80 <= range.High90,
                range.ToString());
            Assert.True(range.Low80 <= s_later.Spend[i]);
        }
    }

    [Fact]
    public void Without_anybody_who_ordered_there_is_nothing_to_make_bounds_from() =>
        Assert.Null(SpendIntervals.Fit(s_seen.POrder, s_seen.Spend, [.. s_seen.Net.Select(_ => 0.0)], s_seen.Days));

    /// <param name="level">Log of what is said over what is true, in odds of an order and in spend.</param>
    private static (double Within80, double Within90) Coverage(double level)
    {
        int within80 = 0, within90 = 0;
        for (var i = 0; i < s_later.Net.Length; i++)
        {
            var p = 1 / (1 + (1 - s_later.POrder[i]) / s_later.POrder[i] * Math.Exp(-level));
            var range = s_intervals.RangeFor(s_later.Days[i], p, s_later.Spend[i] * Math.Exp(level));
            if (s_later.Net[i] >= range.Low80 && s_later.Net[i] <= range.High80) within80++;
            if (s_later.Net[i] >= range.Low90 && s_later.Net[i] <= range.High90) within90++;
        }
        return ((double)within80 / s_later.Net.Length, (double)within90 / s_later.Net.Length);
    }

    /// <summary>
    /// Customers whose probability and expectation are known exactly; what they spend when they order is log-normal about it.
    /// </summary>
    private sealed class Shop
    {
        public Shop(int customers, int seed)
        {
            var random = new Random(seed);
            (POrder, Spend, Net, Days) = (new double[customers], new double[customers], new double[customers], new int[customers]);
            for (var i = 0; i < customers; i++)
            {
                Days[i] = 1 + (int)(-3 * Math.Log(1 - random.NextDouble()));
                POrder[i] = Math.Clamp(0.15 + 0.08 * Days[i] + 0.1 * random.NextDouble(), 0.05, 0.97);
                var ifOrdered = 20 + 10 * Days[i];
                Spend[i] = POrder[i] * ifOrdered;
                var z = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                Net[i] = random.NextDouble() < POrder[i] ? ifOrdered * Math.Exp(0.6 * z - 0.18) : 0;
            }
        }

        public double[] POrder { get; }
        public double[] Spend { get; }
        public double[] Net { get; }
        public int[] Days { get; }
    }
}

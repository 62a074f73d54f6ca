using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

public sealed class GuardBandsTests
{
    private static readonly RunHeadline s_before = Headline(1000, 0.4, 50_000);

    [Fact]
    public void A_night_like_the_one_before_passes_and_so_does_the_first()
    {
        Assert.Empty(new GuardBands().Breaches(Headline(1010, 0.42, 51_000), 5, s_before, true));
        Assert.Empty(new GuardBands().Breaches(s_before, 0, null, false));
    }

    [Theory]
    [InlineData(850, 0.4, 42_500, 0, "850 customers after 1000")]
    [InlineData(2100, 0.4, 105_000, 0, "2100 customers after 1000")]
    [InlineData(1000, 0.55, 50_000, 0, "mean churn probability 0.550 after 0.400")]
    [InlineData(1000, 0.4, 120_000, 0, "CLV of 120.00 a customer after 50.00")]
    [InlineData(1000, 0.4, 20_000, 0, "CLV of 20.00 a customer after 50.00")]
    [InlineData(990, 0.4, 49_500, 10, "10 of 1000 customers could not be scored")]
    public void A_night_outside_a_band_says_which_with_the_numbers(int customers, double mean, double clv, int quarantined, string says) =>
        Assert.Contains(says, Assert.Single(new GuardBands().Breaches(Headline(customers, mean, clv), quarantined, s_before, true)),
            StringComparison.Ordinal);

    [Fact]
    public void Other_horizons_are_not_compared_by_probability_or_value() =>
        Assert.Empty(new GuardBands().Breaches(Headline(1000, 0.9, 500_000), 0, s_before, comparable: false));

    [Fact]
    public void A_changed_shape_with_the_same_mean_is_found()
    {
        var shifted = s_before with { PChurnTenths = [500, 0, 0, 0, 0, 0, 0, 0, 0, 500] };
        Assert.Contains("population stability index", Assert.Single(new GuardBands().Breaches(shifted, 0, s_before, true)),
            StringComparison.Ordinal);
        Assert.Equal(0, GuardBands.StabilityIndex([1, 2, 3], [1, 2, 3]));
        // By hand, (p - q) ln(p / q) with p = 10.5/31, 20.5/31 and q = 20.5/31, 10.5/31.
        Assert.Equal(2 * (10.0 / 31) * Math.Log(20.5 / 10.5), GuardBands.StabilityIndex([10, 20], [20, 10]), 1e-12);
    }

    private static RunHeadline Headline(int customers, double mean, double clv) => new(
        customers, 0, mean, mean * customers, 0, 0, customers, clv, 0, 0, 0, 0, [], [.. Enumerable.Repeat(customers / 10L, 10)]);
}

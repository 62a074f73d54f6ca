using PredictiveRetention.Models;
using Xunit;

namespace PredictiveRetention.Tests.Models;

public class RetailSeasonTests
{
    [Fact]
    public void A_year_is_a_usual_one() => Assert.InRange(RetailSeason.Mean(Cutoff.On(new DateOnly(2023, 1, 1)), 365), 0.99, 1.01);

    [Fact]
    public void The_last_quarter_stands_above_the_others_by_the_days_of_it_that_lie_within()
    {
        Assert.Equal(1.2, RetailSeason.Mean(Cutoff.On(new DateOnly(2023, 10, 1)), 92), 12);
        Assert.Equal(0.93, RetailSeason.Mean(Cutoff.On(new DateOnly(2023, 1, 1)), 273), 12);
        Assert.Equal((20 * 0.93 + 40 * 1.2) / 60, RetailSeason.Mean(Cutoff.On(new DateOnly(2023, 9, 11)), 60), 12);
    }
}

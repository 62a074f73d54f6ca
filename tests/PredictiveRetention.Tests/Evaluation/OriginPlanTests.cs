using PredictiveRetention.Evaluation;
using PredictiveRetention.Models;
using Xunit;

namespace PredictiveRetention.Tests.Evaluation;

public class OriginPlanTests
{
    [Theory]
    [InlineData(30)]
    [InlineData(90)]
    [InlineData(365)]
    public void Every_label_of_every_plan_ends_before_the_cutoff(int days)
    {
        var cutoff = Cutoff.On(new DateOnly(2024, 1, 1));
        var horizon = Horizon.OfDays(days);
        for (var history = 1; history < 2500; history += 13)
        {
            var plan = OriginPlan.For(cutoff, horizon, cutoff.Day - history);
            Assert.All(plan.Origins.Concat(plan.LastYears),
                origin => Assert.True(origin.Day + plan.Horizon.Days <= cutoff.Day, $"{origin} of {history} days of history"));
            Assert.All(plan.Origins.Concat(plan.LastYears), origin => Assert.True(origin.Day > cutoff.Day - history));
            Assert.InRange(plan.Origins.Count, 0, OriginPlan.MaxOrigins);
        }
    }

    [Fact]
    public void The_horizon_asked_for_is_learnt_from_where_the_history_holds_one_and_a_half()
    {
        var cutoff = Cutoff.On(new DateOnly(2024, 1, 1));
        var plan = OriginPlan.For(cutoff, Horizon.OfDays(90), cutoff.Day - 135);
        Assert.Equal((ModelLevel.Blended, 90), (plan.Level, plan.Horizon.Days));
        Assert.Equal(cutoff.Minus(90), plan.Origins[0]);
    }

    [Fact]
    public void A_shorter_history_is_halved()
    {
        var cutoff = Cutoff.On(new DateOnly(1997, 10, 1));
        var plan = OriginPlan.For(cutoff, Horizon.OfDays(273), cutoff.Day - 273);
        Assert.Equal((ModelLevel.ShorterHorizon, 136), (plan.Level, plan.Horizon.Days));
        Assert.NotEmpty(plan.Origins);
    }

    [Fact]
    public void The_same_days_of_earlier_years_are_read_where_half_a_year_lies_before_them()
    {
        var cutoff = Cutoff.On(new DateOnly(2024, 1, 1));
        Assert.Equal([cutoff.Minus(365)], OriginPlan.For(cutoff, Horizon.OfDays(90), cutoff.Day - 600).LastYears);
        Assert.Empty(OriginPlan.For(cutoff, Horizon.OfDays(90), cutoff.Day - 500).LastYears);
    }
}

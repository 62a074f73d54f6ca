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
        var cutoff = Cutoff.Of(new DateOnly(2024, 1, 1));
        var horizon = Horizon.OfDays(days);
        for (var history = days; history < 2500; history += 13)
        {
            if (OriginPlan.For(cutoff, horizon, cutoff.Day - history) is not { } plan) continue;
            Assert.All(plan.All, origin => Assert.True(origin.Day + days <= cutoff.Day, $"{origin} of {history} days of history"));
            Assert.All(plan.All, origin => Assert.True(origin.Day > cutoff.Day - history));
            Assert.InRange(plan.Training.Count, 1, OriginPlan.MaxOrigins);
        }
    }

    [Fact]
    public void With_three_horizons_of_history_calibration_labels_begin_where_training_labels_end()
    {
        var plan = OriginPlan.For(Cutoff.Of(new DateOnly(2024, 1, 1)), Horizon.OfDays(90), Cutoff.Of(new DateOnly(2022, 1, 1)).Day)!;
        Assert.Equal(ModelLevel.CalibratedLater, plan.Level);
        Assert.All(plan.Training, origin => Assert.True(origin.Day + 90 <= plan.Calibration.Day));
    }

    [Fact]
    public void With_less_history_calibration_is_cross_fitted_and_with_none_there_is_no_plan()
    {
        var cutoff = Cutoff.Of(new DateOnly(2024, 1, 1));
        Assert.Equal(ModelLevel.CrossFitted, OriginPlan.For(cutoff, Horizon.OfDays(90), cutoff.Day - 200)!.Level);
        Assert.Null(OriginPlan.For(cutoff, Horizon.OfDays(90), cutoff.Day - 100));
    }
}

using PredictiveRetention.Models;
using Xunit;

namespace PredictiveRetention.Tests.Models;

public class CalibrationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(0.01)]
    [InlineData(50)] // margins of a boosted forest are wide: a plain Newton step oscillates there
    public void LogisticCalibration_RecoversSlopeAndIntercept_AtAnyScale(double scale)
    {
        var random = new Random(5);
        double[] scores = [.. Enumerable.Range(0, 50_000).Select(_ => scale * (4 * random.NextDouble() - 2))];
        bool[] labels = [.. scores.Select(score => random.NextDouble() < 1 / (1 + Math.Exp(-(1.7 * score / scale - 0.4))))];
        var fitted = LogisticCalibration.Fit(scores, labels);
        Assert.Equal(1.7, fitted.Slope * scale, 0.1);
        Assert.Equal(-0.4, fitted.Intercept, 0.05);
        Assert.Equal(labels.Average(label => label ? 1.0 : 0), scores.Average(fitted.Probability), 0.001);
    }

    [Fact]
    public void LogisticCalibration_MeanProbability_EqualsTheRate()
    {
        double[] scores = [.. Enumerable.Range(0, 1000).Select(i => i / 100.0)];
        bool[] labels = [.. Enumerable.Range(0, 1000).Select(i => i % 3 == 0 || i > 800)];
        var fitted = LogisticCalibration.Fit(scores, labels);
        Assert.Equal(labels.Average(label => label ? 1.0 : 0), scores.Average(fitted.Probability), 0.003);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LogisticCalibration_OneClassOnly_IsNearItAndNeverCertain(bool only)
    {
        var fitted = LogisticCalibration.Fit([-1.0, 0, 1, 2], [only, only, only, only]);
        foreach (var score in new[] { -1.0, 0, 1, 2 })
            Assert.InRange(only ? fitted.Probability(score) : 1 - fitted.Probability(score), 0.6, 0.9999);
    }

    [Fact]
    public void LogisticCalibration_ScoresThatRankBackwards_FallBackToTheRate()
    {
        var fitted = LogisticCalibration.Fit([0.0, 1, 2, 3], [true, true, false, false]);
        Assert.Equal(0, fitted.Slope);
        Assert.Equal(0.5, fitted.Probability(100), 1e-9);
    }

    [Fact]
    public void SpendCalibration_PredictedTotal_EqualsTheObserved()
    {
        var random = new Random(4);
        double[] scores = [.. Enumerable.Range(0, 2000).Select(_ => 3 + random.NextDouble())];
        double[] spends = [.. scores.Select(score => Math.Exp(1.3 * score - 0.5) * -Math.Log(1 - random.NextDouble()))];
        var fitted = SpendCalibration.Fit(scores, spends);
        Assert.Equal(spends.Sum(), scores.Sum(score => Math.Exp(fitted.Slope * score + fitted.Intercept)), spends.Sum() * 1e-6);
        Assert.Equal(1.3, fitted.Slope, 0.15);
    }

    [Fact]
    public void SpendCalibration_ConstantScore_IsTheMean()
    {
        var fitted = SpendCalibration.Fit([2.0, 2, 2], [10.0, 20, 60]);
        Assert.Equal(30, Math.Exp(fitted.Slope * 2 + fitted.Intercept), 1e-6);
    }

    [Fact]
    public void RecencyRule_IsOneHalfAtHalfAHorizon_AndRisesWithSilence()
    {
        Assert.Equal(0.5, RecencyRule.PChurn(45, 90));
        Assert.True(RecencyRule.PChurn(10, 90) < RecencyRule.PChurn(100, 90));
        Assert.InRange(RecencyRule.PChurn(1, 90), 0.02, 0.98);
        Assert.InRange(RecencyRule.PChurn(100_000, 90), 0.02, 0.98);
        Assert.Equal(0, RecencyRule.ExpectedSpend(-5, 100, 90, 0.5));
        Assert.Equal(45, RecencyRule.ExpectedSpend(100, 100, 90, 0.5));
    }
}

using PredictiveRetention.Models;
using Xunit;

namespace PredictiveRetention.Tests.Models;

public class LogisticTests
{
    [Fact]
    public void Sigmoid_is_the_probability_of_its_log_odds()
    {
        Assert.Equal(0.5, Logistic.Sigmoid(0));
        Assert.Equal(0.8, Logistic.Sigmoid(Math.Log(4)), 1e-15);
        Assert.Equal((0.0, 1.0), (Logistic.Sigmoid(-800), Logistic.Sigmoid(800)));
    }

    [Theory]
    [InlineData(-30)]
    [InlineData(-0.3)]
    [InlineData(0)]
    [InlineData(2.5)]
    public void Softplus_is_minus_the_log_of_what_is_left(double x) =>
        Assert.Equal(-Math.Log(1 - 1 / (1 + Math.Exp(-x))), Logistic.Softplus(x), 1e-12);

    [Fact]
    public void Neither_softplus_nor_the_sum_of_logs_overflows()
    {
        Assert.Equal((1000.0, 0.0), (Logistic.Softplus(1000), Logistic.Softplus(-1000)));
        Assert.Equal(1000 + Math.Log(2), Logistic.LogSum(1000, 1000), 1e-12);
        Assert.Equal(-1000, Logistic.LogSum(-1000, double.NegativeInfinity));
        Assert.Equal(double.NegativeInfinity, Logistic.LogSum(double.NegativeInfinity, double.NegativeInfinity));
    }
}

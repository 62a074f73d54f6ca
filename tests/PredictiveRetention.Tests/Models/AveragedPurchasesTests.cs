using PredictiveRetention.Models;
using Xunit;

namespace PredictiveRetention.Tests.Models;

public class AveragedPurchasesTests
{
    [Fact]
    public void Weights_are_the_likelihoods_over_their_sum_and_nothing_below_a_hundredth()
    {
        var fit = AveragedPurchases.Fit(Simulated(stopsAfterPurchase: 0.25))!;
        double[] raw = [.. fit.LogLikelihoods.Select(log => Math.Exp(log - fit.LogLikelihoods.Max()))];
        double[] kept = [.. raw.Select(weight => weight / raw.Sum() < 0.01 ? 0 : weight)];
        Assert.Equal(kept.Select(weight => weight / kept.Sum()), fit.Weights, (expected, actual) => Math.Abs(expected - actual) < 1e-9);
        Assert.Equal(1, fit.Weights.Sum(), 12);
        Assert.All(fit.Weights, weight => Assert.True(weight is 0 or >= 0.01));
    }

    [Fact]
    public void Customers_who_stop_right_after_a_purchase_are_told_by_a_model_that_says_so()
    {
        var fit = AveragedPurchases.Fit(Simulated(stopsAfterPurchase: 0.3))!;
        Assert.True(fit.Weights[1] + fit.Weights[2] > 0.95, string.Join(" ", fit.Weights));
    }

    [Fact]
    public void Where_nobody_stops_the_three_are_one_model_and_share_the_weight()
    {
        var fit = AveragedPurchases.Fit(Simulated(stopsAfterPurchase: 0))!;
        Assert.All(fit.Weights, weight => Assert.InRange(weight, 0.15, 0.6));
        Assert.Equal(fit.Pareto.ExpectedOrders(3, 20, 26, 13), fit.ExpectedOrders(3, 20, 26, 13), 1);
    }

    [Fact]
    public void Answers_are_the_weighted_sum_of_the_models()
    {
        var (pareto, bg, mbg) = (new ParetoNbd(0.55, 10.6, 0.61, 11.7), new BgNbd(0.24, 4.4, 0.8, 2.4), new MbgNbd(0.52, 6.2, 0.9, 1.6));
        var average = new AveragedPurchases(pareto, bg, mbg, [-1, -1, -1], [0.2, 0.5, 0.3]);
        Assert.Equal(0.2 * pareto.PNoOrder(2, 20, 30, 13) + 0.5 * bg.PNoOrder(2, 20, 30, 13) + 0.3 * mbg.PNoOrder(2, 20, 30, 13),
            average.PNoOrder(2, 20, 30, 13), 12);
        Assert.Equal(
            0.2 * pareto.ExpectedOrders(2, 20, 30, 13) + 0.5 * bg.ExpectedOrders(2, 20, 30, 13) + 0.3 * mbg.ExpectedOrders(2, 20, 30, 13),
            average.ExpectedOrders(2, 20, 30, 13), 12);
    }

    [Fact]
    public void On_CDNOW_the_published_likelihoods_leave_nothing_to_ParetoNbd()
    {
        var fit = AveragedPurchases.Fit(Cdnow.Sample.Grouped)!;
        Assert.Equal(0, fit.Weights[0]);
        Assert.InRange(fit.Weights[1] / fit.Weights[2], Math.Exp(-9582.429 + 9582.136) * 0.98, Math.Exp(-9582.429 + 9582.136) * 1.02);
    }

    private static BtydSample Simulated(double stopsAfterPurchase)
    {
        var random = new Random(7);
        const int Customers = 6_000;
        var x = new int[Customers];
        var (tx, T) = (new double[Customers], new double[Customers]);
        for (var i = 0; i < Customers; i++)
        {
            T[i] = 20 + 40 * random.NextDouble();
            var rate = MathNet.Numerics.Distributions.Gamma.Sample(random, 1.2, 6);
            for (var at = 0.0; (at -= Math.Log(1 - random.NextDouble()) / rate) < T[i];)
            {
                (x[i], tx[i]) = (x[i] + 1, at);
                if (random.NextDouble() < stopsAfterPurchase) break;
            }
        }
        return BtydSample.Group(x, tx, T);
    }
}

using PredictiveRetention.Evaluation;
using PredictiveRetention.Models;
using PredictiveRetention.Tests.Evaluation;
using Xunit;

namespace PredictiveRetention.Tests.Models;

/// <summary>Published numbers of the CDNOW sample; each test is named after where it was read.</summary>
public class BtydReferenceTests
{
    private static readonly BgNbd s_bg = new(0.2425945, 4.4136019, 0.7929199, 2.4258881);
    private static readonly ParetoNbd s_pareto = new(0.5533, 10.5777, 0.6062, 11.6687);
    private static readonly MbgNbd s_mbg = new(0.5248, 6.1831, 0.8914, 1.6140);
    private static readonly GammaGamma s_spend = new(6.2496, 3.7442, 15.4435);

    [Fact]
    public void FaderHardieLee2005_BgNbd_parameters_and_likelihood()
    {
        var fit = BgNbd.Fit(Cdnow.Sample.Grouped);
        Assert.True(fit.Converged, fit.Note);
        Close(-9582.429, fit.LogLikelihood, 0.001);
        Close(0.2425945, fit.Model.R, 1e-4);
        Close(4.4136019, fit.Model.Alpha, 1e-3);
        Close(0.7929199, fit.Model.A, 1e-3);
        Close(2.4258881, fit.Model.B, 3e-3);
    }

    [Fact]
    public void FaderHardie2005_ParetoNbd_parameters_and_likelihood()
    {
        var fit = ParetoNbd.Fit(Cdnow.Sample.Grouped);
        Assert.True(fit.Converged, fit.Note);
        Close(-9594.976, fit.LogLikelihood, 0.001);
        Close(0.5533, fit.Model.R, 2e-4);
        Close(10.5777, fit.Model.Alpha, 2e-3);
        Close(0.6062, fit.Model.S, 2e-4);
        Close(11.6687, fit.Model.Beta, 5e-3);
    }

    [Fact]
    public void Batislam2007_MbgNbd_parameters_and_likelihood()
    {
        var fit = MbgNbd.Fit(Cdnow.Sample.Grouped);
        Assert.True(fit.Converged, fit.Note);
        Close(-9582.136, fit.LogLikelihood, 0.001);
        Close(0.5248, fit.Model.R, 2e-4);
        Close(6.1831, fit.Model.Alpha, 2e-3);
        Close(0.8914, fit.Model.A, 5e-4);
        Close(1.6140, fit.Model.B, 1e-3);
    }

    [Fact]
    public void FaderHardie2013_GammaGamma_parameters_and_likelihood_of_946_repeaters()
    {
        var sample = Cdnow.Sample;
        int[] repeaters = [.. Enumerable.Range(0, sample.X.Length).Where(i => sample.X[i] > 0 && sample.MeanRepeatSpend[i] > 0)];
        Assert.Equal(946, repeaters.Length);
        var fit = GammaGamma.Fit(repeaters.Select(i => sample.X[i]).ToArray(), repeaters.Select(i => sample.MeanRepeatSpend[i]).ToArray());
        Close(-4055.918, fit.LogLikelihood, 0.01);
        Close(6.2496, fit.Model.P, 5e-3);
        Close(3.7442, fit.Model.Q, 5e-3);
        Close(15.4435, fit.Model.V, 3e-2);
    }

    [Fact]
    public void FaderHardieLee2005_BgNbd_expected_orders()
    {
        Close(1.226, s_bg.ExpectedOrders(2, 30.43, 38.86, 39), 0.0005);
        double[] t = [0.1429, 1, 3, 31.8571, 32], expected = [0.0078, 0.0532, 0.1506, 1.0405, 1.0437];
        Assert.All(t.Zip(expected), point => Close(point.Second, s_bg.ExpectedOrdersOfNew(point.First), 0.00006));
        // Published as 1.8576; the hypergeometric function and an integral over p both give 1.85796.
        Close(1.8576, s_bg.ExpectedOrdersOfNew(78), 0.0004);
        Close(0.5737864, new BgNbd(0.243, 4.414, 0.793, 2.426).PNoOrder(0, 0, 0, 39), 1e-6);
    }

    [Fact]
    public void Lifetimes_ParetoNbd_point_checks()
    {
        // The manual of the R package BTYD states the expectations for its rounded parameters.
        var rounded = new ParetoNbd(0.55, 10.56, 0.61, 11.64);
        Close(0.9979, s_pareto.PAlive(26, 30.86, 31), 0.00006);
        Close(25.46, s_pareto.ExpectedOrders(26, 30.86, 31, 52), 0.006);
        double[] expected = [0, 0.0508, 0.0992, 0.1454, 0.1898, 0.2325, 0.2736, 0.3134, 0.3518, 0.3891];
        Assert.All(expected.Index(), point => Close(point.Item, rounded.ExpectedOrdersOfNew(point.Index), 0.00006));
        Close(6.206, s_pareto.ExpectedOrders(132, 200, 200, 10), 0.001);
        Close(6.253, s_pareto.ExpectedOrders(133, 200, 200, 10), 0.001);
    }

    [Theory]
    [InlineData(2, 30.4286, 1.22599, 0.72662, 1.45520, 0.86913, 1.26276, 0.70614)]
    [InlineData(0, 0, 0.19479, 1, 0.10707, 0.29511, 0.15397, 0.38972)]
    public void Independent_recomputation_of_customers_1_and_3(int x, double tx, double bg, double bgAlive, double pareto,
        double paretoAlive, double mbg, double mbgAlive)
    {
        const double Observed = 38.8571;
        Close(bg, s_bg.ExpectedOrders(x, tx, Observed, 39), 5e-5);
        Close(bgAlive, s_bg.PAlive(x, tx, Observed), 2e-5);
        Close(pareto, s_pareto.ExpectedOrders(x, tx, Observed, 39), 1e-4);
        Close(paretoAlive, s_pareto.PAlive(x, tx, Observed), 2e-5);
        Close(mbg, s_mbg.ExpectedOrders(x, tx, Observed, 39), 1e-4);
        Close(mbgAlive, s_mbg.PAlive(x, tx, Observed), 5e-5);
    }

    [Fact]
    public void FaderHardie2013_GammaGamma_conditional_spend_of_the_first_ten_customers()
    {
        var sample = Cdnow.Sample;
        double[] expected = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17];
        Assert.All(expected.Index(),
            customer => Close(customer.Item, s_spend.ExpectedSpend(sample.X[customer.Index], sample.MeanRepeatSpend[customer.Index]),
                0.006));
    }

    [Theory]
    [InlineData("BG/NBD", 1653.4, .7855, 1.6080, .7725, .3158, 59932, 30.408, 72.299, .4264, .6379)]
    [InlineData("MBG/NBD", 1576.7, .7648, 1.6072, .7728, .6866, 57128, 29.710, 71.946, .4296, .6379)]
    [InlineData("Pareto/NBD", 1665.5, .7545, 1.6028, .7787, .7262, 60449, 29.454, 72.182, .4451, .6593)]
    public void Holdout_table_of_39_weeks(string name, double orders, double mae, double rmse, double auc, double aucAlive, double spend,
        double spendMae, double spendRmse, double spearman, double gini)
    {
        var sample = Cdnow.Sample;
        IPurchaseModel model = name switch { "BG/NBD" => s_bg, "MBG/NBD" => s_mbg, _ => s_pareto };
        double[] predicted = [.. sample.X.Select((x, i) => model.ExpectedOrders(x, sample.Tx[i], sample.T[i], 39))];
        double[] alive = [.. sample.X.Select((x, i) => model.PAlive(x, sample.Tx[i], sample.T[i]))];
        double[] churned = [.. sample.HoldoutOrders.Select(count => count == 0 ? 1.0 : 0)];
        Close(orders, predicted.Sum(), 1);
        Close(mae, predicted.Zip(sample.HoldoutOrders, (p, n) => Math.Abs(p - n)).Average(), 2e-4);
        Close(rmse, Math.Sqrt(predicted.Zip(sample.HoldoutOrders, (p, n) => (p - n) * (p - n)).Average()), 2e-4);
        Close(auc, ChurnMetrics.Compute(churned, predicted.Select(p => 1 / (1 + p)).ToArray()).Auc, 2e-4);
        Close(aucAlive, ChurnMetrics.Compute(churned, alive.Select(p => 1 - p).ToArray()).Auc, 5e-4);
        double[] money = [.. predicted.Select((p, i) => p * s_spend.ExpectedSpend(sample.X[i], sample.MeanRepeatSpend[i]))];
        var judged = Spending.Judge(sample.HoldoutSpend, money);
        Close(spend, money.Sum(), 15);
        Close(spendMae, judged.Mae, 0.005);
        Close(spendRmse, judged.Rmse, 0.005);
        Close(spearman, judged.Spearman, 2e-4);
        Close(gini, judged.Gini, 5e-4);
    }

    private static void Close(double expected, double actual, double tolerance) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance,
            FormattableString.Invariant($"{actual} is not within {tolerance} of {expected}."));
}

using PredictiveRetention.Evaluation;
using Xunit;

namespace PredictiveRetention.Tests.Evaluation;

public class MetricsTests
{
    private static readonly double[] s_churned = [1, 1, 0, 1, 0, 0, 1, 0, 0, 0];
    private static readonly double[] s_predicted = [0.9, 0.8, 0.7, 0.6, 0.55, 0.4, 0.4, 0.3, 0.2, 0.1];

    [Fact]
    public void ChurnMetrics_OfTenCustomers_AreAsWorkedOutByHand()
    {
        var m = ChurnMetrics.Compute(s_churned, s_predicted);
        // Pairs (churned, stayed): 24; won 6 + 6 + 5 + 3, the tie at 0.4 counts one half.
        Assert.Equal(20.5 / 24, m.Auc, 1e-12);
        // Precision 1/1, 2/2, 3/4 and, at the tied threshold, 4/7.
        Assert.Equal(0.25 * (1 + 1 + 0.75 + 4.0 / 7), m.AveragePrecision, 1e-12);
        Assert.Equal(s_churned.Zip(s_predicted, (y, p) => (y - p) * (y - p)).Average(), m.Brier, 1e-12);
        Assert.Equal(1 / 0.4, m.LiftAt10, 1e-12);
        Assert.Equal(0.4, m.ChurnRate, 1e-12);
    }

    [Fact]
    public void ChurnMetrics_PerfectPredictor_IsPerfect()
    {
        var m = ChurnMetrics.Compute(s_churned, s_churned);
        Assert.Equal((1, 1, 0, 0), (m.Auc, m.AveragePrecision, m.Brier, m.Ece10));
        Assert.True(m.LogLoss < 1e-5);
    }

    [Fact]
    public void ChurnMetrics_RandomPredictor_IsWorthNothing()
    {
        var random = new Random(1);
        double[] churned = [.. Enumerable.Range(0, 40_000).Select(_ => random.NextDouble() < 0.3 ? 1.0 : 0)];
        double[] predicted = [.. churned.Select(_ => random.NextDouble())];
        var m = ChurnMetrics.Compute(churned, predicted);
        Assert.Equal(0.5, m.Auc, 0.01);
        Assert.Equal(0.3, m.AveragePrecision, 0.01);
        Assert.Equal(1, m.LiftAt10, 0.05);
    }

    [Fact]
    public void ChurnMetrics_ConstantPredictor_DoesNotDependOnTheOrderOfRows()
    {
        double[] constant = [.. s_churned.Select(_ => 0.4)];
        Assert.Equal(0.5, ChurnMetrics.Compute(s_churned, constant).Auc);
        Assert.Equal(ChurnMetrics.Compute(s_churned, constant).LiftAt10, ChurnMetrics.Compute([.. s_churned.Reverse()], constant).LiftAt10,
            1e-12);
        Assert.Equal(ChurnMetrics.Compute(s_churned, constant).AveragePrecision,
            ChurnMetrics.Compute([.. s_churned.Reverse()], constant).AveragePrecision, 1e-12);
        Assert.Equal(0, ChurnMetrics.Compute(s_churned, constant).Ece10, 1e-12);
    }

    [Fact]
    public void SpendMetrics_PerfectPredictor_IsPerfect()
    {
        double[] spend = [0, 0, 5, 10, 100, 3, 0, 0, 50, 7];
        var m = Spending.Judge(spend, spend);
        Assert.Equal((1, 0, 0), (m.Bias, m.Mae, m.Rmse));
        Assert.Equal(1, m.Gini, 1e-12);
        Assert.Equal(1, m.Spearman, 1e-12);
        Assert.Equal(0, m.DecileWmape, 1e-12);
        Assert.Equal(100.0 / 175, m.Top10, 1e-12);
        Assert.Equal(150.0 / 175, m.Top20, 1e-12);
    }

    [Fact]
    public void SpendMetrics_ConstantPredictor_RanksNothing()
    {
        double[] spend = [0, 0, 5, 10, 100, 3, 0, 0, 50, 7];
        var m = Spending.Judge(spend, [.. spend.Select(_ => 17.5)]);
        Assert.Equal(1, m.Bias, 1e-12);
        Assert.InRange(m.Gini, -0.2, 0.2);
        Assert.Equal(0.1, m.Top10, 1e-12);
    }

    [Fact]
    public void SpendMetrics_ReversedPredictor_HasNegativeGini() =>
        Assert.Equal(-1,
            Spending.Judge([.. Enumerable.Range(0, 1000).Select(i => (double)i)],
                [.. Enumerable.Range(0, 1000).Select(i => 1000.0 - i)]).Gini, 0.01);

    /// <summary>A row that counts three times is three rows, with ties, zeros and rows that count nothing.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Weighted_IsTheSameAsRepeatingRows(int seed)
    {
        var random = new Random(seed);
        const int Rows = 500;
        double[] churned = [.. Enumerable.Range(0, Rows).Select(_ => random.NextDouble() < 0.6 ? 1.0 : 0)];
        double[] p = [.. Enumerable.Range(0, Rows).Select(_ => random.Next(40) / 40.0)];
        double[] spend = [.. churned.Select(c => c > 0 ? 0.0 : random.Next(1, 200))];
        double[] expected = [.. Enumerable.Range(0, Rows).Select(_ => (double)random.Next(60))];
        int[] weights = [.. Enumerable.Range(0, Rows).Select(_ => random.Next(4))];
        int[] repeated = [.. Enumerable.Range(0, Rows).SelectMany(i => Enumerable.Repeat(i, weights[i]))];

        var churn = new ChurnColumn(churned, p).Weighted(weights);
        var churnRepeated = ChurnMetrics.Compute([.. repeated.Select(i => churned[i])], [.. repeated.Select(i => p[i])]);
        Assert.Equal(churnRepeated.Customers, churn.Customers);
        foreach (var (a, b) in new[] { (churn.Auc, churnRepeated.Auc), (churn.AveragePrecision, churnRepeated.AveragePrecision),
            (churn.LogLoss, churnRepeated.LogLoss), (churn.Brier, churnRepeated.Brier), (churn.Ece10, churnRepeated.Ece10),
            (churn.LiftAt10, churnRepeated.LiftAt10) }) Assert.Equal(a, b, 1e-10);
        var money = new SpendColumn(spend, new Ranking(spend), expected).Weighted(weights);
        double[] spendRepeated = [.. repeated.Select(i => spend[i])];
        var moneyRepeated = Spending.Judge(spendRepeated, [.. repeated.Select(i => expected[i])]);
        foreach (var (a, b) in new[] { (money.Bias, moneyRepeated.Bias), (money.Mae, moneyRepeated.Mae), (money.Rmse, moneyRepeated.Rmse),
            (money.Spearman, moneyRepeated.Spearman), (money.Gini, moneyRepeated.Gini), (money.Top10, moneyRepeated.Top10),
            (money.Top20, moneyRepeated.Top20), (money.DecileWmape, moneyRepeated.DecileWmape) }) Assert.Equal(a, b, 1e-10);
    }

    [Fact]
    public void CustomerBootstrap_CountsACustomerOnceOnAverage_AndTheSameAtEveryOrigin()
    {
        long[] keys = [.. Enumerable.Range(0, 20_000).Select(i => (long)i)];
        var weights = CustomerBootstrap.Weights(keys, 7);
        Assert.Equal(1, weights.Average(), 0.03);
        Assert.Equal(Math.Exp(-1), weights.Count(weight => weight == 0) / 20_000.0, 0.02);
        Assert.Equal(weights[100..200], CustomerBootstrap.Weights(keys[100..200], 7));
        Assert.NotEqual(weights, CustomerBootstrap.Weights(keys, 8));
    }
}

using PredictiveRetention.Evaluation;

namespace PredictiveRetention.Tests.Evaluation;

internal static class Spending
{
    /// <summary>Metrics with every customer counted once.</summary>
    public static SpendMetrics Judge(double[] spend, double[] predicted) =>
        new SpendColumn(spend, new Ranking(spend), predicted).Weighted([.. spend.Select(_ => 1)]);
}

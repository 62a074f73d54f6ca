namespace PredictiveRetention.Evaluation;

/// <summary>Customers of a tenth of the churn probability, what was said of them and what they did.</summary>
public sealed record RealisedTenth(long Customers, double Predicted, double Actual);

/// <summary>
/// What became of an earlier night's predictions once their horizon had passed: a fair draw of its customers, scored again by its own model
/// from what happened before it, beside what they did. Customers who were lost then are left out.
/// </summary>
/// <param name="RunId">The earlier night.</param>
/// <param name="PredictedChurn">Mean probability.</param>
/// <param name="Error">Standard error of ActualChurn if every probability was right.</param>
/// <param name="PredictedSpend">Expected net spend within the horizon, currency units.</param>
/// <param name="Auc">Null where one class is missing.</param>
/// <param name="Tenths">By probability: [0, 0.1), [0.1, 0.2), ... [0.9, 1]; empty tenths are left out.</param>
public sealed record Realised(
    long RunId, string AsOf, int HorizonDays, string ModelVersion, long Customers, double PredictedChurn, double ActualChurn, double Error,
    double PredictedSpend, double ActualSpend,
    double? Auc, double LogLoss, IReadOnlyList<RealisedTenth> Tenths)
{
    /// <summary>True where chance explains the difference (95 %), or it is under two points: nobody would act on less.</summary>
    public bool AsSaid => Math.Abs(PredictedChurn - ActualChurn) <= Math.Max(0.02, 1.96 * Error);

    /// <param name="churned">1 or 0 a customer.</param>
    /// <param name="predicted">P(churn), one a customer, as are the others.</param>
    public static Realised Compute(long runId, string asOf, int horizonDays, string modelVersion, double[] churned, double[] predicted,
        double[] spend, double[] expectedSpend)
    {
        var metrics = ChurnMetrics.Compute(churned, predicted);
        return new Realised(
            runId, asOf, horizonDays, modelVersion, churned.Length, metrics.MeanPrediction, metrics.ChurnRate,
            Math.Sqrt(predicted.Sum(p => p * (1 - p))) / churned.Length,
            expectedSpend.Sum(), spend.Sum(), double.IsFinite(metrics.Auc) ? metrics.Auc : null, metrics.LogLoss,
            [.. churned.Zip(predicted).GroupBy(pair => Math.Min(9, (int)(10 * pair.Second))).OrderBy(tenth => tenth.Key)
                .Select(tenth => new RealisedTenth(tenth.Count(), tenth.Average(pair => pair.Second), tenth.Average(pair => pair.First)))]);
    }
}

using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>How far a column has moved since the model was made.</summary>
/// <param name="Index">Population stability index of tonight's customers against those the model was made for.</param>
/// <param name="Threshold">What the shop's own change and chance come to; above it the column has drifted.</param>
public sealed record DriftedColumn(string Name, double Index, double Threshold);

/// <summary>Whether the customers of a night are still like those its model was made for.</summary>
/// <param name="Customers">Counted; a fair draw of those not lost.</param>
/// <param name="Columns">Compared: the model's features, its churn probability and its CLV.</param>
/// <param name="Beyond">Past their threshold, furthest first.</param>
/// <param name="Nearest">The one closest to or furthest past its threshold; null without columns.</param>
public sealed record DriftReport(long Customers, int Columns, IReadOnlyList<DriftedColumn> Beyond, DriftedColumn? Nearest)
{
    /// <summary>
    /// 'drifted' where the scores themselves or a tenth of the columns are past their thresholds, 'watch' where any is, else 'none'.
    /// </summary>
    public string Light =>
        Beyond.Count == 0 ? "none"
            : Beyond.Count * 10 > Columns || Beyond.Any(column => column.Name is DriftReference.Churn or DriftReference.Clv) ? "drifted"
            : "watch";

    /// <param name="counts">One row of bins a column of the reference.</param>
    public static DriftReport Compare(DriftReference reference, IReadOnlyList<long[]> counts)
    {
        var customers = counts.Count == 0 ? 0 : counts[0].Sum();
        var columns = reference.Columns.Zip(counts, (column,
            bins) => new DriftedColumn(column.Name, column.Index(bins), column.Threshold(customers))).ToList();
        return new DriftReport(
            customers, columns.Count,
            [.. columns.Where(column => column.Index > column.Threshold).OrderByDescending(column => column.Index - column.Threshold)],
            columns.OrderByDescending(column => column.Index - column.Threshold).FirstOrDefault());
    }
}

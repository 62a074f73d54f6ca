namespace PredictiveRetention.Evaluation;

/// <summary>
/// Ranks and orders that treat ties fairly: what an order of tied predictions would decide by chance is replaced by its expectation, so no
/// metric depends on the order of the rows.
/// </summary>
internal static class Ranking
{
    /// <summary>Ranks from 1, ties sharing their mean rank.</summary>
    public static double[] Ranks(ReadOnlySpan<double> values)
    {
        var order = Ascending(values);
        var ranks = new double[values.Length];
        for (var start = 0; start < order.Length;)
        {
            var end = start + 1;
            while (end < order.Length && values[order[end]] == values[order[start]]) end++;
            for (var i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2.0;
            start = end;
        }
        return ranks;
    }

    /// <summary>The actuals in descending order of the predictions, those of tied predictions replaced by their mean; and the predictions.</summary>
    public static (double[] Actual, double[] Predicted) Descending(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted)
    {
        var order = Ascending(predicted);
        Array.Reverse(order);
        var sortedActual = new double[order.Length];
        var sortedPredicted = new double[order.Length];
        for (var start = 0; start < order.Length;)
        {
            var end = start;
            double sum = 0;
            while (end < order.Length && predicted[order[end]] == predicted[order[start]]) sum += actual[order[end++]];
            for (var i = start; i < end; i++) (sortedActual[i], sortedPredicted[i]) = (sum / (end - start), predicted[order[i]]);
            start = end;
        }
        return (sortedActual, sortedPredicted);
    }

    private static int[] Ascending(ReadOnlySpan<double> values)
    {
        var keys = values.ToArray();
        var order = new int[keys.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(keys, order);
        return order;
    }
}

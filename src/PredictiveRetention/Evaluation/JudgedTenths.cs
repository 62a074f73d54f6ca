namespace PredictiveRetention.Evaluation;

/// <summary>One of ten groups of equal size, what was said of a customer of it in the mean, and what came in the mean.</summary>
public sealed record JudgedTenth(int Customers, double Said, double Came);

/// <summary>
/// What a recipe said of the customers it was judged on, beside what they did, by tenths of what was said: whether it is calibrated, and
/// how far up its lists the ones that matter stand.
/// </summary>
/// <param name="Churn">By probability of no purchase, highest first; said and came are 0..1.</param>
/// <param name="Spend">By expected net spend within the horizon, highest first; currency units a customer.</param>
public sealed record JudgedTenths(IReadOnlyList<JudgedTenth> Churn, IReadOnlyList<JudgedTenth> Spend)
{
    private const int Groups = 10;

    public static JudgedTenths Rank(JudgedOrigin judged)
    {
        var model = judged.Contenders[0];
        return new JudgedTenths(Tenths(model.PChurn!, judged.Slice.Churned), Tenths(model.Spend!, judged.Slice.Net));
    }

    /// <summary>Customers who were said the same stay in key order, which is a random one.</summary>
    /// <returns>As many groups as there are customers where they are fewer than ten.</returns>
    internal static IReadOnlyList<JudgedTenth> Tenths(double[] said, double[] came)
    {
        int[] order = [.. Enumerable.Range(0, said.Length).OrderByDescending(i => said[i])];
        var tenths = new List<JudgedTenth>();
        for (var group = 0; group < Groups; group++)
        {
            var rows = order.AsSpan((int)((long)order.Length * group / Groups)..(int)((long)order.Length * (group + 1) / Groups));
            if (rows.Length == 0) continue;
            double sumSaid = 0, sumCame = 0;
            foreach (var row in rows)
            {
                sumSaid += said[row];
                sumCame += came[row];
            }
            tenths.Add(new JudgedTenth(rows.Length, sumSaid / rows.Length, sumCame / rows.Length));
        }
        return tenths;
    }
}

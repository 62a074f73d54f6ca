namespace PredictiveRetention.Evaluation;

/// <summary>
/// An order of rows, made once and walked for every weighting. What an order of tied predictions would decide by chance is replaced by its
/// expectation: ties are walked as one group, so no metric depends on the order of the rows.
/// </summary>
internal sealed class Ranking
{
    private readonly int[] _order;
    private readonly int[] _ends;

    public Ranking(double[] values)
    {
        _order = new int[values.Length];
        for (var i = 0; i < _order.Length; i++) _order[i] = i;
        Array.Sort((double[])values.Clone(), _order);
        var ends = new List<int>();
        for (var i = 1; i <= _order.Length; i++)
            if (i == _order.Length || values[_order[i]] != values[_order[i - 1]]) ends.Add(i);
        _ends = [.. ends];
    }

    /// <summary>Groups of tied rows.</summary>
    public int Groups => _ends.Length;

    /// <summary>Rows of a group; group 0 holds the smallest values.</summary>
    public ReadOnlySpan<int> Group(int group) => _order.AsSpan((group == 0 ? 0 : _ends[group - 1])..(_ends[group]));

    /// <summary>Ranks from 1 among rows that count <paramref name="weights"/> times each; ties share their mean rank.</summary>
    public double[] Ranks(int[] weights)
    {
        var ranks = new double[_order.Length];
        long below = 0;
        for (var group = 0; group < Groups; group++)
        {
            long here = 0;
            foreach (var row in Group(group)) here += weights[row];
            foreach (var row in Group(group)) ranks[row] = below + (here + 1) / 2.0;
            below += here;
        }
        return ranks;
    }
}

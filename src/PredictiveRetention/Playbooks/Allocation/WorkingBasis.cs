using System.Numerics;

namespace PredictiveRetention.Playbooks.Allocation;

/// <summary>
/// The inverse of the working basis: as many columns as there are coupling rows, whatever the number of customers. Kept explicitly, changed
/// by a pivot and made anew now and then.
/// </summary>
internal sealed class WorkingBasis(int size)
{
    private const double LeastPivot = 1e-11;

    private readonly double[] _inverse = new double[size * size];

    // The columns, and beside them what becomes their inverse.
    private readonly double[][] _work = [.. Enumerable.Range(0, size).Select(_ => new double[2 * size])];

    /// <summary>The row of the inverse that belongs to a basic column.</summary>
    public Span<double> Row(int at) => _inverse.AsSpan(at * size, size);

    /// <summary>How the basic columns fall as a column rises.</summary>
    public void Direction(SparseColumn column, Span<double> fall)
    {
        for (var at = 0; at < size; at++)
        {
            var inverse = Row(at);
            var sum = 0.0;
            for (var entry = 0; entry < column.Count; entry++) sum += inverse[column.Rows[entry]] * column.Values[entry];
            fall[at] = sum;
        }
    }

    /// <summary>A column with this direction takes the place of a basic one.</summary>
    public void Pivot(int place, ReadOnlySpan<double> fall)
    {
        var pivot = Row(place);
        for (var row = 0; row < size; row++) pivot[row] /= fall[place];
        for (var at = 0; at < size; at++) if (at != place && fall[at] != 0) AddTimes(Row(at), -fall[at], pivot);
    }

    /// <summary>
    /// Another option of a customer becomes the one its basic columns are differences to: the column at the place turns round, the others
    /// of the customer are less by it.
    /// </summary>
    /// <param name="places">Of all basic columns of the customer.</param>
    public void TurnRound(int place, ReadOnlySpan<int> places)
    {
        var turned = Row(place);
        foreach (var other in places) if (other != place) AddTimes(turned, 1, Row(other));
        for (var row = 0; row < size; row++) turned[row] = -turned[row];
    }

    /// <summary>Says what stands in a column, before it is inverted anew.</summary>
    public void SetColumn(int at, SparseColumn column)
    {
        foreach (var row in _work) row[at] = 0;
        for (var entry = 0; entry < column.Count; entry++) _work[column.Rows[entry]][at] += column.Values[entry];
    }

    /// <summary>Inverts the columns that were set (Gauss-Jordan with row pivoting); false where they are as good as dependent.</summary>
    public bool Invert()
    {
        for (var row = 0; row < size; row++)
        {
            _work[row].AsSpan(size).Clear();
            _work[row][size + row] = 1;
        }
        for (var at = 0; at < size; at++)
        {
            var best = at;
            for (var row = at + 1; row < size; row++) if (Math.Abs(_work[row][at]) > Math.Abs(_work[best][at])) best = row;
            if (Math.Abs(_work[best][at]) < LeastPivot) return false;
            (_work[at], _work[best]) = (_work[best], _work[at]);
            var pivot = _work[at];
            var by = 1 / pivot[at];
            for (var entry = at; entry < pivot.Length; entry++) pivot[entry] *= by;
            for (var row = 0; row < size; row++)
            {
                if (row != at && _work[row][at] != 0) AddTimes(_work[row].AsSpan(at), -_work[row][at], pivot.AsSpan(at));
            }
        }
        for (var at = 0; at < size; at++) _work[at].AsSpan(size).CopyTo(Row(at));
        return true;
    }

    private static void AddTimes(Span<double> sum, double times, ReadOnlySpan<double> added)
    {
        var (at, factor) = (0, new Vector<double>(times));
        for (; at <= sum.Length - Vector<double>.Count; at += Vector<double>.Count)
            (new Vector<double>(sum[at..]) + factor * new Vector<double>(added[at..])).CopyTo(sum[at..]);
        for (; at < sum.Length; at++) sum[at] += times * added[at];
    }
}

/// <summary>A column of the coupling rows with few entries.</summary>
internal sealed class SparseColumn
{
    // An option counts in at most two budgets and two capacities, and a column is the difference of two.
    private const int MaxEntries = 8;

    public int[] Rows { get; } = new int[MaxEntries];

    public double[] Values { get; } = new double[MaxEntries];

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    public void Add(int row, double value) => (Rows[Count], Values[Count++]) = (row, value);
}

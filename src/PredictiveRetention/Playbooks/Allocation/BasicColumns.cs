namespace PredictiveRetention.Playbooks.Allocation;

/// <summary>
/// A column that enters the basis: an option of a customer, or what a row sells (or, as an excess, buys) at a side of the box.
/// </summary>
/// <param name="Customer">-1 of a box column.</param>
/// <param name="Gain">What a unit of it brings at the prices of the basis.</param>
internal readonly record struct EnteringColumn(int Customer, byte Option, int Row, bool IsExcess, double Gain);

/// <summary>What has to leave first as a column rises.</summary>
/// <param name="Place">
/// Of a basic column; of the first one of a customer whose key leaves; -1 where the entering customer's own key does and has no others.
/// </param>
/// <param name="Length">How far the entering column rises till then; below 0 where nothing stops it.</param>
internal readonly record struct LeavingColumn(int Place, bool IsKey, double Length);

/// <summary>The columns in the basis and their values. The key of a customer has what is left of 1.</summary>
internal sealed class BasicColumns
{
    // A column falls when it falls by more than this: less is rounding, and a pivot on it would make the inverse useless.
    private const double LeastFall = 1e-9;

    // By how much a column may go below 0 so that a larger pivot can be chosen (P. M. J. Harris, Mathematical Programming 5, 1973).
    private const double Tolerance = 1e-11;

    private readonly int[] _customers;
    private readonly byte[] _options;
    private readonly int[] _rows;
    private readonly bool[] _isExcess;
    private readonly double[] _values;
    private readonly int[] _first;
    private readonly double[] _valueSums;
    private readonly double[] _fallSums;

    public BasicColumns(int size)
    {
        (_customers, _options, _rows, _isExcess) = (new int[size], new byte[size], new int[size], new bool[size]);
        (_values, _first, _valueSums, _fallSums) = (new double[size], new int[size], new double[size], new double[size]);
    }

    public int Count => _customers.Length;

    public Span<double> Values => _values;

    /// <summary>-1 of a box column.</summary>
    public int Customer(int at) => _customers[at];

    public byte Option(int at) => _options[at];

    public int BoxRow(int at) => _rows[at];

    public bool IsExcess(int at) => _isExcess[at];

    public void Set(int place, in EnteringColumn column, double value)
    {
        (_customers[place], _options[place], _values[place]) = (column.Customer, column.Option, value);
        (_rows[place], _isExcess[place]) = (column.Row, column.IsExcess);
        for (var at = 0; at < Count; at++) _first[at] = _customers[at] < 0 ? -1 : Array.IndexOf(_customers, _customers[at]);
    }

    public LeavingColumn Leaving(ReadOnlySpan<double> fall, int entering)
    {
        Array.Clear(_valueSums);
        Array.Clear(_fallSums);
        for (var at = 0; at < Count; at++)
        {
            if (_first[at] < 0) continue;
            _valueSums[_first[at]] += _values[at];
            _fallSums[_first[at]] += fall[at];
        }
        var own = entering < 0 ? -1 : Array.IndexOf(_customers, entering);
        var furthest = entering >= 0 && own < 0 ? 1 + Tolerance : double.PositiveInfinity;
        for (var at = 0; at < Count; at++)
        {
            if (fall[at] > LeastFall) furthest = Math.Min(furthest, (Math.Max(0, _values[at]) + Tolerance) / fall[at]);
            if (_first[at] == at && KeyFall(at, own) is var key && key > LeastFall)
                furthest = Math.Min(furthest, (Math.Max(0, 1 - _valueSums[at]) + Tolerance) / key);
        }
        if (double.IsInfinity(furthest)) return new LeavingColumn(-1, IsKey: false, -1);
        var (leaving, largest) = (new LeavingColumn(-1, IsKey: true, 1), entering >= 0 && own < 0 && furthest >= 1 ? 1.0 : 0.0);
        for (var at = 0; at < Count; at++)
        {
            if (fall[at] > Math.Max(LeastFall, largest) && Math.Max(0, _values[at]) <= furthest * fall[at])
                (leaving, largest) = (new LeavingColumn(at, IsKey: false, Math.Max(0, _values[at]) / fall[at]), fall[at]);
            if (_first[at] == at && KeyFall(at, own) is var key && key > Math.Max(LeastFall, largest)
                && Math.Max(0, 1 - _valueSums[at]) <= furthest * key)
                (leaving, largest) = (new LeavingColumn(at, IsKey: true, Math.Max(0, 1 - _valueSums[at]) / key), key);
        }
        return leaving;
    }

    /// <summary>
    /// The basic columns of the customer whose first stands at the place, the one of greatest value first, and how the key falls in the
    /// step that <see cref="Leaving"/> looked at.
    /// </summary>
    public (int[] Places, double KeyFall) OfCustomer(int first, int entering)
    {
        var places = Enumerable.Range(first, Count - first).Where(at => _first[at] == first).OrderByDescending(at => _values[at]);
        return ([.. places], (_customers[first] == entering ? 1 : 0) - _fallSums[first]);
    }

    public void Fall(ReadOnlySpan<double> fall, double length)
    {
        if (length == 0) return;
        for (var at = 0; at < Count; at++) _values[at] -= length * fall[at];
    }

    private double KeyFall(int first, int own) => (first == own ? 1 : 0) - _fallSums[first];
}

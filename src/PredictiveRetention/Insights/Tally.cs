using System.Numerics;
using System.Runtime.InteropServices;

namespace PredictiveRetention.Insights;

/// <summary>
/// Sums by a small whole number: rows of equal width, made when first added to. Shards are counted apart and their rows added.
/// </summary>
internal sealed class Tally(int width)
{
    private double[]?[] _rows = [];

    public int Width => width;

    /// <summary>Codes with a row, ascending.</summary>
    public IEnumerable<int> Codes => Enumerable.Range(0, _rows.Length).Where(code => _rows[code] is not null);

    /// <summary>The row of a code, to be added to.</summary>
    public double[] this[int code]
    {
        get
        {
            if (code >= _rows.Length) Array.Resize(ref _rows, Math.Max(code + 1, 2 * _rows.Length));
            return _rows[code] ??= new double[width];
        }
    }

    /// <summary>The row of a code; zeros where nothing was added.</summary>
    public ReadOnlySpan<double> Row(int code) => code < _rows.Length && _rows[code] is { } row ? row : s_zeros.AsSpan(0, width);

    /// <param name="values">A whole row, or only its first places.</param>
    public void Add(int code, ReadOnlySpan<double> values)
    {
        var row = this[code].AsSpan(0, values.Length);
        ref var to = ref MemoryMarshal.GetReference(row);
        ref var from = ref MemoryMarshal.GetReference(values);
        var at = 0;
        for (; at <= values.Length - Vector<double>.Count; at += Vector<double>.Count)
            (Vector.LoadUnsafe(ref to, (nuint)at) + Vector.LoadUnsafe(ref from, (nuint)at)).StoreUnsafe(ref to, (nuint)at);
        for (; at < values.Length; at++) row[at] += values[at];
    }

    public void Clear()
    {
        foreach (var row in _rows) row?.AsSpan().Clear();
    }

    /// <summary>As new.</summary>
    public void Forget() => _rows = [];

    private static readonly double[] s_zeros = new double[4096];

    public void Write(BinaryWriter to)
    {
        var codes = Codes.Where(code => _rows[code]!.AsSpan().ContainsAnyExcept(0.0)).ToList();
        to.Write7BitEncodedInt(codes.Count);
        foreach (var code in codes)
        {
            to.Write7BitEncodedInt(code);
            to.Write(MemoryMarshal.AsBytes(_rows[code].AsSpan()));
        }
    }

    /// <param name="place">Where a code of the other side belongs here.</param>
    public void AddFrom(BinaryReader from, Func<int, int> place)
    {
        var row = new double[width];
        for (var rows = from.Read7BitEncodedInt(); rows > 0; rows--)
        {
            var code = from.Read7BitEncodedInt();
            from.BaseStream.ReadExactly(MemoryMarshal.AsBytes(row.AsSpan()));
            Add(place(code), row);
        }
    }
}

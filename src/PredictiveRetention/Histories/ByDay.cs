using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PredictiveRetention.Histories;

/// <summary>A row of a history that lies on a day.</summary>
internal interface IDated
{
    int Day { get; }
}

internal static class ByDay
{
    /// <summary>How many rows, in time order, lie before a day.</summary>
    public static int CountBefore<T>(ReadOnlySpan<T> rows, int day)
        where T : struct, IDated
    {
        // Not rows[middle].Day: of a row that may only be read the compiler makes a copy first, at every step.
        ref var first = ref MemoryMarshal.GetReference(rows);
        int low = 0, high = rows.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Unsafe.Add(ref first, middle).Day < day) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}

using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PredictiveRetention.Models;

/// <summary>
/// Finds the leaf each row reaches without walking: per tree a bit for every leaf that can still be reached, from which each node whose
/// condition fails takes those of its left side; the lowest bit left is the leaf (Lucchese et al. 2015, QuickScorer; 2016, vectorised).
/// 32 rows at a time with AVX-512, for trees of at most 16 leaves. The answers are those of walking the trees, to the last bit.
/// </summary>
internal sealed class QuickScorer
{
    private const int MaxLeaves = 16;

    /// <summary>Rows scored at once.</summary>
    public const int Lanes = 32;

    private readonly int _width;
    private readonly int _trees;
    private readonly double _bias;

    // Nodes of each feature that is split on, by ascending threshold.
    private readonly int[] _features;
    private readonly int[] _ends;
    private readonly float[] _thresholds;
    private readonly int[] _tree;
    private readonly ushort[] _unreachable;

    // Per tree 16 values, from the last leaf to the first: leading zeros of the lowest bit, modulo 16, are the index.
    private readonly double[] _leaves;
    private readonly int[] _leafIndex;

    private QuickScorer(Forest forest)
    {
        (_width, _trees, _bias) = (forest.Width, forest.Roots.Length, forest.Bias);
        _leaves = new double[_trees * MaxLeaves];
        _leafIndex = new int[_trees * MaxLeaves];
        var nodes = new List<(int Feature, float Threshold, int Tree, ushort Unreachable)>();
        for (var tree = 0; tree < _trees; tree++)
        {
            var next = 0;
            Number(forest.Roots[tree], tree, ref next);
        }
        nodes.Sort((a, b) => (a.Feature, a.Threshold, a.Tree).CompareTo((b.Feature, b.Threshold, b.Tree)));
        _features = [.. nodes.Select(node => node.Feature).Distinct()];
        _ends = [.. _features.Select(feature => nodes.FindLastIndex(node => node.Feature == feature) + 1)];
        _thresholds = [.. nodes.Select(node => node.Threshold)];
        _tree = [.. nodes.Select(node => node.Tree)];
        _unreachable = [.. nodes.Select(node => node.Unreachable)];

        // Leaves from left to right; a node whose condition fails loses those to its left.
        void Number(int node, int tree, ref int next)
        {
            if (node < 0)
            {
                _leaves[tree * MaxLeaves + MaxLeaves - 1 - next] = forest.Leaf[~node];
                _leafIndex[tree * MaxLeaves + next++] = ~node;
                return;
            }
            var first = next;
            Number(forest.Left[node], tree, ref next);
            nodes.Add((forest.Feature[node], forest.Threshold[node], tree, (ushort)((1 << next) - (1 << first))));
            Number(forest.Right[node], tree, ref next);
        }
    }

    /// <summary>Null where the processor or the size of a tree does not allow it.</summary>
    public static QuickScorer? For(Forest forest) =>
        Avx512BW.IsSupported && Avx512CD.IsSupported && forest.Roots.All(root => Leaves(forest, root) <= MaxLeaves)
            ? new QuickScorer(forest)
            : null;

    /// <summary>Bias + one leaf a tree, added in the order of the trees.</summary>
    /// <param name="rows">scores.Length x width values.</param>
    /// <param name="reached">Where given (for at most <see cref="Lanes"/> rows), receives the index of the leaf of row r in tree t at t x
    /// Lanes + r.</param>
    public void Score(ReadOnlySpan<float> rows, Span<double> scores, Span<int> reached = default)
    {
        var columns = ArrayPool<float>.Shared.Rent(_width * Lanes);
        var bits = ArrayPool<ushort>.Shared.Rent(Math.Max(1, _trees) * Lanes);
        for (var start = 0; start < scores.Length; start += Lanes)
        {
            var count = Math.Min(Lanes, scores.Length - start);
            Transpose(rows.Slice(start * _width, count * _width), columns, count);
            MaskUnreachable(columns, bits);
            Add(bits, scores.Slice(start, count));
            if (!reached.IsEmpty) Name(bits, reached, count);
        }
        ArrayPool<float>.Shared.Return(columns);
        ArrayPool<ushort>.Shared.Return(bits);
    }

    /// <summary>
    /// Row after row becomes column after column, 32 values each; where there are fewer rows, what was there stays and is not read.
    /// </summary>
    private void Transpose(ReadOnlySpan<float> rows, float[] columns, int count)
    {
        foreach (var feature in _features)
            for (var row = 0; row < count; row++) columns[feature * Lanes + row] = rows[row * _width + feature];
    }

    private void MaskUnreachable(float[] columns, ushort[] bits)
    {
        Array.Fill(bits, ushort.MaxValue, 0, _trees * Lanes);
        ref var value = ref MemoryMarshal.GetArrayDataReference(columns);
        ref var bit = ref MemoryMarshal.GetArrayDataReference(bits);
        var node = 0;
        for (var i = 0; i < _features.Length; i++)
        {
            var at = (nuint)(_features[i] * Lanes);
            var (low, high) = (Vector512.LoadUnsafe(ref value, at), Vector512.LoadUnsafe(ref value, at + 16));
            for (; node < _ends[i]; node++)
            {
                var threshold = Vector512.Create(_thresholds[node]);
                var fails = Vector512.Narrow(Vector512.GreaterThan(low, threshold).AsUInt32(),
                    Vector512.GreaterThan(high, threshold).AsUInt32());
                if (fails == Vector512<ushort>.Zero) break; // and so it is for every higher threshold
                var tree = (nuint)(_tree[node] * Lanes);
                Vector512.AndNot(Vector512.LoadUnsafe(ref bit, tree), fails & Vector512.Create(_unreachable[node]))
                    .StoreUnsafe(ref bit, tree);
            }
            node = _ends[i];
        }
    }

    private void Add(ushort[] bits, Span<double> scores)
    {
        ref var bit = ref MemoryMarshal.GetArrayDataReference(bits);
        ref var leaf = ref MemoryMarshal.GetArrayDataReference(_leaves);
        Vector512<double> a = Vector512.Create(_bias), b = a, c = a, d = a;
        for (var tree = 0; tree < _trees; tree++)
        {
            var at = (nuint)(tree * Lanes);
            var reachable = Vector512.LoadUnsafe(ref bit, at);
            (reachable & (Vector512<ushort>.Zero - reachable)).StoreUnsafe(ref bit, at);
            var (first, last) = (Vector512.LoadUnsafe(ref leaf, (nuint)(tree * MaxLeaves)),
                Vector512.LoadUnsafe(ref leaf, (nuint)(tree * MaxLeaves + 8)));
            a += Leaf(ref bit, at, first, last);
            b += Leaf(ref bit, at + 8, first, last);
            c += Leaf(ref bit, at + 16, first, last);
            d += Leaf(ref bit, at + 24, first, last);
        }
        Span<double> sums = stackalloc double[Lanes];
        ref var sum = ref MemoryMarshal.GetReference(sums);
        a.StoreUnsafe(ref sum, 0);
        b.StoreUnsafe(ref sum, 8);
        c.StoreUnsafe(ref sum, 16);
        d.StoreUnsafe(ref sum, 24);
        sums[..scores.Length].CopyTo(scores);
    }

    /// <summary>Of eight rows whose lowest bit is isolated; the permutation looks at the index modulo 16 only.</summary>
    private static Vector512<double> Leaf(ref ushort bit, nuint at, Vector512<double> first, Vector512<double> last)
    {
        var lowest = Avx512F.ConvertToVector512UInt64(Vector128.LoadUnsafe(ref bit, at));
        return Avx512F.PermuteVar8x64x2(first, Avx512CD.LeadingZeroCount(lowest).AsInt64(), last);
    }

    /// <summary>After <see cref="Add"/>, which leaves the lowest bit alone.</summary>
    private void Name(ushort[] bits, Span<int> reached, int count)
    {
        for (var tree = 0; tree < _trees; tree++)
            for (var row = 0; row < count; row++)
                reached[tree * Lanes
                    + row] = _leafIndex[tree * MaxLeaves + System.Numerics.BitOperations.TrailingZeroCount(bits[tree * Lanes + row])];
    }

    private static int Leaves(Forest forest, int node) =>
        node < 0 ? 1 : Leaves(forest, forest.Left[node]) + Leaves(forest, forest.Right[node]);
}

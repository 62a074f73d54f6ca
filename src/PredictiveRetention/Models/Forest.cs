using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace PredictiveRetention.Models;

/// <summary>
/// A boosted ensemble of regression trees in flat arrays: an immutable value, safe to share between threads, and the one scorer that
/// training, the night run and the endpoints use, so a customer's score does not depend on who asks.
/// A row goes left where x &lt;= threshold. Children at or above 0 are nodes, below 0 they are leaves (~index).
/// </summary>
public sealed class Forest
{
    private readonly Node[] _nodes;
    private readonly int[] _roots;
    private readonly int[] _depth;
    private readonly QuickScorer? _quick;
    private readonly PathContributions? _contributions;
    private readonly TreeShap? _shap;

    [JsonConstructor]
    public Forest(int width, double bias, int[] roots, int[] feature, float[] threshold, int[] left, int[] right, double[] leaf,
        int[]? cover = null)
    {
        (Width, Bias, Roots, Feature, Threshold, Left, Right, Leaf,
            Cover) = (width, bias, roots, feature, threshold, left, right, leaf, cover);
        Validate();
        (_nodes, _roots) = Compile();
        _depth = [.. Roots.Select(Depth)];
        _quick = QuickScorer.For(this);
        _contributions = Cover is null ? null : new PathContributions(this);
        _shap = Cover is null ? null : new TreeShap(this);
    }

    /// <summary>Number of values in a row.</summary>
    public int Width { get; }
    public double Bias { get; }

    /// <summary>First node of each tree, or ~leaf for a tree without a split.</summary>
    public int[] Roots { get; }
    public int[] Feature { get; }
    public float[] Threshold { get; }
    public int[] Left { get; }
    public int[] Right { get; }

    /// <summary>Value of each leaf, the tree's weight included.</summary>
    public double[] Leaf { get; }

    /// <summary>Training rows that reach each leaf; null in models of earlier versions, which cannot explain themselves.</summary>
    public int[]? Cover { get; }

    /// <summary>Score of the average training row: what <see cref="Explain"/> starts from. Bias where there is no cover.</summary>
    [JsonIgnore]
    public double Expected => _contributions?.Expected ?? Bias;

    public double Score(ReadOnlySpan<float> row)
    {
        Span<double> score = [0];
        Score(row, score);
        return score[0];
    }

    /// <summary>Scores rows that lie one after the other. Tree by tree in blocks, so that nodes and rows stay in the cache.</summary>
    /// <param name="rows">scores.Length x Width values.</param>
    /// <param name="scores">Receives bias + the sum of one leaf a tree.</param>
    public void Score(ReadOnlySpan<float> rows, Span<double> scores)
    {
        if (rows.Length != scores.Length * Width)
            throw new ArgumentException($"{rows.Length} values for {scores.Length} rows of {Width}.", nameof(rows));
        if (_quick is not null)
        {
            _quick.Score(rows, scores);
            return;
        }
        Walk(rows, scores);
    }

    /// <summary>
    /// Scores, and what each feature adds to them (path contributions: Saabas 2014, Interpreting random forests): Expected + the sum of a
    /// row's contributions is its score.
    /// </summary>
    /// <param name="rows">scores.Length x Width values.</param>
    /// <param name="scores">Exactly what <see cref="Score(ReadOnlySpan{float}, Span{double})"/> gives.</param>
    /// <param name="contributions">Receives scores.Length x Width values.</param>
    /// <exception cref="InvalidOperationException">The forest has no cover.</exception>
    public void Explain(ReadOnlySpan<float> rows, Span<double> scores, Span<float> contributions)
    {
        if (_contributions is null) throw new InvalidOperationException("A forest without cover cannot say why.");
        if (rows.Length != scores.Length * Width || contributions.Length != rows.Length)
            throw new ArgumentException(
                $"{rows.Length} values and {contributions.Length} contributions for {scores.Length} rows of {Width}.", nameof(rows));
        const int Block = QuickScorer.Lanes;
        var reached = ArrayPool<int>.Shared.Rent(Math.Max(1, Block * Roots.Length));
        for (var start = 0; start < scores.Length; start += Block)
        {
            var count = Math.Min(Block, scores.Length - start);
            var block = rows.Slice(start * Width, count * Width);
            if (_quick is not null) _quick.Score(block, scores.Slice(start, count), reached);
            else WalkAndName(block, scores.Slice(start, count), reached);
            _contributions.Add(reached, count, contributions.Slice(start * Width, count * Width));
        }
        ArrayPool<int>.Shared.Return(reached);
    }

    /// <summary>
    /// Exact Shapley values of one row's score (see <see cref="TreeShap"/>): Expected + their sum is the score, up to rounding. For a look
    /// at one row; <see cref="Explain"/> is for many.
    /// </summary>
    /// <param name="row">Width values.</param>
    /// <param name="contributions">Receives Width values, 0 for a feature no tree splits on.</param>
    /// <exception cref="InvalidOperationException">The forest has no cover.</exception>
    public void Shap(ReadOnlySpan<float> row, Span<double> contributions)
    {
        if (_shap is null) throw new InvalidOperationException("A forest without cover cannot say why.");
        if (row.Length != Width || contributions.Length != Width)
            throw new ArgumentException($"{row.Length} values and {contributions.Length} contributions for a row of {Width}.", nameof(row));
        contributions.Clear();
        _shap.Add(row, contributions);
    }

    private void WalkAndName(ReadOnlySpan<float> rows, Span<double> scores, Span<int> reached)
    {
        Walk(rows, scores);
        for (var tree = 0; tree < Roots.Length; tree++)
            for (var row = 0; row < scores.Length; row++)
                reached[tree * QuickScorer.Lanes + row] = ~LeafOf(Roots[tree], rows.Slice(row * Width, Width));
    }

    /// <summary>By walking down the trees: what every processor can do.</summary>
    public void Walk(ReadOnlySpan<float> rows, Span<double> scores)
    {
        const int Block = 128;
        for (var start = 0; start < scores.Length; start += Block)
        {
            var count = Math.Min(Block, scores.Length - start);
            ScoreBlock(rows.Slice(start * Width, count * Width), scores.Slice(start, count));
        }
    }

    /// <summary>Score after each tree: element k is the score of the first k + 1 trees. Used to choose how many trees to keep.</summary>
    public void Path(ReadOnlySpan<float> row, Span<double> path)
    {
        var sum = Bias;
        for (var tree = 0; tree < Roots.Length; tree++) path[tree] = sum += Leaf[~LeafOf(Roots[tree], row)];
    }

    /// <summary>The forest of the first <paramref name="trees"/> trees.</summary>
    public Forest First(int trees)
    {
        if (trees >= Roots.Length) return this;
        var nodes = trees == 0 ? 0 : NodesBefore(trees);
        var leaves = trees == 0 ? 0 : LeavesBefore(trees);
        return new Forest(Width, Bias, Roots[..trees], Feature[..nodes], Threshold[..nodes], Left[..nodes], Right[..nodes], Leaf[..leaves],
            Cover?[..leaves]);
    }

    private void ScoreBlock(ReadOnlySpan<float> rows, Span<double> scores)
    {
        scores.Fill(Bias);
        ref var values = ref MemoryMarshal.GetReference(rows);
        ref var nodes = ref MemoryMarshal.GetArrayDataReference(_nodes);
        for (var tree = 0; tree < _roots.Length; tree++)
        {
            var (root, depth) = (_roots[tree], _depth[tree]);
            var i = 0;
            // Four rows at a time: a walk down a tree waits for memory at every step, and four walks wait together.
            for (; i + 4 <= scores.Length; i += 4)
            {
                int a = root, b = root, c = root, d = root;
                ref var row = ref Unsafe.Add(ref values, i * Width);
                for (var step = 0; step < depth; step++)
                {
                    a = Next(ref nodes, a, ref row);
                    b = Next(ref nodes, b, ref Unsafe.Add(ref row, Width));
                    c = Next(ref nodes, c, ref Unsafe.Add(ref row, 2 * Width));
                    d = Next(ref nodes, d, ref Unsafe.Add(ref row, 3 * Width));
                }
                scores[i] += LeafAt(a);
                scores[i + 1] += LeafAt(b);
                scores[i + 2] += LeafAt(c);
                scores[i + 3] += LeafAt(d);
            }
            for (; i < scores.Length; i++)
            {
                var node = root;
                for (var step = 0; step < depth; step++) node = Next(ref nodes, node, ref Unsafe.Add(ref values, i * Width));
                scores[i] += LeafAt(node);
            }
        }
    }

    /// <summary>
    /// One step down. The comparison is turned into an index instead of a branch: which way a customer goes cannot be predicted.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Next(ref Node nodes, int node, ref float row)
    {
        ref var split = ref Unsafe.Add(ref nodes, node);
        var right = Unsafe.Add(ref row, split.Feature) > split.Threshold;
        return Unsafe.Add(ref split.Left, Unsafe.As<bool, byte>(ref right));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double LeafAt(int node) => Leaf[node - Feature.Length];

    /// <summary>The same forest, with the number of these rows that reach each leaf.</summary>
    internal Forest Covered(ReadOnlySpan<float> rows)
    {
        var cover = new int[Leaf.Length];
        for (var row = 0; row < rows.Length; row += Width)
            foreach (var root in Roots) cover[~LeafOf(root, rows.Slice(row, Width))]++;
        return new Forest(Width, Bias, Roots, Feature, Threshold, Left, Right, Leaf, cover);
    }

    private int LeafOf(int node, ReadOnlySpan<float> row)
    {
        while (node >= 0) node = row[Feature[node]] > Threshold[node] ? Right[node] : Left[node];
        return node;
    }

    /// <summary>
    /// Nodes and leaves in one array, a leaf leading to itself, so that every row can take as many steps as the tree is deep. Only what
    /// <see cref="Validate"/> has let through is compiled: every index is in range.
    /// </summary>
    private (Node[] Nodes, int[] Roots) Compile()
    {
        var nodes = new Node[Feature.Length + Leaf.Length];
        for (var i = 0; i < Feature.Length; i++)
            nodes[i] = new Node { Feature = Feature[i], Threshold = Threshold[i], Left = At(Left[i]), Right = At(Right[i]) };
        for (var i = Feature.Length; i < nodes.Length; i++) nodes[i] = new Node { Left = i, Right = i };
        return (nodes, [.. Roots.Select(At)]);

        int At(int child) => child >= 0 ? child : Feature.Length + ~child;
    }

    private int Depth(int node) => node < 0 ? 0 : 1 + Math.Max(Depth(Left[node]), Depth(Right[node]));

    private int NodesBefore(int tree) => Roots.Skip(tree).Where(root => root >= 0).DefaultIfEmpty(Feature.Length).First();

    private int LeavesBefore(int trees)
    {
        var leaves = 0;
        for (var tree = 0; tree < trees; tree++) CountLeaves(Roots[tree]);
        return leaves;

        void CountLeaves(int node)
        {
            if (node < 0)
            {
                leaves = Math.Max(leaves, ~node + 1);
                return;
            }
            CountLeaves(Left[node]);
            CountLeaves(Right[node]);
        }
    }

    /// <summary>
    /// A model file is input like any other: a child or feature out of range, or a loop, is refused before it is followed.
    /// </summary>
    private void Validate()
    {
        var nodes = Feature.Length;
        if (Threshold.Length != nodes || Left.Length != nodes || Right.Length != nodes)
            throw new FormatException("The arrays of a forest differ in length.");
        foreach (var root in Roots) Child(root, -1);
        for (var i = 0; i < nodes; i++)
        {
            if ((uint)Feature[i] >= (uint)Width) throw new FormatException($"Node {i} splits on feature {Feature[i]} of {Width}.");
            Child(Left[i], i);
            Child(Right[i], i);
        }
        if (Cover is not null && (Cover.Length != Leaf.Length || Cover.Any(rows => rows < 0)))
            throw new FormatException("The cover of a forest is not one count a leaf.");
        if (!double.IsFinite(Bias) || Leaf.Any(value => !double.IsFinite(value)))
            throw new FormatException("A leaf of a forest is not a number.");

        void Child(int child, int parent)
        {
            if (child < 0 ? ~child >= Leaf.Length : child >= nodes || child <= parent)
                throw new FormatException($"Node {parent} leads to {child}, which is no later node and no leaf.");
        }
    }

    private struct Node
    {
        public int Feature;
        public float Threshold;
        public int Left;
        public int Right;
    }
}

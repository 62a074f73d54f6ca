using System.Runtime.CompilerServices;
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

    [JsonConstructor]
    public Forest(int width, double bias, int[] roots, int[] feature, float[] threshold, int[] left, int[] right, double[] leaf)
    {
        (Width, Bias, Roots, Feature, Threshold, Left, Right, Leaf) = (width, bias, roots, feature, threshold, left, right, leaf);
        Validate();
        _nodes = new Node[feature.Length];
        for (var i = 0; i < _nodes.Length; i++) _nodes[i] = new Node(feature[i], threshold[i], left[i], right[i]);
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
        const int Block = 128;
        if (rows.Length != scores.Length * Width) throw new ArgumentException($"{rows.Length} values for {scores.Length} rows of {Width}.", nameof(rows));
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
        return new Forest(Width, Bias, Roots[..trees], Feature[..nodes], Threshold[..nodes], Left[..nodes], Right[..nodes], Leaf[..leaves]);
    }

    /// <summary>How often each feature is split on, weighted by the number of leaves below being halved at each level: a rough importance, sums to 1.</summary>
    public double[] SplitShare()
    {
        var share = new double[Width];
        foreach (var root in Roots) Count(root, 1);
        var total = share.Sum();
        if (total > 0) for (var i = 0; i < share.Length; i++) share[i] /= total;
        return share;

        void Count(int node, double weight)
        {
            if (node < 0) return;
            share[Feature[node]] += weight;
            Count(Left[node], weight / 2);
            Count(Right[node], weight / 2);
        }
    }

    private void ScoreBlock(ReadOnlySpan<float> rows, Span<double> scores)
    {
        scores.Fill(Bias);
        foreach (var root in Roots)
            for (var i = 0; i < scores.Length; i++)
                scores[i] += Leaf[~LeafOf(root, rows.Slice(i * Width, Width))];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int LeafOf(int node, ReadOnlySpan<float> row)
    {
        while (node >= 0)
        {
            ref readonly var split = ref _nodes[node];
            node = row[split.Feature] <= split.Threshold ? split.Left : split.Right;
        }
        return node;
    }

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

    /// <summary>A model file is input like any other: a child or feature out of range, or a loop, is refused before it is followed.</summary>
    private void Validate()
    {
        var nodes = Feature.Length;
        if (Threshold.Length != nodes || Left.Length != nodes || Right.Length != nodes) throw new FormatException("The arrays of a forest differ in length.");
        foreach (var root in Roots) Child(root, -1);
        for (var i = 0; i < nodes; i++)
        {
            if ((uint)Feature[i] >= (uint)Width) throw new FormatException($"Node {i} splits on feature {Feature[i]} of {Width}.");
            Child(Left[i], i);
            Child(Right[i], i);
        }
        if (!double.IsFinite(Bias) || Leaf.Any(value => !double.IsFinite(value))) throw new FormatException("A leaf of a forest is not a number.");

        void Child(int child, int parent)
        {
            if (child < 0 ? ~child >= Leaf.Length : child >= nodes || child <= parent) throw new FormatException($"Node {parent} leads to {child}, which is no later node and no leaf.");
        }
    }

    private readonly record struct Node(int Feature, float Threshold, int Left, int Right);
}

namespace PredictiveRetention.Models;

/// <summary>
/// What the splits on the way to each leaf add, by feature: the value of a node is the mean of the leaves below it, weighted by their
/// cover, and a split adds the difference between the node it leads to and the node it is in.
/// </summary>
internal sealed class PathContributions
{
    /// <summary>Added to the cover of every leaf, so that a tree nobody reached still has a mean.</summary>
    public const double Unreached = 1e-9;

    private readonly int _width;
    private readonly int _trees;
    private readonly int[] _start;
    private readonly int[] _feature;
    private readonly float[] _delta;

    public PathContributions(Forest forest)
    {
        (_width, _trees) = (forest.Width, forest.Roots.Length);
        var perLeaf = new List<(int Feature, float Delta)>[forest.Leaf.Length];
        Expected = forest.Bias;
        foreach (var root in forest.Roots)
        {
            Expected += ValueOf(root).Value;
            Descend(root, new Dictionary<int, double>());
        }
        _start = new int[perLeaf.Length + 1];
        for (var leaf = 0; leaf < perLeaf.Length; leaf++) _start[leaf + 1] = _start[leaf] + (perLeaf[leaf]?.Count ?? 0);
        _feature = [.. perLeaf.SelectMany(path => path ?? []).Select(step => step.Feature)];
        _delta = [.. perLeaf.SelectMany(path => path ?? []).Select(step => step.Delta)];

        void Descend(int node, Dictionary<int, double> path)
        {
            if (node < 0)
            {
                perLeaf[~node] = [.. path.Select(step => (step.Key, (float)step.Value))];
                return;
            }
            var here = ValueOf(node).Value;
            foreach (var child in new[] { forest.Left[node], forest.Right[node] })
            {
                var further = new Dictionary<int, double>(path);
                further[forest.Feature[node]] = further.GetValueOrDefault(forest.Feature[node]) + ValueOf(child).Value - here;
                Descend(child, further);
            }
        }

        (double Value, double Weight) ValueOf(int node)
        {
            if (node < 0) return (forest.Leaf[~node], forest.Cover![~node] + Unreached);
            var (left, right) = (ValueOf(forest.Left[node]), ValueOf(forest.Right[node]));
            var weight = left.Weight + right.Weight;
            return ((left.Value * left.Weight + right.Value * right.Weight) / weight, weight);
        }
    }

    /// <summary>Bias + the value of every root.</summary>
    public double Expected { get; }

    /// <summary>Tree by tree over a few rows: each row's sums wait for themselves, and the rows do not wait for each other.</summary>
    /// <param name="reached">The leaf of row r in tree t at t x <see cref="QuickScorer.Lanes"/> + r.</param>
    /// <param name="contributions">Receives rows x width values.</param>
    public void Add(ReadOnlySpan<int> reached, int rows, Span<float> contributions)
    {
        contributions.Clear();
        for (var tree = 0; tree < _trees; tree++)
        {
            var leaves = reached.Slice(tree * QuickScorer.Lanes, rows);
            for (var row = 0; row < leaves.Length; row++)
            {
                var sums = contributions.Slice(row * _width, _width);
                for (var step = _start[leaves[row]]; step < _start[leaves[row] + 1]; step++) sums[_feature[step]] += _delta[step];
            }
        }
    }
}

using System.Buffers;

namespace PredictiveRetention.Models;

/// <summary>
/// Shapley values of a forest's score, exact for the path-dependent expectation: a feature that is left out is averaged over as its splits
/// divided the training rows (TreeSHAP: Lundberg, Erion and Lee 2018, Consistent individualized feature attribution for tree ensembles,
/// arXiv 1802.03888, Algorithm 2). A tree of L leaves and depth D costs O(L D^2). Stable while paths hold some thirty different features.
/// </summary>
internal sealed class TreeShap
{
    private readonly Forest _forest;
    private readonly double[] _toLeft;
    private readonly int _steps;

    public TreeShap(Forest forest)
    {
        _forest = forest;
        _toLeft = new double[forest.Feature.Length];
        var weight = new double[forest.Feature.Length];
        var depth = new int[forest.Feature.Length];
        // Children come after their parents.
        for (var node = weight.Length - 1; node >= 0; node--)
        {
            var (left, right) = (forest.Left[node], forest.Right[node]);
            weight[node] = Weight(left) + Weight(right);
            _toLeft[node] = Weight(left) / weight[node];
            depth[node] = 1 + Math.Max(left < 0 ? 0 : depth[left], right < 0 ? 0 : depth[right]);
        }
        var deepest = depth.DefaultIfEmpty(0).Max();
        _steps = (deepest + 1) * (deepest + 2) / 2;

        double Weight(int child) => child < 0 ? forest.Cover![~child] + PathContributions.Unreached : weight[child];
    }

    /// <param name="row">Width values.</param>
    /// <param name="contributions">Width values, to which each feature's is added.</param>
    public void Add(ReadOnlySpan<float> row, Span<double> contributions)
    {
        var steps = ArrayPool<Step>.Shared.Rent(_steps);
        foreach (var root in _forest.Roots)
            if (root >= 0) Descend(root, row, steps, 0, new Step { Feature = -1, Zero = 1, One = 1 }, contributions);
        ArrayPool<Step>.Shared.Return(steps);
    }

    /// <param name="paths">The path so far, and behind it room for those of the nodes below.</param>
    private void Descend(int node, ReadOnlySpan<float> row, Span<Step> paths, int length, Step step, Span<double> contributions)
    {
        Extend(paths, length++, step);
        var path = paths[..length];
        if (node < 0)
        {
            for (var i = 1; i < length; i++)
                contributions[path[i].Feature] += WeightWithout(path, i) * (path[i].One - path[i].Zero) * _forest.Leaf[~node];
            return;
        }
        var feature = _forest.Feature[node];
        var goesRight = row[feature] > _forest.Threshold[node];
        double zero = 1, one = 1;
        for (var i = 1; i < length; i++)
        {
            if (path[i].Feature != feature) continue;
            (zero, one) = (path[i].Zero, path[i].One);
            Unwind(path, i);
            length--;
            break;
        }
        var below = paths[length..];
        path = paths[..length];
        path.CopyTo(below);
        Descend(_forest.Left[node], row, below, length,
            new Step { Feature = feature, Zero = zero * _toLeft[node], One = goesRight ? 0 : one }, contributions);
        path.CopyTo(below);
        Descend(_forest.Right[node], row, below, length,
            new Step { Feature = feature, Zero = zero * (1 - _toLeft[node]), One = goesRight ? one : 0 }, contributions);
    }

    private static void Extend(Span<Step> path, int length, Step step)
    {
        step.Weight = length == 0 ? 1 : 0;
        path[length] = step;
        for (var i = length - 1; i >= 0; i--)
        {
            path[i + 1].Weight += step.One * path[i].Weight * (i + 1) / (length + 1);
            path[i].Weight = step.Zero * path[i].Weight * (length - i) / (length + 1);
        }
    }

    /// <summary>Undoes the extension by a step, wherever in the path it is.</summary>
    private static void Unwind(Span<Step> path, int at)
    {
        var last = path.Length - 1;
        var (zero, one, next) = (path[at].Zero, path[at].One, path[last].Weight);
        for (var i = last - 1; i >= 0; i--)
        {
            if (one == 0)
            {
                path[i].Weight *= (last + 1) / (zero * (last - i));
                continue;
            }
            var before = path[i].Weight;
            path[i].Weight = next * (last + 1) / ((i + 1) * one);
            next = before - path[i].Weight * zero * (last - i) / (last + 1);
        }
        for (var i = at; i < last; i++)
            (path[i].Feature, path[i].Zero, path[i].One) = (path[i + 1].Feature, path[i + 1].Zero, path[i + 1].One);
    }

    /// <summary>Sum of the weights that unwinding a step would leave.</summary>
    private static double WeightWithout(ReadOnlySpan<Step> path, int at)
    {
        var last = path.Length - 1;
        var (zero, one, next) = (path[at].Zero, path[at].One, path[last].Weight);
        double sum = 0;
        for (var i = last - 1; i >= 0; i--)
        {
            if (one == 0)
            {
                sum += path[i].Weight * (last + 1) / (zero * (last - i));
                continue;
            }
            var weight = next * (last + 1) / ((i + 1) * one);
            sum += weight;
            next = path[i].Weight - weight * zero * (last - i) / (last + 1);
        }
        return sum;
    }

    /// <summary>
    /// One feature of a path: which part of the training rows goes on where it is not known, and whether this row does where it is.
    /// </summary>
    private struct Step
    {
        public int Feature;
        public double Zero;
        public double One;

        /// <summary>Of the subsets with as many features as the step's place in the path.</summary>
        public double Weight;
    }
}

using System.Numerics;
using PredictiveRetention.Models;
using Xunit;

namespace PredictiveRetention.Tests.Models;

public class TreeShapTests
{
    /// <summary>
    /// Forests of random trees over up to eight features: splits that repeat a feature, leaves nobody reached, trees of one leaf.
    /// </summary>
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 6)]
    [InlineData(3, 12)]
    [InlineData(5, 16)]
    [InlineData(8, 16)]
    [InlineData(8, 40)]
    public void Shap_IsTheShapleyValueOverAllSubsets(int width, int leaves)
    {
        var random = new Random(100 * width + leaves);
        for (var repeat = 0; repeat < 20; repeat++)
        {
            var forest = Random(random, width, trees: 1 + repeat % 4, leaves);
            float[] row = [.. Enumerable.Range(0, width).Select(_ => random.Next(-4, 5) / 2f)];
            var (expected, contributions) = (ByEnumeration(forest, row), new double[width]);
            forest.Shap(row, contributions);
            for (var feature = 0; feature < width; feature++) Assert.Equal(expected[feature], contributions[feature], 1e-10);
            Assert.Equal(forest.Score(row), forest.Expected + contributions.Sum(), 1e-9 * Math.Max(1, Math.Abs(forest.Score(row))));
        }
    }

    /// <summary>
    /// x0 and x1 decide together: path contributions would credit the lower split with more, Shapley values treat them alike.
    /// </summary>
    [Fact]
    public void Shap_OfAnAnd_CreditsBothAlike()
    {
        var forest = new Forest(3, 0, [0], [0, 1], [0.5f, 0.5f], [-1, -2], [1, -3], [0, 0, 8], [50, 25, 25]);
        var contributions = new double[3];
        forest.Shap([1, 1, 1], contributions);
        Assert.Equal([3, 3, 0], contributions.Select(value => Math.Round(value, 9)));
    }

    [Fact]
    public void Shap_OfARepeatedFeature_IsOneContribution()
    {
        // x0 <= 0 ? 1 : x0 <= 1 ? 2 : 6, reached by 50, 30 and 20: all there is to say is the score less 2.3.
        var forest = new Forest(2, 0, [0], [0, 0], [0, 1], [-1, -2], [1, -3], [1, 2, 6], [50, 30, 20]);
        foreach (var (value, score) in new[] { (-1f, 1), (0.5f, 2), (3f, 6) })
        {
            var contributions = new double[2];
            forest.Shap([value, 0], contributions);
            Assert.Equal(score - 2.3, contributions[0], 1e-9);
            Assert.Equal(0, contributions[1]);
        }
    }

    [Fact]
    public void Shap_OfTreesWithoutASplit_IsNothing()
    {
        var contributions = new double[] { 7, 7 };
        new Forest(2, 1, [-1, -2], [], [], [], [], [0.5, 2], [10, 10]).Shap([1, 2], contributions);
        Assert.Equal([0, 0], contributions);
    }

    [Theory]
    [InlineData(8, false)]
    [InlineData(24, true)]
    public void Shap_OfAFittedForest_AddsUpToEveryScore_AndNeverNamesWhatIsNotSplitOn(int leaves, bool bagged)
    {
        const int Width = 6;
        var random = new Random(5);
        var rows = new float[1500 * Width];
        var labels = new bool[1500];
        for (var i = 0; i < labels.Length; i++)
        {
            // The last feature does not vary: no tree can split on it.
            for (var j = 0; j < Width - 1; j++) rows[i * Width + j] = (float)random.NextDouble();
            labels[i] = random.NextDouble() < rows[i * Width] * rows[i * Width + 1] + 0.2;
        }
        var settings = new ForestSettings { Trees = 40, Leaves = leaves, MinLeaf = 5 };
        var forest = bagged
            ? ForestTrainer.FitBagged(rows, labels, Width, settings)
            : ForestTrainer.FitBinary(rows, labels, Width, settings);
        var (contributions, importance) = (new double[Width], new double[Width]);
        for (var i = 0; i < 300; i++)
        {
            var row = rows.AsSpan(i * Width, Width);
            forest.Shap(row, contributions);
            var score = forest.Score(row);
            Assert.Equal(score, forest.Expected + contributions.Sum(), 1e-9 * Math.Max(1, Math.Abs(score)));
            Assert.Equal(0, contributions[Width - 1]);
            for (var j = 0; j < Width; j++) importance[j] += Math.Abs(contributions[j]);
        }
        Assert.True(Math.Min(importance[0], importance[1]) > 2 * importance[2..].Max(), string.Join(", ", importance));
    }

    [Fact]
    public void Shap_WithoutCover_OrOfAnotherWidth_IsRefused()
    {
        Assert.Throws<InvalidOperationException>(() => new Forest(1, 0, [-1], [], [], [], [], [1]).Shap([1], new double[1]));
        Assert.Throws<ArgumentException>(() => new Forest(1, 0, [-1], [], [], [], [], [1], [1]).Shap([1, 2], new double[2]));
    }

    /// <summary>Shapley 1953 as defined: the mean over the subsets of what a feature adds to the expectation given the subset.</summary>
    private static double[] ByEnumeration(Forest forest, float[] row)
    {
        var width = row.Length;
        double[] expected = [.. Enumerable.Range(0, 1 << width).Select(subset => forest.Roots.Sum(root => Expected(root, (uint)subset)))];
        return [.. Enumerable.Range(0, width)
            .Select(feature => Enumerable.Range(0, 1 << width).Where(subset => (subset >> feature & 1) == 0).Sum(subset =>
            Factorial(BitOperations.PopCount((uint)subset)) * Factorial(width - BitOperations.PopCount((uint)subset) - 1) / Factorial(width)
                * (expected[subset | 1 << feature] - expected[subset])))];

        double Expected(int node, uint subset)
        {
            if (node < 0) return forest.Leaf[~node];
            if ((subset >> forest.Feature[node] & 1) == 1)
                return Expected(row[forest.Feature[node]] > forest.Threshold[node] ? forest.Right[node] : forest.Left[node], subset);
            var (left, right) = (Weight(forest.Left[node]), Weight(forest.Right[node]));
            return (left * Expected(forest.Left[node], subset) + right * Expected(forest.Right[node], subset)) / (left + right);
        }

        double Weight(int node) => node < 0 ? forest.Cover![~node] + 1e-9 : Weight(forest.Left[node]) + Weight(forest.Right[node]);

        static double Factorial(int n) => n < 2 ? 1 : n * Factorial(n - 1);
    }

    private static Forest Random(Random random, int width, int trees, int leaves)
    {
        List<int> roots = [], feature = [], left = [], right = [], cover = [];
        List<float> threshold = [];
        List<double> leaf = [];
        for (var tree = 0; tree < trees; tree++) roots.Add(Grow(tree == 3 ? 1 : leaves));
        return new Forest(width, random.NextDouble(), [.. roots], [.. feature], [.. threshold], [.. left], [.. right], [.. leaf],
            [.. cover]);

        int Grow(int size)
        {
            if (size == 1)
            {
                leaf.Add(random.NextDouble() - 0.5);
                cover.Add(random.Next(6) == 0 ? 0 : random.Next(1, 50));
                return ~(leaf.Count - 1);
            }
            var node = feature.Count;
            feature.Add(random.Next(width));
            threshold.Add(random.Next(-4, 5) / 2f);
            left.Add(0);
            right.Add(0);
            var small = random.Next(1, size);
            left[node] = Grow(small);
            right[node] = Grow(size - small);
            return node;
        }
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using PredictiveRetention.Models;
using Xunit;

namespace PredictiveRetention.Tests.Models;

public class ForestTests
{
    private const int Width = 5;

    private static readonly ForestSettings s_small = new() { Trees = 30, Leaves = 8 };

    [Fact]
    public void Score_OfFlattenedTrees_EqualsWhatTheTrainerItselfAnswers()
    {
        var (rows, labels, _) = Data(2000);
        var forest = ForestTrainer.FitBinary(rows, labels, Width, s_small);
        var context = new MLContext(s_small.Seed);
        var data = context.Data.LoadFromEnumerable(Enumerable.Range(0, labels.Length).Select(i => new Row { Features = rows.AsSpan(i * Width, Width).ToArray(), Label = labels[i] }));
        var options = new FastTreeBinaryTrainer.Options
        {
            NumberOfTrees = 30, NumberOfLeaves = 8, MinimumExampleCountPerLeaf = s_small.MinLeaf, LearningRate = s_small.LearningRate, FeatureFraction = s_small.FeatureFraction, Seed = s_small.Seed, FeatureSelectionSeed = s_small.Seed,
        };
        var model = context.BinaryClassification.Trainers.FastTree(options).Fit(data);
        var theirs = model.Transform(data).GetColumn<float>("Score").ToArray();
        var ours = new double[labels.Length];
        forest.Score(rows, ours);
        for (var i = 0; i < ours.Length; i++) Assert.Equal(theirs[i], (float)ours[i], 1e-5f);
        Assert.True(ours.Distinct().Count() > 100);
    }

    [Fact]
    public void Fit_SameRowsSameSeed_SameForestToTheLastBit()
    {
        var (rows, labels, _) = Data(3000);
        var (a, b) = (ForestTrainer.FitBinary(rows, labels, Width, s_small), ForestTrainer.FitBinary(rows, labels, Width, s_small));
        Assert.Equal(a.Leaf, b.Leaf);
        Assert.Equal(a.Threshold, b.Threshold);
        Assert.NotEqual(a.Leaf, ForestTrainer.FitBinary(rows, labels, Width, s_small with { Seed = 2 }).Leaf);
    }

    [Fact]
    public void Score_InBlocksOrAlone_IsTheSameNumber()
    {
        var (rows, labels, _) = Data(1000);
        var forest = ForestTrainer.FitBinary(rows, labels, Width, s_small);
        var together = new double[labels.Length];
        forest.Score(rows, together);
        for (var i = 0; i < labels.Length; i++) Assert.Equal(together[i], forest.Score(rows.AsSpan(i * Width, Width)));
    }

    [Fact]
    public void First_IsThePathUpToThere()
    {
        var (rows, _, targets) = Data(1000);
        var forest = ForestTrainer.FitRegression(rows, targets, Width, s_small);
        var path = new double[forest.Roots.Length];
        foreach (var trees in new[] { 1, 7, forest.Roots.Length })
        {
            var first = forest.First(trees);
            Assert.Equal(trees, first.Roots.Length);
            for (var i = 0; i < 50; i++)
            {
                forest.Path(rows.AsSpan(i * Width, Width), path);
                Assert.Equal(path[trees - 1], first.Score(rows.AsSpan(i * Width, Width)), 1e-12);
            }
        }
    }

    [Fact]
    public void Fit_LearnsWhatIsThere()
    {
        var (rows, labels, _) = Data(4000);
        var forest = ForestTrainer.FitBinary(rows, labels, Width, s_small);
        var (fresh, truth, _) = Data(4000, seed: 9);
        var scores = new double[truth.Length];
        forest.Score(fresh, scores);
        Assert.True(scores.Where((_, i) => truth[i]).Average() > scores.Where((_, i) => !truth[i]).Average() + 1);
        Assert.Equal(0, Array.IndexOf(forest.SplitShare(), forest.SplitShare().Max()));
    }

    [Theory]
    [InlineData(9, 1, -1, -2)] // a feature that does not exist
    [InlineData(0, 0, -1, -2)] // a child that is its own parent: an endless walk
    [InlineData(0, 5, -1, -2)] // a node that does not exist
    [InlineData(0, -9, -1, -2)] // a leaf that does not exist
    public void A_forest_with_a_broken_index_is_refused(int feature, int child, int left, int right) =>
        Assert.Throws<FormatException>(() => new Forest(2, 0, [0], [feature, 1], [0.5f, 0.5f], [child, left], [-2, right], [1, 2]));

    private static (float[] Rows, bool[] Labels, float[] Targets) Data(int count, int seed = 3)
    {
        var random = new Random(seed);
        var rows = new float[count * Width];
        var (labels, targets) = (new bool[count], new float[count]);
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < Width; j++) rows[i * Width + j] = (float)random.NextDouble();
            targets[i] = 3 * rows[i * Width] + rows[i * Width + 1];
            labels[i] = random.NextDouble() < 1 / (1 + Math.Exp(-4 * (targets[i] - 2)));
        }
        return (rows, labels, targets);
    }

    private sealed class Row
    {
        [VectorType(Width)]
        public float[] Features { get; set; } = [];
        public bool Label { get; set; }
    }
}

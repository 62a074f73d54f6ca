using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
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
        var data = context.Data.LoadFromEnumerable(Enumerable.Range(0, labels.Length)
            .Select(i => new Row { Features = rows.AsSpan(i * Width, Width).ToArray(), Label = labels[i] }));
        var options = new FastTreeBinaryTrainer.Options
        {
            NumberOfTrees = 30, NumberOfLeaves = 8, MinimumExampleCountPerLeaf = s_small.MinLeaf, LearningRate = s_small.LearningRate,
            FeatureFraction = s_small.FeatureFraction, Seed = s_small.Seed, FeatureSelectionSeed = s_small.Seed,
            MaximumBinCountPerFeature = s_small.Bins,
        };
        var model = context.BinaryClassification.Trainers.FastTree(options).Fit(data);
        var theirs = model.Transform(data).GetColumn<float>("Score").ToArray();
        var ours = new double[labels.Length];
        forest.Score(rows, ours);
        for (var i = 0; i < ours.Length; i++) Assert.Equal(theirs[i], (float)ours[i], 1e-5f);
        Assert.True(ours.Distinct().Count() > 100);
    }

    [Fact]
    public void Customers_of_a_kind_that_spent_nothing_are_expected_to_spend_little_and_not_nothing_for_ever()
    {
        // A tenth of the rows are of a kind that never spent; the trainer's own leaf for them is -100, which no blend brings back.
        var rows = new float[2000 * Width];
        var spend = new float[2000];
        for (var i = 0; i < spend.Length; i++)
        {
            rows[i * Width] = i % 10 == 0 ? 1 : 0;
            spend[i] = i % 10 == 0 ? 0 : i % 3;
        }
        var forest = ForestTrainer.FitTweedie(rows, spend, Width, s_small with { Trees = 100 });

        Assert.InRange(forest.Score([1, 0, 0, 0, 0]), Math.Log(0.001), Math.Log(0.2));
        Assert.Equal(0, forest.Score([0, 0, 0, 0, 0]), 0.2);
    }

    [Fact]
    public void FitLightGbm_FlattenedTrees_EqualWhatItAnswersItself_AndRepeat()
    {
        Assert.SkipUnless(ForestTrainer.HasLightGbm, "LightGBM's native library is not on this machine");
        var (rows, labels, _) = Data(2000);
        var forest = ForestTrainer.FitLightGbm(rows, labels, Width, s_small);
        var context = new MLContext(s_small.Seed);
        var data = context.Data.LoadFromEnumerable(Enumerable.Range(0, labels.Length)
            .Select(i => new Row { Features = rows.AsSpan(i * Width, Width).ToArray(), Label = labels[i] }));
        var model = context.BinaryClassification.Trainers.LightGbm(new LightGbmBinaryTrainer.Options
        {
            NumberOfThreads = 1, NumberOfIterations = 30, NumberOfLeaves = 8, MinimumExampleCountPerLeaf = s_small.MinLeaf,
            LearningRate = s_small.LearningRate, MaximumBinCountPerFeature = s_small.Bins,
            Booster = new GradientBooster.Options { FeatureFraction = s_small.FeatureFraction }, Deterministic = true, Seed = s_small.Seed,
            Silent = true,
        }).Fit(data);
        var theirs = model.Transform(data).GetColumn<float>("Score").ToArray();
        for (var i = 0; i < theirs.Length; i++) Assert.Equal(theirs[i], (float)forest.Score(rows.AsSpan(i * Width, Width)), 1e-4f);
        Assert.True(theirs.Distinct().Count() > 100);
        Assert.Equal(forest.Leaf, ForestTrainer.FitLightGbm(rows, labels, Width, s_small).Leaf);
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

    /// <summary>Random trees, splits at values that rows have, huge values, trees of one leaf, and row counts that fill no block.</summary>
    [Theory]
    [InlineData(1, 16)]
    [InlineData(31, 16)]
    [InlineData(32, 2)]
    [InlineData(33, 9)]
    [InlineData(500, 16)]
    [InlineData(70, 40)] // too many leaves for the bits: walked
    public void Score_IsWalkingTheTrees_ToTheLastBit(int count, int leaves)
    {
        var random = new Random(count);
        for (var repeat = 0; repeat < 20; repeat++)
        {
            var forest = Random(random, trees: 1 + repeat * 3, leaves);
            var rows = new float[count * Width];
            for (var i = 0; i < rows.Length; i++) rows[i] = Value(random);
            var (scores, walked) = (new double[count], new double[count]);
            forest.Score(rows, scores);
            forest.Walk(rows, walked);
            Assert.Equal(walked, scores);
            var path = new double[forest.Roots.Length];
            forest.Path(rows.AsSpan(0, Width), path);
            Assert.Equal(path[^1], scores[0]);
        }
    }

    [Fact]
    public void Explain_AddsUpToTheScore_AndBlamesWhatWasSplitOn()
    {
        var (rows, labels, _) = Data(1500);
        var forest = ForestTrainer.FitBinary(rows, labels, Width, s_small);
        var (scores, told, contributions) = (new double[labels.Length], new double[labels.Length], new float[rows.Length]);
        forest.Score(rows, scores);
        forest.Explain(rows, told, contributions);
        Assert.Equal(scores, told);
        for (var i = 0; i < labels.Length; i++)
            Assert.Equal(scores[i], forest.Expected + contributions.AsSpan(i * Width, Width).ToArray().Sum(value => (double)value), 1e-4);
        // The average over the rows it learnt from is what it expects: the contributions cancel out.
        Assert.Equal(scores.Average(), forest.Expected, 1e-6);
        // The label depends on features 0 and 1 only.
        double[] weight = [.. Enumerable.Range(0, Width)
            .Select(feature => Enumerable.Range(0, labels.Length).Average(i => Math.Abs(contributions[i * Width + feature])))];
        Assert.True(weight[0] > weight[1] && weight[1] > 2 * weight[2..].Max(), string.Join(", ", weight));
    }

    [Fact]
    public void Explain_BySteps_IsWhatTheSplitsSay()
    {
        // x0 <= 0.5 ? 1 : (x1 <= 0.5 ? 2 : 6), reached by 50, 30 and 20 rows: the right side is worth 3.6, the root 2.3.
        var forest = new Forest(2, 10, [0], [0, 1], [0.5f, 0.5f], [-1, -2], [1, -3], [1, 2, 6], [50, 30, 20]);
        Assert.Equal(12.3, forest.Expected, 1e-6);
        var (scores, contributions) = (new double[2], new float[4]);
        forest.Explain([0, 1, 1, 1], scores, contributions);
        Assert.Equal([11, 16], scores);
        Assert.Equal([-1.3f, 0, 1.3f, 2.4f], contributions.Select(value => (float)Math.Round(value, 5)));
    }

    [Fact]
    public void Cover_SurvivesBeingStored_AndAForestWithoutOneOnlyScores()
    {
        var (rows, labels, _) = Data(500);
        var forest = ForestTrainer.FitBinary(rows, labels, Width, s_small);
        Assert.Equal(500 * forest.Roots.Length, forest.Cover!.Sum());
        var json = System.Text.Json.JsonSerializer.Serialize(forest);
        Assert.Equal(forest.Cover, System.Text.Json.JsonSerializer.Deserialize<Forest>(json)!.Cover);
        var old = System.Text.Json.JsonSerializer.Deserialize<Forest>(System.Text.RegularExpressions.Regex.Replace(json,
            ",\"Cover\":\\[[^]]*\\]", ""))!;
        Assert.Null(old.Cover);
        Assert.Equal(forest.Score(rows.AsSpan(0, Width)), old.Score(rows.AsSpan(0, Width)));
        Assert.Throws<InvalidOperationException>(() => old.Explain(rows.AsSpan(0, Width), new double[1], new float[Width]));
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
    }

    [Theory]
    [InlineData(9, 1, -1, -2)] // a feature that does not exist
    [InlineData(0, 0, -1, -2)] // a child that is its own parent: an endless walk
    [InlineData(0, 5, -1, -2)] // a node that does not exist
    [InlineData(0, -9, -1, -2)] // a leaf that does not exist
    public void A_forest_with_a_broken_index_is_refused(int feature, int child, int left, int right) =>
        Assert.Throws<FormatException>(() => new Forest(2, 0, [0], [feature, 1], [0.5f, 0.5f], [child, left], [-2, right], [1, 2]));

    private static float Value(Random random) => random.Next(12) switch
    {
        0 => float.MaxValue,
        1 => -float.MaxValue,
        2 => 0,
        _ => random.Next(-4, 5) / 2f, // of which thresholds are made, too
    };

    private static Forest Random(Random random, int trees, int leaves)
    {
        List<int> roots = [], feature = [], left = [], right = [];
        List<float> threshold = [];
        List<double> leaf = [];
        for (var tree = 0; tree < trees; tree++) roots.Add(Grow(tree % 5 == 4 ? 1 : leaves));
        return new Forest(Width, random.NextDouble(), [.. roots], [.. feature], [.. threshold], [.. left], [.. right], [.. leaf]);

        int Grow(int size)
        {
            if (size == 1)
            {
                leaf.Add(random.NextDouble() - 0.5);
                return ~(leaf.Count - 1);
            }
            var node = feature.Count;
            feature.Add(random.Next(Width));
            threshold.Add(Value(random));
            left.Add(0);
            right.Add(0);
            var small = random.Next(1, size);
            left[node] = Grow(small);
            right[node] = Grow(size - small);
            return node;
        }
    }

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

using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;

namespace PredictiveRetention.Models;

/// <summary>Settings of one boosted forest.</summary>
public sealed record ForestSettings
{
    /// <summary>Trees fitted; <see cref="Forest.First"/> keeps as many as pay on later data.</summary>
    public int Trees { get; init; } = 200;
    public int Leaves { get; init; } = 16;

    /// <summary>Customers a leaf must hold.</summary>
    public int MinLeaf { get; init; } = 20;
    public double LearningRate { get; init; } = 0.06;

    /// <summary>Values a feature is told apart by, at most.</summary>
    public int Bins { get; init; } = 64;

    /// <summary>Part of the features tried for each tree.</summary>
    public double FeatureFraction { get; init; } = 0.6;
    public int Seed { get; init; } = 1;
}

/// <summary>
/// Fits ML.NET FastTree (Friedman 2001, gradient boosting with MART) and flattens the trees. The same rows in the same order with the same
/// seed give the same forest, bit for bit.
/// </summary>
public static class ForestTrainer
{
    /// <summary>Boosts the log-odds of a yes/no label; <see cref="Forest.Score(ReadOnlySpan{float})"/> is an uncalibrated margin.</summary>
    /// <param name="rows">labels.Length x width values, all finite.</param>
    /// <param name="weights">What each row counts.</param>
    public static Forest FitBinary(float[] rows, bool[] labels, int width, ForestSettings settings, double[]? weights = null)
    {
        var context = new MLContext(settings.Seed);
        var data = Load(context, rows, width, i => new Example { Label = labels[i], Weight = (float)(weights?[i] ?? 1) }, labels.Length);
        var trainer = context.BinaryClassification.Trainers.FastTree(WithBoosting(new FastTreeBinaryTrainer.Options(), settings));
        var model = OnThreadPool(trainer, data);
        return Flatten(model.Model.SubModel.TrainedTreeEnsemble, width).Covered(rows);
    }

    /// <summary>Bags trees for a yes/no label (Breiman 2001); the score is an uncalibrated margin.</summary>
    public static Forest FitBagged(float[] rows, bool[] labels, int width, ForestSettings settings, double[]? weights = null)
    {
        var context = new MLContext(settings.Seed);
        var data = Load(context, rows, width, i => new Example { Label = labels[i], Weight = (float)(weights?[i] ?? 1) }, labels.Length);
        var trainer = context.BinaryClassification.Trainers.FastForest(Configure(new FastForestBinaryTrainer.Options(), settings));
        var model = OnThreadPool(trainer, data);
        return Flatten(model.Model.TrainedTreeEnsemble, width).Covered(rows);
    }

    /// <summary>
    /// Boosts the log-odds by LightGBM (Ke et al. 2017), leaf by leaf; the score is an uncalibrated margin. Its native library is not there
    /// for every processor: <see cref="HasLightGbm"/>. One thread and a fresh context, without which it does not repeat itself.
    /// </summary>
    public static Forest FitLightGbm(float[] rows, bool[] labels, int width, ForestSettings settings, double[]? weights = null)
    {
        var context = new MLContext(settings.Seed);
        var data = Load(context, rows, width, i => new Example { Label = labels[i], Weight = (float)(weights?[i] ?? 1) }, labels.Length);
        var model = context.BinaryClassification.Trainers.LightGbm(new LightGbmBinaryTrainer.Options
        {
            LabelColumnName = nameof(Example.Label),
            FeatureColumnName = nameof(Example.Features),
            ExampleWeightColumnName = nameof(Example.Weight),
            NumberOfThreads = 1,
            NumberOfIterations = settings.Trees,
            NumberOfLeaves = settings.Leaves,
            LearningRate = settings.LearningRate,
            MinimumExampleCountPerLeaf = settings.MinLeaf,
            MaximumBinCountPerFeature = settings.Bins,
            Booster = new GradientBooster.Options { FeatureFraction = settings.FeatureFraction },
            Deterministic = true,
            Seed = settings.Seed,
            Silent = true,
        }).Fit(data);
        return Flatten(model.Model.SubModel.TrainedTreeEnsemble, width).Covered(rows);
    }

    /// <summary>True where LightGBM's native library can be loaded.</summary>
    public static bool HasLightGbm
    {
        get
        {
            if (!NativeLibrary.TryLoad("lib_lightgbm", typeof(LightGbmBinaryTrainer).Assembly, null, out var library)) return false;
            NativeLibrary.Free(library);
            return true;
        }
    }

    /// <summary>Boosts squared error.</summary>
    /// <param name="rows">targets.Length x width values, all finite.</param>
    public static Forest FitRegression(float[] rows, float[] targets, int width, ForestSettings settings, double[]? weights = null)
    {
        var context = new MLContext(settings.Seed);
        var data = Load(context, rows, width, i => new Example { Target = targets[i], Weight = (float)(weights?[i] ?? 1) }, targets.Length);
        var options = WithBoosting(new FastTreeRegressionTrainer.Options { LabelColumnName = nameof(Example.Target) }, settings);
        return Flatten(OnThreadPool(context.Regression.Trainers.FastTree(options), data).Model.TrainedTreeEnsemble, width).Covered(rows);
    }

    /// <summary>
    /// Boosts Tweedie deviance, variance index 1.5 (Yang, Qian and Zou 2018); the score is the log of the expected target. Every leaf is
    /// fitted as if it held half a customer of the mean target more: where all of a leaf spent nothing the log has no lower end, and
    /// customers of its kind would be worth nothing for ever, whatever else is known of them.
    /// </summary>
    /// <param name="targets">Not negative.</param>
    public static Forest FitTweedie(float[] rows, float[] targets, int width, ForestSettings settings, double[]? weights = null)
    {
        var context = new MLContext(settings.Seed);
        var least = 0.5 * targets.Average(target => (double)target) / settings.MinLeaf;
        var data = Load(context, rows, width,
            i => new Example { Target = (float)(targets[i] + least), Weight = (float)(weights?[i] ?? 1) }, targets.Length);
        var options = WithBoosting(new FastTreeTweedieTrainer.Options { LabelColumnName = nameof(Example.Target) }, settings);
        var model = OnThreadPool(context.Regression.Trainers.FastTreeTweedie(options), data);
        return Flatten(model.Model.TrainedTreeEnsemble, width).Covered(rows);
    }

    /// <summary>
    /// FastTree makes every step of a tree a task of the thread pool and waits for it. From a thread of the pool that is a call; from any
    /// other it is two changes of thread, which together take longer than the step.
    /// </summary>
    private static TModel OnThreadPool<TModel>(IEstimator<TModel> trainer, IDataView data)
        where TModel : class, ITransformer
    {
        if (Thread.CurrentThread.IsThreadPoolThread) return trainer.Fit(data);
        TModel? fitted = null;
        ExceptionDispatchInfo? fault = null;
        using var done = new ManualResetEventSlim();
        ThreadPool.UnsafeQueueUserWorkItem(_ =>
        {
            try
            {
                fitted = trainer.Fit(data);
            }
            catch (Exception thrown)
            {
                fault = ExceptionDispatchInfo.Capture(thrown);
            }
            done.Set();
        }, null);
        done.WaitHandle.WaitOne();
        fault?.Throw();
        return fitted!;
    }

    private static TOptions WithBoosting<TOptions>(TOptions options, ForestSettings settings)
        where TOptions : BoostedTreeOptions
    {
        options.LearningRate = settings.LearningRate;
        return Configure(options, settings);
    }

    private static TOptions Configure<TOptions>(TOptions options, ForestSettings settings)
        where TOptions : TreeOptions
    {
        options.FeatureColumnName = nameof(Example.Features);
        options.ExampleWeightColumnName = nameof(Example.Weight);
        options.NumberOfThreads = 1;
        options.MaximumBinCountPerFeature = settings.Bins;
        options.NumberOfTrees = settings.Trees;
        options.NumberOfLeaves = settings.Leaves;
        options.MinimumExampleCountPerLeaf = settings.MinLeaf;
        options.FeatureFraction = settings.FeatureFraction;
        options.Seed = settings.Seed;
        options.FeatureSelectionSeed = settings.Seed;
        return options;
    }

    private static IDataView Load(MLContext context, float[] rows, int width, Func<int, Example> label, int count)
    {
        var schema = SchemaDefinition.Create(typeof(Example));
        schema[nameof(Example.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, width);
        return context.Data.LoadFromEnumerable(Examples(), schema);

        IEnumerable<Example> Examples()
        {
            for (var i = 0; i < count; i++)
            {
                var example = label(i);
                example.Features = rows.AsSpan(i * width, width).ToArray();
                yield return example;
            }
        }
    }

    private static Forest Flatten<TTree>(TreeEnsemble<TTree> ensemble, int width)
        where TTree : RegressionTreeBase
    {
        List<int> roots = [], feature = [], left = [], right = [];
        List<float> threshold = [];
        List<double> leaf = [];
        for (var t = 0; t < ensemble.Trees.Count; t++)
        {
            var tree = ensemble.Trees[t];
            int nodeBase = feature.Count, leafBase = leaf.Count;
            roots.Add(tree.NumberOfNodes > 0 ? nodeBase : ~leafBase);
            for (var node = 0; node < tree.NumberOfNodes; node++)
            {
                feature.Add(tree.NumericalSplitFeatureIndexes[node]);
                threshold.Add(tree.NumericalSplitThresholds[node]);
                left.Add(Shift(tree.LeftChild[node]));
                right.Add(Shift(tree.RightChild[node]));
            }
            foreach (var value in tree.LeafValues) leaf.Add(value * ensemble.TreeWeights[t]);

            int Shift(int child) => child >= 0 ? child + nodeBase : ~(~child + leafBase);
        }
        return new Forest(width, ensemble.Bias, [.. roots], [.. feature], [.. threshold], [.. left], [.. right], [.. leaf]);
    }

    private sealed class Example
    {
        public float[] Features { get; set; } = [];
        public bool Label { get; set; }
        public float Target { get; set; }
        public float Weight { get; set; }
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;

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
    public static Forest FitBinary(float[] rows, bool[] labels, int width, ForestSettings settings)
    {
        var context = new MLContext(settings.Seed);
        var data = Load(context, rows, width, i => new Example { Label = labels[i] }, labels.Length);
        var model = context.BinaryClassification.Trainers.FastTree(Configure(new FastTreeBinaryTrainer.Options(), settings)).Fit(data);
        return Flatten(model.Model.SubModel.TrainedTreeEnsemble, width).Covered(rows);
    }

    /// <summary>Boosts squared error.</summary>
    /// <param name="rows">targets.Length x width values, all finite.</param>
    public static Forest FitRegression(float[] rows, float[] targets, int width, ForestSettings settings)
    {
        var context = new MLContext(settings.Seed);
        var data = Load(context, rows, width, i => new Example { Target = targets[i] }, targets.Length);
        var options = Configure(new FastTreeRegressionTrainer.Options { LabelColumnName = nameof(Example.Target) }, settings);
        return Flatten(context.Regression.Trainers.FastTree(options).Fit(data).Model.TrainedTreeEnsemble, width).Covered(rows);
    }

    private static TOptions Configure<TOptions>(TOptions options, ForestSettings settings)
        where TOptions : BoostedTreeOptions
    {
        options.FeatureColumnName = nameof(Example.Features);
        options.NumberOfTrees = settings.Trees;
        options.NumberOfLeaves = settings.Leaves;
        options.MinimumExampleCountPerLeaf = settings.MinLeaf;
        options.LearningRate = settings.LearningRate;
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

    private static Forest Flatten(RegressionTreeEnsemble ensemble, int width)
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
    }
}

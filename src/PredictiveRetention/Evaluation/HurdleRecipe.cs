using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>Settings of a fit.</summary>
public sealed record RecipeSettings
{
    public ForestSettings Orders { get; init; } = new();
    public ForestSettings Spend { get; init; } = new() { Leaves = 8, LearningRate = 0.05 };

    /// <summary>Folds of the cross-fitted calibration.</summary>
    public int Folds { get; init; } = 4;

    /// <summary>Rows (customers x origins) a fit takes at most; larger shops are sampled by customer.</summary>
    public int MaxRows { get; init; } = 300_000;

    public int Seed { get; init; } = 1;
}

/// <summary>
/// Fits one hurdle model by a plan of origins: two forests on the training slices, as many of their trees as pay on rows they did not see, and
/// calibration on those rows: the later slice, or, where the history is short, the out-of-fold predictions of the latest one.
/// </summary>
public sealed class HurdleRecipe(RecipeSettings settings)
{
    private static readonly int[] s_checkpoints = [10, 20, 30, 40, 50, 60, 80, 100, 120, 140, 160, 180, 200];

    /// <param name="training">Slices of the plan's training origins.</param>
    /// <param name="calibration">Slice of the plan's calibration origin.</param>
    public HurdleModel Fit(OriginPlan plan, IReadOnlyList<LabelledSlice> training, LabelledSlice calibration)
    {
        var unseen = plan.Level == ModelLevel.CalibratedLater ? Later(training, calibration) : OutOfFold(training, calibration);
        var orderTrees = BestCount(unseen.OrderPaths, calibration.Count, margins => LogLoss(margins, calibration.Ordered));
        var spenders = Enumerable.Range(0, calibration.Count).Where(i => calibration.Ordered[i]).ToArray();
        var spendTrees = BestCount(unseen.SpendPaths, calibration.Count, scores => LogSquaredError(scores, calibration.Net, spenders));
        var margins = unseen.OrderPaths.Column(orderTrees);
        var scores = unseen.SpendPaths.Column(spendTrees);
        var orderCalibration = LogisticCalibration.Fit(margins, calibration.Ordered);
        var spendCalibration = SpendCalibration.Fit(
            [.. spenders.Select(i => scores[i])], [.. spenders.Select(i => Math.Max(0, calibration.Net[i]))]);
        var factor = TotalFactor(calibration, margins, scores, orderCalibration, spendCalibration);
        return new HurdleModel(
            plan.Horizon.Days, unseen.Orders.First(orderTrees), orderCalibration, unseen.Spend.First(spendTrees), spendCalibration, factor);
    }

    /// <summary>Predicted paths on rows the forests did not see, and the forests to keep.</summary>
    private sealed record Unseen(Forest Orders, Forest Spend, Paths OrderPaths, Paths SpendPaths);

    private Unseen Later(IReadOnlyList<LabelledSlice> training, LabelledSlice calibration)
    {
        var (orders, spend) = Forests(training, static _ => true);
        var orderPaths = new Paths(calibration.Count);
        var spendPaths = new Paths(calibration.Count);
        for (var i = 0; i < calibration.Count; i++)
        {
            orderPaths.Fill(i, orders, Row(calibration, i));
            spendPaths.Fill(i, spend, Row(calibration, i));
        }
        return new Unseen(orders, spend, orderPaths, spendPaths);
    }

    private Unseen OutOfFold(IReadOnlyList<LabelledSlice> training, LabelledSlice calibration)
    {
        var orderPaths = new Paths(calibration.Count);
        var spendPaths = new Paths(calibration.Count);
        // Other customers and the older half of the origins: the calibration then also carries what changes as a shop's history grows.
        var older = training.Skip(training.Count / 2).ToList();
        for (var fold = 0; fold < settings.Folds; fold++)
        {
            var held = fold;
            var (orders, spend) = Forests(older, key => Fold(key) != held);
            for (var i = 0; i < calibration.Count; i++)
            {
                if (Fold(calibration.Keys[i]) != held) continue;
                orderPaths.Fill(i, orders, Row(calibration, i));
                spendPaths.Fill(i, spend, Row(calibration, i));
            }
        }
        var (allOrders, allSpend) = Forests(training, static _ => true);
        return new Unseen(allOrders, allSpend, orderPaths, spendPaths);
    }

    private int Fold(long key) => (int)((ulong)key % (ulong)settings.Folds);

    private (Forest Orders, Forest Spend) Forests(IReadOnlyList<LabelledSlice> slices, Func<long, bool> keep)
    {
        List<float> orderRows = [], spendRows = [], logNet = [];
        List<bool> ordered = [];
        foreach (var slice in slices)
        {
            for (var i = 0; i < slice.Count; i++)
            {
                if (!keep(slice.Keys[i])) continue;
                var row = Row(slice, i);
                orderRows.AddRange(row);
                ordered.Add(slice.Ordered[i]);
                if (!slice.Ordered[i] || slice.Net[i] <= 0) continue;
                spendRows.AddRange(row);
                logNet.Add((float)Math.Log(slice.Net[i]));
            }
        }
        var width = slices[0].Width;
        return (
            ForestTrainer.FitBinary([.. orderRows], [.. ordered], width, Sized(settings.Orders, ordered.Count)),
            ForestTrainer.FitRegression([.. spendRows], [.. logNet], width, Sized(settings.Spend, logNet.Count)));
    }

    /// <summary>Small data gets larger leaves, relative to its size, than the default.</summary>
    private ForestSettings Sized(ForestSettings forest, int rows) =>
        forest with { Seed = settings.Seed, MinLeaf = Math.Clamp(rows / 100, 10, Math.Max(forest.MinLeaf, 50)) };

    private static ReadOnlySpan<float> Row(LabelledSlice slice, int i) => slice.Rows.AsSpan(i * slice.Width, slice.Width);

    /// <summary>The number of trees with the smallest loss on unseen rows; among near ties the smaller forest.</summary>
    private static int BestCount(Paths paths, int rows, Func<double[], double> loss)
    {
        if (rows == 0) return s_checkpoints[^1];
        var losses = s_checkpoints.Select(count => loss(paths.Column(count))).ToArray();
        var least = losses.Min();
        return s_checkpoints[Array.FindIndex(losses, value => value <= least * 1.0005)];
    }

    private static double LogLoss(double[] margins, bool[] labels)
    {
        var calibration = LogisticCalibration.Fit(margins, labels);
        double loss = 0;
        for (var i = 0; i < margins.Length; i++)
        {
            var p = Math.Clamp(calibration.Probability(margins[i]), 1e-6, 1 - 1e-6);
            loss -= labels[i] ? Math.Log(p) : Math.Log(1 - p);
        }
        return loss / margins.Length;
    }

    private static double LogSquaredError(double[] scores, double[] net, int[] spenders)
    {
        double loss = 0;
        var counted = 0;
        foreach (var i in spenders)
        {
            if (net[i] <= 0) continue;
            var error = scores[i] - Math.Log(net[i]);
            loss += error * error;
            counted++;
        }
        return loss / Math.Max(1, counted);
    }

    /// <summary>Observed total of everybody over the predicted one. Held within a factor of two: beyond that the slice is odd, not the model.</summary>
    private static double TotalFactor(LabelledSlice slice, double[] margins, double[] scores, LogisticCalibration orders, SpendCalibration spend)
    {
        double predicted = 0;
        for (var i = 0; i < slice.Count; i++) predicted += orders.Probability(margins[i]) * spend.Spend(scores[i]);
        return predicted > 0 ? Math.Clamp(slice.Net.Sum() / predicted, 0.5, 2) : 1;
    }

    /// <summary>Scores of each row by the first n trees, for the checkpoints n.</summary>
    private sealed class Paths(int rows)
    {
        private readonly double[][] _columns = [.. s_checkpoints.Select(_ => new double[rows])];
        private double[] _path = [];

        public void Fill(int row, Forest forest, ReadOnlySpan<float> features)
        {
            if (_path.Length < forest.Roots.Length) _path = new double[forest.Roots.Length];
            forest.Path(features, _path);
            for (var c = 0; c < s_checkpoints.Length; c++) _columns[c][row] = _path[Math.Min(s_checkpoints[c], forest.Roots.Length) - 1];
        }

        public double[] Column(int trees) => _columns[Array.IndexOf(s_checkpoints, trees)];
    }
}

using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>A fitted classifier with what its card tells.</summary>
/// <param name="Members">Cross-fitted; the blend last.</param>
public sealed record ClassifierFit(ClassifierModel Model, IReadOnlyList<MemberRecord> Members);

/// <summary>
/// Fits the members once on all rows and once for each fold on the others; from the answers to the rows held out come the trees to keep,
/// the calibrations and the blend. A group of rows (a customer) has one fold.
/// </summary>
public sealed class ClassifierRecipe(RecipeSettings settings)
{
    private static readonly int[] s_checkpoints = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120];
    private static readonly double[] s_prior = [0.6, 0.3, 0.1];

    /// <param name="rows">labels.Length x columns.Count values, all finite.</param>
    /// <param name="groups">One a row: rows of one group are never on both sides of a fold.</param>
    public ClassifierFit Fit(IReadOnlyList<string> columns, float[] rows, bool[] labels, long[] groups, CancellationToken cancellation)
    {
        var (width, n) = (columns.Count, labels.Length);
        var folds = n > settings.ManyRows ? Math.Min(2, settings.Folds) : settings.Folds;
        int[] fold = [.. groups.Select(key => CustomerKey.FoldOf(key, folds))];
        var once = labels.Select(_ => 1.0).ToArray();
        var linearOdds = new double[n];
        var (trees, bagged) = (new Held(n, s_checkpoints.Length), new Held(n, 1));
        LogLinear? linear = null;
        Parallel.For(0, folds + 1, new ParallelOptions { CancellationToken = cancellation }, k =>
        {
            int[] kept = [.. Enumerable.Range(0, n).Where(i => fold[i] != k)], held = [.. Enumerable.Range(0, n).Where(i => fold[i] == k)];
            var (taken, taught) = (Take(kept), kept.Select(i => labels[i]).ToArray());
            var minLeaf = Math.Clamp(kept.Length / 200, settings.Orders.MinLeaf, 500);
            var fitted = LogLinear.FitLogistic(taken, taught, width, 0, [.. kept.Select(i => once[i])], settings.Ridge / 10, _ => 0);
            var boosted = ForestTrainer.FitBinary(taken, taught, width, settings.Orders with { Seed = settings.Seed, MinLeaf = minLeaf });
            var forest = ForestTrainer.FitBagged(taken, taught, width, settings.Bagged with { Seed = settings.Seed, MinLeaf = minLeaf });
            if (k == folds) (linear, trees.Forest, bagged.Forest) = (fitted, boosted, forest);
            foreach (var i in held)
            {
                var row = rows.AsSpan(i * width, width);
                linearOdds[i] = fitted.Score(row);
                trees.Answer(boosted, row, i);
                bagged.Answer(forest, row, i);
            }
        });
        var boostedMember = trees.Calibrated("FastTree", labels, out var treeOdds);
        var baggedMember = bagged.Calibrated("FastForest", labels, out var forestOdds);
        double[][] odds = [linearOdds, treeOdds, forestOdds];
        var weights = MemberWeights.FitLogistic(odds, labels, once, settings.Ridge, s_prior);
        var blend = new double[n];
        Span<double> of = stackalloc double[odds.Length];
        for (var i = 0; i < n; i++)
        {
            for (var m = 0; m < odds.Length; m++) of[m] = odds[m][i];
            blend[i] = weights.Score(of);
        }
        return new ClassifierFit(
            new ClassifierModel(columns, linear!, [boostedMember, baggedMember], weights),
            [
                new MemberRecord("logistic on log features", weights.Weights[0], Loss(linearOdds, labels)),
                new MemberRecord("FastTree", weights.Weights[1], Loss(treeOdds, labels)),
                new MemberRecord("FastForest", weights.Weights[2], Loss(forestOdds, labels)),
                new MemberRecord("blend", 1, Loss(blend, labels)),
            ]);

        float[] Take(int[] at)
        {
            var values = new float[at.Length * width];
            for (var i = 0; i < at.Length; i++) rows.AsSpan(at[i] * width, width).CopyTo(values.AsSpan(i * width));
            return values;
        }
    }

    private static double Loss(double[] odds, bool[] labels) =>
        odds.Zip(labels, (score, label) => Logistic.Softplus(label ? -score : score)).Average();

    /// <summary>A forest on all rows, and the scores of the folds' forests of the rows they did not see, by number of trees.</summary>
    private sealed class Held(int rows, int columns)
    {
        private readonly double[][] _scores = [.. Enumerable.Range(0, columns).Select(_ => new double[rows])];

        public Forest? Forest { get; set; }

        public void Answer(Forest forest, ReadOnlySpan<float> row, int at)
        {
            var path = new double[forest.Roots.Length];
            forest.Path(row, path);
            for (var c = 0; c < _scores.Length; c++)
                _scores[c][at] = path.Length == 0 ? forest.Bias : _scores.Length == 1 ? path[^1]
                    : path[Math.Min(s_checkpoints[c], path.Length) - 1];
        }

        public ForestMember Calibrated(string name, bool[] labels, out double[] odds)
        {
            var lines = _scores.Select(column => LogisticCalibration.Fit(column, labels)).ToArray();
            var answers = _scores.Zip(lines, (column,
                line) => column.Select(score => line.Slope * score + line.Intercept).ToArray()).ToArray();
            var losses = answers.Select(column => Loss(column, labels)).ToArray();
            var best = Array.IndexOf(losses, losses.Min());
            odds = answers[best];
            return new ForestMember(name, _scores.Length == 1 ? Forest! : Forest!.First(s_checkpoints[best]), lines[best].Slope,
                lines[best].Intercept);
        }
    }
}

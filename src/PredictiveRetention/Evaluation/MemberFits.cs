using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

/// <summary>The members beside BTYD, their blends, and what they said of customers they had not seen.</summary>
/// <param name="Tweedie">Null, as are the spend members, where too few customers spent anything: BTYD then speaks alone of value.</param>
/// <param name="OriginWeights">What a row of each origin counted.</param>
/// <param name="UnseenOdds">Log-odds of an order, cross-fitted.</param>
/// <param name="UnseenSpend">Log of expected net spend, cross-fitted.</param>
internal sealed record FittedMembers(
    LogLinear Linear,
    IReadOnlyList<ForestMember> Forests,
    MemberWeights Orders,
    ForestMember? Tweedie,
    ForestMember? SpendForest,
    LogLinear? SpendLinear,
    MemberWeights Value,
    IReadOnlyList<MemberRecord> OrderRecords,
    IReadOnlyList<MemberRecord> ValueRecords,
    double[] OriginWeights,
    double[] UnseenOdds,
    double[] UnseenSpend);

/// <summary>
/// Fits every member once on all rows and once for each fold of customers on the others. From the answers to the held-out folds come the
/// trees to keep, the calibrations, the weight of older origins, and the blends. The fits run side by side, each on one thread, so that the
/// result does not depend on how many there are.
/// </summary>
internal sealed class MemberFits(RecipeSettings settings, TrainingRows rows, double spells, CancellationToken cancellation)
{
    private const int MinSpenders = 100;

    private static readonly int[] s_checkpoints = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120];
    private static readonly double[] s_orderPrior = [0.5, 0.3, 0.15, 0.05];

    /// <summary>
    /// The last, for whom everybody who orders spends the same, has to earn its weight: where few have ordered, who does is all there is to
    /// learn.
    /// </summary>
    private static readonly double[] s_valuePrior = [0.4, 0.2, 0.2, 0.2, 0];

    private readonly int[][] _held = [.. Enumerable.Range(0, rows.Folds).Select(fold => rows.Where(i => rows.Fold[i] == fold))];
    private readonly int[][] _kept = [.. Enumerable.Range(0, rows.Folds).Select(fold => rows.Where(i => rows.Fold[i] != fold)),
        rows.Where(static _ => true)];
    private readonly double _unit = Math.Max(1e-9, rows.Usual.Average());
    private double[] _weights = [], _spendWeights = [];

    public FittedMembers Fit()
    {
        var (decay, linearOdds) = ChooseDecay();
        _weights = Weights(decay);
        _spendWeights = [.. _weights.Zip(rows.Kept, (weight, kept) => weight * kept)];
        LogLinear? linear = null, spendLinear = null;
        Crossed? trees = null, bagged = null, lightGbm = null, tweedie = null, spend = null;
        double[]? spendLines = null;
        var withSpend = rows.Where(i => rows.Net[i] > 0).Length >= MinSpenders;
        List<Action> jobs = [() => linear = LinearOf(_kept[^1])];
        trees = CrossFit(jobs, settings.Orders, settings.Orders.Trees, i => true, (taken, at,
            forest) => ForestTrainer.FitBinary(taken, Pick(rows.Ordered, at), rows.Width, forest, Pick(_weights, at)));
        bagged = CrossFit(jobs, settings.Bagged, 0, i => true, (taken, at,
            forest) => ForestTrainer.FitBagged(taken, Pick(rows.Ordered, at), rows.Width, forest, Pick(_weights, at)));
        if (settings.LightGbm is { } asked)
            lightGbm = CrossFit(jobs, asked, asked.Trees, i => true, (taken, at,
                forest) => ForestTrainer.FitLightGbm(taken, Pick(rows.Ordered, at), rows.Width, forest, Pick(_weights, at)));
        if (withSpend)
        {
            tweedie = CrossFit(jobs, settings.Spend, settings.Spend.Trees, i => true, (taken, at,
                forest) => ForestTrainer.FitTweedie(taken, [.. at.Select(i => (float)(rows.Usual[i] / _unit))], rows.Width, forest,
                    Pick(_spendWeights, at)));
            spend = CrossFit(jobs, settings.Spend, settings.Spend.Trees, i => rows.Net[i] > 0, (taken, at,
                forest) => ForestTrainer.FitRegression(taken, [.. at.Select(i => (float)Math.Log(rows.Usual[i]))], rows.Width, forest,
                    Pick(_weights, at)));
            spendLines = CrossSpendLinear(jobs, fitted => spendLinear = fitted);
        }
        Run(jobs);

        var boosted = Calibrated("FastTree", trees, out var treeOdds);
        var forest = Calibrated("FastForest", bagged, out var forestOdds);
        List<ForestMember> forests = [boosted, forest];
        List<double[]> odds = [rows.LogOdds, linearOdds, treeOdds, forestOdds];
        List<string> names = ["Pareto/NBD", "logistic on log features", "FastTree", "FastForest"];
        if (lightGbm is not null)
        {
            forests.Add(Calibrated("LightGBM", lightGbm, out var lightOdds));
            odds.Add(lightOdds);
            names.Add("LightGBM");
        }
        // One that is asked for besides takes nothing of the prior: it has to earn its weight.
        var orders = MemberWeights.FitLogistic(odds, rows.Ordered, _weights, settings.Ridge,
            [.. s_orderPrior, .. new double[odds.Count - s_orderPrior.Length]]);
        var unseenOdds = Blend(orders, odds);
        var orderRecords = Records(names, orders, odds, LogLoss, unseenOdds);
        if (!withSpend)
        {
            return new FittedMembers(
                linear!, forests, orders, null, null, null, new MemberWeights(0, [1]), orderRecords,
                [new MemberRecord("Pareto/NBD x Gamma-Gamma", 1, PoissonLoss(rows.LogSpend))],
                OriginWeights(decay), unseenOdds, Net(rows.LogSpend));
        }
        double[] logP = [.. unseenOdds.Select(x => -Logistic.Softplus(-x))];
        var (tweedieMember, tweedieSpend) = SpendMember("FastTreeTweedie", tweedie!, _ => true, paths => PoissonLoss(paths));
        var (spendMember, spendLog) = SpendMember("FastTree on log spend", spend!, i => rows.Net[i] > 0, SquaredLog);
        double[][] values = [rows.LogSpend, tweedieSpend, [.. logP.Zip(spendLog, (p,
            s) => p + s)], [.. logP.Zip(spendLines!, (p, s) => p + s)], logP];
        var logUnit = Math.Log(_unit);
        double[][] inUnits = [.. values.SkipLast(1).Select(column => column.Select(v => v - logUnit).ToArray()), logP];
        var scaled = MemberWeights.FitPoisson(inUnits, [.. rows.Usual.Select(net => net / _unit)], _spendWeights, settings.Ridge,
            s_valuePrior);
        var value = scaled with { Intercept = scaled.Intercept + logUnit * (1 - scaled.Weights.SkipLast(1).Sum()) };
        var unseenSpend = Blend(value, values);
        return new FittedMembers(
            linear!, forests, orders, tweedieMember, spendMember, spendLinear, value, orderRecords,
            Records(
                ["Pareto/NBD x Gamma-Gamma", "FastTreeTweedie", "P(order) x FastTree spend", "P(order) x linear spend",
                    "P(order) x one spend for all"], value, values, PoissonLoss, unseenSpend),
            OriginWeights(decay), unseenOdds, Net(unseenSpend));
    }

    /// <summary>What was said of somebody who keeps what is usual, said of the customer.</summary>
    private double[] Net(double[] logSpend) => [.. logSpend.Zip(rows.Kept, (spend, kept) => spend + Math.Log(kept))];

    /// <summary>
    /// Older origins may speak of another shop than tonight's: the decay under which the linear member answers the newest origin best,
    /// other customers' rows only.
    /// </summary>
    private (double Decay, double[] UnseenOdds) ChooseDecay()
    {
        double[] candidates = rows.Origins.Count > 2 ? [.. settings.Decays] : [1];
        var odds = candidates.Select(_ => new double[rows.Count]).ToArray();
        var jobs = new List<Action>();
        foreach (var (candidate, decay) in candidates.Index())
        {
            var weights = Weights(decay);
            foreach (var (fold, held) in _held.Index())
            {
                jobs.Add(() =>
                {
                    var fitted = LinearOf(_kept[fold], weights);
                    foreach (var i in held) odds[candidate][i] = fitted.Score(rows.Row(i));
                });
            }
        }
        Run(jobs);
        var newest = rows.Where(i => rows.Origin[i] == 0);
        var losses = odds.Select(column => LogLoss(Pick(column, newest), Pick(rows.Ordered, newest))).ToArray();
        var best = Array.IndexOf(losses, losses.Min());
        return (candidates[best], odds[best]);
    }

    private double[] OriginWeights(double decay)
    {
        double[] raw = [.. rows.Origins.Select((_, i) => Math.Pow(decay, i))];
        return [.. raw.Select(weight => Math.Min(1, spells / raw.Length) * weight * raw.Length / raw.Sum())];
    }

    private double[] Weights(double decay)
    {
        var byOrigin = OriginWeights(decay);
        return [.. rows.Origin.Select(origin => byOrigin[origin])];
    }

    private LogLinear LinearOf(int[] at, double[]? weights = null) => LogLinear.FitLogistic(
        rows.Take(at), Pick(rows.Ordered, at), rows.Width, BtydModel.Columns, Pick(weights ?? _weights, at), settings.Ridge,
        j => j == rows.Width - BtydModel.Columns ? 1 : 0);

    private double[] CrossSpendLinear(List<Action> jobs, Action<LogLinear> keep)
    {
        var answers = new double[rows.Count];
        foreach (var (fold, kept) in _kept.Index())
        {
            jobs.Add(() =>
            {
                int[] at = [.. kept.Where(i => rows.Net[i] > 0)];
                var fitted = LogLinear.FitGaussian(
                    rows.Take(at), [.. at.Select(i => Math.Log(rows.Usual[i]))], rows.Width, BtydModel.Columns, Pick(_weights, at),
                    settings.Ridge, j => j == rows.Width - BtydModel.Columns + 2 ? 1 : 0);
                if (fold == rows.Folds) keep(fitted);
                else foreach (var i in _held[fold]) answers[i] = fitted.Score(rows.Row(i));
            });
        }
        return answers;
    }

    /// <summary>A forest on all rows, and the answers of the folds' forests to the rows they did not see, tree by tree.</summary>
    private sealed class Crossed(int rows, int columns)
    {
        public Forest? Forest { get; set; }
        public double[][] Columns { get; } = [.. Enumerable.Range(0, columns).Select(_ => new double[rows])];
    }

    /// <param name="trees">Of a boosted forest, whose number of trees is chosen later; 0 for one that is used whole.</param>
    private Crossed CrossFit(List<Action> jobs, ForestSettings forest, int trees, Func<int, bool> taken,
        Func<float[], int[], ForestSettings, Forest> fit)
    {
        var crossed = new Crossed(rows.Count, trees == 0 ? 1 : s_checkpoints.Length);
        foreach (var (fold, kept) in _kept.Index())
        {
            jobs.Add(() =>
            {
                int[] at = [.. kept.Where(taken)];
                var fitted = fit(rows.Take(at), at,
                    forest with { Seed = settings.Seed, MinLeaf = Math.Clamp(at.Length / 200, forest.MinLeaf, 500) });
                if (fold == rows.Folds) crossed.Forest = fitted;
                else Answer(fitted, _held[fold], crossed.Columns);
            });
        }
        return crossed;
    }

    private void Answer(Forest forest, int[] held, double[][] columns)
    {
        var path = new double[forest.Roots.Length];
        foreach (var i in held)
        {
            forest.Path(rows.Row(i), path);
            if (path.Length == 0) foreach (var column in columns) column[i] = forest.Bias;
            else if (columns.Length == 1) columns[0][i] = path[^1];
            else for (var c = 0; c < columns.Length; c++) columns[c][i] = path[Math.Min(s_checkpoints[c], path.Length) - 1];
        }
    }

    private void Run(List<Action> jobs) => Parallel.ForEach(
        jobs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation }, job => job());

    /// <summary>As many trees as answered the unseen rows best, put on the scale of log-odds by them.</summary>
    private ForestMember Calibrated(string name, Crossed crossed, out double[] odds)
    {
        var calibrations = crossed.Columns.Select(column => LogisticCalibration.Fit(column, rows.Ordered)).ToArray();
        var answers = crossed.Columns.Zip(calibrations, (column,
            line) => column.Select(score => line.Slope * score + line.Intercept).ToArray()).ToArray();
        var best = SmallestLoss([.. answers.Select(column => LogLoss(column))]);
        odds = answers[best];
        return new ForestMember(name, ForestAt(crossed, best), calibrations[best].Slope, calibrations[best].Intercept);
    }

    private (ForestMember Member, double[] LogSpend) SpendMember(string name, Crossed crossed, Func<int, bool> judged,
        Func<double[], double> loss)
    {
        var best = SmallestLoss([.. crossed.Columns.Select(loss)]);
        var at = rows.Where(judged);
        var line = SpendCalibration.Fit(Pick(crossed.Columns[best], at), Pick(rows.Usual, at));
        return (new ForestMember(name, ForestAt(crossed, best), line.Slope, line.Intercept),
            [.. crossed.Columns[best].Select(score => line.Slope * score + line.Intercept)]);
    }

    private static Forest ForestAt(Crossed crossed, int column) =>
        crossed.Columns.Length == 1 ? crossed.Forest! : crossed.Forest!.First(s_checkpoints[column]);

    /// <summary>The smallest loss; among near ties the smaller forest.</summary>
    private static int SmallestLoss(double[] losses)
    {
        var least = losses.Min();
        return Array.FindIndex(losses, loss => loss <= least + 0.0003 * Math.Abs(least));
    }

    private double[] Blend(MemberWeights stack, IReadOnlyList<double[]> members)
    {
        var answers = new double[rows.Count];
        Span<double> of = stackalloc double[members.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            for (var m = 0; m < members.Count; m++) of[m] = members[m][i];
            answers[i] = stack.Score(of);
        }
        return answers;
    }

    private static IReadOnlyList<MemberRecord> Records(IReadOnlyList<string> names, MemberWeights stack, IReadOnlyList<double[]> members,
        Func<double[], double> loss, double[] blend) =>
        [.. names.Select((name,
            m) => new MemberRecord(name, stack.Weights[m], loss(members[m]))), new MemberRecord("blend", 1, loss(blend))];

    private double LogLoss(double[] odds) => LogLoss(odds, rows.Ordered);

    private static double LogLoss(double[] odds, bool[] ordered)
    {
        double loss = 0;
        for (var i = 0; i < odds.Length; i++) loss += Logistic.Softplus(ordered[i] ? -odds[i] : odds[i]);
        return loss / odds.Length;
    }

    /// <summary>Quasi-Poisson loss at the answers' own best level, spend in units of its mean.</summary>
    private double PoissonLoss(double[] logSpend)
    {
        double total = 0, predicted = 0, cross = 0;
        for (var i = 0; i < logSpend.Length; i++)
        {
            total += rows.Net[i];
            predicted += rows.Kept[i] * Math.Exp(Math.Min(50, logSpend[i]));
        }
        var level = Math.Log(total / predicted);
        for (var i = 0; i < logSpend.Length; i++) cross += rows.Net[i] * (logSpend[i] + Math.Log(rows.Kept[i]) + level - Math.Log(_unit));
        return (total - cross) / _unit / logSpend.Length;
    }

    private double SquaredLog(double[] logSpend)
    {
        double loss = 0;
        var spenders = 0;
        for (var i = 0; i < logSpend.Length; i++)
        {
            if (rows.Net[i] <= 0) continue;
            var error = logSpend[i] - Math.Log(rows.Usual[i]);
            loss += error * error;
            spenders++;
        }
        return loss / Math.Max(1, spenders);
    }

    private static T[] Pick<T>(T[] values, int[] at) => [.. at.Select(i => values[i])];
}

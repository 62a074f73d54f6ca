using System.Numerics;
using LinearAlgebra = MathNet.Numerics.LinearAlgebra;

namespace PredictiveRetention.Models;

/// <summary>
/// A generalised linear model on log features, fitted with a Gaussian prior (ridge: Hoerl and Kennard 1970): with little data it stays
/// where the prior puts it, at what the BTYD model says, and leaves it as far as the data push. Every feature enters as sign(x) log(1 +
/// |x|), standardised and held within six deviations; the last <see cref="Raw"/> ones are logarithms already and enter as they are.
/// </summary>
/// <param name="Raw">How many of the last features are not transformed.</param>
/// <param name="Centre">Mean of each feature.</param>
/// <param name="Scale">Standard deviation of each feature; 1 where it does not vary.</param>
/// <param name="Weight">One a feature, for a standard deviation of it.</param>
/// <param name="Intercept">Score of the average row.</param>
public sealed record LogLinear(int Raw, double[] Centre, double[] Scale, double[] Weight, double Intercept)
{
    private const double Reach = 6;

    public double Score(ReadOnlySpan<float> row)
    {
        var score = Intercept;
        for (var j = 0; j < row.Length; j++) score += Weight[j] * Standard(j, row[j]);
        return score;
    }

    /// <summary>Score(row) - Intercept, feature by feature.</summary>
    public double Contribution(int feature, float value) => Weight[feature] * Standard(feature, value);

    private double Standard(int feature, float value) =>
        Math.Clamp((Transform(feature, value) - Centre[feature]) / Scale[feature], -Reach, Reach);

    private double Transform(int feature, float value) =>
        feature >= Centre.Length - Raw ? value : Math.CopySign(Math.Log(1 + Math.Abs((double)value)), value);

    /// <summary>Log-odds of a label.</summary>
    /// <param name="rows">labels.Length x width values, all finite.</param>
    /// <param name="weights">What each row counts: below 1 where rows repeat each other.</param>
    /// <param name="ridge">Precision of the prior, for a standard deviation of a feature.</param>
    /// <param name="prior">Slope the prior expects of a feature, in its own unit; 0 for most.</param>
    public static LogLinear FitLogistic(float[] rows, bool[] labels, int width, int raw, double[] weights, double ridge,
        Func<int, double> prior)
    {
        var (model, z, expected) = Standardised(rows, labels.Length, width, raw, prior);
        var beta = new double[width + 1];
        expected.CopyTo(beta, 1);
        double yes = 0.5, all = 1;
        for (var i = 0; i < labels.Length; i++)
        {
            all += weights[i];
            if (labels[i]) yes += weights[i];
        }
        beta[0] = Math.Log(yes / (all - yes));
        var loss = double.MaxValue;
        double[] best = [.. beta], step = new double[beta.Length];
        for (int iteration = 0, halved = 0; iteration < 60 && halved < 12; iteration++)
        {
            var (gradient, hessian, now) = LogisticLoss(z, labels, width, weights, beta);
            AddPrior(gradient, hessian, ref now, beta, expected, ridge);
            var tolerance = 1e-7 * (1 + Math.Abs(now));
            if (now > loss + tolerance)
            {
                // A step too long for where probabilities saturate: half of it, from where it began.
                halved++;
                for (var j = 0; j < beta.Length; j++) beta[j] = best[j] - (step[j] /= 2);
                continue;
            }
            var gain = loss - now;
            if (iteration > 0 && gain <= 0) break;
            (loss, halved) = (now, 0);
            beta.CopyTo(best, 0);
            if (gain < tolerance) break;
            step = [.. Solve(hessian, gradient).Select(s => Math.Clamp(s, -2, 2))];
            for (var j = 0; j < beta.Length; j++) beta[j] -= step[j];
        }
        beta = best;
        return model with { Weight = beta[1..], Intercept = beta[0] };
    }

    /// <summary>
    /// Least squares; the noise is estimated from the targets' variance, so the prior weighs the same whatever their unit.
    /// </summary>
    public static LogLinear FitGaussian(float[] rows, double[] targets, int width, int raw, double[] weights, double ridge,
        Func<int, double> prior)
    {
        var (model, z, expected) = Standardised(rows, targets.Length, width, raw, prior);
        var mean = targets.Average();
        var precision = 1 / Math.Max(1e-9, targets.Sum(target => (target - mean) * (target - mean)) / targets.Length);
        var curvature = new Curvature(width + 1);
        for (var i = 0; i < targets.Length; i++)
            curvature.Add(z.AsSpan(i * width, width), precision * weights[i], -precision * weights[i] * targets[i]);
        var (gradient, hessian) = curvature.Done();
        for (var j = 0; j < width; j++)
        {
            hessian[j + 1, j + 1] += ridge;
            gradient[j + 1] -= ridge * expected[j];
        }
        var beta = Solve(hessian, [.. gradient.Select(value => -value)]);
        return model with { Weight = beta[1..], Intercept = beta[0] };
    }

    private static (LogLinear Model, float[] Z, double[] Prior) Standardised(float[] rows, int count, int width, int raw,
        Func<int, double> prior)
    {
        var model = new LogLinear(raw, new double[width], [.. Enumerable.Repeat(1.0, width)], new double[width], 0);
        for (var j = 0; j < width; j++)
        {
            double sum = 0, squares = 0;
            for (var i = 0; i < count; i++)
            {
                var value = model.Transform(j, rows[i * width + j]);
                sum += value;
                squares += value * value;
            }
            var mean = sum / Math.Max(1, count);
            var deviation = Math.Sqrt(Math.Max(0, squares / Math.Max(1, count) - mean * mean));
            (model.Centre[j], model.Scale[j]) = (mean, deviation > 1e-6 * (1 + Math.Abs(mean)) ? deviation : 1);
        }
        var z = new float[count * width];
        for (var i = 0; i < z.Length; i++) z[i] = (float)model.Standard(i % width, rows[i]);
        return (model, z, [.. Enumerable.Range(0, width).Select(j => prior(j) * model.Scale[j])]);
    }

    private static (double[] Gradient, double[,] Hessian, double Loss) LogisticLoss(float[] z, bool[] labels, int width, double[] weights,
        double[] beta)
    {
        var curvature = new Curvature(width + 1);
        double loss = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var row = z.AsSpan(i * width, width);
            var margin = beta[0];
            for (var j = 0; j < width; j++) margin += beta[j + 1] * row[j];
            var p = Logistic.Sigmoid(margin);
            var target = labels[i] ? 1.0 : 0.0;
            loss += weights[i] * (Logistic.Softplus(margin) - target * margin);
            curvature.Add(row, weights[i] * Math.Max(1e-9, p * (1 - p)), weights[i] * (p - target));
        }
        var (gradient, hessian) = curvature.Done();
        return (gradient, hessian, loss);
    }

    /// <summary>
    /// Sums of (1, row) and of its outer product, both weighted; the lower half only, four columns at a time: this is where a fit spends
    /// its time.
    /// </summary>
    private sealed class Curvature(int size)
    {
        private readonly double[] _gradient = new double[size];
        private readonly double[] _outer = new double[size * size];
        private readonly double[] _row = new double[size];

        public void Add(ReadOnlySpan<float> row, double curvature, double slope)
        {
            _row[0] = 1;
            for (var j = 0; j < row.Length; j++) _row[j + 1] = row[j];
            for (var j = 0; j < _row.Length; j++)
            {
                _gradient[j] += slope * _row[j];
                var scaled = new Vector<double>(curvature * _row[j]);
                var sums = _outer.AsSpan(j * size, j + 1);
                var k = 0;
                for (; k + Vector<double>.Count <= sums.Length; k += Vector<double>.Count)
                    (new Vector<double>(sums[k..]) + scaled * new Vector<double>(_row.AsSpan(k))).CopyTo(sums[k..]);
                for (; k < sums.Length; k++) sums[k] += curvature * _row[j] * _row[k];
            }
        }

        public (double[] Gradient, double[,] Hessian) Done()
        {
            var hessian = new double[size, size];
            for (var j = 0; j < size; j++)
                for (var k = 0; k <= j; k++) hessian[j, k] = hessian[k, j] = _outer[j * size + k];
            return (_gradient, hessian);
        }
    }

    private static void AddPrior(double[] gradient, double[,] hessian, ref double loss, double[] beta, double[] expected, double ridge)
    {
        for (var j = 0; j < expected.Length; j++)
        {
            var off = beta[j + 1] - expected[j];
            loss += ridge * off * off / 2;
            gradient[j + 1] += ridge * off;
            hessian[j + 1, j + 1] += ridge;
        }
    }

    private static double[] Solve(double[,] hessian, double[] gradient)
    {
        for (var j = 0; j < gradient.Length; j++) hessian[j, j] += 1e-9 * (1 + hessian[j, j]);
        return LinearAlgebra.Matrix<double>.Build.DenseOfArray(hessian)
            .Cholesky()
            .Solve(LinearAlgebra.Vector<double>.Build.Dense(gradient))
            .ToArray();
    }
}

using LinearAlgebra = MathNet.Numerics.LinearAlgebra;

namespace PredictiveRetention.Models;

/// <summary>A model fitted by maximum likelihood.</summary>
/// <param name="StandardErrors">One a parameter, from the curvature at the maximum by the delta method; null where there is none to speak
/// of.</param>
/// <param name="Converged">The gradient vanished, or did but for parameters that ran to the edge (Note says which).</param>
/// <param name="Note">What a reader of the numbers must know; null otherwise.</param>
public sealed record BtydFit<T>(T Model, double LogLikelihood, double[]? StandardErrors, bool Converged, int Iterations, string? Note);

/// <summary>
/// Maximises a likelihood over positive parameters: BFGS on their logarithms with analytic gradients (Nocedal and Wright 2006,
/// algorithm 6.1), every step halved until it gains, from a second start where the first ends oddly. Logarithms stay within
/// <see cref="Edge"/>: where the likelihood has no maximum, for nobody leaves or nobody comes back, it ends there.
/// </summary>
internal static class PositiveLikelihood
{
    /// <summary>Of the logarithm of a parameter in units of its scale.</summary>
    public const double Edge = 11;

    /// <summary>Mean log-likelihood and its gradient at a point.</summary>
    /// <param name="parameters">Positive.</param>
    /// <param name="gradient">Receives the derivative by each parameter (not by its logarithm).</param>
    public delegate double Likelihood(ReadOnlySpan<double> parameters, Span<double> gradient);

    /// <param name="scale">A unit for each parameter.</param>
    /// <param name="starts">Logarithms in those units.</param>
    /// <param name="customers">What the mean log-likelihood is a mean of.</param>
    public static BtydFit<T> Fit<T>(Likelihood likelihood, double[] scale, double[][] starts, string[] names, double customers,
        Func<double[], T> make)
    {
        var best = Maximise(likelihood, scale, starts[0]);
        // A search that ended well inside has found the one maximum these likelihoods have; any other is tried from elsewhere.
        foreach (var start in starts.Skip(1))
        {
            if (best.Converged && best.Point.All(p => Math.Abs(p) < Edge / 2)) break;
            if (Maximise(likelihood, scale, start) is var other && other.Value > best.Value + 1e-9) best = other;
        }
        var parameters = At(best.Point, scale);
        List<string> atEdge = [.. names.Where((_, j) => Math.Abs(best.Point[j]) > Edge - 0.5)];
        var errors = atEdge.Count > 0 ? null : StandardErrors(likelihood, scale, best.Point, customers);
        var note = atEdge.Count > 0 ? "the likelihood has no maximum: it rises as " + string.Join(" and ", atEdge) + " runs to the edge"
            : !best.Converged ? "the search ended before the gradient vanished"
            : errors is null ? "the likelihood is flat at its top: the parameters are not told apart" : null;
        return new BtydFit<T>(make(parameters), best.Value * customers, errors, best.Converged, best.Iterations, note);
    }

    private sealed record Found(double[] Point, double Value, bool Converged, int Iterations);

    private static Found Maximise(Likelihood likelihood, double[] scale, double[] start)
    {
        var n = start.Length;
        var point = (double[])start.Clone();
        var gradient = new double[n];
        var value = Evaluate(likelihood, scale, point, gradient);
        var inverse = Identity(n);
        var idle = 0;
        for (var iteration = 1; iteration <= 300; iteration++)
        {
            // A parameter at the edge that is pushed further is done.
            var norm = Steepest(point, gradient);
            if (norm < 1e-8) return new Found(point, value, true, iteration);
            var step = new double[n];
            for (var j = 0; j < n; j++)
                for (var k = 0; k < n; k++) step[j] += inverse[j, k] * gradient[k];
            var slope = step.Zip(gradient, (s, g) => s * g).Sum();
            if (!(slope > 0))
            {
                inverse = Identity(n);
                step = (double[])gradient.Clone();
                slope = step.Zip(gradient, (s, g) => s * g).Sum();
            }
            var longest = step.Max(Math.Abs);
            if (longest > 2) step = [.. step.Select(s => s * 2 / longest)];
            double[]? next = null;
            var nextGradient = new double[n];
            var nextValue = value;
            for (var length = 1.0; length > 1e-10; length /= 2)
            {
                var tried = point.Zip(step, (p, s) => Math.Clamp(p + length * s, -Edge, Edge)).ToArray();
                var found = Evaluate(likelihood, scale, tried, nextGradient);
                if (!(found > value + 1e-4 * length * Math.Min(slope, 1e-3)) && !(found > value)) continue;
                (next, nextValue) = (tried, found);
                break;
            }
            // No gain to the last digit is the top of the hill, as flat as doubles can tell.
            if (next is null) return new Found(point, value, norm < 1e-4, iteration);
            // Where it runs to an edge the likelihood rises for ever, by less and less: three steps for nothing are the end.
            idle = nextValue - value < 1e-10 * (1 + Math.Abs(value)) ? idle + 1 : 0;
            Update(inverse, point, next, gradient, nextGradient);
            (point, value, gradient) = (next, nextValue, nextGradient);
            if (idle == 3) return new Found(point, value, Steepest(point, gradient) < 1e-4, iteration);
        }
        return new Found(point, value, false, 300);
    }

    private static double Steepest(double[] point, double[] gradient) =>
        Enumerable.Range(0, point.Length).Max(j => Math.Abs(point[j]) >= Edge && gradient[j] * point[j] > 0 ? 0 : Math.Abs(gradient[j]));

    private static double Evaluate(Likelihood likelihood, double[] scale, double[] point, double[] gradient)
    {
        var parameters = At(point, scale);
        var value = likelihood(parameters, gradient);
        for (var j = 0; j < gradient.Length; j++) gradient[j] *= parameters[j];
        return double.IsFinite(value) && gradient.All(double.IsFinite) ? value : double.NegativeInfinity;
    }

    private static double[] At(double[] point, double[] scale) => [.. point.Zip(scale, (p, s) => s * Math.Exp(p))];

    /// <summary>The BFGS update of the inverse Hessian of minus the likelihood.</summary>
    private static void Update(double[,] inverse, double[] from, double[] to, double[] gradientFrom, double[] gradientTo)
    {
        var n = from.Length;
        double[] s = [.. to.Zip(from, (a, b) => a - b)], y = [.. gradientFrom.Zip(gradientTo, (a, b) => a - b)];
        var sy = s.Zip(y, (a, b) => a * b).Sum();
        if (!(sy > 1e-14)) return;
        var hy = new double[n];
        for (var j = 0; j < n; j++)
            for (var k = 0; k < n; k++) hy[j] += inverse[j, k] * y[k];
        var yhy = y.Zip(hy, (a, b) => a * b).Sum();
        for (var j = 0; j < n; j++)
            for (var k = 0; k < n; k++) inverse[j, k] += (1 + yhy / sy) * s[j] * s[k] / sy - (hy[j] * s[k] + s[j] * hy[k]) / sy;
    }

    private static double[]? StandardErrors(Likelihood likelihood, double[] scale, double[] point, double customers)
    {
        const double Step = 1e-4;
        var n = point.Length;
        var information = LinearAlgebra.Matrix<double>.Build.Dense(n, n);
        var up = new double[n];
        var down = new double[n];
        for (var j = 0; j < n; j++)
        {
            var (above, below) = ((double[])point.Clone(), (double[])point.Clone());
            above[j] += Step;
            below[j] -= Step;
            Evaluate(likelihood, scale, above, up);
            Evaluate(likelihood, scale, below, down);
            for (var k = 0; k < n; k++) information[j, k] = -(up[k] - down[k]) / (2 * Step) * customers;
        }
        information = (information + information.Transpose()) / 2;
        if (information.ToArray().Cast<double>().Any(value => !double.IsFinite(value))
            || information.Evd(LinearAlgebra.Symmetricity.Symmetric).EigenValues.Any(value => value.Real <= 0)) return null;
        var parameters = At(point, scale);
        return [.. information.Inverse().Diagonal().Select((variance, j) => parameters[j] * Math.Sqrt(variance))];
    }

    private static double[,] Identity(int n)
    {
        var matrix = new double[n, n];
        for (var j = 0; j < n; j++) matrix[j, j] = 1;
        return matrix;
    }

    /// <summary>A mean over the groups of a sample, in fixed parts side by side: the same sum however many processors there are.</summary>
    /// <param name="term">Value of a group's log-likelihood; adds its derivatives, times the given weight, to the gradient.</param>
    public static double Mean(BtydSample sample, Span<double> gradient, GroupTerm term)
    {
        const int Part = 2048;
        var parts = (sample.X.Length + Part - 1) / Part;
        var size = gradient.Length;
        var sums = new double[parts * (size + 1)];
        Parallel.For(0, parts, part =>
        {
            var own = sums.AsSpan(part * (size + 1), size + 1);
            double value = 0;
            for (var i = part * Part; i < Math.Min(sample.X.Length, (part + 1) * Part); i++)
                value += sample.Count[i] * term(i, sample.Count[i], own[1..]);
            own[0] = value;
        });
        gradient.Clear();
        double total = 0, customers = sample.Customers;
        for (var part = 0; part < parts; part++)
        {
            total += sums[part * (size + 1)];
            for (var j = 0; j < size; j++) gradient[j] += sums[part * (size + 1) + 1 + j] / customers;
        }
        return total / customers;
    }

    public delegate double GroupTerm(int group, double weight, Span<double> gradient);
}

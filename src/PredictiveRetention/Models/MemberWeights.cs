using MathNet.Numerics.LinearAlgebra;

namespace PredictiveRetention.Models;

/// <summary>
/// A weighted sum of what several members say of the same rows, weights not negative (stacking: Wolpert 1992; Breiman 1996, section 2),
/// drawn towards prior weights as by <c>ridge</c> rows of evidence: with little data the blend is the prior's.
/// </summary>
/// <param name="Weights">One a member, 0 for one that adds nothing.</param>
public sealed record MemberWeights(double Intercept, double[] Weights)
{
    /// <summary>Log-odds from the members' log-odds, by logistic likelihood.</summary>
    /// <param name="members">One column a member, on rows it did not learn from.</param>
    /// <param name="weights">What each row counts.</param>
    public static MemberWeights FitLogistic(IReadOnlyList<double[]> members, bool[] labels, double[] weights, double ridge,
        double[] prior) =>
        Fit(members, weights, ridge, prior, ridge, (margin, i) =>
        {
            var p = Logistic.Sigmoid(margin);
            var target = labels[i] ? 1.0 : 0.0;
            return (Logistic.Softplus(margin) - target * margin, p - target, p * (1 - p));
        });

    /// <summary>
    /// Log of expected spend from the members' logs, by quasi-Poisson likelihood (McCullagh and Nelder 1989, ch. 9): its score equation
    /// makes the predicted total the observed one.
    /// </summary>
    /// <param name="spends">Not negative, in units of their mean, so that <c>ridge</c> means the same in every currency.</param>
    public static MemberWeights FitPoisson(IReadOnlyList<double[]> members, double[] spends, double[] weights, double ridge,
        double[] prior) =>
        Fit(members, weights, ridge, prior, 0, (margin, i) =>
        {
            var mean = Math.Exp(Math.Clamp(margin, -30, 30));
            return (mean - spends[i] * margin, mean - spends[i], mean);
        });

    public double Score(ReadOnlySpan<double> members)
    {
        var score = Intercept;
        for (var m = 0; m < members.Length; m++) score += Weights[m] * members[m];
        return score;
    }

    private delegate (double Loss, double Slope, double Curvature) PointLoss(double margin, int row);

    /// <summary>Projected Newton steps: a weight at 0 that would go below stays there; the step is halved until the loss falls.</summary>
    private static MemberWeights Fit(IReadOnlyList<double[]> members, double[] weights, double ridge, double[] prior, double interceptRidge,
        PointLoss loss)
    {
        var beta = new double[members.Count + 1];
        prior.CopyTo(beta, 1);
        var at = Evaluate(beta);
        for (var iteration = 0; iteration < 100; iteration++)
        {
            var free = Enumerable.Range(0, beta.Length).Where(j => j == 0 || beta[j] > 0 || at.Gradient[j] < 0).ToArray();
            var hessian = Matrix<double>.Build.Dense(free.Length, free.Length, (j,
                k) => at.Hessian[free[j], free[k]] + (j == k ? 1e-9 * (1 + at.Hessian[free[j], free[j]]) : 0));
            var step = hessian.Cholesky().Solve(Vector<double>.Build.Dense(free.Length, j => at.Gradient[free[j]]));
            var (next, found) = (beta, at);
            for (var length = 1.0; length > 1e-6; length /= 2)
            {
                next = (double[])beta.Clone();
                for (var j = 0; j < free.Length; j++)
                    next[free[j]] = free[j] == 0 ? beta[0] - length * step[j] : Math.Max(0, beta[free[j]] - length * step[j]);
                found = Evaluate(next);
                if (found.Loss < at.Loss) break;
            }
            if (!(found.Loss < at.Loss)) break;
            var gain = at.Loss - found.Loss;
            (beta, at) = (next, found);
            if (gain < 1e-10 * (1 + Math.Abs(at.Loss))) break;
        }
        return new MemberWeights(beta[0], beta[1..]);

        (double Loss, double[] Gradient, double[,] Hessian) Evaluate(double[] point)
        {
            var size = point.Length;
            double total = 0;
            var gradient = new double[size];
            var hessian = new double[size, size];
            Span<double> row = stackalloc double[size];
            row[0] = 1;
            for (var i = 0; i < members[0].Length; i++)
            {
                var margin = point[0];
                for (var j = 1; j < size; j++) margin += point[j] * (row[j] = members[j - 1][i]);
                var (value, slope, curvature) = loss(margin, i);
                var weight = weights[i];
                total += weight * value;
                for (var j = 0; j < size; j++)
                {
                    gradient[j] += weight * slope * row[j];
                    for (var k = 0; k < size; k++) hessian[j, k] += weight * curvature * row[j] * row[k];
                }
            }
            for (var j = 0; j < size; j++)
            {
                var (precision, expected) = j == 0 ? (interceptRidge, 0) : (ridge, prior[j - 1]);
                total += precision * (point[j] - expected) * (point[j] - expected) / 2;
                gradient[j] += precision * (point[j] - expected);
                hessian[j, j] += precision;
            }
            return (total, gradient, hessian);
        }
    }
}

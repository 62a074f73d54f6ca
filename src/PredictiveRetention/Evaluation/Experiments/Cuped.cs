namespace PredictiveRetention.Evaluation.Experiments;

/// <summary>
/// Takes out of an outcome what was known before the arms were drawn (CUPED: Deng, Xu, Kohavi and Walker, WSDM 2013): the difference stays
/// what it is, and its error shrinks by what the forecast knew. Slopes are fitted within the arms, so that the effect is not taken for a
/// slope; where they take nothing out, nothing is changed.
/// </summary>
public static class Cuped
{
    /// <param name="outcomes">One a customer.</param>
    /// <param name="known">By what was known: the same customers in each, such as the predicted spend; finite.</param>
    /// <param name="treated">Whether of the treated arm.</param>
    /// <returns>One a customer, of the same mean over both arms together.</returns>
    public static double[] Adjust(ReadOnlySpan<double> outcomes, IReadOnlyList<double[]> known, ReadOnlySpan<bool> treated)
    {
        var (n, width) = (outcomes.Length, known.Count);
        var (overall, byArm) = (new double[width], new double[2][] { new double[width], new double[width] });
        var (means, counts) = (new double[2], new int[2]);
        for (var i = 0; i < n; i++)
        {
            var arm = treated[i] ? 1 : 0;
            counts[arm]++;
            means[arm] += outcomes[i];
            for (var j = 0; j < width; j++)
            {
                overall[j] += known[j][i];
                byArm[arm][j] += known[j][i];
            }
        }
        var adjusted = outcomes.ToArray();
        if (counts[0] < 2 || counts[1] < 2 || width == 0) return adjusted;
        for (var arm = 0; arm < 2; arm++)
        {
            means[arm] /= counts[arm];
            for (var j = 0; j < width; j++) byArm[arm][j] /= counts[arm];
        }
        for (var j = 0; j < width; j++) overall[j] /= n;
        var products = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(width, width);
        var shared = MathNet.Numerics.LinearAlgebra.Vector<double>.Build.Dense(width);
        for (var i = 0; i < n; i++)
        {
            var arm = treated[i] ? 1 : 0;
            for (var j = 0; j < width; j++)
            {
                var deviation = known[j][i] - byArm[arm][j];
                shared[j] += deviation * (outcomes[i] - means[arm]);
                for (var k = 0; k <= j; k++) products[j, k] = products[k, j] += deviation * (known[k][i] - byArm[arm][k]);
            }
        }
        // A column that repeats another, or never varies, has no slope of its own.
        for (var j = 0; j < width; j++) products[j, j] = products[j, j] * (1 + 1e-9) + double.Epsilon;
        var slopes = products.PseudoInverse() * shared;
        for (var i = 0; i < n; i++)
            for (var j = 0; j < width; j++) adjusted[i] -= slopes[j] * (known[j][i] - overall[j]);
        return adjusted;
    }
}

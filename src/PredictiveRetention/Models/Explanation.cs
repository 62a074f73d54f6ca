namespace PredictiveRetention.Models;

/// <summary>A customer's log-odds of no purchase taken apart, exactly.</summary>
/// <param name="Base">Of the average customer the model learnt from, at the level and horizon of the answer.</param>
/// <param name="Contributions">One a feature of the model; Base + their sum is <see cref="LogOdds"/>.</param>
public sealed record Explanation(double Base, double[] Contributions)
{
    /// <summary>Of the customer.</summary>
    public double LogOdds { get; } = Base + Contributions.Sum();

    public double BasePChurn => Logistic.Sigmoid(Base);

    public double PChurn => Logistic.Sigmoid(LogOdds);

    /// <summary>
    /// Changes of log-odds as changes of probability: walking from the start, the largest change first, each is what its step changes.
    /// The start's probability + their sum is the probability at the end.
    /// </summary>
    /// <param name="start">Log-odds.</param>
    /// <param name="changes">Of log-odds.</param>
    public static double[] Effects(double start, IReadOnlyList<double> changes)
    {
        var effects = new double[changes.Count];
        var at = start;
        foreach (var (index, change) in changes.Index().OrderByDescending(change => Math.Abs(change.Item)))
        {
            effects[index] = Logistic.Sigmoid(at + change) - Logistic.Sigmoid(at);
            at += change;
        }
        return effects;
    }
}

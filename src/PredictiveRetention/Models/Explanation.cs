namespace PredictiveRetention.Models;

/// <summary>A customer's log-odds of no purchase taken apart, exactly.</summary>
/// <param name="Base">Of the average customer the model learnt from, at the level and horizon of the answer.</param>
/// <param name="Contributions">One a feature of the model; Base + their sum is <see cref="LogOdds"/>.</param>
public sealed record Explanation(double Base, double[] Contributions)
{
    /// <summary>Of the customer.</summary>
    public double LogOdds { get; } = Base + Contributions.Sum();

    public double BasePChurn => Probability(Base);

    public double PChurn => Probability(LogOdds);

    /// <summary>
    /// The contributions as changes of probability: walking from the base to the score, the largest change of log-odds first, each is what its
    /// step changes. BasePChurn + their sum is PChurn.
    /// </summary>
    public double[] Effects() => Effects(Base, Contributions);

    /// <param name="start">Log-odds.</param>
    /// <param name="changes">Of log-odds.</param>
    public static double[] Effects(double start, IReadOnlyList<double> changes)
    {
        var effects = new double[changes.Count];
        var at = start;
        foreach (var (index, change) in changes.Index().OrderByDescending(change => Math.Abs(change.Item)))
        {
            effects[index] = Probability(at + change) - Probability(at);
            at += change;
        }
        return effects;
    }

    public static double Probability(double logOdds) => 1 / (1 + Math.Exp(-logOdds));
}

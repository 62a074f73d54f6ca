using System.Text.Json.Serialization;

namespace PredictiveRetention.Models;

/// <summary>
/// P(yes) of a row of numbers: a linear model on log features and forests, blended by what they were worth on rows they had not learnt
/// from. What answers where there is no purchase process for BTYD to describe: feature tables, and subscriptions that end.
/// </summary>
/// <param name="Columns">Names of a row's values, in order.</param>
/// <param name="Weights">Blend of log-odds: Linear, then each of Forests.</param>
public sealed record ClassifierModel(IReadOnlyList<string> Columns, LogLinear Linear, IReadOnlyList<ForestMember> Forests,
    MemberWeights Weights)
{
    [JsonIgnore]
    public int Width => Columns.Count;

    /// <param name="rows">answers.Length x Width values, all finite.</param>
    /// <param name="answers">Receives P(yes).</param>
    public void Predict(ReadOnlySpan<float> rows, Span<double> answers)
    {
        Span<double> members = stackalloc double[Forests.Count + 1];
        for (var i = 0; i < answers.Length; i++)
        {
            var row = rows.Slice(i * Width, Width);
            members[0] = Linear.Score(row);
            for (var f = 0; f < Forests.Count; f++) members[f + 1] = Forests[f].Slope * Forests[f].Forest.Score(row) + Forests[f].Intercept;
            answers[i] = Logistic.Sigmoid(Weights.Score(members));
        }
    }

    /// <summary>Log-odds by each member alone, in the order of Weights.</summary>
    public IReadOnlyList<(string Name, double[] LogOdds)> Members(ReadOnlySpan<float> rows)
    {
        var count = rows.Length / Width;
        var members = new List<(string, double[])> { ("logistic on log features", new double[count]) };
        foreach (var forest in Forests) members.Add((forest.Name, new double[count]));
        for (var i = 0; i < count; i++)
        {
            var row = rows.Slice(i * Width, Width);
            members[0].Item2[i] = Linear.Score(row);
            for (var f = 0; f < Forests.Count; f++)
                members[f + 1].Item2[i] = Forests[f].Slope * Forests[f].Forest.Score(row) + Forests[f].Intercept;
        }
        return members;
    }
}

using PredictiveRetention.Features;
using PredictiveRetention.Models;

namespace PredictiveRetention.Scoring;

/// <summary>What the features of one theme add to a customer's churn.</summary>
/// <param name="Theme">What they are about.</param>
/// <param name="Words">What is so, by the strongest of them whose words point the way of their sum; where none does, what they are about
/// only.</param>
/// <param name="LogOdds">Change of the log-odds of no purchase.</param>
/// <param name="PChurn">Change of the probability of no purchase.</param>
public sealed record ThemeEffect(string Theme, string Words, double LogOdds, double PChurn);

/// <summary>A score and what it is made of: the average customer, then theme by theme, the largest first.</summary>
/// <param name="BaseLogOdds">Of the average customer.</param>
/// <param name="Themes">BaseLogOdds + their log-odds is LogOdds, BasePChurn + their changes of probability is PChurn.</param>
public sealed record ScoreExplanation(double BaseLogOdds, double BasePChurn, IReadOnlyList<ThemeEffect> Themes, double LogOdds,
    double PChurn)
{
    /// <param name="explanation">Of the model.</param>
    /// <param name="score">Higher than the model's where the customer is lost and the recency rule is less hopeful: that is then said,
    /// too.</param>
    /// <param name="row">The row explained.</param>
    /// <param name="money">Of the row.</param>
    internal static ScoreExplanation Explain(Explanation explanation, in CustomerScore score, FeatureSchema schema, ReadOnlySpan<float> row,
        Currency currency, MoneyUnit money)
    {
        var values = row.ToArray();
        var of = schema.StandingOf(row);
        var themes = explanation.Contributions.Index()
            .GroupBy(feature => schema.ThemeOf(feature.Index, values[feature.Index]))
            .Select(theme => (theme.Key, Sum: theme.Sum(feature => feature.Item), Features: theme))
            .Where(theme => theme.Sum != 0)
            .Select(theme => (Theme: theme.Key.ToString(), Words: Say(theme.Key, theme.Features, theme.Sum), theme.Sum))
            .ToList();
        var bound = score.Lost && score.PChurn > explanation.PChurn ? Math.Log(score.PChurn / (1 - score.PChurn)) - explanation.LogOdds : 0;
        if (bound > 0) themes.Add(("Lost", "silent for so long that the recency rule is less hopeful", bound));
        themes = [.. themes.OrderByDescending(theme => Math.Abs(theme.Sum))];
        var changes = Explanation.Effects(explanation.Base, [.. themes.Select(theme => theme.Sum)]);
        return new ScoreExplanation(
            explanation.Base, explanation.BasePChurn, [.. themes.Select((theme,
                i) => new ThemeEffect(theme.Theme, theme.Words, theme.Sum, changes[i]))], explanation.LogOdds + bound, score.PChurn);

        // As with the reasons of a night.
        string Say(Theme theme, IEnumerable<(int Index, double Item)> features, double sum)
        {
            var toward = sum > 0 ? Leaning.Raises : Leaning.Lowers;
            var sayers = features.Where(feature => (schema.LeaningOf(feature.Index, values[feature.Index], of) & toward) != 0).ToList();
            if (sayers.Count == 0) return ThemeNames.InAll(theme);
            var sayer = sayers.MaxBy(feature => feature.Item * Math.Sign(sum)).Index;
            return schema.Definition(sayer).Say(schema.InCurrency(sayer, values[sayer], money), toward, currency, Other);
        }

        double Other(string name) =>
            name == "gap_mean" ? of.MeanGap
            : schema.Find(name) is >= 0 and var at && !schema.Definition(at).IsAbsent(values[at])
                ? schema.InCurrency(at, values[at], money)
            : double.NaN;
    }
}

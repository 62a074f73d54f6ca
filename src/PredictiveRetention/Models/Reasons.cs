using PredictiveRetention.Features;

namespace PredictiveRetention.Models;

/// <summary>What one theme adds to a customer's churn, said by the strongest of its features whose words point that way.</summary>
/// <param name="Feature">Index in the model's feature list; -1 for none.</param>
/// <param name="Value">The feature's value as the model saw it; with a score, money in currency units.</param>
/// <param name="Effect">Change of the log-odds of no purchase by all features of the theme, against the average customer the model learnt
/// from.</param>
public readonly record struct Reason(short Feature, float Value, float Effect)
{
    public static Reason None { get; } = new(-1, 0, 0);
}

/// <summary>
/// The themes that move a customer's churn most: three, and a fourth and fifth where they move it at least a tenth as much as the first.
/// Those that raise it stand first, then those that lower it, each the strongest first.
/// </summary>
/// <param name="MeanGap">Mean days between the customer's purchase days, which a silence is told against; 0 where there is none.</param>
public readonly record struct Reasons(Reason First, Reason Second, Reason Third, Reason Fourth, Reason Fifth, float MeanGap = 0)
{
    public const int Most = 5;

    private const int Always = 3;
    private const float Worth = 0.1f;

    /// <summary>Log-odds that change nothing anybody would see: a tenth of a percentage point.</summary>
    private const float Nothing = 0.005f;

    /// <summary>The probability of no purchase below which a risk is low.</summary>
    public const double LowRisk = 1.0 / 3;

    private static readonly double s_lowRisk = Math.Log(LowRisk / (1 - LowRisk));

    private static readonly int s_themes = Enum.GetValues<Theme>().Length;

    public static Reasons None { get; } = new(Reason.None, Reason.None, Reason.None, Reason.None, Reason.None);

    public bool Any => First.Feature >= 0;

    public IEnumerable<Reason> All() => new[] { First, Second, Third, Fourth, Fifth }.TakeWhile(reason => reason.Feature >= 0);

    /// <summary>The same reasons, each value put through a function of its feature and itself.</summary>
    public Reasons With(Func<int, float, float> value)
    {
        return this with { First = Told(First), Second = Told(Second), Third = Told(Third), Fourth = Told(Fourth), Fifth = Told(Fifth) };

        Reason Told(Reason reason) => reason.Feature < 0 ? reason : reason with { Value = value(reason.Feature, reason.Value) };
    }

    /// <param name="contributions">One a feature, on the scale of the forest.</param>
    /// <param name="row">The row's values.</param>
    /// <param name="scale">From the forest's scale to log-odds of no purchase.</param>
    /// <param name="schema">Of the row.</param>
    /// <param name="logOdds">
    /// The customer's, of no purchase. At some risk what raises it most is always said. Where all themes make it lower than the average
    /// customer's and it is still above even, a fact is said that speaks for leaving, with all of the log-odds as its effect: not the
    /// customer but the average one is the reason, and that is true of this one, too.
    /// </param>
    public static Reasons Rank(
        ReadOnlySpan<float> contributions, ReadOnlySpan<float> row, double scale, FeatureSchema schema, double logOdds)
    {
        Span<Theme> themes = stackalloc Theme[contributions.Length];
        Span<float> sums = stackalloc float[s_themes];
        sums.Clear();
        for (var i = 0; i < contributions.Length; i++)
        {
            themes[i] = schema.ThemeOf(i, row[i]);
            sums[(int)themes[i]] += (float)scale * contributions[i];
        }
        Span<short> sayers = stackalloc short[s_themes];
        FindSayers(contributions, row, scale, schema, themes, sums, sayers);

        Span<Reason> found = [Reason.None, Reason.None, Reason.None, Reason.None, Reason.None];
        var count = 0;
        for (var least = Nothing; count < Most; count++)
        {
            if (Largest(sums, sayers, least) is not (>= 0 and var theme)) break;
            found[count] = Take(theme, row, sums, sayers);
            if (count == Always - 1) least = Math.Max(Nothing, Worth * Math.Abs(found[0].Effect));
        }
        if (logOdds > s_lowRisk && !AnyRaises(found))
        {
            if (LargestRaising(sums, sayers) is >= 0 and var theme) found[Math.Min(count, Most - 1)] = Take(theme, row, sums, sayers);
            else if (logOdds > Nothing) SayTheAverage(contributions, row, scale, schema, themes, (float)logOdds, found);
        }
        return RaisingFirst(found);
    }

    /// <summary>
    /// The feature that says each theme: of those whose words point the way of the theme's sum, the one that adds most to it. The members
    /// share an effect among features that say much the same, so what a single one adds may even be little.
    /// </summary>
    /// <param name="sayers">Receives one a theme, -1 where no words agree.</param>
    private static void FindSayers(ReadOnlySpan<float> contributions, ReadOnlySpan<float> row, double scale, FeatureSchema schema,
        ReadOnlySpan<Theme> themes, ReadOnlySpan<float> sums, Span<short> sayers)
    {
        var of = schema.StandingOf(row);
        Span<float> adds = stackalloc float[s_themes];
        adds.Fill(float.NegativeInfinity);
        sayers.Fill(-1);
        foreach (var i in schema.Said)
        {
            var theme = (int)themes[i];
            var toward = sums[theme] > 0 ? Leaning.Raises : Leaning.Lowers;
            var add = (float)scale * (toward == Leaning.Raises ? contributions[i] : -contributions[i]);
            if (!(add > adds[theme]) || (schema.LeaningOf(i, row[i], of) & toward) == 0) continue;
            (adds[theme], sayers[theme]) = (add, (short)i);
        }
    }

    /// <summary>The theme that moves churn most, and by so much at least, among those that words agree with; -1 for none.</summary>
    private static int Largest(ReadOnlySpan<float> sums, ReadOnlySpan<short> sayers, float least)
    {
        var (theme, most) = (-1, MathF.BitDecrement(least));
        for (var t = 0; t < sums.Length; t++)
            if (sayers[t] >= 0 && Math.Abs(sums[t]) > most) (theme, most) = (t, Math.Abs(sums[t]));
        return theme;
    }

    private static int LargestRaising(ReadOnlySpan<float> sums, ReadOnlySpan<short> sayers)
    {
        var theme = -1;
        for (var t = 0; t < sums.Length; t++)
            if (sayers[t] >= 0 && sums[t] >= (theme < 0 ? Nothing : sums[theme])) theme = t;
        return theme;
    }

    /// <summary>
    /// Adds what speaks for leaving where only the average customer is the reason: of a theme that is not said yet, or else instead of what
    /// is said of it.
    /// </summary>
    private static void SayTheAverage(ReadOnlySpan<float> contributions, ReadOnlySpan<float> row, double scale, FeatureSchema schema,
        ReadOnlySpan<Theme> themes, float logOdds, Span<Reason> found)
    {
        var feature = FindRaising(contributions, row, scale, schema, themes, found);
        if (feature < 0) feature = FindRaising(contributions, row, scale, schema, themes, []);
        if (feature < 0) return;
        var place = 0;
        while (place < Most - 1 && found[place].Feature >= 0 && themes[found[place].Feature] != themes[feature]) place++;
        found[place] = new Reason((short)feature, row[feature], logOdds);
    }

    /// <summary>
    /// A feature whose words speak for leaving: the silence if it can be, else how often, else the one that adds most; -1 for none.
    /// </summary>
    /// <param name="found">What is said already; a feature of none of its themes is looked for.</param>
    private static int FindRaising(ReadOnlySpan<float> contributions, ReadOnlySpan<float> row, double scale, FeatureSchema schema,
        ReadOnlySpan<Theme> themes, ReadOnlySpan<Reason> found)
    {
        var of = schema.StandingOf(row);
        var (feature, rank, adds) = (-1, -1, 0f);
        foreach (var i in schema.Said)
        {
            var (theirs, add) = (themes[i] switch { Theme.Recency => 2, Theme.Frequency => 1, _ => 0 }, (float)scale * contributions[i]);
            if (theirs < rank || theirs == rank && !(add > adds) || IsSaid(themes[i], themes, found)
                || (schema.LeaningOf(i, row[i], of) & Leaning.Raises) == 0) continue;
            (feature, rank, adds) = (i, theirs, add);
        }
        return feature;
    }

    private static bool IsSaid(Theme theme, ReadOnlySpan<Theme> themes, ReadOnlySpan<Reason> found)
    {
        foreach (var reason in found)
            if (reason.Feature >= 0 && themes[reason.Feature] == theme) return true;
        return false;
    }

    /// <summary>A theme as a reason; it is not found again.</summary>
    private static Reason Take(int theme, ReadOnlySpan<float> row, Span<float> sums, Span<short> sayers)
    {
        var reason = new Reason(sayers[theme], row[sayers[theme]], sums[theme]);
        sayers[theme] = -1;
        return reason;
    }

    private static bool AnyRaises(ReadOnlySpan<Reason> reasons)
    {
        foreach (var reason in reasons)
            if (reason.Effect > 0) return true;
        return false;
    }

    /// <param name="found">The strongest first.</param>
    private static Reasons RaisingFirst(ReadOnlySpan<Reason> found)
    {
        Span<Reason> ordered = [Reason.None, Reason.None, Reason.None, Reason.None, Reason.None];
        var place = 0;
        foreach (var reason in found)
            if (reason.Effect > 0) ordered[place++] = reason;
        foreach (var reason in found)
            if (reason.Effect < 0) ordered[place++] = reason;
        return new Reasons(ordered[0], ordered[1], ordered[2], ordered[3], ordered[4]);
    }
}

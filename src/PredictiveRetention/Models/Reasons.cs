using PredictiveRetention.Features;

namespace PredictiveRetention.Models;

/// <summary>What one theme adds to a customer's churn, said by its strongest feature.</summary>
/// <param name="Feature">Index in the model's feature list; -1 for none.</param>
/// <param name="Value">The feature's value as the model saw it; with a score, money in currency units.</param>
/// <param name="Effect">Change of the log-odds of no purchase by all features of the theme, against the average customer the model learnt
/// from.</param>
public readonly record struct Reason(short Feature, float Value, float Effect)
{
    public static Reason None { get; } = new(-1, 0, 0);
}

/// <summary>
/// The themes that move a customer's churn most, either way, largest first: three, and a fourth and fifth where they move it at least a
/// tenth as much as the first.
/// </summary>
/// <param name="UsualGap">Mean days between the customer's purchase days, which a silence is told against; 0 where there is none.</param>
public readonly record struct Reasons(Reason First, Reason Second, Reason Third, Reason Fourth, Reason Fifth, float UsualGap = 0)
{
    public const int Most = 5;

    private const int Always = 3;
    private const float Worth = 0.1f;

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
    /// <param name="themes">One a feature.</param>
    public static Reasons Rank(ReadOnlySpan<float> contributions, ReadOnlySpan<float> row, double scale, ReadOnlySpan<Theme> themes)
    {
        Span<float> sums = stackalloc float[s_themes];
        Span<float> sizes = stackalloc float[2 * s_themes];
        Span<short> strongest = stackalloc short[2 * s_themes];
        sums.Clear();
        sizes.Clear();
        for (var i = 0; i < contributions.Length; i++)
        {
            var (theme, contribution) = ((int)themes[i], contributions[i]);
            sums[theme] += contribution;
            // A theme is said by a feature that points its way: those that raise churn and those that lower it are kept apart.
            var side = 2 * theme + (contribution > 0 ? 1 : 0);
            if (!(Math.Abs(contribution) > sizes[side])) continue;
            (sizes[side], strongest[side]) = (Math.Abs(contribution), (short)i);
        }
        Span<Reason> found = [Reason.None, Reason.None, Reason.None, Reason.None, Reason.None];
        float first = 0;
        for (var place = 0; place < Most; place++)
        {
            var (theme, most) = (-1, place < Always ? 0 : MathF.BitDecrement(Worth * first));
            for (var t = 0; t < sums.Length; t++)
                if (Math.Abs(sums[t]) > most) (theme, most) = (t, Math.Abs(sums[t]));
            if (theme < 0) break;
            if (place == 0) first = most;
            var feature = strongest[2 * theme + (sums[theme] > 0 ? 1 : 0)];
            found[place] = new Reason(feature, row[feature], (float)(scale * sums[theme]));
            sums[theme] = 0;
        }
        return new Reasons(found[0], found[1], found[2], found[3], found[4]);
    }
}

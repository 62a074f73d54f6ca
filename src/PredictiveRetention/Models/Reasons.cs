namespace PredictiveRetention.Models;

/// <summary>What one feature adds to a customer's churn.</summary>
/// <param name="Feature">Index in the model's feature list; -1 for none.</param>
/// <param name="Value">The feature's value as the model saw it.</param>
/// <param name="Effect">Change of the log-odds of no purchase, against the average customer the model learnt from.</param>
public readonly record struct Reason(short Feature, float Value, float Effect)
{
    public static Reason None { get; } = new(-1, 0, 0);
}

/// <summary>The three features that move a customer's churn most, either way, largest first.</summary>
public readonly record struct Reasons(Reason First, Reason Second, Reason Third)
{
    public static Reasons None { get; } = new(Reason.None, Reason.None, Reason.None);

    public bool Any => First.Feature >= 0;

    public IEnumerable<Reason> All()
    {
        if (First.Feature >= 0) yield return First;
        if (Second.Feature >= 0) yield return Second;
        if (Third.Feature >= 0) yield return Third;
    }

    /// <param name="contributions">One a feature, on the scale of the forest.</param>
    /// <param name="row">The row's values.</param>
    /// <param name="scale">From the forest's scale to log-odds of no purchase.</param>
    public static Reasons Of(ReadOnlySpan<float> contributions, ReadOnlySpan<float> row, double scale)
    {
        int first = -1, second = -1, third = -1;
        float most = 0, more = 0, much = 0;
        for (var i = 0; i < contributions.Length; i++)
        {
            var size = Math.Abs(contributions[i]);
            if (!(size > much)) continue;
            if (size > most) (third, much, second, more, first, most) = (second, more, first, most, i, size);
            else if (size > more) (third, much, second, more) = (second, more, i, size);
            else (third, much) = (i, size);
        }
        return new Reasons(Name(first, contributions, row, scale), Name(second, contributions, row, scale), Name(third, contributions, row, scale));
    }

    private static Reason Name(int feature, ReadOnlySpan<float> contributions, ReadOnlySpan<float> row, double scale) =>
        feature < 0 ? Reason.None : new Reason((short)feature, row[feature], (float)(scale * contributions[feature]));
}

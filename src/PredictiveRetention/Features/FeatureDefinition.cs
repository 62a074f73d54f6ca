namespace PredictiveRetention.Features;

internal delegate double FeatureValue(HistorySummary history);

internal delegate string FeatureWords(FeatureReading reading);

/// <summary>What a feature is, in words, beside the one expression that computes it.</summary>
/// <param name="Name">Column name in the models, snake_case.</param>
/// <param name="Unit">Unit of the value: days, orders, money (see <see cref="MoneyUnit"/>), share, ...</param>
/// <param name="Meaning">One sentence a marketer understands; used by the model card.</param>
/// <param name="Source">What must have been imported for the feature to exist.</param>
public sealed record FeatureDefinition(string Name, string Unit, string Meaning, DataSource Source)
{
    public required Theme Theme { get; init; }

    /// <summary>
    /// What the models are given for a customer who has no value; outside the value's range, so a tree can tell it apart.
    /// </summary>
    public required float WhenAbsent { get; init; }

    /// <summary>The 0/1 feature that says whether this one has a value; null where it always has.</summary>
    public string? Indicator { get; init; }

    /// <summary>Stored and charted, but off in models unless asked for (demographics).</summary>
    public bool OffByDefault { get; init; }

    /// <summary>Left out of models whose earliest training cutoff has a shorter history: it would only tell the cutoffs apart.</summary>
    public int MinHistoryDays { get; init; }

    /// <summary>The value is an amount: in a model's row in the model's units, in the currency's where people are told it.</summary>
    public bool IsMoney => Unit == "money";

    internal FeatureValue Value { get; init; } = static _ => double.NaN;

    internal FeatureWords Said { get; init; } = static _ => "";

    /// <summary>True for NaN, and for the stand-in the models are given.</summary>
    public bool IsAbsent(double value) => !double.IsFinite(value) || Indicator is not null && value == WhenAbsent;

    /// <summary>
    /// What a value is about: one that is absent is about what its indicator says, having bought only once say, not about the figure it has
    /// not.
    /// </summary>
    public Theme ThemeOf(double value) =>
        IsAbsent(value) && Indicator is not null ? FeatureRegistry.All[FeatureRegistry.IndexOf(Indicator)].Theme : Theme;

    /// <summary>
    /// A customer's value as a colleague would say it, such as 'spent 1,234.50 GBP in the last 90 days'; where it is absent, what its
    /// indicator says of that.
    /// </summary>
    /// <param name="value">In the feature's unit, money in the currency's.</param>
    /// <param name="currency">Of money.</param>
    /// <param name="others">The same customer's other features by name, NaN where absent; null where they are not at hand.</param>
    public string Say(double value, Currency currency, Func<string, double>? others = null) =>
        !IsAbsent(value) ? Said(new FeatureReading(value, currency, others))
        : Indicator is null ? Said(new FeatureReading(WhenAbsent, currency, null))
        : FeatureRegistry.All[FeatureRegistry.IndexOf(Indicator)].Say(0, currency);
}

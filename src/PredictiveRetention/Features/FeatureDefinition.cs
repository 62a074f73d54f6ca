namespace PredictiveRetention.Features;

internal delegate double FeatureValue(HistorySummary history);

internal delegate string FeatureWords(FeatureReading reading);

internal delegate Leaning FeatureLeaning(float value, Standing of);

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

    /// <summary>
    /// True where people are told the value as a reason. What nobody would say (a decayed count, a sine, that something is known) counts
    /// in its theme, which another feature then says.
    /// </summary>
    public bool IsSaid => Leans is not null;

    private FeatureWords? Said { get; init; }

    internal FeatureLeaning? Leans { get; init; }

    /// <summary>True for NaN, and for the stand-in the models are given.</summary>
    public bool IsAbsent(double value) => !double.IsFinite(value) || Indicator is not null && value == WhenAbsent;

    /// <summary>
    /// What a value is about: one that is absent is about what its indicator says, having bought only once say, not about the figure it has
    /// not.
    /// </summary>
    public Theme ThemeOf(double value) =>
        IsAbsent(value) && Indicator is not null ? FeatureRegistry.All[FeatureRegistry.IndexOf(Indicator)].Theme : Theme;

    /// <summary>Which way the words of a value point; neither where there is none, or nobody would say it.</summary>
    /// <param name="value">In the feature's unit; of money the unit does not matter.</param>
    public Leaning LeaningOf(float value, in Standing of) => Leans is null || IsAbsent(value) ? Leaning.Neither : Leans(value, of);

    /// <summary>
    /// A customer's value as a colleague would say it who explains why the customer may leave, or may stay: 'only 3 orders so far', '3
    /// orders so far'.
    /// </summary>
    /// <param name="value">In the feature's unit, money in the currency's.</param>
    /// <param name="toward">Raises or Lowers; <see cref="LeaningOf"/> the value has it.</param>
    /// <param name="currency">Of money.</param>
    /// <param name="others">The same customer's other features by name, NaN where absent; null where they are not at hand.</param>
    /// <param name="isGapTold">The mean gap is said beside these words, which need not repeat it.</param>
    public string Say(double value, Leaning toward, Currency currency, Func<string, double>? others = null, bool isGapTold = false) =>
        Said is null || IsAbsent(value)
            ? throw new ArgumentException($"Nobody would say {Name} of {value}.", nameof(value))
            : Said(new FeatureReading(value, toward == Leaning.Raises, currency, others, isGapTold));

    /// <param name="words">Of a value the customer has.</param>
    /// <param name="leans">Which way they point.</param>
    internal FeatureDefinition SaidAs(FeatureWords words, FeatureLeaning leans) => this with { Said = words, Leans = leans };
}

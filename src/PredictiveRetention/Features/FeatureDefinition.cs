namespace PredictiveRetention.Features;

internal delegate double FeatureValue(HistorySummary history);

/// <summary>What a feature is, in words, beside the one expression that computes it.</summary>
/// <param name="Name">Column name in the models, snake_case.</param>
/// <param name="Unit">Unit of the value: days, orders, money (currency units), share, ...</param>
/// <param name="Meaning">One sentence a marketer understands; used by the model card and the reasons.</param>
/// <param name="Source">What must have been imported for the feature to exist.</param>
public sealed record FeatureDefinition(string Name, string Unit, string Meaning, DataSource Source)
{
    /// <summary>What the models are given for a customer who has no value; outside the value's range, so a tree can tell it apart.</summary>
    public required float WhenAbsent { get; init; }

    /// <summary>The 0/1 feature that says whether this one has a value; null where it always has.</summary>
    public string? Indicator { get; init; }

    /// <summary>Stored and charted, but off in models unless asked for (demographics).</summary>
    public bool OffByDefault { get; init; }

    /// <summary>Left out of models whose earliest training cutoff has a shorter history: it would only tell the cutoffs apart.</summary>
    public int MinHistoryDays { get; init; }

    internal FeatureValue Value { get; init; } = static _ => double.NaN;
}

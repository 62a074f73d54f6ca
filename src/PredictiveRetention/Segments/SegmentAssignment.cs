namespace PredictiveRetention.Segments;

/// <summary>Every segment one customer is in at a cutoff.</summary>
/// <param name="HighValue">
/// Still buying, and among the top by net revenue of the last 12 months or by what an order would bring: never by a figure that contains
/// the risk.
/// </param>
public readonly record struct SegmentAssignment(
    RfmScore Rfm,
    RfmSegment RfmSegment,
    Lifecycle Lifecycle,
    ValueTier ValueTier,
    FrequencyClass FrequencyClass,
    ClvTier ClvTier,
    BusinessSegment BusinessSegment,
    EngagementSegment EngagementSegment,
    Persona Persona,
    RiskBand RiskBand,
    Rhythm Rhythm,
    bool HighValue);

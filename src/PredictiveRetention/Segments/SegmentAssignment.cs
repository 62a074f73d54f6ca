namespace PredictiveRetention.Segments;

/// <summary>Every segment one customer is in at a cutoff.</summary>
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
    RiskBand RiskBand);

using PredictiveRetention.Features;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Playbooks;

/// <summary>All an audience rule may ask about one customer. MinorPerUnit turns stored money into the units a rule is written in.</summary>
/// <param name="Earlier">Set to the customer; null where nothing is known of earlier nights.</param>
public readonly record struct Candidate(
    CustomerFacts Facts, CustomerScore Score, SegmentAssignment Segments, double MinorPerUnit, EarlierRisk? Earlier = null);

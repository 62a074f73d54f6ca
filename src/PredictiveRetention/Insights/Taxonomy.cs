using PredictiveRetention.Segments;

namespace PredictiveRetention.Insights;

/// <summary>
/// A way of telling customers apart by their segments that is followed over the months, and the place of its segments among all of them.
/// </summary>
internal sealed record Taxonomy(string Id, IReadOnlyList<string> Names, Func<SegmentAssignment, int> Of)
{
    /// <summary>Number of its first segment among those of all taxonomies; 0 is everybody.</summary>
    public int Offset { get; private init; }

    /// <summary>In the order they are counted.</summary>
    public static IReadOnlyList<Taxonomy> All { get; } = Numbered(
    [
        new("lifecycle", SegmentNames.All<Lifecycle>(), static s => (int)s.Lifecycle),
        new("value_tier", SegmentNames.All<ValueTier>(), static s => (int)s.ValueTier),
        new("frequency_class", SegmentNames.All<FrequencyClass>(), static s => (int)s.FrequencyClass),
        new("engagement_segment", SegmentNames.All<EngagementSegment>(), static s => (int)s.EngagementSegment),
        new("business_segment", SegmentNames.All<BusinessSegment>(), static s => (int)s.BusinessSegment),
        new("persona", SegmentNames.All<Persona>(), static s => (int)s.Persona),
        new("rfm_segment", SegmentNames.All<RfmSegment>(), static s => (int)s.RfmSegment),
        new("value_lifecycle", ValueLifecycles, ValueLifecycle),
    ]);

    /// <summary>
    /// Number of the customer's segment in each taxonomy, after that of everybody: what the functions say, without calling eight of them.
    /// </summary>
    public static void SlotsOf(in SegmentAssignment segments, Span<int> slots)
    {
        slots[0] = 0;
        slots[1] = s_offsets[0] + (int)segments.Lifecycle;
        slots[2] = s_offsets[1] + (int)segments.ValueTier;
        slots[3] = s_offsets[2] + (int)segments.FrequencyClass;
        slots[4] = s_offsets[3] + (int)segments.EngagementSegment;
        slots[5] = s_offsets[4] + (int)segments.BusinessSegment;
        slots[6] = s_offsets[5] + (int)segments.Persona;
        slots[7] = s_offsets[6] + (int)segments.RfmSegment;
        slots[8] = s_offsets[7] + ValueLifecycle(segments);
    }

    private static readonly int[] s_offsets = [.. All.Select(taxonomy => taxonomy.Offset)];

    /// <summary>Those whose moves from month to month are counted.</summary>
    public static IReadOnlyList<Taxonomy> Followed { get; } = [.. All.Where(taxonomy => taxonomy.Id is "lifecycle" or "value_tier"
        or "business_segment" or "persona" or "rfm_segment")];

    /// <summary>Value tier and folded lifecycle, "High|Active".</summary>
    private static IReadOnlyList<string> ValueLifecycles =>
    [
        .. from value in Enum.GetValues<ValueTier>()
           from lifecycle in new[] { Lifecycle.Active, Lifecycle.AtRisk, Lifecycle.Dormant }
           select $"{SegmentNames.Name(value)}|{SegmentNames.Name(lifecycle)}",
    ];

    private static int ValueLifecycle(SegmentAssignment segments) => (3 * (int)segments.ValueTier) + Folded(segments.Lifecycle);

    /// <summary>Active, At Risk, Dormant as 0, 1, 2.</summary>
    public static int Folded(Lifecycle lifecycle) =>
        CombinedSegment.Fold(lifecycle) switch { Lifecycle.Active => 0, Lifecycle.AtRisk => 1, _ => 2 };

    private static List<Taxonomy> Numbered(IEnumerable<Taxonomy> taxonomies)
    {
        var (numbered, offset) = (new List<Taxonomy>(), 1);
        foreach (var taxonomy in taxonomies)
        {
            numbered.Add(taxonomy with { Offset = offset });
            offset += taxonomy.Names.Count;
        }
        return numbered;
    }
}

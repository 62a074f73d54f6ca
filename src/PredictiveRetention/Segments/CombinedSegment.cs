namespace PredictiveRetention.Segments;

/// <summary>
/// Lifecycle | value | frequency in 27 cells of three lifecycle states: New and Reactivated count as Active, Lost as Dormant;
/// whoever shows a cell says so.
/// </summary>
public readonly record struct CombinedSegment(Lifecycle Lifecycle, ValueTier ValueTier, FrequencyClass FrequencyClass)
{
    /// <summary>All 27, so that an empty cell is listed too.</summary>
    public static IReadOnlyList<CombinedSegment> All { get; } =
    [
        .. from lifecycle in new[] { Lifecycle.Active, Lifecycle.AtRisk, Lifecycle.Dormant }
           from value in Enum.GetValues<ValueTier>()
           from frequency in Enum.GetValues<FrequencyClass>()
           select new CombinedSegment(lifecycle, value, frequency),
    ];

    /// <summary>Six lifecycle states folded into Active, At Risk and Dormant.</summary>
    public static Lifecycle Fold(Lifecycle lifecycle) => lifecycle switch
    {
        Lifecycle.New or Lifecycle.Reactivated => Lifecycle.Active,
        Lifecycle.Lost => Lifecycle.Dormant,
        _ => lifecycle,
    };

    /// <summary>"At Risk|High|One-time".</summary>
    public override string ToString() =>
        $"{SegmentNames.Name(Lifecycle)}|{SegmentNames.Name(ValueTier)}|{SegmentNames.Name(FrequencyClass)}";
}

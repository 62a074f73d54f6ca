namespace PredictiveRetention.Storage;

/// <summary>What a published night said of a customer.</summary>
public sealed record PastScore(string AsOf, double PChurn, double Clv);

/// <summary>
/// A stored prediction as readers see it. Segment columns are the numbers of the enums in Segments, NoAction of that in Playbooks.
/// </summary>
public sealed record PredictionRow
{
    public long CustomerKey { get; init; }
    public string CustomerId { get; init; } = "";
    public long RunId { get; init; }
    public double PChurn { get; init; }

    /// <summary>Currency units, as are the other money figures here but NetRevenueMinor.</summary>
    public double Clv { get; init; }
    public double SpendIfOrder { get; init; }
    public double RevenueAtRisk { get; init; }
    public bool Lost { get; init; }
    public int Orders { get; init; }
    public int PurchaseDays { get; init; }
    public int DaysSinceLastOrder { get; init; }
    public int DaysSinceFirstOrder { get; init; }
    public long NetRevenueMinor { get; init; }
    public int Rfm { get; init; }
    public int RfmSegment { get; init; }
    public int Lifecycle { get; init; }
    public int ValueTier { get; init; }
    public int FrequencyClass { get; init; }
    public int ClvTier { get; init; }
    public int BusinessSegment { get; init; }
    public int EngagementSegment { get; init; }
    public int Persona { get; init; }
    public int RiskBand { get; init; }
    public string? PlayId { get; init; }
    public int? NoAction { get; init; }
    public double ExpectedNetValue { get; init; }
    public double ActionCost { get; init; }

    /// <summary>See <see cref="StoredReasons"/>.</summary>
    public byte[]? Reasons { get; init; }
    public string? Country { get; init; }

    /// <summary>Null, as are the bounds of Clv, where the model says none.</summary>
    public double? PAlive { get; init; }
    public double? ClvLo80 { get; init; }
    public double? ClvHi80 { get; init; }
    public double? ClvLo90 { get; init; }
    public double? ClvHi90 { get; init; }

    /// <summary>Days from the as-of; null where not within the churn horizon.</summary>
    public double? NextOrderP10 { get; init; }
    public double? NextOrderP50 { get; init; }
    public double? NextOrderP90 { get; init; }

    /// <summary>
    /// See <see cref="Segments.Rhythm"/>; false and null, as are HighValue and Revenue12mMinor, in runs of earlier versions.
    /// </summary>
    public bool Overdue { get; init; }
    public bool Slipping { get; init; }
    public bool StillBuying { get; init; }
    public double? UsualGapDays { get; init; }
    public bool HighValue { get; init; }
    public long? Revenue12mMinor { get; init; }

    /// <summary>See <see cref="Segments.RiskRise"/>; null where no night of then says, and of customers who are lost.</summary>
    public double? RiskRise { get; init; }
}

using System.Collections.Frozen;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Playbooks;

/// <summary>What an audience rule can name: a segment, a figure or a yes-or-no fact. The whole vocabulary is the table below.</summary>
internal abstract record AudienceField(string Name, string Words)
{
    private static readonly AudienceField[] s_all =
    [
        Segment<Lifecycle>("lifecycle", (in c) => (byte)c.Segments.Lifecycle),
        Segment<ValueTier>("value_tier", (in c) => (byte)c.Segments.ValueTier),
        Segment<FrequencyClass>("frequency_class", (in c) => (byte)c.Segments.FrequencyClass),
        Segment<ClvTier>("clv_tier", (in c) => (byte)c.Segments.ClvTier),
        Segment<BusinessSegment>("business_segment", (in c) => (byte)c.Segments.BusinessSegment),
        Segment<EngagementSegment>("engagement_segment", (in c) => (byte)c.Segments.EngagementSegment),
        Segment<Persona>("persona", (in c) => (byte)c.Segments.Persona),
        Segment<RfmSegment>("rfm_segment", (in c) => (byte)c.Segments.RfmSegment),
        Segment<RiskBand>("risk_band", (in c) => (byte)c.Segments.RiskBand),
        new FigureField("orders", "orders", 0, double.MaxValue, (in c) => c.Facts.Orders),
        new FigureField("days_since_last_order", "days since the last order", 0, double.MaxValue, (in c) => c.Facts.DaysSinceLastOrder),
        // Without a purchase there is no first one to count from.
        new FigureField(
            "days_since_first_order",
            "days since the first order",
            0,
            double.MaxValue,
            (in c) => c.Facts.Orders > 0 ? c.Facts.DaysSinceFirstOrder : null),
        new FigureField("p_churn", "churn probability", 0, 1, (in c) => c.Score.PChurn),
        new FigureField("clv", "predicted CLV", double.MinValue, double.MaxValue, (in c) => c.Score.Clv),
        new FigureField(
            "revenue_at_risk", "revenue at risk", 0, double.MaxValue, (in c) => CustomerMoney.Of(c.Score, c.Segments.Rhythm).AtRisk),
        new FigureField("spend_if_order", "spend of an ordering customer", 0, double.MaxValue, (in c) => c.Score.SpendIfOrder),
        new FigureField(
            "revenue_12m", "net revenue of 12 months", double.MinValue, double.MaxValue,
            (in c) => c.Facts.Revenue12mMinor / c.MinorPerUnit),
        new FigureField(
            "usual_gap", "usual days between orders", 0, double.MaxValue,
            (in c) => float.IsNaN(c.Segments.Rhythm.UsualGapDays) ? null : c.Segments.Rhythm.UsualGapDays),
        new FigureField(
            "days_to_next_order", "days to the next order", 0, double.MaxValue,
            (in c) => float.IsNaN(c.Score.Next.P50) ? null : c.Score.Next.P50),
        new FigureField(
            "net_revenue", "net revenue", double.MinValue, double.MaxValue, (in c) => c.Facts.NetRevenueMinor / c.MinorPerUnit),
        new FigureField("r_score", "R score", 1, 5, (in c) => c.Segments.Rfm.R),
        new FigureField("f_score", "F score", 1, 5, (in c) => c.Segments.Rfm.F),
        new FigureField("m_score", "M score", 1, 5, (in c) => c.Segments.Rfm.M),
        new FlagField(
            "has_active_subscription", "an active subscription", "no active subscription", (in c) => c.Facts.HasActiveSubscription),
        new FlagField("overdue", "overdue", "not overdue", (in c) => c.Segments.Rhythm.Overdue),
        new FlagField("slipping", "slipping", "not slipping", (in c) => c.Segments.Rhythm.Slipping),
        new FlagField("still_buying", "still buying", "not buying any more", (in c) => c.Segments.Rhythm.StillBuying),
        new FlagField("high_value", "high-value", "not high-value", (in c) => c.Segments.HighValue),
        new RiseField(RiskRaised, "rise of the churn probability"),
        new FlagField(Lost, "lost", "not lost", (in c) => c.Score.Lost),
    ];

    public const string Lost = "lost";
    public const string RiskRaised = "risk_raised";

    public static FrozenDictionary<string, AudienceField> All { get; } = s_all.ToFrozenDictionary(known => known.Name);

    public static IEnumerable<string> Names => s_all.Select(known => known.Name);

    private static SegmentField Segment<T>(string name, Ask<byte> of)
        where T : struct, Enum => new(
        name,
        SegmentNames.Subject<T>(),
        SegmentNames.All<T>(),
        text => SegmentNames.TryParse<T>(text, out var segment) ? Convert.ToByte(segment, null) : null,
        of);
}

/// <summary>A question to a candidate; no capture, so asking allocates nothing.</summary>
internal delegate T Ask<T>(in Candidate candidate);

// Parse: the value's index of a name, or null.
internal sealed record SegmentField(
    string Name, string Words, IReadOnlyList<string> Values, Func<string, byte?> Parse, Ask<byte> Of) : AudienceField(Name, Words);

// Min and Max: what makes sense at all, so that a percentage written for a share is a fault. Of: null when unknown.
internal sealed record FigureField(string Name, string Words, double Min, double Max, Ask<double?> Of) : AudienceField(Name, Words);

// Takes {points, days}: see the rule RiskRaised.
internal sealed record RiseField(string Name, string Words) : AudienceField(Name, Words);

// Words when true, NotWords when false. Of: null when unknown.
internal sealed record FlagField(string Name, string Words, string NotWords, Ask<bool?> Of) : AudienceField(Name, Words);

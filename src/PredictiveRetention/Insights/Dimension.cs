using System.Globalization;
using PredictiveRetention.Segments;
using static PredictiveRetention.Invariant;

namespace PredictiveRetention.Insights;

/// <summary>A way of putting customers into groups at the as-of: by a segment, by who they are, or by two such things at once.</summary>
/// <param name="Id">As in `--group-by` and in the name of its view.</param>
/// <param name="Columns">What its groups are told apart by.</param>
internal sealed record Dimension(string Id, string Title, IReadOnlyList<string> Columns, DimensionKind Kind = DimensionKind.Fixed)
{
    private const int RfmCodes = 125;

    public static readonly Dimension Lifecycle = new("lifecycle", "Lifecycle", ["lifecycle"]);
    public static readonly Dimension Lifecycle3 = new("lifecycle3",
        "Lifecycle in three states (New and Reactivated count as Active, Lost as Dormant)", ["lifecycle3"]);
    public static readonly Dimension Recency = new("recency", "Recency", ["recency"]);
    public static readonly Dimension ValueTier = new("value_tier", "Value tier", ["value_tier"]);
    public static readonly Dimension FrequencyClass = new("frequency_class", "Frequency class", ["frequency_class"]);
    public static readonly Dimension ClvTier = new("clv_tier", "CLV tier", ["clv_tier"]);
    public static readonly Dimension BusinessSegment = new("business_segment", "Business segment", ["business_segment"]);
    public static readonly Dimension EngagementSegment = new("engagement_segment", "Engagement segment", ["engagement_segment"]);
    public static readonly Dimension Persona = new("persona", "Persona", ["persona"]);
    public static readonly Dimension RiskBand = new("risk_band", "Risk band (predicted)", ["risk_band"]);
    public static readonly Dimension RfmSegment = new("rfm_segment", "RFM segment", ["rfm_segment"]);
    public static readonly Dimension RfmCode = new("rfm_code", "RFM code", ["rfm_code"]);
    public static readonly Dimension Combined = new("combined",
        "Lifecycle | value | frequency (New and Reactivated count as Active, Lost as Dormant)",
        ["lifecycle3", "value_tier", "frequency_class"]);
    public static readonly Dimension RecencyValue = new("recency_value", "Recency x value tier", ["recency", "value_tier"]);
    public static readonly Dimension AgeGroup = new("age_group", "Age group", ["age_group"]);
    public static readonly Dimension Gender = new("gender", "Gender", ["gender"]);
    public static readonly Dimension AgeGender = new("age_gender", "Age group x gender", ["age_group", "gender"]);
    public static readonly Dimension Region = new("region", "Region", ["region"]);
    public static readonly Dimension FirstDelivery = new("first_delivery", "Delivery of the first order", ["first_delivery"]);
    public static readonly Dimension FirstDeliveryDays = new("first_delivery_days", "Days to deliver the first order",
        ["first_delivery_days"]);
    public static readonly Dimension Visits = new("visits", "Visits of 12 months", ["visits"]);
    public static readonly Dimension CohortMonth = new("cohort_month", "Month of the first purchase", ["cohort_month"],
        DimensionKind.Month);
    public static readonly Dimension CohortQuarter = new("cohort_quarter", "Quarter of the first purchase", ["cohort_quarter"],
        DimensionKind.Quarter);
    public static readonly Dimension Channel = new("channel", "Acquisition channel", ["channel"], DimensionKind.Text);
    public static readonly Dimension InCountry = new("country", "Country", ["country"], DimensionKind.Text);
    public static readonly Dimension FirstCategory = new("first_category", "Category of the first order", ["first_category"],
        DimensionKind.Text);
    public static readonly Dimension CombinedChannel = new("combined_channel", "Lifecycle | value | frequency x acquisition channel",
        ["combined", "channel"], DimensionKind.CombinedText);

    /// <summary>In the order their groups are counted and shown.</summary>
    public static IReadOnlyList<Dimension> All { get; } =
    [
        Lifecycle, Lifecycle3, Recency, ValueTier, FrequencyClass, ClvTier, BusinessSegment, EngagementSegment, Persona, RiskBand,
        RfmSegment, RfmCode, Combined, RecencyValue,
        AgeGroup, Gender, AgeGender, Region, FirstDelivery, FirstDeliveryDays, Visits, CohortMonth, CohortQuarter, Channel, InCountry,
        FirstCategory, CombinedChannel,
    ];

    public static IReadOnlyList<string> Regions { get; } = [.. Country.Regions, Unknown];
    private static readonly string[] s_genders = ["female", "male", "other", Unknown];
    private static readonly string[] s_deliveries = ["On time", "Late", "No promise known", "Not delivered or unknown"];
    private static readonly string[] s_deliveryDays = ["0-3 days", "4-7 days", "8-14 days", "15-21 days", "22-30 days", "Over 30 days",
        "Not delivered or unknown"];
    private static readonly string[] s_visits = ["None", "1-2", "3-5", "6-10", "11-20", "Over 20"];

    public const string Unknown = "Unknown";
    public const string Others = "(other values)";

    /// <summary>A value that is called like that by the source itself.</summary>
    public const string OthersByName = "other values";
    public const int LongestLabel = 120;

    /// <summary>
    /// The groups of a dimension whose groups are known beforehand, each with one label a column; months, quarters and texts are not.
    /// </summary>
    public IReadOnlyList<string[]> Groups(SegmentSettings segments, InsightSettings settings) => Id switch
    {
        "lifecycle" => Single(SegmentNames.All<Lifecycle>()),
        "lifecycle3" => Single(Three),
        "recency" => Single(Recencies(segments)),
        "value_tier" => Single(SegmentNames.All<ValueTier>()),
        "frequency_class" => Single(SegmentNames.All<FrequencyClass>()),
        "clv_tier" => Single(SegmentNames.All<ClvTier>()),
        "business_segment" => Single(SegmentNames.All<BusinessSegment>()),
        "engagement_segment" => Single(SegmentNames.All<EngagementSegment>()),
        "persona" => Single(SegmentNames.All<Persona>()),
        "risk_band" => Single([.. SegmentNames.All<RiskBand>(), "Lost"]),
        "rfm_segment" => Single(SegmentNames.All<RfmSegment>()),
        "rfm_code" =>
            Single([.. Enumerable.Range(0, RfmCodes)
                .Select(code => ((code / 25 + 1) * 100 + (code / 5 % 5 + 1) * 10 + (code % 5)
                    + 1).ToString(CultureInfo.InvariantCulture))]),
        "combined" =>
            [.. CombinedSegment.All.Select(cell => new[] { SegmentNames.Name(cell.Lifecycle), SegmentNames.Name(cell.ValueTier),
                SegmentNames.Name(cell.FrequencyClass) })],
        "recency_value" => Product(Recencies(segments), SegmentNames.All<ValueTier>()),
        "age_group" => Single(Ages(settings)),
        "gender" => Single(s_genders),
        "age_gender" => Product(Ages(settings), s_genders),
        "region" => Single(Regions),
        "first_delivery" => Single(s_deliveries),
        "first_delivery_days" => Single(s_deliveryDays),
        "visits" => Single(s_visits),
        _ => [],
    };

    private static IReadOnlyList<string> Three =>
        [SegmentNames.Name(Segments.Lifecycle.Active), SegmentNames.Name(Segments.Lifecycle.AtRisk),
            SegmentNames.Name(Segments.Lifecycle.Dormant)];

    private static string[] Recencies(SegmentSettings segments) =>
    [
        Text($"Recent (up to {segments.ActiveDays} days)"), Text($"Aging ({segments.ActiveDays + 1} to {segments.AtRiskDays} days)"),
        Text($"Dormant (over {segments.AtRiskDays} days)"),
    ];

    private static string[] Ages(InsightSettings settings) =>
        [Text($"Young (under {settings.MiddleAgedFrom})"), Text($"Middle-aged ({settings.MiddleAgedFrom} to {settings.SeniorFrom - 1})"),
            Text($"Senior ({settings.SeniorFrom} and over)"), Unknown];

    private static List<string[]> Single(IEnumerable<string> names) => [.. names.Select(name => new[] { name })];

    private static List<string[]> Product(IReadOnlyList<string> first, IReadOnlyList<string> second) =>
        [.. from a in first from b in second select new[] { a, b }];
}

/// <summary>Where the names of a dimension's groups come from.</summary>
internal enum DimensionKind
{
    Fixed,
    Month,
    Quarter,

    /// <summary>Whatever the source says.</summary>
    Text,

    /// <summary>One of the 27 combined cells, and a text.</summary>
    CombinedText,
}

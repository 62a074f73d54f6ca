namespace PredictiveRetention.Segments;

// The taxonomies. "At Risk" means something else in each of them, so a name never stands alone:
// the type is its namespace. Values are stored with a run: append, never reorder. Texts people read are in SegmentNames.

/// <summary>Where a customer stands by absolute days since the last order, never by quantiles.</summary>
public enum Lifecycle : byte
{
    New,
    Reactivated,
    Active,
    AtRisk,
    Dormant,
    Lost,
}

/// <summary>Net revenue to date: top 20 %, middle 60 %, bottom 20 % of the shop.</summary>
public enum ValueTier : byte
{
    High,
    Mid,
    Low,
}

/// <summary>Purchases to date: one, two to four, five or more.</summary>
public enum FrequencyClass : byte
{
    OneTime,
    Regular,
    PowerUser,
}

/// <summary>Predicted CLV: top 10 %, next 20 %, next 30 %, the rest.</summary>
public enum ClvTier : byte
{
    Premium,
    Gold,
    Silver,
    Bronze,
}

/// <summary>The five segments of the monthly performance report, by rule alone: the same tonight and in every past month.</summary>
public enum BusinessSegment : byte
{
    Vip,
    Regular,
    AtRisk,
    Inactive,
    New,
}

/// <summary>Engagement and price sensitivity.</summary>
public enum EngagementSegment : byte
{
    HighValueActive,
    DiscountDriven,
    AtRiskDormant,
    Steady,
}

/// <summary>The persona a marketer addresses.</summary>
public enum Persona : byte
{
    Subscriber,
    Newcomer,
    DiscountSeeker,
    Loyalist,
    OneTimer,
    Returning,
}

/// <summary>Churn probability in three bands whose cuts can be said aloud: a third and two thirds.</summary>
public enum RiskBand : byte
{
    High,
    Medium,
    Low,
}

/// <summary>The eleven cells of the RFM grid.</summary>
public enum RfmSegment : byte
{
    Champions,
    Loyal,
    PotentialLoyalist,
    NewCustomers,
    Promising,
    NeedAttention,
    AboutToSleep,
    AtRisk,
    CannotLoseThem,
    Hibernating,
    Lost,
}

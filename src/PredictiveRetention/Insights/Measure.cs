namespace PredictiveRetention.Insights;

/// <summary>
/// What is added up over customers, at the as-of: every figure of a group is one of these sums, or the ratio of two. Money is whole minor
/// units unless it is predicted, which is currency units. "Orders" are valid orders; "purchases" those worth something and not refunded in
/// full.
/// </summary>
internal enum Measure
{
    Customers,
    Buyers,
    Orders,
    Purchases,
    RevenueMinor,
    Revenue12mMinor,
    RefundsMinor,
    PaidMinor,
    DiscountMinor,
    GrossMinor,
    DiscountedPurchases,
    RepeatCustomers,
    PowerUsers,
    Active30d,
    Active30dAny,
    NotLost,
    PChurn,
    Clv,
    TotalClv,
    Expected,
    ExpectedBuying,
    ExpectedInactive,
    AtRisk,
    AtRiskSlipping,
    CouldComeBack,
    HighRisk,
    StillBuying,
    Slipping,
    ExpectedChurners,
    Delivered,
    DeliveryDays,
    Promised,
    Late,
    Reviews,
    ReviewSum,
    EmailsDelivered12m,
    UniqueOpens12m,
    UniqueClicks12m,
    Visits30d,
    Visits12m,
    Tickets12m,
    ActiveMonths,
    ObservableMonths,
    TenureDays,
    RecencyDays,
    Subscribers,
    MarginMinor,
    MarginPaidMinor,
    Observed30d,
    Second30d,
    Observed60d,
    Second60d,
    Observed90d,
    Second90d,
    Actions,
    ExpectedNetValue,
    ActionCost,
    Priority,
    PrioritySpend,
    NearPremium,
    Known,
    AgeYears,
    WithAge,

    /// <summary>Not a measure: how many there are, rounded up to whole vectors.</summary>
    Count = 64,
}

/// <summary>
/// What is added up over customers for one month, or for the customers of one segment in one month. The segment is that at the month's end.
/// </summary>
internal enum MonthMeasure
{
    // What holds at the month's end, whatever happened in it.
    Customers,
    Active30d,
    RevenueToDateMinor,
    Revenue12mMinor,
    RepeatToDate,
    PChurn,
    NotLost,

    /// <summary>By the segment at the month's start: who was in it, and who of them ordered in the month (Retained).</summary>
    AtStart,

    // What happened in the month.
    Retained,
    Orders,
    RevenueMinor,
    PaidMinor,
    RefundsMinor,
    DiscountMinor,
    Buyers,
    NewCustomers,
    ReturningBuyers,
    NewRevenueMinor,
    Delivered,
    DeliveryDays,
    Promised,
    Late,
    Reviews,
    ReviewSum,
    EmailsDelivered,
    UniqueOpens,
    Visits,

    Count = 28,
}

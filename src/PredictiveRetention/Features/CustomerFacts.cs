namespace PredictiveRetention.Features;

/// <summary>
/// The figures about one customer at a cutoff that people read and rules use, beside the numeric feature vector of the models.
/// Everything is from before the cutoff. Days are business days.
/// </summary>
/// <param name="Orders">F: purchases (valid, net amount above 0, not fully refunded).</param>
/// <param name="PurchaseDays">Distinct days with a purchase; BTYD frequency x = PurchaseDays - 1.</param>
/// <param name="DaysSinceLastOrder">R: cutoff - day of the last purchase; for a customer without any, since the last order of any
/// kind.</param>
/// <param name="DaysSinceFirstOrder">T: cutoff - day of the first purchase.</param>
/// <param name="NetRevenueMinor">M: paid minus refunds, to date.</param>
/// <param name="GrossMinor">Before discounts; null when the shop imports no discounts.</param>
/// <param name="DiscountMinor">Null when the shop imports no discounts.</param>
/// <param name="DiscountedOrders">Purchases with a discount above 0; null when the shop imports no discounts.</param>
/// <param name="LastGapDays">Days between the last two purchase days; null below two.</param>
/// <param name="MeanGapDays">Mean days between purchase days; null below two.</param>
/// <param name="HasActiveSubscription">A subscription runs at the cutoff; null when the shop imports no subscriptions.</param>
/// <param name="EmailConsent">Null when unknown.</param>
/// <param name="DaysSinceJoined">
/// Cutoff - the day the customer was first seen, where that was before the shop's first order; null where the first purchase tells.
/// </param>
/// <param name="Revenue12mMinor">Paid minus refunds of the 365 days before the cutoff.</param>
public readonly record struct CustomerFacts(
    int Orders,
    int PurchaseDays,
    int DaysSinceLastOrder,
    int DaysSinceFirstOrder,
    long NetRevenueMinor,
    long? GrossMinor = null,
    long? DiscountMinor = null,
    int? DiscountedOrders = null,
    int? LastGapDays = null,
    double? MeanGapDays = null,
    bool? HasActiveSubscription = null,
    bool? EmailConsent = null,
    int? DaysSinceJoined = null,
    long Revenue12mMinor = 0)
{
    /// <summary>How long somebody has been a customer: T, or longer where an earlier beginning is known.</summary>
    public int TenureDays => DaysSinceJoined ?? DaysSinceFirstOrder;
}

namespace PredictiveRetention.Features;

/// <summary>What a feature is about: features of one theme say much the same, so a reason names a theme once.</summary>
public enum Theme
{
    Recency,
    Frequency,
    Money,
    Rhythm,
    Tenure,
    Season,
    Discount,
    Returns,
    Variety,
    Delivery,
    Reviews,
    Email,
    Visits,
    Support,
    Subscription,
    Demography,
}

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

/// <summary>Themes as people read them.</summary>
public static class ThemeNames
{
    /// <summary>Of a theme that no single fact says: 'how often they order, all in all'.</summary>
    public static string InAll(Theme theme) => About(theme) + ", all in all";

    private static string About(Theme theme) => theme switch
    {
        Theme.Recency => "how long ago the last order was",
        Theme.Frequency => "how often they order",
        Theme.Money => "how much they spend",
        Theme.Rhythm => "the pauses between orders",
        Theme.Tenure => "how long they are a customer",
        Theme.Season => "when in the year and the week they order",
        Theme.Discount => "discounts",
        Theme.Returns => "refunds and free orders",
        Theme.Variety => "what they buy and where",
        Theme.Delivery => "deliveries",
        Theme.Reviews => "reviews",
        Theme.Email => "e-mails",
        Theme.Visits => "visits",
        Theme.Support => "support tickets",
        Theme.Subscription => "the subscription",
        Theme.Demography => "age",
        _ => throw new ArgumentOutOfRangeException(nameof(theme), theme, null),
    };
}

namespace PredictiveRetention.Simulation;

public enum CustomerType
{
    Loyal,
    Occasional,
    OneTimer,
    DiscountSeeker,
    Subscriber,
    GiftBuyer,
}

/// <summary>
/// How customers of a type differ from each other: purchase rates and dropout hazards are gamma, mean order values inverse gamma.
/// </summary>
/// <param name="Share">Of customers acquired with no particular channel; channels favour some types.</param>
/// <param name="OrdersAYear">Mean of the gamma distribution of purchase rates, while a customer is one.</param>
/// <param name="RateShape">The smaller, the more customers differ.</param>
/// <param name="LeavesAYear">Mean of the gamma distribution of dropout hazards.</param>
/// <param name="OrderValue">Mean before discounts, in currency units.</param>
/// <param name="PriceSensitivity">Mean, 0 to 1.</param>
/// <param name="Engagement">Mean share of e-mails opened, 0 to 1.</param>
/// <param name="Gifts">Buys for the holidays: has the season of presents instead of the shop's.</param>
internal sealed record TypeTraits(
    CustomerType Type, string Name, double Share, double OrdersAYear, double RateShape, double LeavesAYear, double LeaveShape,
    double OrderValue, double PriceSensitivity,
    double Engagement, bool Gifts = false)
{
    /// <summary>In the order of the enum.</summary>
    public static IReadOnlyList<TypeTraits> All { get; } =
    [
        new(CustomerType.Loyal, "loyal", 0.18, OrdersAYear: 8, RateShape: 3, LeavesAYear: 0.25, LeaveShape: 2, OrderValue: 65,
            PriceSensitivity: 0.25, Engagement: 0.42),
        new(CustomerType.Occasional, "occasional", 0.30, OrdersAYear: 2.6, RateShape: 2, LeavesAYear: 0.5, LeaveShape: 1.5, OrderValue: 70,
            PriceSensitivity: 0.30, Engagement: 0.28),
        new(CustomerType.OneTimer, "one-timer", 0.22, OrdersAYear: 0.4, RateShape: 1, LeavesAYear: 3, LeaveShape: 1.5, OrderValue: 55,
            PriceSensitivity: 0.35, Engagement: 0.18),
        new(CustomerType.DiscountSeeker, "discount-seeker", 0.13, OrdersAYear: 4, RateShape: 2, LeavesAYear: 0.6, LeaveShape: 1.5,
            OrderValue: 48, PriceSensitivity: 0.85, Engagement: 0.35),
        new(CustomerType.Subscriber, "subscriber", 0.09, OrdersAYear: 6, RateShape: 3, LeavesAYear: 0.3, LeaveShape: 2, OrderValue: 52,
            PriceSensitivity: 0.25, Engagement: 0.40),
        new(CustomerType.GiftBuyer, "gift-buyer", 0.08, OrdersAYear: 1.8, RateShape: 2, LeavesAYear: 0.3, LeaveShape: 1.5, OrderValue: 90,
            PriceSensitivity: 0.20, Engagement: 0.22, Gifts: true),
    ];

    /// <summary>Shape of the spread of mean order values between customers of a type.</summary>
    public const double ValueSpread = 4;

    /// <summary>Shape of the spread of a customer's own orders around the mean: the smaller, the wider.</summary>
    public const double OrderSpread = 6;
}

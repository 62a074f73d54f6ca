using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Simulation;

/// <summary>Everything about one simulated customer, what nobody can know included. One object serves customer after customer.</summary>
internal sealed class SimulatedCustomer
{
    public long Number { get; set; }

    // What the shop knows. Empty or null: it does not.
    public AcquisitionChannel Channel { get; set; } = AcquisitionChannel.All[0];
    public ShopCountry Country { get; set; } = ShopCountry.All[0];
    public string City { get; set; } = "";
    public string Gender { get; set; } = "";
    public int? BirthYear { get; set; }
    public bool? Consent { get; set; }
    public double FirstSeen { get; set; }

    // What only the simulation knows. Moments are days since 1970 with their fraction.
    public TypeTraits Traits { get; set; } = TypeTraits.All[0];
    public double PriceSensitivity { get; set; }
    public double Engagement { get; set; }
    public bool AnnoyedByContact { get; set; }
    public double OrdersAYear { get; set; }
    public double LeavesAYear { get; set; }
    public double FirstOrder { get; set; }
    public double ChurnedAt { get; set; }

    /// <summary>Mean of the gamma distribution of this customer's orders, before discounts, in currency units.</summary>
    public double OrderValue { get; set; }

    public double ReviewBias { get; set; }
    public bool HasApp { get; set; }
    public int FavouriteCategory { get; set; }

    public List<SimulatedOrder> Orders { get; } = [];
    public List<SimulatedRefund> Refunds { get; } = [];
    public List<SimulatedEvent> Events { get; } = [];
    public List<SimulatedTerm> Terms { get; } = [];

    public double SaleFactor => ShopCalendar.SaleFactor(PriceSensitivity);
}

/// <summary>Moments are seconds since 1970.</summary>
internal record struct SimulatedOrder(int Number, long Second)
{
    public long AmountMinor;
    public long DiscountMinor;
    public long MarginMinor;
    public OrderStatus Status;
    public int Channel;
    public int Category;
    public int Quantity;
    public long Promised;
    public long? Delivered;
    public int DaysLate;
    public int? ReviewScore;
}

internal enum OrderStatus
{
    Paid,
    Shipped,
    Delivered,
    Cancelled,
}

internal readonly record struct SimulatedRefund(int OrderNumber, long Second, long AmountMinor);

/// <param name="Week">Week of the campaign of an e-mail; 0 for what is no e-mail.</param>
internal readonly record struct SimulatedEvent(long Second, EngagementType Type, int Week = 0);

internal readonly record struct SimulatedTerm(int Number, bool Yearly, bool Trial, long Started, long Ended, long? Cancelled,
    long AmountMinor);

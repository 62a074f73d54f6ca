namespace PredictiveRetention.Features;

/// <summary>What a shop has imported beyond orders. A feature whose source is absent is absent itself, never 0.</summary>
[Flags]
public enum DataSource
{
    Orders = 0,
    Discounts = 1 << 0,
    Refunds = 1 << 1,
    Categories = 1 << 2,
    Channels = 1 << 3,
    Quantities = 1 << 4,
    Margins = 1 << 5,
    Delivery = 1 << 6,
    Reviews = 1 << 7,
    Email = 1 << 8,
    Visits = 1 << 9,
    Tickets = 1 << 10,
    Subscriptions = 1 << 11,
    Demographics = 1 << 12,

    /// <summary>Anything that is known of a customer beside orders; read when it is there, no feature of its own.</summary>
    Profiles = 1 << 13,

    // Told apart for the figures; no feature of their own.
    EmailDeliveries = 1 << 14,
    Acquisition = 1 << 15,
    Countries = 1 << 16,
    Genders = 1 << 17,
    Promises = 1 << 18,
}

/// <summary>The sources that had any row before a cutoff.</summary>
public readonly record struct SourceCoverage(DataSource Sources)
{
    public bool Has(DataSource source) => (Sources & source) == source;
}

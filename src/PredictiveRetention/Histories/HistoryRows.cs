namespace PredictiveRetention.Histories;

// One customer's rows as the feature builder reads them: days instead of instants, codes instead of texts.
// Money is whole minor units. Null means 'the source does not say'; a text code of 0 means the same.

/// <param name="OrderKey">Hash of the order id, 0 unless refunds of the shop name their order.</param>
/// <param name="AtAnyValue">A purchase even when it was worth nothing, as the shop has it.</param>
public readonly record struct Order(
    int Day,
    long AmountMinor,
    long? DiscountMinor = null,
    int? Quantity = null,
    long? MarginMinor = null,
    int CategoryCode = 0,
    int ChannelCode = 0,
    int? PromisedDay = null,
    int? DeliveredDay = null,
    float? ReviewScore = null,
    long OrderKey = 0,
    bool AtAnyValue = false) : IDated;

/// <param name="OrderKey">Hash of the order it refunds, 0 when the source does not say.</param>
public readonly record struct Refund(int Day, long AmountMinor, long OrderKey = 0) : IDated;

/// <param name="MessageKey">Hash of the message an e-mail event belongs to; 0 where the source does not say.</param>
public readonly record struct Engagement(int Day, Ingestion.EngagementType Type, long MessageKey = 0) : IDated;

public readonly record struct Subscription(
    int StartedDay,
    int? EndedDay = null,
    int? CancelledDay = null,
    long? AmountMinor = null,
    bool IsTrial = false);

/// <summary>Who the customer is. Demographics are stored and charted, and off by default in models.</summary>
/// <param name="FirstSeenDay">As the source says; null where it does not.</param>
/// <param name="SeenBeforeData">Whether that is before the shop's first order.</param>
public readonly record struct CustomerProfile(
    long CustomerKey,
    string CustomerId,
    int? BirthYear = null,
    string? Gender = null,
    string? Country = null,
    bool? EmailConsent = null,
    string? AcquisitionChannel = null,
    int? FirstSeenDay = null,
    bool SeenBeforeData = false)
{
    /// <summary>
    /// The day the customer joined where the orders do not tell: whoever was seen before the shop's first order may have ordered before
    /// the data begin. Null where the first order tells.
    /// </summary>
    public int? JoinedDay => SeenBeforeData ? FirstSeenDay : null;
}

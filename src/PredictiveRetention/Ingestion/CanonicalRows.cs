namespace PredictiveRetention.Ingestion;

// The canonical rows every preset ends in. Instants are UTC milliseconds since 1970; money is whole minor units of Currency.
// Null means 'the source does not say', never zero.

/// <summary>
/// One customer as the source describes them. Demographics are stored and charted, and off by default in models: Gender is female, male,
/// other or unknown, Country the ISO 3166 code of two letters (<see cref="PredictiveRetention.Country"/>).
/// </summary>
public sealed record CustomerRow(
    string CustomerId,
    long? FirstSeenAtMs = null,
    int? BirthYear = null,
    string? Gender = null,
    string? Country = null,
    string? City = null,
    string? AcquisitionChannel = null,
    bool? ConsentEmail = null,
    string? Email = null);

/// <summary>One order: line items are already added up.</summary>
/// <param name="CustomerId">As in the source; <see cref="CustomerKey"/> is its hash.</param>
/// <param name="OrderId">Unique within the customer.</param>
/// <param name="OrderedAtMs">When it was placed.</param>
/// <param name="AmountMinor">Paid, after discount, before refunds; never negative.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="DiscountMinor">Taken off the list price; gross = amount + discount.</param>
/// <param name="Status">As in the source, lower case.</param>
/// <param name="IsValid">False for a status that is no sale (cancelled, failed, ...): stored, but in no figure.</param>
/// <param name="Channel">Where the order was placed.</param>
/// <param name="Category">Category of the largest line.</param>
/// <param name="Quantity">Units.</param>
/// <param name="PromisedAtMs">Promised delivery.</param>
/// <param name="DeliveredAtMs">Actual delivery.</param>
/// <param name="ReviewScore">1 (worst) to 5 (best).</param>
/// <param name="MarginMinor">Contribution of the order.</param>
public sealed record OrderRow(
    string CustomerId,
    string OrderId,
    long OrderedAtMs,
    long AmountMinor,
    string Currency,
    long? DiscountMinor = null,
    string? Status = null,
    bool IsValid = true,
    string? Channel = null,
    string? Category = null,
    int? Quantity = null,
    long? PromisedAtMs = null,
    long? DeliveredAtMs = null,
    double? ReviewScore = null,
    long? MarginMinor = null);

/// <summary>Money given back, on its own date. AmountMinor is positive whatever sign the source used.</summary>
/// <param name="IsUndated">The source does not say when: <paramref name="RefundedAtMs"/> is an estimate, and no event in time.</param>
public sealed record RefundRow(
    string CustomerId, string RefundId, long RefundedAtMs, long AmountMinor, string Currency, string? OrderId = null,
    bool IsUndated = false);

/// <summary>An order of nobody known: a guest's, or a till's. Its money is in no customer's figure and beside the totals.</summary>
/// <param name="OrderId">Unique within its source.</param>
/// <param name="RefundedMinor">What of the amount went back.</param>
public sealed record NobodysOrderRow(
    string OrderId, long OrderedAtMs, long AmountMinor, long RefundedMinor, bool IsValid, string? Status = null);

public enum EngagementType { EmailSent = 1, EmailDelivered, EmailOpened, EmailClicked, Visit, AppSession, Ticket }

public sealed record EngagementRow(
    string CustomerId, EngagementType Type, long OccurredAtMs, string? CampaignId = null, string? MessageId = null);

public sealed record SubscriptionRow(
    string CustomerId,
    string SubscriptionId,
    long StartedAtMs,
    string? Plan = null,
    long? EndedAtMs = null,
    long? CancelledAtMs = null,
    long? AmountMinor = null,
    string? Currency = null,
    string? Period = null,
    bool IsTrial = false);

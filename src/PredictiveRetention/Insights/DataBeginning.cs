using System.Text.Json.Serialization;
using static PredictiveRetention.Invariant;

namespace PredictiveRetention.Insights;

/// <summary>
/// The data seem to begin in the middle of the shop's life: who orders first in its first months is mostly no new customer.
/// </summary>
/// <param name="NewFrom">First day of the first month whose first orders look like those of new customers.</param>
/// <param name="FirstOrders">First orders a month before that.</param>
/// <param name="FirstOrdersLater">First orders a month after it.</param>
/// <param name="Returned">Share of the first who purchased again within <paramref name="Days"/>.</param>
/// <param name="ReturnedLater">The same share of those who came later.</param>
/// <param name="Days">Days in which a second purchase was looked for.</param>
public sealed record DataBeginning(DateOnly NewFrom, double FirstOrders, double FirstOrdersLater, double Returned, double ReturnedLater,
    int Days)
{
    /// <summary>Why figures of new customers are not available before <see cref="NewFrom"/>, and what would make them so.</summary>
    [JsonIgnore]
    public string Reason => Text(
        $"probably holds older customers, because the data seem to begin in the middle of the shop's life: before {NewFrom:yyyy-MM} "
        + $"{FirstOrders:F0} customers a month ordered for the first time in the data and {100 * Returned:F1} % of them again within "
        + $"{Days} days, later {FirstOrdersLater:F0} a month and {100 * ReturnedLater:F1} %; import first_seen_at of the customers to "
        + $"tell them apart");
}

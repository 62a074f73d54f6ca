using System.Globalization;

namespace PredictiveRetention.Playbooks;

/// <summary>What an order is worth to the shop.</summary>
public sealed record PlaybookEconomics
{
    /// <param name="medianOrder">Currency units; null where it is not known.</param>
    /// <exception cref="RetentionException">The margin is not a share.</exception>
    public PlaybookEconomics(Currency currency, double margin = 1.0, double? medianOrder = null)
    {
        Currency = currency;
        MedianOrder = medianOrder;
        Margin = margin is >= 0 and <= 1
            ? margin
            : throw new RetentionException(
                Failure.Usage,
                string.Create(CultureInfo.InvariantCulture, $"The margin is {margin}, allowed 0 to 1: the share of spend that is profit."));
    }

    /// <summary>The currency of money in rules, costs and scores.</summary>
    public Currency Currency { get; }

    /// <summary>The median amount of a purchase, currency units; null where it is not known.</summary>
    public double? MedianOrder { get; }

    /// <summary>The share of spend that is profit, 0..1. Default 1: every value is then revenue.</summary>
    public double Margin { get; }
}

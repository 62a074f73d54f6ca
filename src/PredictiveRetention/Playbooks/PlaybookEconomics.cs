using System.Globalization;

namespace PredictiveRetention.Playbooks;

/// <summary>What an order is worth to the shop.</summary>
public sealed record PlaybookEconomics
{
    /// <exception cref="RetentionException">The margin is not a share.</exception>
    public PlaybookEconomics(Currency currency, double margin = 1.0)
    {
        Currency = currency;
        Margin = margin is >= 0 and <= 1
            ? margin
            : throw new RetentionException(
                Failure.Usage,
                string.Create(CultureInfo.InvariantCulture, $"The margin is {margin}, allowed 0 to 1: the share of spend that is profit."));
    }

    /// <summary>The currency of money in rules, costs and scores.</summary>
    public Currency Currency { get; }

    /// <summary>The share of spend that is profit, 0..1. Default 1: every value is then revenue.</summary>
    public double Margin { get; }
}

using System.Globalization;

namespace PredictiveRetention.Playbooks;

/// <summary>What an order is worth to the shop.</summary>
public sealed record PlaybookEconomics
{
    /// <param name="medianOrder">Currency units; null where it is not known.</param>
    /// <param name="minimumWorth">Currency units; null for one contact's cost.</param>
    /// <exception cref="RetentionException">The margin is not a share, or the minimum negative.</exception>
    public PlaybookEconomics(Currency currency, double margin = 1.0, double? medianOrder = null, double? minimumWorth = null)
    {
        Currency = currency;
        MinimumWorth = minimumWorth is null or (>= 0 and < double.PositiveInfinity)
            ? minimumWorth
            : throw new RetentionException(
                Failure.Usage, Invariant.Text($"The minimum worth of an action is {minimumWorth}, allowed 0 or more."));
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

    /// <summary>
    /// A play must be expected to bring more than this after its cost, currency units; null: more than one of its contacts costs.
    /// </summary>
    public double? MinimumWorth { get; }

    /// <summary>What a play must be expected to bring after its cost, currency units: at least what rounds to the smallest coin.</summary>
    public double LeastWorth(Play play) => Math.Max(MinimumWorth ?? play.Cost.ContactIn(this), 0.5 / Currency.MinorPerUnit);

    /// <summary>The share of spend that is profit, 0..1. Default 1: every value is then revenue.</summary>
    public double Margin { get; }
}

namespace PredictiveRetention.Features;

/// <summary>
/// What one unit of money is in features, labels and answers of a model: a 64th of the shop's median order, fixed with the model, so that
/// the same shop in won and in euro is the same to it: no start value, penalty or limit of a fit means another thing in another currency. A
/// 64th, so that log(1 + x) of an amount is nearly its logarithm; and a power of two, so that an amount over it is the same number to the
/// last bit, whatever the currency's minor unit.
/// </summary>
/// <param name="Minor">Minor units of the currency in one unit.</param>
/// <param name="InCurrency">Currency units in one unit.</param>
public readonly record struct MoneyUnit(double Minor, double InCurrency)
{
    private const double PartsOfOrder = 64;

    /// <param name="medianOrderMinor">Of the shop at training; null for a model made before it was kept, to which money is the currency's
    /// own unit.</param>
    public static MoneyUnit Of(Currency currency, double? medianOrderMinor) => medianOrderMinor is { } median
        ? new MoneyUnit(median / PartsOfOrder, median / PartsOfOrder / currency.MinorPerUnit)
        : currency;

    /// <summary>Money in the currency's own unit.</summary>
    public static implicit operator MoneyUnit(Currency currency) => new(currency.MinorPerUnit, 1);

    /// <summary>An amount in these units.</summary>
    public double Of(long minor) => minor / Minor;
}

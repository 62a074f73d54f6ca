using System.Globalization;

namespace PredictiveRetention.Features;

/// <summary>A value of a feature that the customer has, and what else its words need.</summary>
/// <param name="Value">In the feature's unit.</param>
/// <param name="Currency">Of money.</param>
/// <param name="Others">The same customer's other features by name, NaN where absent; null where they are not at hand.</param>
internal readonly record struct FeatureReading(double Value, Currency Currency, Func<string, double>? Others)
{
    /// <summary>NaN where it is not at hand.</summary>
    public double Other(string feature) => Others?.Invoke(feature) ?? double.NaN;

    /// <summary>'no order', '1 order', '3 orders', '2.4 orders'.</summary>
    public string Count(string one) => Count(Value, one);

    public static string Count(double value, string one) => Number(value) switch
    {
        "0" => "no " + one,
        "1" => "1 " + one,
        var many => $"{many} {one}s",
    };

    /// <summary>'1 day', '31 days'.</summary>
    public string Days() => Days(Value);

    public static string Days(double days) => Math.Round(days) == 1 ? "1 day" : Whole(days) + " days";

    /// <summary>'every day', 'every 31 days'.</summary>
    public static string Every(double days) => days < 1.5 ? "every day" : "every " + Days(days);

    /// <summary>'today', 'yesterday', '31 days ago'.</summary>
    public string Ago() => Math.Round(Value) switch { <= 0 => "today", 1 => "yesterday", _ => Days() + " ago" };

    public string Money() => Money(Value);

    /// <summary>'1,234.50 GBP'.</summary>
    public string Money(double amount) =>
        amount.ToString("N" + Currency.Decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + " " + Currency.Code;

    /// <summary>'40 %'.</summary>
    public string Percent() => Percent(Value);

    public static string Percent(double share) => (100 * share).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    /// <summary>Of a share: one text for nothing, one for all, and '40 % ...' between.</summary>
    public string Share(string none, string all, string part) => Value <= 0 ? none : Value >= 1 ? all : $"{Percent()} {part}";

    /// <summary>Of a 0/1 feature.</summary>
    public string Either(string yes, string no) => Value > 0 ? yes : no;

    /// <summary>Of a ratio: '40 % of ...', 'as much as ...' in words of their own for 1, '1.5 times ...'.</summary>
    public string Ratio(string equal, string to) => Math.Round(Value, 2) switch
    {
        1 => equal,
        < 1 => $"{Percent()} of {to}",
        _ => $"{Number(Value)} times {to}",
    };

    /// <summary>At most one decimal, none from a hundred on.</summary>
    public string Number() => Number(Value);

    private static string Number(double value) =>
        Math.Abs(value) >= 100 ? Whole(value) : Math.Round(value, 1).ToString("#,0.#", CultureInfo.InvariantCulture);

    private static string Whole(double value) => Math.Round(value).ToString("N0", CultureInfo.InvariantCulture);
}

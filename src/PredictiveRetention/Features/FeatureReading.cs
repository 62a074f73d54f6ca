using System.Globalization;

namespace PredictiveRetention.Features;

/// <summary>A value of a feature that the customer has, and what else its words need.</summary>
/// <param name="Value">In the feature's unit.</param>
/// <param name="Raises">It is said as what raises the risk, else as what lowers it.</param>
/// <param name="Currency">Of money.</param>
/// <param name="Others">The same customer's other features by name, NaN where absent; null where they are not at hand.</param>
/// <param name="IsGapTold">The mean gap is said beside these words.</param>
internal readonly record struct FeatureReading(
    double Value, bool Raises, Currency Currency, Func<string, double>? Others, bool IsGapTold = false)
{
    /// <summary>NaN where it is not at hand.</summary>
    public double Other(string feature) => Others?.Invoke(feature) ?? double.NaN;

    /// <summary>Mean days between purchase days; NaN where it is not at hand.</summary>
    public double MeanGap => Other("gap_mean");

    /// <summary>Before a count or a share that is too small to stay for.</summary>
    public string Only => Raises ? "only " : "";

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

    /// <summary>'45 days', '14 months', '3 years'.</summary>
    public string Span() => Value switch
    {
        < 60 => Days(),
        < 730 => Count(Math.Round(Value / 30.44), "month"),
        _ => Count(Math.Floor(Value / 365.25), "year"),
    };

    /// <summary>'today', 'yesterday', '31 days ago'.</summary>
    public string Ago() => Ago(Value);

    public static string Ago(double days) => Math.Round(days) switch { <= 0 => "today", 1 => "yesterday", _ => Days(days) + " ago" };

    /// <summary>'once', 'twice', '3 times'.</summary>
    public string Times() => Math.Round(Value) switch { 1 => "once", 2 => "twice", var times => Whole(times) + " times" };

    public string Money() => Money(Value);

    /// <summary>'1,234.50 GBP'.</summary>
    public string Money(double amount) =>
        amount.ToString("N" + Currency.Decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + " " + Currency.Code;

    /// <summary>'40 %'; 'less than 1 %'.</summary>
    public string Percent() => Percent(Value);

    public static string Percent(double share) => share < 0.01 ? "less than 1 %" : Whole(100 * share) + " %";

    /// <summary>At most one decimal, none from a hundred on.</summary>
    public string Number() => Number(Value);

    private static string Number(double value) =>
        Math.Abs(value) >= 100 ? Whole(value) : Math.Round(value, 1).ToString("#,0.#", CultureInfo.InvariantCulture);

    public static string Whole(double value) => Math.Round(value).ToString("N0", CultureInfo.InvariantCulture);
}

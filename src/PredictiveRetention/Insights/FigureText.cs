using System.Globalization;
using static PredictiveRetention.Invariant;

namespace PredictiveRetention.Insights;

/// <summary>Figures as people read them; files and answers have plain numbers.</summary>
public static class FigureText
{
    /// <summary>The value with its unit: 1,234.50 GBP, 12.3 %, 45.0 days.</summary>
    public static string Of(string unit, double value, Currency currency) => unit switch
    {
        "money" => Amount(value, currency) + " " + currency.Code,
        "share" => Text($"{100 * value:N1} %"),
        "count" => Text($"{value:N0}"),
        "days" => Text($"{value:N1} days"),
        "coefficient" => Text($"{value:F3}"),
        _ => value != 0 && Math.Abs(value) < 1 ? Text($"{value:G3}") : Text($"{value:N2}"),
    };

    /// <summary>What a value was divided from, without a unit: money with decimals, numbers of things without.</summary>
    public static string Part(double value) => value == Math.Truncate(value) ? Text($"{value:N0}") : Text($"{value:N2}");

    private static string Amount(double value, Currency currency) => value.ToString("N" + currency.Decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}

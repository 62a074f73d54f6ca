using System.Globalization;

namespace PredictiveRetention.Insights;

/// <summary>Figures as people read them; files and answers have plain numbers.</summary>
public static class FigureText
{
    /// <summary>The value with its unit: 1,234.50 GBP, 12.3 %, 45.0 days.</summary>
    public static string Write(string unit, double value, Currency currency) => unit switch
    {
        "money" => Amount(value, currency) + " " + currency.Code,
        "share" => NumberWords.Text(100 * value, "N1") + " %",
        "count" => NumberWords.Text(value, "N0"),
        "days" => NumberWords.Text(value, "N1") + " days",
        "coefficient" => NumberWords.Text(value, "F3"),
        _ => NumberWords.Text(value, value != 0 && Math.Abs(value) < 1 ? "G3" : "N2"),
    };

    /// <summary>What a value was divided from, without a unit: money with decimals, numbers of things without.</summary>
    public static string Part(double value) => NumberWords.Text(value, value == Math.Truncate(value) ? "N0" : "N2");

    private static string Amount(double value, Currency currency) =>
        NumberWords.Text(value, "N" + currency.Decimals.ToString(CultureInfo.InvariantCulture));
}

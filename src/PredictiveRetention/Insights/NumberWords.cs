using System.Globalization;

namespace PredictiveRetention.Insights;

/// <summary>
/// The one way a number is written in a sentence, whatever the machine's language: a figure reads the same in a card, a table and a file.
/// </summary>
public static class NumberWords
{
    public static string Write(double value, Unit unit, Currency currency) => unit switch
    {
        Unit.Count => Text(value, "N0"),
        Unit.Money => Money(value, currency),
        Unit.Share => Text(100 * value, "N2") + " %",
        Unit.Days => Text(value, "N1") + " days",
        _ => Text(value, "N2"),
    };

    /// <summary>With its sign; a difference of shares is in percentage points.</summary>
    public static string Change(double value, Unit unit, Currency currency)
    {
        var size = unit == Unit.Share
            ? Text(100 * Math.Abs(value), "N2") + " points"
            : Write(Math.Abs(value), unit == Unit.Count ? Unit.Rate : unit, currency);
        return Signed(value, size);
    }

    /// <summary>A figure as its metric says; a slope in the unit of what it is the slope of.</summary>
    public static string Write(Figure figure, Currency currency)
    {
        if (figure.Value is not { } value) return "not available";
        return figure.Metric switch
        {
            "slope" or "slope_low" or "slope_high" => Change(value, MetricCatalogue.Get(figure.D1).Unit, currency),
            "change_1m" or "change_12m" => Signed(value, Write(Math.Abs(value), Unit.Share, currency)),
            _ => Write(value, MetricCatalogue.Get(figure.Metric).Unit, currency),
        };
    }

    private static string Money(double value, Currency currency) =>
        Text(value, "N" + currency.Decimals.ToString(CultureInfo.InvariantCulture)) + " " + currency.Code;

    /// <summary>A number by a standard format; a small negative one that rounds to nothing is 0, not -0.</summary>
    internal static string Text(double value, string format)
    {
        var text = value.ToString(format, CultureInfo.InvariantCulture);
        return text.StartsWith('-') && IsNothing(text) ? text[1..] : text;
    }

    /// <summary>A change that rounds to nothing went neither up nor down.</summary>
    private static string Signed(double value, string size) => IsNothing(size) ? size : (value < 0 ? "-" : "+") + size;

    private static bool IsNothing(string text) => !text.Any(letter => letter is >= '1' and <= '9');
}

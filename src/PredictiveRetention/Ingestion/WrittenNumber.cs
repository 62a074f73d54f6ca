using System.Text.RegularExpressions;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// Numbers written for people: currency signs and codes around them, thousands marks in them (₹12,85,799 too), a minus on either
/// side or parentheses for negative. A mark out of place makes it no number: 1,23 is not 123 where the decimal mark is a point.
/// </summary>
internal static partial class WrittenNumber
{
    /// <summary>The number as invariant text; null when it is none.</summary>
    public static string? Plain(string text, char decimalMark)
    {
        if (text.Length > LengthMax) return null;
        var match = (decimalMark == ',' ? DecimalComma() : DecimalPoint()).Match(text);
        if (!match.Success || match.Groups["opened"].Success != match.Groups["closed"].Success) return null;
        var sign = match.Groups["opened"].Success || match.Groups["minus"].Success ? "-" : "";
        var whole = string.Concat(match.Groups["whole"].Value.Where(char.IsAsciiDigit));
        return $"{sign}0{whole}.{match.Groups["fraction"].Value}0";
    }

    /// <summary>No number is longer, and the expressions below would be slow on a long run of spaces.</summary>
    private const int LengthMax = 48;

    private const string Before =
        @"^(?<opened>\()?\s*(?:\+|(?<minus>[-−]))?\s*(?:[A-Z]{1,3}|kr|Rs|zł)?\.?\s*\p{Sc}?\s*(?:\+|(?<minus>[-−]))?\s*";
    private const string After = @"\s*(?:\p{Sc}|[A-Z]{3}|kr|zł|Kč|Ft|lei)?\.?\s*(?<minus>[-−])?\s*(?<closed>\))?$";

    [GeneratedRegex(Before
        + @"(?:(?<whole>[0-9]+|[0-9]{1,3}(?:[,'’\s][0-9]{2,3})*[,'’\s][0-9]{3})(?:\.(?<fraction>[0-9]*))?|\.(?<fraction>[0-9]+))"
        + After)]
    private static partial Regex DecimalPoint();

    [GeneratedRegex(Before
        + @"(?:(?<whole>[0-9]+|[0-9]{1,3}(?:[.'’\s][0-9]{2,3})*[.'’\s][0-9]{3})(?:,(?<fraction>[0-9]*))?|,(?<fraction>[0-9]+))"
        + After)]
    private static partial Regex DecimalComma();
}

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// Numbers written for people: currency signs, codes and words around them, thousands marks in them (₹12,85,799 too), a minus on either
/// side, parentheses or a triangle for negative, a dash for no cents (12,-), digits of any script. A mark out of place makes it no number:
/// 1,23 is not 123 where the decimal mark is a point, and 0,250 is not 250.
/// </summary>
internal static partial class WrittenNumber
{
    /// <summary>The number as invariant text; null when it is none.</summary>
    public static string? Plain(string text, char decimalMark)
    {
        if (text.Length > LengthMax) return null;
        var match = (decimalMark == ',' ? DecimalComma() : DecimalPoint()).Match(PlainDigits(text, decimalMark));
        if (!match.Success || match.Groups["opened"].Success != match.Groups["closed"].Success) return null;
        // A dash behind yen closes the figure, as 'no cents' does elsewhere.
        var isBehind = match.Groups["behind"].Success && !text.AsSpan().ContainsAny('¥', '￥', '円');
        var sign = match.Groups["opened"].Success || match.Groups["minus"].Success || isBehind ? "-" : "";
        var whole = string.Concat(match.Groups["whole"].Value.Where(char.IsAsciiDigit));
        return $"{sign}0{whole}.{match.Groups["fraction"].Value}0";
    }

    /// <summary>
    /// The text with the digits and marks this reads: those of other scripts and of full width as the usual ones. Arabic has decimal and
    /// thousands marks of its own.
    /// </summary>
    public static string PlainDigits(string text, char decimalMark)
    {
        if (Ascii.IsValid(text)) return text;
        var plain = new StringBuilder(text.Length);
        foreach (var letter in CellText.WithoutInvisible(text))
        {
            if (CharUnicodeInfo.GetDecimalDigitValue(letter) is var digit and >= 0) plain.Append((char)('0' + digit));
            else plain.Append(letter switch
            {
                '\u066B' => decimalMark,
                '\u066C' => ' ',
                >= '\uFF01' and <= '\uFF5E' => (char)(letter - '\uFF01' + '!'),
                _ => letter,
            });
        }
        return plain.ToString();
    }

    /// <summary>No number is longer, and the expressions below would be slow on a long run of spaces.</summary>
    private const int LengthMax = 48;

    // What people write for their money.
    private const string Words = @"\p{Sc}|(?i:aud|bgn|brl|cad|chf|clp|cny|cop|czk|dkk|eur|gbp|hkd|huf|idr|ils|inr|jpy|krw|mxn|myr|nok|nzd"
        + "|php|pln|ron|rub|sek|sgd|thb|try|twd|uah|usd|vnd|zar|euros?|kr|rs|zł|kč|ft|lei|tl|fr|sfr|din|руб|р|грн|лв)|S/|円|元|원";
    private const string Before =
        $@"^(?<opened>\()?\s*(?:\+|(?<minus>[-−–▲△]))?\s*(?:(?:[A-Z]{{1,3}}|{Words})\.?\s*){{0,2}}(?<opened>\()?"
        + @"(?:\+|(?<minus>[-−–▲△]))?\s*";
    private const string NoCents = @"[.,]\s?[-‐‑‒–—―−]{1,2}";
    private const string After = $@"\s*(?:(?:[A-Z]{{3}}|{Words})\.?\s*){{0,2}}(?<behind>[-−])?\s*(?<closed>\))?$";

    [GeneratedRegex(Before
        + @"(?:(?<whole>[0-9]+|[1-9][0-9]{0,2}(?:[,'’\s][0-9]{2,3})*[,'’\s][0-9]{3})(?:" + NoCents
        + @"|\.(?<fraction>[0-9]*))?|\.(?<fraction>[0-9]+))"
        + After)]
    private static partial Regex DecimalPoint();

    [GeneratedRegex(Before
        + @"(?:(?<whole>[0-9]+|[1-9][0-9]{0,2}(?:[.'’\s][0-9]{2,3})*[.'’\s][0-9]{3})(?:" + NoCents
        + @"|,(?<fraction>[0-9]*))?|,(?<fraction>[0-9]+))"
        + After)]
    private static partial Regex DecimalComma();
}

using System.Buffers;
using System.Globalization;

namespace PredictiveRetention;

/// <summary>
/// Texts as cells of CSV files: the one rule for all files that leave the house, so that an id is spelt the same in each.
/// </summary>
public static class CsvCell
{
    // What a spreadsheet takes for the beginning of a formula, also in the full width of East Asian keyboards.
    private const string Formula = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

    // Semicolon and tab too: a spreadsheet that splits there would find cells that nobody has guarded.
    private static readonly SearchValues<char> s_quoted = SearchValues.Create(",;\"\t\r\n");

    /// <summary>
    /// Quotes what needs quotes, and puts an apostrophe before what a spreadsheet would run as a formula: a customer can choose a name that
    /// begins with '='. A plain number keeps its sign: digits with at most a point and an exponent, no thousands.
    /// </summary>
    public static string Safe(string text)
    {
        var safe = text.Length > 0 && IsRun(text[0]) && !IsNumber(text) ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(s_quoted) < 0 ? safe : InQuotes(safe);
    }

    /// <summary>
    /// For programs, which take no text for a formula, and for words of our own: in quotes only where a reader by the comma needs them.
    /// </summary>
    public static string Plain(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : InQuotes(text);

    /// <summary>A spreadsheet takes a cell that begins so for a formula.</summary>
    internal static bool IsRun(char first) => Formula.Contains(first, StringComparison.Ordinal);

    private static string InQuotes(string text) => '"' + text.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    private static bool IsNumber(string text) =>
        double.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture,
            out var number)
        && double.IsFinite(number); // '-Infinity' is read as a number, too
}

using System.Globalization;

namespace PredictiveRetention.Ingestion;

/// <summary>Cells of files that people open in a spreadsheet.</summary>
public static class CsvCell
{
    /// <summary>
    /// Quotes what needs quotes, and puts an apostrophe before what a spreadsheet would run as a formula: a customer can choose
    /// a name that begins with '='. Plain numbers keep their sign.
    /// </summary>
    public static string Safe(string text)
    {
        var isFormula = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r'
            && !decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out _);
        var safe = isFormula ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}

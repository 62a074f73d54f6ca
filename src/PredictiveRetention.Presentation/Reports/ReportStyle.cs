using System.Text;
using PredictiveRetention.Presentation.Charts;

namespace PredictiveRetention.Presentation.Reports;

/// <summary>The style sheet of reports, which lies inside each of them.</summary>
internal static class ReportStyle
{
    private static readonly string s_sheet = ChartStyle.Marks + ChartStyle.Read("report.css");

    /// <param name="footer">Printed at the foot of every page beside its number.</param>
    public static string WithFooter(string footer) => s_sheet.Replace("/*footer*/", Quoted(footer), StringComparison.Ordinal);

    private static string Quoted(string text)
    {
        var css = new StringBuilder("\"");
        foreach (var letter in text)
        {
            if (char.IsAsciiLetterOrDigit(letter) || letter is ' ' or '-' or ',') css.Append(letter);
            else css.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\{(int)letter:x6} ");
        }
        return css.Append('"').ToString();
    }
}

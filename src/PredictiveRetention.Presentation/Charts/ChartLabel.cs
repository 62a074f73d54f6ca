using System.Text.RegularExpressions;

namespace PredictiveRetention.Presentation.Charts;

/// <summary>How a label stands below a column that is narrower than it.</summary>
internal static partial class ChartLabel
{
    /// <summary>
    /// In lines of at most so many letters, where its words allow: broken before brackets first, then between words, then after the hyphen
    /// between two letters. A word that is longer has a line of its own, longer than asked for.
    /// </summary>
    public static IReadOnlyList<string> Lines(string label, int letters)
    {
        var lines = new List<string>();
        foreach (var part in label.Replace(" (", "\n(", StringComparison.Ordinal).Split('\n'))
        {
            var line = "";
            foreach (Match word in Word().Matches(part))
            {
                if (line.Length > 0 && line.Length + word.Value.TrimEnd().Length > letters)
                {
                    lines.Add(line.TrimEnd());
                    line = "";
                }
                line += word.Value;
            }
            lines.Add(line.TrimEnd());
        }
        return lines;
    }

    [GeneratedRegex(@"\S+?(?:(?<=\p{L}-)(?=\p{L})|\s+|\z)")]
    private static partial Regex Word();
}

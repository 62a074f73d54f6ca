using System.Text;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>A file as a spreadsheet reads it.</summary>
internal static class CsvText
{
    /// <summary>Cells of each line; the first has the names.</summary>
    public static List<List<string>> Rows(string text)
    {
        var (lines, line, cell, quoted) = (new List<List<string>>(), new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (letter == '"' && quoted && i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[++i]);
            else if (letter == '"') quoted = !quoted;
            else if (!quoted && letter is ',' or '\n')
            {
                line.Add(cell.ToString());
                cell.Clear();
                if (letter == ',') continue;
                lines.Add(line);
                line = [];
            }
            else cell.Append(letter);
        }
        return lines;
    }
}

using System.Text;
using System.Text.RegularExpressions;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// Where a CSV file has its headings and what it splits them by. Spreadsheets put sep=; above them, reports a title, the day they were made
/// on and blank lines: the headings are the first line that has a cell for each that the lines below fill, and words in them.
/// </summary>
/// <param name="HeaderLine">Line of the file; the first is 1.</param>
internal sealed partial record CsvLayout(char Delimiter, long HeaderLine, IReadOnlyList<string> Headers)
{
    /// <summary>Lines that may stand above the headings.</summary>
    private const int AboveMax = 20;

    private const int SampleRecords = 100;

    private sealed record Line(long Number, string[] Cells, int Filled, string? Fault);

    /// <param name="delimiter">Null to find out.</param>
    /// <exception cref="RetentionException">The file is empty, or the line with its headings cannot be read.</exception>
    public static CsvLayout Find(string path, SourceText text, char? delimiter)
    {
        var (said, isSaid) = SaidDelimiter(text);
        // What begins with its headings is no accident; of others that fit, the one that makes more headings.
        (char Delimiter, Line Line, int Fit)? best = null;
        foreach (var candidate in (delimiter ?? said) is { } known ? [known] : new[] { ',', ';', '\t', '|' })
        {
            var lines = Sample(text, candidate).Skip(isSaid ? 1 : 0).ToList();
            if (lines.Count == 0) throw new RetentionException(Failure.InputRejected, $"{path} is empty: it has no header line.");
            var (line, fit) = HeaderOf(lines);
            if (line == lines[0] && BeginsWithHeadings(lines)) fit = 3;
            if (best is not { } other || (fit, Headings(line)).CompareTo((other.Fit, Headings(other.Line))) > 0)
                best = (candidate, line, fit);
        }
        var (chosen, header, _) = best!.Value;
        var place = FormattableString.Invariant($"{path}, line {header.Number}");
        if (header.Fault is not null)
            throw new RetentionException(Failure.InputRejected, $"{place}: the header cannot be read: {header.Fault}.");
        FileLimits.CheckColumns(place, header.Cells.Length);
        return new CsvLayout(chosen, header.Number, header.Cells);
    }

    /// <summary>The delimiter a first line such as sep=; names, and whether there is such a line.</summary>
    private static (char? Delimiter, bool IsSaid) SaidDelimiter(SourceText text)
    {
        using var scanner = new CsvScanner(text.OpenUtf8(), ',');
        if (!scanner.Read() || scanner.Line > 1 || scanner.Record.Length > 16) return (null, false);
        var match = SepLine().Match(Encoding.UTF8.GetString(scanner.Record));
        return match.Success ? (match.Groups["delimiter"].Value is [var letter] ? letter : null, true) : (null, false);
    }

    private static List<Line> Sample(SourceText text, char delimiter)
    {
        using var scanner = new CsvScanner(text.OpenUtf8(), delimiter);
        var lines = new List<Line>();
        while (lines.Count < SampleRecords && scanner.Read())
        {
            // A file of another kind is full of them.
            var fault = scanner.Fault ?? (lines.Count == 0 && scanner.Record.Contains((byte)0) ? "NUL character" : null);
            if (fault is not null) lines.Add(new Line(scanner.Line, [], 0, fault));
            else if (lines.Count > AboveMax) lines.Add(new Line(scanner.Line, [], scanner.FilledFields, null));
            else
            {
                var cells = new string[scanner.Fields.Count];
                for (var i = 0; i < cells.Length; i++) cells[i] = CsvSource.Unquoted(scanner.Record[scanner.Fields[i]], scanner.IsLenient);
                lines.Add(new Line(scanner.Line, cells, scanner.FilledFields, null));
            }
        }
        return lines;
    }

    private static int Headings(Line line) => line.Fault is null ? line.Cells.Length : 0;

    /// <summary>Words in three cells or more, and data in as many or fewer below.</summary>
    private static bool BeginsWithHeadings(IReadOnlyList<Line> lines) =>
        lines is [{ Fault: null, Filled: >= 3 } first, { Fault: null } next, ..] && !first.Cells.Any(IsData)
        && next.Filled > first.Filled / 2 && next.Filled <= first.Filled && next.Cells.Any(IsData);

    /// <summary>With how well it fits: 2 where lines below fill as many cells, 0 where none is one and the first is taken.</summary>
    private static (Line Line, int Fit) HeaderOf(IReadOnlyList<Line> lines)
    {
        // What two lines fill is no accident.
        var width = lines.GroupBy(line => line.Filled).Where(same => lines.Count < 3 || same.Count() > 1).Select(same => same.Key)
            .DefaultIfEmpty(0).Max();
        foreach (var line in lines.Take(AboveMax + 1))
        {
            if (line.Fault is not null) break;
            var holdsData = line.Cells.Any(IsData);
            if (line.Filled >= Math.Max(2, width) && !holdsData) return (line, line.Filled == width ? 2 : 1);
            // A title fills few cells; a line of the width of the others is either the headings or a row.
            if (line.Filled >= width || (line.Filled > width / 2 && !holdsData)) break;
        }
        return (lines[0], 0);
    }

    /// <summary>A number, a time, an amount: more digits than letters.</summary>
    private static bool IsData(string cell) => cell.Count(char.IsDigit) > cell.Count(char.IsLetter);

    [GeneratedRegex("^\"?sep=(?<delimiter>[^\"\\w])?\"?[,;|\\t\"]*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SepLine();
}

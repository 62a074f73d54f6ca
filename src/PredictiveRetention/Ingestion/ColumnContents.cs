using System.Globalization;
using System.Text.RegularExpressions;

namespace PredictiveRetention.Ingestion;

/// <summary>What the filled cells of a column hold, whatever its heading says. Shares are of the cells looked at.</summary>
internal sealed partial class ColumnContents(IReadOnlyList<string> filled)
{
    /// <summary>A dash is nought, or nothing, as spreadsheets show it; the day 0 is none, as MySQL does.</summary>
    private readonly IReadOnlyList<string> cells = [.. filled.Where(cell => !Nothing().IsMatch(cell))];

    [GeneratedRegex(@"^(?:[\p{Sc}A-Z\s]{0,5}[-–—]+[\p{Sc}A-Z\s]{0,5}|0000-00-00(?: 00:00:00)?)$")]
    private static partial Regex Nothing();

    /// <summary>A column holds what most of its cells are: the few others are faults of their rows.</summary>
    private const double Most = 0.8;

    public bool IsEmpty => cells.Count == 0;

    /// <summary>How many were looked at.</summary>
    public int Count => cells.Count;

    /// <summary>The first two that differ, for a person to see what was meant.</summary>
    public IReadOnlyList<string> Examples { get; } =
        [.. filled.Where(cell => !Nothing().IsMatch(cell)).Distinct(StringComparer.Ordinal).Take(2)];

    public bool HoldsTimes => Holds(IsTime);

    /// <summary>Times that are more than digits: a bare number may be one of Unix, and may be anything.</summary>
    public bool HoldsDates => Holds(IsDate);

    public bool HoldsNumbers => Holds(IsNumber);

    /// <summary>Numbers with one or two decimals, as money is written.</summary>
    public bool HoldsDecimals => Holds(HasDecimals);

    public bool HoldsAddresses => Holds(IsAddress);

    /// <summary>What stands in a column of addresses for customers nobody knows repeats, and they do not.</summary>
    public bool HoldsSomeAddresses => 2 * cells.Where(IsAddress).Distinct(StringComparer.OrdinalIgnoreCase).Count()
        >= cells.Distinct(StringComparer.OrdinalIgnoreCase).Count() && !IsEmpty;

    /// <summary>Objects of JSON, or lists of them: what a field is may be inside.</summary>
    public bool HoldsObjects => Holds(cell => cell.StartsWith('{') || cell.StartsWith("[{", StringComparison.Ordinal));

    /// <summary>Yes and no, in whatever words, and nothing else.</summary>
    public bool HoldsFlags => HoldsOnlyFlags
        && cells.Distinct(StringComparer.OrdinalIgnoreCase).Count() == 2;

    /// <summary>Nothing but yes and no, or one of them.</summary>
    public bool HoldsOnlyFlags => !IsEmpty && cells.All(cell => s_flags.Contains(cell));

    /// <summary>Words of yes and no: a flag even where all cells are alike. 0 and 1 may be amounts.</summary>
    public bool HoldsFlagWords => HoldsOnlyFlags && cells.All(cell => !char.IsAsciiDigit(cell[0]));

    /// <summary>Shares of something else: all from 0 to 1 and some between, or written with a sign of per cent.</summary>
    public bool HoldsRates => !IsEmpty && (Holds(cell => cell.EndsWith('%') && IsNumber(cell[..^1].TrimEnd()))
        || (Numbers().All(number => number is >= 0 and <= 1) && Numbers().Any(number => number is > 0 and < 1)));

    /// <summary>Words of letters and blanks between them, as people and companies are called.</summary>
    public bool HoldsNames => Holds(cell => cell.Contains(' ', StringComparison.Ordinal)
        && cell.All(letter => !char.IsAsciiDigit(letter) && letter is not ('@' or '_' or '/')));

    /// <summary>Words without a digit.</summary>
    public bool HoldsWords => Holds(cell => cell.All(letter => !char.IsAsciiDigit(letter) && letter is not ('@' or '_' or '/')));

    /// <summary>Ids have a digit or are addresses, and do not repeat as the few words of a status do.</summary>
    public bool TellsApart => !HoldsObjects && Holds(cell => cell.AsSpan().IndexOfAnyInRange('0', '9') >= 0 || IsAddress(cell))
        && 20 * cells.Distinct(StringComparer.Ordinal).Count() >= cells.Count;

    /// <summary>Countries, or states of the United States.</summary>
    public bool HoldsRegions => Holds(cell => Country.TryOf(cell) is not null || s_states.Contains(cell));

    public double Share(Func<string, bool> holds) => IsEmpty ? 0 : (double)cells.Count(holds) / cells.Count;

    /// <summary>Some number is no whole one.</summary>
    public bool HoldsFractions => Numbers().Any(number => number % 1 != 0);

    /// <summary>The middle one of the numbers without their signs; 0 where there are none.</summary>
    public decimal MedianSize()
    {
        var sizes = Numbers().Select(Math.Abs).Order().ToList();
        return sizes.Count == 0 ? 0 : sizes[sizes.Count / 2];
    }

    private IEnumerable<decimal> Numbers() => cells
        .Select(cell => WrittenNumber.Plain(cell, '.') ?? WrittenNumber.Plain(cell, ','))
        .Where(number => number is not null)
        .Select(number => decimal.TryParse(number, CultureInfo.InvariantCulture, out var read) ? read : 0);

    private bool Holds(Func<string, bool> holds) => !IsEmpty && Share(holds) >= Most;

    private static bool IsTime(string cell) =>
        (WrittenTime.ToUtc(cell, "dmy", BusinessCalendar.Utc) ?? WrittenTime.ToUtc(cell, "mdy", BusinessCalendar.Utc)) is not null;

    private static bool IsDate(string cell) =>
        IsTime(cell) && !decimal.TryParse(cell.Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);

    private static bool IsNumber(string cell) => WrittenNumber.Plain(cell, '.') is not null || WrittenNumber.Plain(cell, ',') is not null;

    private static bool HasDecimals(string cell)
    {
        var decimals = cell.AsSpan(cell.AsSpan().LastIndexOfAny('.', ',') + 1);
        var digits = decimals.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : decimals.Length;
        return decimals.Length < cell.Length && digits is 1 or 2 && IsNumber(cell);
    }

    private static bool IsAddress(string cell) => cell.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < cell.Length - 1;

    private static readonly HashSet<string> s_flags = new(StringComparer.OrdinalIgnoreCase)
    {
        "0", "1", "true", "false", "t", "f", "yes", "no", "y", "n", "on", "off", "ja", "nein", "oui", "non", "sí", "si", "sim", "não",
        "nee", "tak", "nie", "wahr", "falsch", "vrai", "faux", "sì", "verdadero", "falso", "vero", "verdadeiro", "prawda", "fałsz", "waar",
        "onwaar", "はい", "いいえ", "有", "無", "x", "✓", "✔",
    };

    private static readonly HashSet<string> s_states = new(StringComparer.OrdinalIgnoreCase)
    {
        "Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut", "Delaware", "District of Columbia", "Florida",
        "Georgia", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas", "Kentucky", "Louisiana", "Maine", "Maryland",
        "Massachusetts", "Michigan", "Minnesota", "Mississippi", "Missouri", "Montana", "Nebraska", "Nevada", "New Hampshire",
        "New Jersey", "New Mexico", "New York", "North Carolina", "North Dakota", "Ohio", "Oklahoma", "Oregon", "Pennsylvania",
        "Rhode Island", "South Carolina", "South Dakota", "Tennessee", "Texas", "Utah", "Vermont", "Virginia", "Washington",
        "West Virginia", "Wisconsin", "Wyoming",
    };
}

/// <summary>A sample of a file's rows, drawn over its whole length, as the contents of its columns.</summary>
internal sealed class FileContents
{
    private const int SampleRows = 2000;

    private readonly List<string>[] _cells;
    private readonly ColumnContents?[] _columns;

    private FileContents(List<string>[] cells) => (_cells, _columns) = (cells, new ColumnContents?[cells.Length]);

    public ColumnContents this[int column] => _columns[column] ??= new ColumnContents(_cells[column]);

    public static FileContents Of(ImportDatabase database, SourceFile file)
    {
        var count = file.Headings.Count;
        var cells = Enumerable.Range(0, count).Select(_ => new List<string>()).ToArray();
        var step = ImportDatabase.Number(Math.Max(1, file.SoundRecords / SampleRows));
        var selected = string.Join(", ", Enumerable.Range(0, count).Select(column => $"c{column}"));
        foreach (var row in database.Query($"SELECT {selected} FROM {file.Table} WHERE rowid % {step} = 0"))
            for (var i = 0; i < count; i++)
                if (!row.IsDBNull(i)) cells[i].Add(row.GetString(i));
        return new FileContents(cells);
    }

    /// <summary>Those of the first rows of a file that is not loaded.</summary>
    public static FileContents Of(FilePreview preview) => new([.. Enumerable.Range(0, preview.Headers.Count).Select(column =>
        preview.Rows.Where(row => row.Fault is null && column < row.Cells.Count && row.Cells[column].Length > 0)
            .Select(row => row.Cells[column]).ToList())]);
}

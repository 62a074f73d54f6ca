using System.Globalization;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// Which column a field without one is probably in, for the sentence that asks a person to name it: by how much its heading is like a
/// name the field goes by, and by what the column holds. A column that cannot hold the field is never named, and neither is one that
/// speaks for it no more than others do.
/// </summary>
internal sealed class LikelyColumns(ImportDatabase database, SourceFile file, IReadOnlyList<MatchedColumn> matched)
{
    private const int SampleRows = 200;
    private const double LikeEnough = 0.5;

    private sealed record Guess(PresetField Field, int Column, double Likeness, bool IsShown);

    /// <summary>Headings by field, each used once; a field that no column fits is not in it.</summary>
    public IReadOnlyDictionary<PresetField, string> For(IReadOnlyList<PresetField> missing)
    {
        var cells = Sample();
        var guesses = missing.SelectMany(field => cells.Keys.Where(column => CanHold(field, cells[column]))
            .Select(column => new Guess(field, column, Likeness(field, column), CellsFit(field, cells[column])))).ToList();
        var found = new Dictionary<PresetField, string>();
        var used = new HashSet<int>();
        foreach (var guess in guesses.Where(guess => guess.Likeness >= LikeEnough)
            .OrderByDescending(guess => guess.Likeness + (guess.IsShown ? 0.2 : 0)).ThenBy(guess => guess.Column))
            Take(guess);
        // Without a heading that says so, what a column holds must single it out.
        foreach (var field in missing.Where(field => !found.ContainsKey(field)))
        {
            var shown = guesses.Where(guess => guess.Field == field && guess.IsShown && !used.Contains(guess.Column)).ToList();
            if (shown is [var only]) Take(only);
        }
        return found;

        void Take(Guess guess)
        {
            if (!found.ContainsKey(guess.Field) && used.Add(guess.Column)) found.Add(guess.Field, file.Headings.Names[guess.Column]);
        }
    }

    /// <summary>Filled cells of the first rows, by column; columns another field needs, or that are empty, are left out.</summary>
    private Dictionary<int, List<string>> Sample()
    {
        var taken = matched.Where(column => column.Field.Required || column.ChosenBy == "--map").Select(column => column.Index).ToHashSet();
        var columns = Enumerable.Range(0, file.Headings.Count).Where(column => !taken.Contains(column)).ToList();
        var cells = columns.ToDictionary(column => column, _ => new List<string>());
        if (columns.Count == 0) return cells;
        var selected = string.Join(", ", columns.Select(column => $"c{column}"));
        foreach (var row in database.Query($"SELECT {selected} FROM {file.Table} LIMIT {SampleRows}"))
            for (var i = 0; i < columns.Count; i++)
                if (!row.IsDBNull(i)) cells[columns[i]].Add(row.GetString(i));
        return cells.Where(column => column.Value.Count > 0).ToDictionary();
    }

    private static bool CanHold(PresetField field, List<string> cells) => field.Kind switch
    {
        "time" or "utc_time" => HoldsForMost(cells, IsTime),
        "money" or "number" => HoldsForMost(cells, IsNumber),
        "text" when IsId(field) => !HoldsForMost(cells, IsDate) && !HoldsForMost(cells, HasDecimals) && TellsApart(cells),
        _ => true,
    };

    /// <summary>What it holds is of the field's kind, and of no other field's.</summary>
    private static bool CellsFit(PresetField field, List<string> cells) => field.Kind switch
    {
        "time" or "utc_time" => HoldsForMost(cells, IsDate),
        "money" => HoldsForMost(cells, HasDecimals),
        _ => field.Name == "customer_id" && HoldsForMost(cells, IsAddress),
    };

    private static bool IsId(PresetField field) => field.Name.EndsWith("_id", StringComparison.Ordinal);

    /// <summary>Ids have a digit or are addresses, and do not repeat as the few words of a status do.</summary>
    private static bool TellsApart(List<string> cells) =>
        HoldsForMost(cells, cell => cell.AsSpan().IndexOfAnyInRange('0', '9') >= 0 || IsAddress(cell))
        && 20 * cells.Distinct(StringComparer.Ordinal).Count() >= cells.Count;

    private static bool HoldsForMost(List<string> cells, Func<string, bool> holds) => 10 * cells.Count(holds) >= 8 * cells.Count;

    private static bool IsTime(string cell) =>
        (WrittenTime.ToUtc(cell, "dmy", BusinessCalendar.Utc) ?? WrittenTime.ToUtc(cell, "mdy", BusinessCalendar.Utc)) is not null;

    /// <summary>A time with more than digits: a bare number may be one of Unix, and may be anything.</summary>
    private static bool IsDate(string cell) =>
        IsTime(cell) && !decimal.TryParse(cell, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);

    private static bool IsNumber(string cell) => WrittenNumber.Plain(cell, '.') is not null || WrittenNumber.Plain(cell, ',') is not null;

    private static bool HasDecimals(string cell)
    {
        var decimals = cell.AsSpan(cell.AsSpan().LastIndexOfAny('.', ',') + 1);
        var digits = decimals.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : decimals.Length;
        return decimals.Length < cell.Length && digits is 1 or 2 && IsNumber(cell);
    }

    private static bool IsAddress(string cell) => cell.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < cell.Length - 1;

    /// <summary>1 for a name the field goes by, 0 for one that has nothing of it.</summary>
    private double Likeness(PresetField field, int column)
    {
        var heading = file.Headings.Plain(column);
        return heading.Length == 0 ? 0 : field.PlainHeaders.Prepend(field.PlainName).Max(name => Likeness(heading, name));
    }

    private static double Likeness(string heading, string name)
    {
        const int WordLength = 4;
        var (shorter, longer) = heading.Length < name.Length ? (heading, name) : (name, heading);
        var contained = shorter.Length >= WordLength && longer.Contains(shorter, StringComparison.Ordinal)
            ? 0.5 + 0.4 * shorter.Length / longer.Length : 0;
        var spelt = 1 - (double)EditDistance.Between(heading, name) / longer.Length;
        return Math.Max(contained, spelt >= 0.6 ? 0.9 * spelt : 0);
    }
}

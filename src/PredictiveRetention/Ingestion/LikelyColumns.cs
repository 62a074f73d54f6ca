namespace PredictiveRetention.Ingestion;

/// <summary>
/// Which column a field without one is probably in, for the sentence that asks a person to name it: by how much its heading is like a
/// name the field goes by, and by what the column holds. A column that cannot hold the field is never named, and neither is one that
/// speaks for it no more than others do.
/// </summary>
internal sealed class LikelyColumns(SourceFile file, FileContents contents, IReadOnlyList<MatchedColumn> matched)
{
    private const double LikeEnough = 0.5;

    private sealed record Guess(PresetField Field, int Column, double Likeness, bool IsShown);

    /// <summary>Headings by field, each used once; a field that no column fits is not in it.</summary>
    public IReadOnlyDictionary<PresetField, string> For(IReadOnlyList<PresetField> missing)
    {
        // A column another field needs, or that is empty, is no answer.
        var taken = matched.Where(column => column.Field.Required || column.ChosenBy == "--map").Select(column => column.Index).ToHashSet();
        var columns = Enumerable.Range(0, file.Headings.Count)
            .Where(column => !taken.Contains(column) && !contents[column].IsEmpty).ToList();
        var guesses = missing.SelectMany(field => columns.Where(column => CanHold(field, contents[column]))
            .Select(column => new Guess(field, column, Likeness(field, column), IsShownBy(field, contents[column])))).ToList();
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

    private static bool CanHold(PresetField field, ColumnContents contents) => field.Kind switch
    {
        "time" or "utc_time" => contents.HoldsTimes,
        "money" or "number" => contents.HoldsNumbers && !contents.HoldsFlags && !contents.HoldsRates,
        "text" when field.IsId => !contents.HoldsDates && !contents.HoldsDecimals && contents.TellsApart,
        _ => true,
    };

    /// <summary>What it holds is of the field's kind, and of no other field's.</summary>
    private static bool IsShownBy(PresetField field, ColumnContents contents) => field.Kind switch
    {
        "time" or "utc_time" => contents.HoldsDates,
        "money" => contents.HoldsDecimals,
        _ => field.Name == "customer_id" && contents.HoldsAddresses,
    };

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

using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace PredictiveRetention.Ingestion;

/// <summary>A heading that means a field.</summary>
/// <param name="Files">Kinds of file it does so in.</param>
/// <param name="Languages">Codes of ISO 639 of those who write it so.</param>
/// <param name="System">The shop systems, or 'lists'.</param>
/// <param name="Source">Where the word is from.</param>
internal sealed record KnownHeading(
    IReadOnlyList<string> Files, string Field, IReadOnlyList<string> Languages, string Text, string System, string Source);

/// <summary>A status of an order or its payment, and what it means: sale, no_sale, refunded or partially_refunded.</summary>
internal sealed record KnownStatus(string Text, IReadOnlyList<string> Languages, string Meaning, string System, string Source);

/// <summary>The words of shop systems and hand-kept lists in the languages shops export in: headings.tsv and statuses.tsv.</summary>
internal static class Vocabulary
{
    public static IReadOnlyList<KnownHeading> Headings { get; } = [.. Rows("headings.tsv", 6)
        .Select(cells => new KnownHeading(cells[0].Split(' '), cells[1], cells[2].Split(' '), cells[3], cells[4], cells[5]))];

    public static IReadOnlyList<KnownStatus> Statuses { get; } = [.. Rows("statuses.tsv", 5)
        .Select(cells => new KnownStatus(cells[0], cells[1].Split(' '), cells[2], cells[3], cells[4]))];

    /// <summary>Meanings by <see cref="StatusWord"/>.</summary>
    public static FrozenDictionary<string, string> Meanings { get; } = Statuses
        .SelectMany(status => Spellings(status.Text, status.Languages), (status, text) => (Word: StatusWord(text), status.Meaning))
        .Distinct().ToFrozenDictionary(status => status.Word, status => status.Meaning, StringComparer.Ordinal);

    /// <summary>
    /// Words presets give an order for another reason than its status (it was a test, its charge was never collected): known, and no sale
    /// whatever statuses are asked for.
    /// </summary>
    public static FrozenSet<string> NeverSales { get; } = FrozenSet.ToFrozenSet(["cancelled", "test", "gift-card", "uncaptured"]);

    private static readonly FrozenDictionary<(string File, string Field), string[]> s_headings = Headings
        .SelectMany(heading => heading.Files, (heading, file) => (Key: (file, heading.Field), Heading: heading))
        .GroupBy(heading => heading.Key, heading => heading.Heading)
        .ToFrozenDictionary(
            field => field.Key,
            field => field.SelectMany(heading => Spellings(heading.Text, heading.Languages))
                .Select(HeaderNames.Plain).Distinct().ToArray());

    private static readonly FrozenDictionary<string, string[]> s_systems = Headings
        .SelectMany(
            heading => Spellings(heading.Text, heading.Languages),
            (heading, text) => (Plain: HeaderNames.Plain(text), heading.System))
        .GroupBy(heading => heading.Plain, heading => heading.System, StringComparer.Ordinal)
        .ToFrozenDictionary(
            word => word.Key, word => word.SelectMany(system => system.Split(", ")).Distinct().ToArray(), StringComparer.Ordinal);

    /// <summary>The shop systems that write a heading, and 'lists'; none where it is not known.</summary>
    /// <param name="plain">As headings are compared.</param>
    public static IReadOnlyList<string> SystemsOf(string plain) => s_systems.GetValueOrDefault(plain, []);

    /// <summary>What is written over the columns of a field, as headings are compared, the likeliest first.</summary>
    public static IReadOnlyList<string> HeadingsOf(string file, string field) => s_headings.GetValueOrDefault((file, field), []);

    /// <summary>
    /// The names of a field: its preset's own, in their order, and what else is written for it. A word that others have too ('Date',
    /// 'Client', 'ID') says less than those it comes after in headings.tsv, so these go before it.
    /// </summary>
    /// <param name="own">As headings are compared.</param>
    public static IReadOnlyList<string> Names(string file, string field, IEnumerable<string> own)
    {
        var words = HeadingsOf(file, field);
        var ranks = words.Select((word, rank) => (word, rank)).ToDictionary(word => word.word, word => word.rank);
        var names = new OrderedDictionary<string, bool>();
        foreach (var name in own)
        {
            if (ranks.TryGetValue(name, out var rank)) foreach (var word in words.Take(rank)) names.TryAdd(word, true);
            names.TryAdd(name, true);
        }
        foreach (var word in words) names.TryAdd(word, true);
        return [.. names.Keys];
    }

    /// <summary>
    /// A status as statuses are compared: in lower case, without accents and WooCommerce's 'wc-', blanks and underscores as hyphens.
    /// </summary>
    public static string StatusWord(string status)
    {
        var word = new StringBuilder(status.Length);
        foreach (var letter in status.Trim(' ').ToLowerInvariant().Normalize(NormalizationForm.FormD))
        {
            if (letter is ' ' or '_') word.Append('-');
            else if (letter == 'ß') word.Append("ss");
            else if (letter == 'ł') word.Append('l');
            else if (CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark) word.Append(letter);
        }
        var plain = word.ToString().Normalize(NormalizationForm.FormC);
        return plain.StartsWith("wc-", StringComparison.Ordinal) ? plain[3..] : plain;
    }

    /// <summary>A text, and a German one also with its umlauts as two letters.</summary>
    private static IEnumerable<string> Spellings(string text, IReadOnlyList<string> languages)
    {
        yield return text;
        if (!languages.Contains("de")) yield break;
        var spelt = text.Normalize(NormalizationForm.FormC)
            .Replace("ä", "ae", StringComparison.Ordinal).Replace("Ä", "Ae", StringComparison.Ordinal)
            .Replace("ö", "oe", StringComparison.Ordinal).Replace("Ö", "Oe", StringComparison.Ordinal)
            .Replace("ü", "ue", StringComparison.Ordinal).Replace("Ü", "Ue", StringComparison.Ordinal);
        if (spelt != text) yield return spelt;
    }

    private static IEnumerable<string[]> Rows(string file, int columns)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("vocabulary/" + file)!;
        using var reader = new StreamReader(stream);
        var isHeader = true;
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            var cells = line.Split('\t');
            if (cells.Length != columns)
                throw new InvalidOperationException($"{file} has a line of {cells.Length} cells, not {columns}: {line}");
            if (!isHeader) yield return cells;
            isHeader = false;
        }
    }
}

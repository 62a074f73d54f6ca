namespace PredictiveRetention.Ingestion;

/// <summary>One way to understand a file.</summary>
/// <param name="Preset">Name of a shipped preset.</param>
/// <param name="File">What it is to that preset: orders, refunds, customers, events, subscriptions, or a table of its folder.</param>
/// <param name="Confidence">
/// 0 to 1; below <see cref="PresetDetection.Unlikely"/> a column is missing that the preset cannot do without.
/// </param>
/// <param name="Columns">Header by field, as the preset would read them.</param>
/// <param name="Missing">Fields the preset cannot do without and found no column for.</param>
public sealed record PresetCandidate(
    string Preset, string File, double Confidence, IReadOnlyDictionary<string, string> Columns, IReadOnlyList<string> Missing)
{
    public bool Fits => Missing.Count == 0;
}

/// <summary>A field of a preset's file, as a person maps a column to it.</summary>
/// <param name="Kind">text, time, money, number or flag.</param>
public sealed record ImportField(string Name, string Kind, bool Required);

/// <summary>
/// Which preset a file was made for, from its name and headers alone. The one that knows most of the headers wins: a field's own name says
/// more than a synonym, and a name only one preset knows more than both. Equal ones go to generic, which assumes least.
/// </summary>
public static class PresetDetection
{
    /// <summary>Confidence that is not reached where a required column is missing.</summary>
    public const double Unlikely = 0.4;

    private static readonly Lazy<IReadOnlyDictionary<string, IReadOnlyList<PresetField>>> s_fields =
        new(ReadFields, LazyThreadSafetyMode.PublicationOnly); // a disk that was full for a moment is asked again

    /// <summary>Names that generic has for any of its fields: they tell presets apart from it no further.</summary>
    private static readonly Lazy<HashSet<string>> s_common = new(() =>
        [.. s_fields.Value["generic"].SelectMany(field => field.PlainHeaders.Prepend(field.PlainName))],
        LazyThreadSafetyMode.PublicationOnly);

    private static readonly HashSet<string> s_systems = ["refunded", "is_refunded", "refunded_at"];

    private static readonly (string File, string[] Words)[] s_words =
    [
        ("refunds", ["refund", "return", "credit"]), ("customers", ["customer", "contact", "client"]),
        ("events", ["event", "email", "visit"]), ("subscriptions", ["subscription", "membership"]),
        ("orders", ["order", "sales", "transaction", "invoice"]),
    ];

    /// <summary>Every way to read the file, the likeliest first.</summary>
    public static IReadOnlyList<PresetCandidate> Rank(string fileName, IReadOnlyList<string> headers) =>
        Rank(fileName, new Headings(headers));

    internal static IReadOnlyList<PresetCandidate> Rank(string fileName, Headings headings)
    {
        var judged = s_fields.Value
            .SelectMany(preset => preset.Value.GroupBy(field => field.File)
                .Select(file => Judge(preset.Key, file.Key, [.. file], fileName, headings)))
            .OrderByDescending(judgement => judgement.Candidate.Fits).ThenByDescending(judgement => judgement.Points)
            .ToList();
        var (best, points) = judged[0];
        // What another reading would explain as well is no certainty.
        var isOpen = best.Fits && judged.Skip(1).Any(other => other.Candidate.Fits && other.Points >= 0.95 * points);
        if (isOpen) best = best with { Confidence = 0.8 * best.Confidence };
        return [best, .. judged.Skip(1).Select(judgement => judgement.Candidate)];
    }

    /// <summary>Header by field, as an import of this preset would read the file as far as its first rows tell.</summary>
    public static IReadOnlyDictionary<string, string> ColumnsOf(string preset, string file, FilePreview preview) =>
        new HeaderMatcher("", new Headings(preview.Headers), FileMap.None, FileContents.Of(preview)).Match(FieldsBeside(preset, file))
            .ToDictionary(column => column.Field.Name, column => column.Header);

    /// <summary>Fields an import of this file cannot do without, of which neither they nor what stands in for them is found.</summary>
    public static IReadOnlyList<string> Missing(string preset, string file, IReadOnlySet<string> found) =>
        [.. FieldsBeside(preset, file).Where(field => field.Required && !found.Contains(field.Name)
            && !field.StandIns.Any(set => set.All(found.Contains))).Select(field => field.Name)];

    /// <summary>The first shipped preset but this one that finds all it needs in a file of this kind; null where there is none.</summary>
    internal static string? Fitting(string file, Headings headings, string but) => s_fields.Value.Keys.FirstOrDefault(preset =>
    {
        var fields = preset == but ? [] : FieldsOf(preset, file);
        var matched = Match(fields, headings);
        // Names that any file of its kind may have speak for no system, unless most of what the system writes is there as it writes it.
        return fields.Count > 0 && PresetField.Missing(fields, matched).Count == 0
            && (preset == "generic" || (matched.Count >= 0.6 * fields.Count && 2 * matched.Count(IsSystems) >= matched.Count)
                || matched.Count(column => !NamesOf("generic", file).Contains(headings.Plain(column.Index))) > 1);

        bool IsSystems(MatchedColumn column) => headings.Plain(column.Index) is var plain
            && column.Field.Headers.Select(HeaderNames.Plain).Prepend(column.Field.PlainName).Contains(plain)
            && !FieldsOf("generic", file).Any(field => field.PlainName == plain);
    });

    private static HashSet<string> NamesOf(string preset, string file) =>
        [.. FieldsOf(preset, file).SelectMany(field => field.PlainHeaders.Prepend(field.PlainName))];

    /// <summary>What a preset reads from a kind of file; nothing from one it does not know.</summary>
    public static IReadOnlyList<ImportField> Fields(string preset, string file) =>
        [.. FieldsBeside(preset, file).Select(field =>
            new ImportField(field.Name, field.Kind.Replace("utc_", "", StringComparison.Ordinal), field.Required))];

    /// <summary>Kinds of file a preset reads: one, several, or the tables of its folder.</summary>
    public static IReadOnlyList<string> Files(string preset) => [.. FieldsOf(preset).Select(field => field.File).Distinct()];

    /// <summary>
    /// Kinds of file an import of this preset takes: its own, and beside one that reads a single file whatever generic reads.
    /// </summary>
    public static IReadOnlyList<string> FilesBeside(string preset) => Files(preset).Contains("order_customers")
        ? Files(preset) : [.. Files(preset).Union(Files("generic"))];

    private static IReadOnlyList<PresetField> FieldsBeside(string preset, string file) =>
        FieldsOf(preset, file) is { Count: > 0 } own ? own : FilesBeside(preset).Contains(file) ? FieldsOf("generic", file) : [];

    private static IReadOnlyList<PresetField> FieldsOf(string preset) => s_fields.Value.GetValueOrDefault(preset, []);

    private static IReadOnlyList<PresetField> FieldsOf(string preset, string file) =>
        [.. FieldsOf(preset).Where(field => field.File == file)];

    private static (PresetCandidate Candidate, double Points) Judge(
        string preset, string file, IReadOnlyList<PresetField> fields, string fileName, Headings headings)
    {
        var matched = Match(fields, headings);
        var required = fields.Count(field => field.Required);
        var missing = PresetField.Missing(fields, matched).Select(field => field.Name).ToList();
        var telling = matched.Where(column => Tells(preset, file, column, headings.Plain(column.Index), matched)).ToList();
        var distinct = preset == "generic" ? []
            : telling.Where(column => !s_common.Value.Contains(headings.Plain(column.Index))).ToHashSet();
        var opened = JsonCells(fields, headings);
        var points = telling.Sum(column => column.ChosenBy == "name" ? 1.5 : 1) + distinct.Count + opened
            + (IsNamedFor(preset, file, fileName) ? 1.5 : 0);
        var sure = matched.Count(column => column.Field.Required && (column.ChosenBy == "name" || distinct.Contains(column)));
        var explained = Math.Max(
            matched.Count / (double)headings.Count,
            preset == "generic" ? 0 : Math.Min(1, (matched.Count + opened) / (double)fields.Count));
        var confidence = missing.Count == 0
            ? Math.Min(0.99, 0.55 + 0.25 * sure / Math.Max(1, required) + 0.2 * explained)
            : Unlikely * (required - missing.Count) / required * 0.99;
        var columns = matched.ToDictionary(column => column.Field.Name, column => column.Header);
        return (new PresetCandidate(preset, file, confidence, columns, missing), points);
    }

    /// <summary>
    /// What people write in any list, such as Versandkosten, does not speak for the system of one of them, and two numbers of orders do not
    /// speak for refunds. What was given back of an order is said by shop systems more than by lists.
    /// </summary>
    private static bool Tells(string preset, string file, MatchedColumn column, string plain, IReadOnlyList<MatchedColumn> matched)
    {
        if (file == "refunds" && column.Field.Name == "refund_id" && matched.Any(other => other.Field.Name == "order_id"))
            return !Vocabulary.HeadingsOf("refunds", "order_id").Contains(plain);
        if (preset == "generic" && file == "orders" && s_systems.Contains(column.Field.Name)) return false;
        return preset == "generic" || column.ChosenBy == "name" || s_common.Value.Contains(plain)
            || column.Field.Headers.Select(HeaderNames.Plain).Contains(plain) || Vocabulary.SystemsOf(plain).Contains(preset);
    }

    private static IReadOnlyList<MatchedColumn> Match(IReadOnlyList<PresetField> fields, Headings headings) =>
        new HeaderMatcher("", headings, FileMap.None).Match(fields);

    /// <summary>Columns that hold objects the preset looks into, such as the properties of an event.</summary>
    private static int JsonCells(IReadOnlyList<PresetField> fields, Headings headings) => fields
        .SelectMany(field => field.Headers).Where(name => name.Contains('.', StringComparison.Ordinal))
        .Select(name => HeaderNames.Plain(name[..name.IndexOf('.', StringComparison.Ordinal)])).Distinct()
        .Count(cell => headings.At(cell).Count > 0);

    private static bool IsNamedFor(string preset, string file, string fileName) => preset != "generic"
        ? fileName.Contains(preset, StringComparison.OrdinalIgnoreCase)
        : s_words.FirstOrDefault(word => word.Words.Any(part => fileName.Contains(part, StringComparison.OrdinalIgnoreCase))).File == file;

    private static Dictionary<string, IReadOnlyList<PresetField>> ReadFields() =>
        Preset.Shipped.ToDictionary(name => name, DeclaredFields.Read);
}

using System.Reflection;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// The SQL of one source system. Above its line '-- LOAD' it declares the fields it understands; below it turns the loaded
/// files into the canonical views of macros.sql. An analyst's own preset is a file of the same form.
/// </summary>
internal sealed record Preset(string Name, string Declarations, string Rows)
{
    private const string LoadLine = "\n-- LOAD";

    /// <summary>The shipped presets; a file that fits none of the one asked for may fit another.</summary>
    public static IReadOnlyList<string> Shipped { get; } =
        ["generic", "online-retail", "olist", "shopify", "woocommerce", "stripe", "segment"];

    public static string Macros => Resource("macros.sql");

    /// <summary>What holds for canonical rows of every preset.</summary>
    public static string Rules => Resource("rules.sql");

    public static Preset Load(string name)
    {
        if (Shipped.Contains(name)) return Parse(name, Resource(name + ".sql"));
        if (!name.EndsWith(".sql", StringComparison.OrdinalIgnoreCase))
            throw new RetentionException(Failure.Usage,
                $"Unknown preset '{name}'. Use {string.Join(", ", Shipped)}, or the path of your own .sql file.");
        if (!File.Exists(name)) throw new RetentionException(Failure.NotFound, $"Preset file {name} does not exist.");
        return Parse(name, File.ReadAllText(name));
    }

    private static Preset Parse(string name, string sql)
    {
        var text = sql.ReplaceLineEndings("\n");
        var load = text.IndexOf(LoadLine, StringComparison.Ordinal);
        return load >= 0
            ? new Preset(name, text[..load], text[load..])
            : throw new RetentionException(Failure.Usage, $"Preset {name} has no line '-- LOAD' between its fields and its views.");
    }

    private static string Resource(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("presets/" + file)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

/// <summary>One field a preset understands.</summary>
/// <param name="File">Kind of file it is in.</param>
/// <param name="Name">Canonical name.</param>
/// <param name="Kind">text, time, utc_time, money, number, rate or flag.</param>
/// <param name="Required">Without it the file cannot be read.</param>
/// <param name="Headers">Names sources give it, the likeliest first, as the preset has them.</param>
/// <param name="StandIns">Fields that are as good together where it has no column: any of these sets.</param>
internal sealed record PresetField(
    string File, string Name, string Kind, bool Required, IReadOnlyList<string> Headers, IReadOnlyList<IReadOnlyList<string>> StandIns)
{
    /// <summary>The name as headings are compared.</summary>
    public string PlainName { get; } = HeaderNames.Plain(Name);

    /// <summary>It says which customer, order or refund a row is of.</summary>
    public bool IsId => Name.EndsWith("_id", StringComparison.Ordinal);

    /// <summary>Money that a row is worth, by itself or with others.</summary>
    public bool IsWorth => Kind == "money" && (Required || Name.EndsWith("_total", StringComparison.Ordinal) || Name == "unit_price");

    /// <summary>All names it goes by in this kind of file, in any language, as headings are compared.</summary>
    public IReadOnlyList<string> PlainHeaders { get; private init; } = Vocabulary.Names(File, Name, Headers.Select(HeaderNames.Plain));

    /// <summary>Also called as another field is, which its preset does not read.</summary>
    public PresetField WithWordsOf(string other) =>
        this with { PlainHeaders = [.. PlainHeaders.Union(Vocabulary.HeadingsOf(File, other))] };

    /// <summary>What the preset says of a heading is so, whatever the word means elsewhere.</summary>
    /// <param name="others">The other fields of its kind of file.</param>
    public PresetField WithoutHeadersOf(IEnumerable<PresetField> others)
    {
        var (own, taken) = (Headers.Select(HeaderNames.Plain), others.SelectMany(other => other.Headers.Select(HeaderNames.Plain)));
        return this with { PlainHeaders = [.. PlainHeaders.Except(taken.Except(own))] };
    }

    /// <summary>Fields a file cannot be read without, and neither they nor what may stand in for them has a column.</summary>
    public static IReadOnlyList<PresetField> Missing(IReadOnlyList<PresetField> fields, IEnumerable<MatchedColumn> columns)
    {
        var found = columns.Select(column => column.Field.Name).ToHashSet();
        return [.. fields.Where(field => field.Required && !found.Contains(field.Name)
            && !field.StandIns.Any(set => set.All(found.Contains)))];
    }
}

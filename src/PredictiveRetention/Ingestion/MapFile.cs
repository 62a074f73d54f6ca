using System.Text.Json;

namespace PredictiveRetention.Ingestion;

/// <summary>What --map says of one file: columns by canonical field (null: read nothing into it) and formats.</summary>
internal sealed record FileMap(IReadOnlyDictionary<string, string?> Columns, IReadOnlyDictionary<string, string> Settings)
{
    public static FileMap None { get; } = new(new Dictionary<string, string?>(), new Dictionary<string, string>());

    public string? DateOrder => Settings.GetValueOrDefault("$date_order");
    public string? DecimalMark => Settings.GetValueOrDefault("$decimal_mark");
    public char? Delimiter => Settings.TryGetValue("$delimiter", out var text) ? (text is "\\t" or "tab" ? '\t' : text[0]) : null;
    public string? Encoding => Settings.GetValueOrDefault("$encoding");
    public string? Grain => Settings.GetValueOrDefault("$grain");
    public string? AmountUnit => Settings.GetValueOrDefault("$amount_unit");
    public string? Negatives => Settings.GetValueOrDefault("$negatives");
    public string? PriceOf => Settings.GetValueOrDefault("$price");
    public string? AmountsAre => Settings.GetValueOrDefault("$amounts_are");
    public string? Discounts => Settings.GetValueOrDefault("$discounts");
    public string? OwnAddresses => Settings.GetValueOrDefault("$own_addresses");
    public string? OrderIds => Settings.GetValueOrDefault("$order_ids");

    /// <summary>With these settings where the file itself says nothing of them.</summary>
    public FileMap Or(IReadOnlyDictionary<string, string> others) => others.Count == 0 ? this : this with
    {
        Settings = Settings.Concat(others.Where(other => !Settings.ContainsKey(other.Key))).ToDictionary(),
    };

    /// <summary>With these columns for fields the map does not name.</summary>
    public FileMap OrColumns(IReadOnlyDictionary<string, string?> others) => others.Count == 0 ? this : this with
    {
        Columns = Columns.Concat(others.Where(other => !Columns.ContainsKey(other.Key))).ToDictionary(),
    };

    public string? Currency => Settings.GetValueOrDefault("$currency")?.ToUpperInvariant();
}

/// <summary>
/// The JSON of --map, in a file or as it is:
/// <c>{ "orders": { "ordered_at": "Bestelldatum", "$date_order": "dmy" }, "refunds": { ... } }</c>.
/// A key that means nothing is an error, because a misspelt one would silently leave the guess in place.
/// </summary>
internal static class MapFile
{
    public static IReadOnlyDictionary<string, FileMap> Read(string? path, IReadOnlyList<PresetField> fields)
    {
        if (path is null) return new Dictionary<string, FileMap>();
        var isGiven = path.TrimStart().StartsWith('{');
        if (!isGiven && !File.Exists(path)) throw new RetentionException(Failure.NotFound, $"Mapping file {path} does not exist.");
        try
        {
            var text = isGiven ? path : File.ReadAllText(path);
            if (isGiven) path = "--map";
            using var json = JsonDocument.Parse(text, s_lenient);
            return json.RootElement.EnumerateObject().ToDictionary(file => file.Name, file => ReadFile(path, file, fields));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new RetentionException(Failure.Usage,
                $"{path} is no mapping: {fault.Message} Write {{ \"orders\": {{ \"ordered_at\": \"Bestelldatum\" }} }}.", fault);
        }
    }

    private static FileMap ReadFile(string path, JsonProperty file, IReadOnlyList<PresetField> fields)
    {
        var files = fields.Select(field => field.File).Distinct().ToList();
        if (!files.Contains(file.Name))
            throw new RetentionException(Failure.Usage, $"{path}: unknown file '{file.Name}'. Known are {string.Join(", ", files)}.");
        var columns = new Dictionary<string, string?>();
        var settings = new Dictionary<string, string>();
        foreach (var entry in file.Value.EnumerateObject())
        {
            if (entry.Name.StartsWith('$')) settings[entry.Name] = Setting(path, file.Name, entry);
            else if (fields.Any(field => field.File == file.Name && field.Name == entry.Name))
                columns[entry.Name] = entry.Value.GetString();
            else
            {
                var known = fields.Where(field => field.File == file.Name).Select(field => field.Name);
                throw new RetentionException(Failure.Usage,
                    $"{path}: {file.Name} has no field '{entry.Name}'. Fields are {string.Join(", ", known)}; "
                    + $"settings are {string.Join(", ", s_settings.Keys)}.");
            }
        }
        return new FileMap(columns, settings);
    }

    private static string Setting(string path, string file, JsonProperty entry)
    {
        if (!s_settings.TryGetValue(entry.Name, out var allowed))
            throw new RetentionException(Failure.Usage,
                $"{path}: {file} has no setting '{entry.Name}'. Settings are {string.Join(", ", s_settings.Keys)}.");
        var value = entry.Value.GetString() ?? "";
        if (entry.Name == "$encoding") value = value.ToLowerInvariant();
        var known = entry.Name == "$currency" ? Currency.TryOf(value) is not null : allowed.Contains(value);
        return known
            ? value
            : throw new RetentionException(Failure.Usage,
                $"{path}: '{value}' is no {entry.Name} of {file}: "
                + $"write {(allowed.Length > 0 ? string.Join(" or ", allowed) : "an ISO 4217 code such as EUR")}.");
    }

    private static readonly Dictionary<string, string[]> s_settings = new()
    {
        ["$date_order"] = ["dmy", "mdy", "ymd"],
        ["$decimal_mark"] = [".", ","],
        ["$delimiter"] = [",", ";", "|", "\t", "\\t", "tab"],
        ["$encoding"] = [.. CodePages.Names],
        ["$grain"] = ["order", "line"],
        ["$currency"] = [],
        ["$amount_unit"] = ["major", "minor"],
        ["$negatives"] = ["refunds", "left-out"],
        ["$price"] = ["unit", "line"],
        ["$amounts_are"] = ["before-refunds", "after-refunds"],
        ["$discounts"] = ["off", "included"],
        ["$order_ids"] = ["shop", "customer"],
        ["$own_addresses"] = ["nobody", "customers"],
    };

    private static readonly JsonDocumentOptions s_lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };
}

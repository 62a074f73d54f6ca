using System.Text.Encodings.Web;
using System.Text.Json;
using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Service.Importing;

/// <summary>An upload as the import takes it: the request, the JSON of --map, and the command that does the same.</summary>
internal static class UploadRequest
{
    // Read by people and by 'retain import', never put into a page as markup.
    private static readonly JsonSerializerOptions s_readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    /// <summary>
    /// The header each field of a kind is read from. Headings are compared for it: to be asked once, not for every field.
    /// </summary>
    public static FieldColumns ColumnsOf(this Upload upload, string kind) => new(
        upload.FileOf(kind)?.Preview is { } preview ? PresetDetection.ColumnsOf(upload.Choices.Preset, kind, preview)
            : new Dictionary<string, string>(),
        upload.Choices.Columns.GetValueOrDefault(kind) ?? new Dictionary<string, string?>());

    /// <summary>
    /// Fields the preset cannot do without and nobody named a column for, by kind. Objects in a cell are opened by the import itself.
    /// </summary>
    public static IReadOnlyList<(string Kind, string Field)> MissingColumns(this Upload upload)
    {
        var missing = new List<(string Kind, string Field)>();
        foreach (var (kind, _) in upload.Parts)
        {
            var columns = upload.ColumnsOf(kind);
            var found = PresetDetection.Fields(upload.Choices.Preset, kind).Select(field => field.Name)
                .Where(field => columns[field] is not null).ToHashSet();
            missing.AddRange(PresetDetection.Missing(upload.Choices.Preset, kind, found).Select(field => (kind, field)));
        }
        return missing;
    }

    /// <summary>The mapping as --map reads it: every column that is used, and null where one that was detected shall not be.</summary>
    public static string MappingJson(this Upload upload)
    {
        var files = new Dictionary<string, Dictionary<string, string?>>();
        foreach (var (kind, _) in upload.Parts)
        {
            var columns = upload.ColumnsOf(kind);
            var entries = new Dictionary<string, string?>();
            foreach (var field in PresetDetection.Fields(upload.Choices.Preset, kind))
                if (columns[field.Name] is { } header) entries[field.Name] = header;
                else if (columns.Detected.ContainsKey(field.Name)) entries[field.Name] = null;
            foreach (var (name, value) in upload.Choices.Settings.GetValueOrDefault(kind, new Dictionary<string, string>()))
                entries[name] = value;
            if (entries.Count > 0) files[kind] = entries;
        }
        return JsonSerializer.Serialize(files, s_readable);
    }

    public static ImportRequest ToRequest(this Upload upload, string folder, string mappingFile, long nowMs)
    {
        return new ImportRequest
        {
            Preset = upload.Choices.Preset,
            OrdersFile = IsFolder(upload.Choices.Preset)
                ? folder
                : Place("orders"),
            CustomersFile = Place("customers"),
            RefundsFile = Place("refunds"),
            EventsFile = Place("events"),
            SubscriptionsFile = Place("subscriptions"),
            MappingFile = mappingFile,
            Folder = folder,
            Calendar = upload.Choices.TimeZone is { } zone ? BusinessCalendar.InZone(zone) : null,
            ShopCurrency = upload.Choices.Currency,
            Statuses = upload.Choices.Statuses?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            NowMs = nowMs,
        };

        string? Place(string kind) =>
            IsFolder(upload.Choices.Preset) || upload.FileOf(kind) is not { } file ? null : Path.Combine(folder, file.Name);
    }

    /// <summary>What to type for the same import, in a folder with the same files and the mapping as mapping.json.</summary>
    public static string Command(this Upload upload)
    {
        var words = new List<string> { "retain import" };
        if (upload.Choices.Preset != "generic") words.Add("--preset " + upload.Choices.Preset);
        if (IsFolder(upload.Choices.Preset)) words.Add("--orders .");
        else words.AddRange(upload.Parts.Select(part => $"--{part.Kind} {Quoted(part.File.Name)}"));
        words.Add("--map mapping.json");
        if (upload.Choices.Currency is { } currency) words.Add("--currency " + currency);
        if (upload.Choices.TimeZone is { } zone) words.Add("--time-zone " + zone);
        if (upload.Choices.Statuses is { } statuses) words.Add("--statuses " + Quoted(statuses));
        return string.Join(' ', words);
    }

    /// <summary>A preset whose files are the tables of one folder.</summary>
    public static bool IsFolder(string preset) => PresetDetection.Files(preset).Contains("order_customers");

    private static string Quoted(string word) =>
        word.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or ',') && word.Length > 0 && word[0] != '-'
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}

/// <summary>The columns of one file: by field, the header that was detected, and the one a person chose instead (null: none).</summary>
internal sealed record FieldColumns(IReadOnlyDictionary<string, string> Detected, IReadOnlyDictionary<string, string?> Chosen)
{
    /// <summary>The header a field is read from; null where it is read from none.</summary>
    public string? this[string field] => Chosen.TryGetValue(field, out var header) ? header : Detected.GetValueOrDefault(field);
}

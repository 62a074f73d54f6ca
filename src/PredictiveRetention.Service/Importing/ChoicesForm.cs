using PredictiveRetention.Ingestion;
using PredictiveRetention.Presentation.Texts;

namespace PredictiveRetention.Service.Importing;

/// <summary>The form of the mapping page: kind of each file, column of each field, and what the files leave open.</summary>
internal static class ChoicesForm
{
    /// <summary>The option that leaves a field as it was detected.</summary>
    public const string Automatic = "";

    /// <summary>The option that reads nothing into a field. No header begins with it: cells are trimmed.</summary>
    public const string Nothing = " nothing";

    /// <summary>Settings of --map a person can choose, with the words it knows.</summary>
    public static IReadOnlyList<(string Name, string[] Words)> Settings { get; } = [("$date_order", ["dmy", "mdy", "ymd"]),
        ("$decimal_mark", [".", ","]), ("$delimiter", [",", ";", "|", "\\t"]), ("$grain", ["order", "line"]),
        ("$amount_unit", ["major", "minor"]), ("$negatives", ["refunds", "left-out"])];

    public static string ColumnField(string kind, string field) => $"column.{kind}.{field}";

    public static string SettingField(string kind, string setting) => $"setting.{kind}.{setting}";

    /// <summary>What stands at the setting in the form.</summary>
    public static string LabelOf(string setting, Localiser T) => setting switch
    {
        "$date_order" => T["Order of a date"],
        "$decimal_mark" => T["Decimal mark"],
        "$delimiter" => T["Columns are separated by"],
        "$amount_unit" => T["Amounts are in"],
        "$negatives" => T["Negative rows are"],
        _ => T["A row is"],
    };

    /// <summary>Where in the form a person decides what the files leave open.</summary>
    public static string LabelOf(OpenChoice choice, Localiser T) => choice switch
    {
        OpenChoice.Currency => T["Currency"],
        OpenChoice.TimeZone => T["Time zone of the shop"],
        OpenChoice.Statuses => T["Statuses that are a sale"],
        OpenChoice.Refunded => "refunded",
        OpenChoice.DateOrder => LabelOf("$date_order", T),
        OpenChoice.DecimalMark => LabelOf("$decimal_mark", T),
        _ => LabelOf("$amount_unit", T),
    };

    public static string KindField(int file) => "kind." + file.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The upload with what the form says; its problem is what cannot be done. What was checked before is forgotten.</summary>
    public static Upload Read(Upload upload, IFormCollection form, Uploads uploads, bool hasShop, Localiser texts)
    {
        var before = upload.Choices;
        var preset = ImportRequest.Presets.Contains(form["preset"].ToString()) ? form["preset"].ToString() : before.Preset;
        var kinds = Kinds(upload, form, preset);
        var isSame = preset == before.Preset && kinds.All(kind => before.Kinds.GetValueOrDefault(kind.Key) == kind.Value);
        var settings = isSame ? SettingsOf(upload, form) : new Dictionary<string, IReadOnlyDictionary<string, string>>();
        var choices = new ImportChoices
        {
            Preset = preset,
            Kinds = kinds,
            // Other kinds have other fields: what was chosen for the old ones says nothing about them.
            Columns = isSame ? ColumnsOf(upload, form) : new Dictionary<string, IReadOnlyDictionary<string, string?>>(),
            Settings = settings,
            Currency = Text(form, "currency")?.ToUpperInvariant(),
            TimeZone = Text(form, "zone"),
            Statuses = Text(form, "statuses"),
        };
        if (hasShop) choices = choices with { Currency = null, TimeZone = null };
        var folder = uploads.FilesOf(upload.Id);
        upload = upload with
        {
            Choices = choices,
            Step = UploadStep.Mapping,
            Outcome = null,
            IsRefused = false,
            Files = [.. upload.Files.Select(file => Split(file, DelimiterOf(before, file), DelimiterOf(choices, file)))],
        };
        return upload with { Problem = ProblemOf(upload, texts) };

        // Another delimiter makes other columns.
        UploadedFile Split(UploadedFile file, string? before, string? now) => before == now ? file
            : uploads.LookAt(Path.Combine(folder, file.Name), now is null ? null : now == "\\t" ? '\t' : now[0], CancellationToken.None);
    }

    private static Dictionary<string, string> Kinds(Upload upload, IFormCollection form, string preset)
    {
        // Another preset reads other kinds: they are detected anew.
        if (preset != upload.Choices.Preset)
            return upload.Files.ToDictionary(file => file.Name,
                file => file.Candidates.Where(candidate => candidate.Preset == preset).Select(candidate => candidate.File).FirstOrDefault()
                    ?? ImportChoices.LeftOut);
        var known = PresetDetection.FilesBeside(preset);
        return upload.Files.Select((file,
            i) => (file.Name, Kind: form[KindField(i)].ToString()))
                .ToDictionary(file => file.Name, file => known.Contains(file.Kind) ? file.Kind : ImportChoices.LeftOut);
    }

    private static Dictionary<string, IReadOnlyDictionary<string, string?>> ColumnsOf(Upload upload, IFormCollection form) =>
        upload.Parts.ToDictionary(part => part.Kind, part =>
        (IReadOnlyDictionary<string, string?>)PresetDetection.Fields(upload.Choices.Preset, part.Kind)
            .Select(field => (field.Name, Choice: form[ColumnField(part.Kind, field.Name)].ToString()))
            .Where(field => field.Choice == Nothing || part.File.Preview!.Headers.Contains(field.Choice))
            .ToDictionary(field => field.Name, field => field.Choice == Nothing ? null : field.Choice));

    private static Dictionary<string, IReadOnlyDictionary<string, string>> SettingsOf(Upload upload, IFormCollection form) =>
        upload.Parts.ToDictionary(part => part.Kind, part =>
        (IReadOnlyDictionary<string, string>)Settings.Select(setting => (setting.Name, setting.Words,
            Choice: form[SettingField(part.Kind, setting.Name)].ToString()))
            .Where(setting => setting.Words.Contains(setting.Choice)).ToDictionary(setting => setting.Name, setting => setting.Choice));

    private static string? DelimiterOf(ImportChoices choices, UploadedFile file) =>
        choices.Settings.GetValueOrDefault(choices.Kinds.GetValueOrDefault(file.Name, ""))?.GetValueOrDefault("$delimiter");

    private static string? ProblemOf(Upload upload, Localiser T)
    {
        var choices = upload.Choices;
        if (choices.Currency is { } currency && Currency.TryOf(currency) is null)
            return T["'{0}' is no currency: write its three letters, such as EUR.", currency];
        if (choices.TimeZone is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            return T["'{0}' is no time zone: write an IANA name such as Europe/London.", zone];
        var twice = choices.Kinds.Values.Where(kind => kind != ImportChoices.LeftOut)
            .GroupBy(kind => kind)
            .FirstOrDefault(kind => kind.Count() > 1);
        if (twice is not null) return T["Two files are taken for {0}: leave one out and import it afterwards.", twice.Key];
        if (!upload.Parts.Any()) return T["None of the files takes part: say what is in one of them."];
        if (upload.Parts.FirstOrDefault(part => part.File.Preview is null) is { File: { } unreadable }) return unreadable.Problem;
        var missing = upload.MissingColumns();
        return missing.Count == 0
            ? null
            : string.Join(" ",
                missing.GroupBy(field => field.Kind)
                    .Select(file => T["{0}, line 1: no column for {1}. Name one below.", upload.FileOf(file.Key)!.Name,
                        string.Join(", ", file.Select(field => field.Field))]));
    }

    private static string? Text(IFormCollection form, string name) =>
        form[name].ToString().Trim() is { Length: > 0 and <= 500 } text ? text : null;
}

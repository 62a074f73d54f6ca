namespace PredictiveRetention.Ingestion;

/// <summary>What a preset declares above its line '-- LOAD', by running it: the fields it reads, and the time zone of its source.</summary>
internal static class DeclaredFields
{
    public static IReadOnlyList<PresetField> Declare(ImportDatabase database, Preset preset)
    {
        database.Execute(Preset.Macros);
        database.Execute(preset.Declarations);
        var standIns = database.Query("SELECT file, field, array_to_string(instead, '|') FROM stand_ins")
            .Select(row => (File: row.GetString(0), Field: row.GetString(1), Instead: row.GetString(2).Split('|'))).ToList();
        var fields = database.Query("SELECT file, field, kind, required, array_to_string(headers, '|') FROM fields")
            .Select(row => (File: row.GetString(0), Field: row.GetString(1), Kind: row.GetString(2), Required: row.GetBoolean(3),
                Headers: row.GetString(4).Split('|', StringSplitOptions.RemoveEmptyEntries)))
            .Select(field => new PresetField(field.File, field.Field, field.Kind, field.Required, field.Headers,
                [.. standIns.Where(other => other.File == field.File && other.Field == field.Field).Select(other => other.Instead)]))
            .ToList();
        var withPayments = fields.Where(field => field.Name == "payment_status").Select(field => field.File).ToHashSet();
        fields = [.. fields.Select(field =>
            field.Name == "status" && !withPayments.Contains(field.File) ? field.WithWordsOf("payment_status") : field)];
        return [.. fields.Select(field => field.WithoutHeadersOf(fields.Where(other => other.File == field.File && other != field)))];
    }

    /// <summary>Those of a preset without an import.</summary>
    public static IReadOnlyList<PresetField> Read(string preset)
    {
        using var scratch = new ScratchFolder();
        using var database = new ImportDatabase(BusinessCalendar.Utc, scratch.Path, CancellationToken.None);
        return Declare(database, Preset.Load(preset));
    }
}

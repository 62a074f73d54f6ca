namespace PredictiveRetention.Ingestion;

/// <summary>What a preset declares above its line '-- LOAD', by running it: the fields it reads, and the time zone of its source.</summary>
internal static class DeclaredFields
{
    public static IReadOnlyList<PresetField> Declare(ImportDatabase database, Preset preset)
    {
        database.Execute(Preset.Macros);
        var words = Vocabulary.Meanings.Select(status => $"({ImportDatabase.Text(status.Key)}, {ImportDatabase.Text(status.Value)})");
        database.Execute($"INSERT INTO status_words VALUES {string.Join(", ", words)}");
        database.Execute(preset.Declarations);
        return [.. database.Query("SELECT file, field, kind, required, array_to_string(headers, '|') FROM fields")
            .Select(row => new PresetField(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetBoolean(3),
                row.GetString(4).Split('|', StringSplitOptions.RemoveEmptyEntries)))];
    }

    /// <summary>Those of a preset without an import.</summary>
    public static IReadOnlyList<PresetField> Read(string preset)
    {
        using var scratch = new ScratchFolder();
        using var database = new ImportDatabase(BusinessCalendar.Utc, scratch.Path, CancellationToken.None);
        return Declare(database, Preset.Load(preset));
    }

    /// <summary>The calendar of a preset whose source has a time zone of its own; else UTC's.</summary>
    public static BusinessCalendar CalendarOf(string preset, string scratchFolder, CancellationToken ct)
    {
        using var database = new ImportDatabase(BusinessCalendar.Utc, scratchFolder, ct);
        Declare(database, Preset.Load(preset));
        return database.Variable("preset_time_zone") is { } zone ? BusinessCalendar.InZone(zone) : BusinessCalendar.Utc;
    }
}

namespace PredictiveRetention.Ingestion;

/// <summary>The refusal of a file without its required columns: what is missing, what was looked for, and the two ways on.</summary>
internal sealed class MissingColumns(
    SourceFile file, IReadOnlyList<PresetField> missing, string preset, BusinessCalendar calendar, string scratchFolder)
{
    public RetentionException Refusal(CancellationToken ct)
    {
        var lookedFor = missing.Select(field => $"  {field.Name}: looked for {string.Join(", ", field.Headers.Prepend(field.Name))}");
        var message = $"""
            {file.Path}, line 1: no column for {string.Join(", ", missing.Select(field => field.Name))} (preset {preset}).
            {string.Join('\n', lookedFor)}
              found: {string.Join(", ", file.Headers)}
            """;
        return new RetentionException(Failure.InputRejected, $"{message}\n{WayOn(ct)}");
    }

    private string WayOn(CancellationToken ct)
    {
        var fitting = Preset.Shipped.FirstOrDefault(
            other => other != preset && Fits(ImportPlan.FieldsOfPreset(other, calendar, scratchFolder, ct)));
        return fitting is not null
            ? $"The file looks like one for --preset {fitting}."
            : "Name the column in a JSON file and give it with --map: "
                + $"{{ \"{file.Name}\": {{ \"{missing[0].Name}\": \"{file.Headers[0]}\" }} }}";
    }

    private bool Fits(IReadOnlyList<PresetField> fields)
    {
        var ofFile = fields.Where(field => field.File == file.Name).ToList();
        var matched = new HeaderMatcher(file.Path, file.Headers, FileMap.None).Match(ofFile);
        return ofFile.Count > 0 && ofFile.Where(field => field.Required).All(field => matched.Any(column => column.Field == field));
    }
}

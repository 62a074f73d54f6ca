using System.Text.Encodings.Web;
using System.Text.Json;

namespace PredictiveRetention.Ingestion;

/// <summary>The refusal of a file without its required columns: what is missing, what was looked for, and the two ways on.</summary>
internal sealed class MissingColumns(SourceFile file, IReadOnlyList<PresetField> missing, string preset)
{
    public RetentionException Refusal(LikelyColumns likely)
    {
        if (missing.Count == 0)
            return new RetentionException(Failure.InputRejected,
                $"{file.Path}, line 1: not all of what preset {preset} reads has a column of its own. {NextStep(likely)}");
        var lookedFor = missing.Select(field =>
            $"  {field.Name}: looked for {string.Join(", ", field.Headers.Prepend(field.Name))}{InOtherLanguages(field)}");
        var message = $"""
            {file.Path}, line 1: no column for {Names(missing)} (preset {preset}).
            {string.Join('\n', lookedFor)}
              found: {ForeignText.Shown(file.Headings.Names)}
            """;
        return new RetentionException(Failure.InputRejected, $"{message}\n{NextStep(likely)}");
    }

    private static string InOtherLanguages(PresetField field) =>
        Vocabulary.HeadingsOf(field.File, field.Name).Count == 0 ? "" : " and its names in other languages";

    private string NextStep(LikelyColumns likely)
    {
        if (PresetDetection.Fitting(file.Name, file.Headings, preset) is { } fitting)
            return $"The file looks like one for --preset {fitting}.";
        var columns = likely.For(missing);
        var others = missing.Where(field => !columns.ContainsKey(field)).ToList();
        var unlike = $"none of the columns looks like {string.Join(" or ", others.Select(field => field.Name))}, "
            + "neither by its heading nor by what it holds";
        if (columns.Count == 0) return $"Name the column in a JSON file and give it with --map, if it is there: {unlike}.";
        var entries = missing.Where(columns.ContainsKey).Select(field => $"{Quoted(field.Name)}: {Quoted(columns[field])}");
        return $"Name the column in a JSON file and give it with --map: {{ {Quoted(file.Name)}: {{ {string.Join(", ", entries)} }} }}"
            + (others.Count == 0 ? "" : $"\nOf the others {unlike}.");
    }

    private static string Names(IEnumerable<PresetField> fields) => string.Join(", ", fields.Select(field => field.Name));

    /// <summary>As JSON: what a heading holds of control characters is escaped there.</summary>
    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}

using static PredictiveRetention.Ingestion.ImportDatabase;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// The view source_&lt;file&gt; a preset reads: record number, the preset's fields with their types, and the text of those that
/// are not text. A field without a column is null throughout, and a file that was not given is an empty view, so a preset needs no
/// conditions.
/// </summary>
internal static class TypedView
{
    public static string Sql(
        string file, IReadOnlyList<PresetField> fields, IReadOnlyList<MatchedColumn> columns, IReadOnlyDictionary<string, string> formats,
        string? table, string? currency, IReadOnlyDictionary<string, long> divisors)
    {
        var indexes = columns.ToDictionary(column => column.Field.Name, column => column.Index);
        var worth = columns.Where(column => column.Field.IsWorth).Select(column => $"other_currency(c{column.Index})").ToList();
        var named = worth.Count == 0 ? Text(currency) : $"coalesce({string.Join(", ", worth)}, {Text(currency)})";
        var expressions = fields.SelectMany(field =>
        {
            var cell = indexes.TryGetValue(field.Name, out var index) ? $"c{index}" : "NULL::VARCHAR";
            return Expressions(field, cell, formats.GetValueOrDefault(field.Name), named, divisors.GetValueOrDefault(field.Name, 1));
        });
        var rows = table is null ? "(SELECT 0 AS rowid) WHERE false" : table;
        return $"CREATE VIEW source_{file} AS SELECT rowid + 1 AS record,\n  {string.Join(",\n  ", expressions)}\nFROM {rows}";
    }

    private static IEnumerable<string> Expressions(PresetField field, string cell, string? format, string currency, long divisor)
    {
        if (field.Kind == "text")
        {
            // A row that names no currency, with its amount neither, is in the file's.
            yield return field.Name == "currency" ? $"coalesce(currency_code({cell}), {currency}) AS currency" : $"{cell} AS {field.Name}";
            yield break;
        }
        yield return $"{cell} AS {field.Name}_text";
        yield return field.Kind switch
        {
            "time" => $"instant({cell}, {Text(format ?? "iso")}) AS {field.Name}",
            "utc_time" => $"utc_instant({cell}, {Text(format ?? "iso")}) AS {field.Name}",
            "money" when divisor > 1 =>
                $"(number({cell}, {Text(format ?? ".")}) / {Number(divisor)})::DECIMAL(18,6) AS {field.Name}",
            "money" or "number" => $"number({cell}, {Text(format ?? ".")}) AS {field.Name}",
            "rate" => $"number(rtrim({cell}, ' %'), {Text(format ?? ".")}) AS {field.Name}",
            "flag" => $"flag({cell}) AS {field.Name}",
            _ => throw new RetentionException(Failure.Usage, $"Preset field {field.Name} has the unknown kind '{field.Kind}'."),
        };
    }
}

using static PredictiveRetention.Ingestion.ImportDatabase;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// A column that says what was given back, under a heading that nobody knows: sums of money on the rows that say when or that they were
/// refunded, and on no others. Without it such orders would be taken to be refunded in full.
/// </summary>
internal static class UnnamedRefunds
{
    /// <summary>Fewer refunds may be on the rows of another column by chance.</summary>
    private const int RefundsMin = 2;

    public static MatchedColumn? Find(
        ImportDatabase database, SourceFile file, FileContents contents, IReadOnlyList<PresetField> fields,
        IReadOnlyList<MatchedColumn> columns)
    {
        if (fields.FirstOrDefault(field => field.Name == "refunded") is not { } refunded
            || columns.Any(column => column.Field == refunded)
            || columns.FirstOrDefault(column => column.Field.Name is "refunded_at" or "is_refunded") is not { } sign) return null;
        var cell = $"c{Number(sign.Index)}";
        var isRefunded = sign.Field.Kind == "flag" ? $"coalesce(flag({cell}), false)" : $"{cell} IS NOT NULL";
        for (var i = 0; i < file.OwnColumns; i++)
        {
            if (columns.Any(column => column.Index == i) || !contents[i].HoldsDecimals || contents[i].HoldsDates) continue;
            var isSum = $"coalesce(regexp_matches(c{Number(i)}, '[1-9]'), false)";
            var isOnThose = database.Query($"""
                SELECT count(*) FILTER ({isSum}) >= {Number(RefundsMin)} AND bool_and({isSum} = ({isRefunded})) FROM {file.Table}
                """).Select(row => !row.IsDBNull(0) && row.GetBoolean(0)).Single();
            if (isOnThose)
                return new MatchedColumn(refunded, i, file.Headings.Names[i], "its cells: on the refunded rows and on no others");
        }
        return null;
    }
}

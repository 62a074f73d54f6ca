using static PredictiveRetention.Ingestion.ImportDatabase;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// Columns that may say what was given back, under headings that nobody knows: sums of money on the rows that say when or that they were
/// refunded, and on no others. Whether one is the refund or a fee that was kept only a person can say; without it such orders are taken to
/// be refunded in full.
/// </summary>
internal static class UnnamedRefunds
{
    /// <summary>Fewer refunds may be on the rows of another column by chance.</summary>
    private const int RefundsMin = 2;

    /// <exception cref="UndecidedException">There is such a column.</exception>
    public static void Ask(
        ImportDatabase database, SourceFile file, FileContents contents, IReadOnlyList<PresetField> fields,
        IReadOnlyList<MatchedColumn> columns)
    {
        if (fields.All(field => field.Name != "refunded") || columns.Any(column => column.Field.Name == "refunded")
            || columns.FirstOrDefault(column => column.Field.Name is "refunded_at" or "is_refunded") is not { } sign) return;
        var cell = $"c{Number(sign.Index)}";
        var isRefunded = sign.Field.Kind == "flag" ? $"coalesce(flag({cell}), false)" : $"{cell} IS NOT NULL";
        var found = Enumerable.Range(0, file.OwnColumns)
            .Where(column => columns.All(other => other.Index != column) && HoldsSums(contents[column]) && IsOnThose(column))
            .Select(column => file.Headings.Names[column]).ToList();
        if (found.Count == 0) return;
        throw new UndecidedException(OpenChoice.Refunded,
            $"{file.Path}: orders were refunded ({sign.Header}), and no column is known to say for how much. "
                + $"{string.Join(" and ", found.Select(name => ForeignText.Shown(name)))} {(found.Count == 1 ? "has" : "have")} sums on "
                + "just these rows.",
            $"Say what was given back: --map {{\"orders\": {{\"refunded\": \"{ForeignText.Shown(found[0])}\"}}}}, or with null instead "
                + "of the column where these orders were refunded in full. It is kept for the next file.");

        static bool HoldsSums(ColumnContents cells) => cells.HoldsDecimals && cells.HoldsFractions && !cells.HoldsDates;

        bool IsOnThose(int column)
        {
            var isSum = $"coalesce(regexp_matches(c{Number(column)}, '[1-9]'), false)";
            return database.Query($"""
                SELECT count(*) FILTER ({isSum}) >= {Number(RefundsMin)} AND bool_and({isSum} = ({isRefunded})) FROM {file.Table}
                """).Select(row => !row.IsDBNull(0) && row.GetBoolean(0)).Single();
        }
    }
}

using static PredictiveRetention.Ingestion.ImportDatabase;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// Columns that may say what was given back, under headings that nobody knows: sums of money on the rows that say when or that they were
/// refunded, and on no others; or days and sums on the same few rows. Whether that is the refund or a fee that was kept only a person can
/// say: without it such orders are taken to be refunded in full, or not at all.
/// </summary>
internal static class UnnamedRefunds
{
    /// <summary>Fewer refunds may be on the rows of another column by chance.</summary>
    private const int RefundsMin = 2;

    /// <summary>Days and sums on more than one row of so many are those of something else.</summary>
    private const int OrdersToRefunds = 3;

    /// <exception cref="UndecidedException">There is such a column.</exception>
    public static void Ask(
        ImportDatabase database, SourceFile file, FileContents contents, IReadOnlyList<PresetField> fields,
        IReadOnlyList<MatchedColumn> columns)
    {
        if (fields.All(field => field.Name != "is_refunded") || columns.Any(column => column.Field.Name == "refunded")) return;
        int[] unused = [.. Enumerable.Range(0, file.OwnColumns).Where(column => columns.All(other => other.Index != column))];
        if (columns.FirstOrDefault(column => column.Field.Name is "refunded_at" or "is_refunded") is not { } sign)
        {
            AskOfPairs();
            return;
        }
        var cell = $"c{Number(sign.Index)}";
        var isRefunded = sign.Field.Kind == "flag" ? $"coalesce(flag({cell}), false)" : $"{cell} IS NOT NULL";
        var found = unused.Where(column => HoldsSums(contents[column]) && IsOnThose(column, isRefunded))
            .Select(column => file.Headings.Names[column]).ToList();
        if (found.Count == 0) return;
        throw new UndecidedException(OpenChoice.Refunded,
            $"{file.Path}: orders were refunded ({sign.Header}), and no column is known to say for how much. "
                + $"{string.Join(" and ", found.Select(name => ForeignText.Shown(name)))} {(found.Count == 1 ? "has" : "have")} sums on "
                + "just these rows.",
            $"Say what was given back: --map '{{\"orders\": {{\"refunded\": \"{ForeignText.Shown(found[0])}\"}}}}', or with null "
                + "instead of the column where these orders were refunded in full. It is kept for the next file.");

        static bool HoldsSums(ColumnContents cells) => cells.HoldsDecimals && cells.HoldsFractions && !cells.HoldsDates;

        void AskOfPairs()
        {
            foreach (var day in unused.Where(column => contents[column].HoldsDates && IsOnFew(column)))
                foreach (var sum in unused.Where(column => HoldsSums(contents[column])))
                    if (IsOnThose(sum, $"c{Number(day)} IS NOT NULL"))
                    {
                        var (of, at) = (ForeignText.Shown(file.Headings.Names[sum]), ForeignText.Shown(file.Headings.Names[day]));
                        throw new UndecidedException(OpenChoice.Refunded,
                            $"{file.Path}: {at} and {of} have a day and a sum on the same few rows, as refunds would, and no column is "
                                + "known to say what was given back.",
                            $"Say what it is: --map '{{\"orders\": {{\"refunded\": \"{of}\", \"refunded_at\": \"{at}\"}}}}', or "
                                + "--map '{\"orders\": {\"refunded\": null}}' where it is something else. It is kept for the next file.");
                    }
        }

        // Asked first: a wide file has many pairs of days and sums, and most of its days are on all rows.
        bool IsOnFew(int column) =>
            OrdersToRefunds * database.Count($"SELECT count(c{Number(column)}) FROM {file.Table}") <= file.SoundRecords;

        bool IsOnThose(int column, string isRefunded)
        {
            var isSum = $"coalesce(regexp_matches(c{Number(column)}, '[1-9]'), false)";
            return database.Query($"""
                SELECT count(*) FILTER ({isSum}) >= {Number(RefundsMin)} AND bool_and({isSum} = ({isRefunded})) FROM {file.Table}
                """).Select(row => !row.IsDBNull(0) && row.GetBoolean(0)).Single();
        }
    }
}

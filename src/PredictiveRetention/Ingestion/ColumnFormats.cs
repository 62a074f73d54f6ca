namespace PredictiveRetention.Ingestion;

/// <summary>
/// Decides from all values of a column how they are written: the order of day and month, the decimal mark. One contradicting
/// row does not change the reading of the others; it is rejected later because it cannot be read that way.
/// </summary>
internal sealed class ColumnFormats(ImportDatabase database, string table, FileMap map)
{
    private readonly List<string> _assumptions = [];

    /// <summary>What the values left open.</summary>
    public IReadOnlyList<string> Assumptions => _assumptions;

    /// <summary>By field: iso, dmy, mdy or ymd for times; '.' or ',' for numbers.</summary>
    public IReadOnlyDictionary<string, string> Detect(IReadOnlyList<MatchedColumn> columns)
    {
        var formats = DateOrders([.. columns.Where(column => column.Field.Kind is "time" or "utc_time")]);
        foreach (var column in columns.Where(column => column.Field.Kind is "money" or "number"))
            formats[column.Field.Name] = DecimalMark(column);
        return formats;
    }

    private Dictionary<string, string> DateOrders(IReadOnlyList<MatchedColumn> columns)
    {
        var evidence = columns.ToDictionary(column => column.Field.Name, DateEvidenceOf);
        var formats = new Dictionary<string, string>();
        foreach (var (field, found) in evidence)
        {
            // A column that shows no order is written like the others of its file.
            var shown = found.Shows ?? evidence.Values.Select(other => other.Shows).FirstOrDefault(order => order is not null);
            formats[field] = found.Written == 0 ? "iso" : map.DateOrder ?? (found.Numeric == 0 ? "ymd" : shown ?? "dmy");
            if (found.Numeric > 0 && map.DateOrder is null && shown is null)
                _assumptions.Add($"{field}: no date shows whether the day or the month comes first; the day is assumed. "
                    + "If not, give \"$date_order\": \"mdy\" in --map.");
        }
        return formats;
    }

    // Written: values that are not plain ISO wall-clock times; Numeric: those of them that begin with a day or a month.
    private sealed record DateEvidence(long Written, long Numeric, long DayFirst, long MonthFirst)
    {
        public string? Shows => DayFirst == 0 && MonthFirst == 0 ? null : MonthFirst > DayFirst ? "mdy" : "dmy";
    }

    // A weekday, a time.
    private const string BeforeDay = @"^(?:\pL+[.,]*\s+|\d\d?:\d\d(?::\d\d)?[\s,]+)?";

    private DateEvidence DateEvidenceOf(MatchedColumn column) => database.Query($"""
        SELECT count(*), count(*) FILTER (regexp_matches(t, '{BeforeDay}\d\d?[-/.] ?\d\d?[-/.] ?\d')),
          count(*) FILTER (regexp_matches(t, '{BeforeDay}(1[3-9]|[23]\d)[-/.] ?\d\d?[-/.] ?\d')),
          count(*) FILTER (regexp_matches(t, '{BeforeDay}\d\d?[-/.] ?(1[3-9]|[23]\d)[-/.] ?\d'))
        FROM (SELECT plain_digits(c{column.Index}) AS t FROM {table})
        WHERE t IS NOT NULL AND NOT (is_iso(t) AND TRY_CAST(t AS TIMESTAMP) IS NOT NULL)
        """).Select(row => new DateEvidence(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3))).Single();

    private string DecimalMark(MatchedColumn column)
    {
        if (map.DecimalMark is { } mapped) return mapped;
        var values = $"(SELECT plain_digits(c{column.Index}) AS t FROM {table})";
        // Most columns are plain numbers, and the expressions below need not run.
        var (written, points, threeDecimals) = database.Query($"""
            SELECT count(t) - count(TRY_CAST(t AS DECIMAL(18,6))), count(*) FILTER (contains(t, '.')), count(*) FILTER (t[-4] = '.')
            FROM {values}
            """).Select(row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2))).Single();
        if (written > 0) return MarkOfWritten(column, values);
        if (points > 0 && points == threeDecimals)
            Assume(column, "a point before three digits is read as the decimal mark", ",");
        return ".";
    }

    private string MarkOfWritten(MatchedColumn column, string values)
    {
        var (comma, point, open) = database.Query($"""
            SELECT count(*) FILTER (regexp_matches(t, ',(\d|\d\d|\d{"{4,}"})\D*$|\d,\s?{NoCents}|\d\.\d{"{3}"}\.\d{"{3}"}|\.\d.*,\d+\D*$')),
              count(*) FILTER (regexp_matches(t, '\.(\d|\d\d|\d{"{4,}"})\D*$|\d\.\s?{NoCents}|\d,\d{"{2,3}"},\d{"{3}"}|,\d.*\.\d+\D*$')),
              count(*) FILTER (regexp_matches(t, '^\D*\d{"{1,3}"}[.,]\d{"{3}"}\D*$'))
            FROM {values}
            """).Select(row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2))).Single();
        if (comma == 0 && point == 0 && open > 0)
            Assume(column, "a comma before three digits is read as a thousands mark and a point as the decimal mark", ",");
        return comma > point ? "," : ".";
    }

    // 12,- shows its mark as 12,00 does.
    private const string NoCents = "[-‐‑‒–—―−]";

    private void Assume(MatchedColumn column, string assumption, string otherwise) =>
        _assumptions.Add($"{column.Field.Name}: {assumption}. If not, give \"$decimal_mark\": \"{otherwise}\" in --map.");
}

using static PredictiveRetention.Ingestion.ImportDatabase;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// Decides from all values of a file how it writes times and numbers: the order of day and month, the decimal mark. A file has one way; one
/// contradicting row does not change the reading of the others, it is rejected later because it cannot be read that way. Where the values
/// leave it open, earlier files of the source tell, then what either reading would make of the file; where nothing does, a person is asked.
/// </summary>
internal sealed class ColumnFormats(
    ImportDatabase database, SourceFile file, FileMap map, SourceMemory memory, IReadOnlyList<MatchedColumn> columns, Currency? currency,
    long nowMs)
{
    private readonly List<LearntChoice> _learnt = [];
    private readonly List<string> _assumptions = [];

    /// <summary>What was decided for the whole file.</summary>
    public IReadOnlyList<LearntChoice> Learnt => _learnt;

    /// <summary>What was decided by other things than the cells themselves, each as a sentence.</summary>
    public IReadOnlyList<string> Assumptions => _assumptions;

    /// <summary>By field: iso, dmy, mdy or ymd for times; '.' or ',' for numbers.</summary>
    /// <exception cref="UndecidedException">
    /// Nothing tells, and the choice would change months or thousands; the message says what to give.
    /// </exception>
    public IReadOnlyDictionary<string, string> Detect()
    {
        var formats = new Dictionary<string, string>();
        DateOrders(formats);
        DecimalMarks(formats);
        return formats;
    }

    // ---------------------------------------------------------------- day and month

    private void DateOrders(Dictionary<string, string> formats)
    {
        var times = columns.Where(column => column.Field.Kind is "time" or "utc_time").ToList();
        var evidence = times.ToDictionary(column => column, DateEvidenceOf);
        string? order = null;
        foreach (var (column, found) in evidence)
        {
            if (found.Written == 0) formats[column.Field.Name] = "iso";
            else if (map.DateOrder is null && found.Numeric == 0) formats[column.Field.Name] = "ymd";
            else formats[column.Field.Name] = order ??= DateOrder(evidence);
        }
    }

    // Written: values that are not plain ISO wall-clock times; Numeric: those of them that begin with a day or a month; Open: those that
    // are other days in either order.
    private sealed record DateEvidence(long Written, long Numeric, long DayFirst, long MonthFirst, long Open, string? Example);

    private string DateOrder(Dictionary<MatchedColumn, DateEvidence> evidence)
    {
        if (map.DateOrder is { } told) return Decided("date_order", told, "asked");
        var (dayFirst, monthFirst) = (evidence.Values.Sum(found => found.DayFirst), evidence.Values.Sum(found => found.MonthFirst));
        if (monthFirst == 0 && evidence.MaxBy(found => found.Value.Numeric) is var (most, _) && BeginWithYears(most))
            return Decided("date_order", "ymd", "shown", $"{most.Header}: read as year, month and day of two digits each, as the "
                + "first numbers are few, and never those of a day up to 12.");
        if (dayFirst + monthFirst > 0) return Decided("date_order", monthFirst > dayFirst ? "mdy" : "dmy", "shown");
        if (memory.Of(file.Name, "date_order") is { } kept)
            return Decided("date_order", kept, "kept", $"dates: no date shows whether the day or the month comes first; read as {kept}, "
                + "as in the files of this source before.");
        var (column, open) = evidence.Where(found => found.Value.Open > 0).Select(found => (found.Key, found.Value)).FirstOrDefault();
        // The same day whichever comes first.
        if (column is null) return "dmy";
        if (ByRisingIds(column) is { } rising)
            return Decided("date_order", rising, "shown", $"{column.Header}: no date shows whether the day or the month comes first; "
                + $"order ids rise with time only if they are read as {rising}.");
        if (ByTheFuture(column) is { } past)
            return Decided("date_order", past, "shown", $"{column.Header}: no date shows whether the day or the month comes first; read "
                + $"other than {past} the file would reach into the future.");
        throw new UndecidedException(OpenChoice.DateOrder,
            $"{file.Path}: nothing in {column.Header} shows whether the day or the month comes first "
                + $"({ForeignText.Shown(open!.Example ?? "")} is two days).",
            "Say which: --date-order dmy (the day) or --date-order mdy (the month); \"$date_order\" in --map does the same. It is kept "
                + "for the next file.");
    }

    // A weekday, a time.
    private const string BeforeDay = @"^(?:\pL+[.,]*\s+|\d\d?:\d\d(?::\d\d)?[\s,]+)?";

    private DateEvidence DateEvidenceOf(MatchedColumn column) => database.Query($"""
        SELECT count(*), count(*) FILTER (regexp_matches(t, '{BeforeDay}\d\d?[-/.] ?\d\d?[-/.] ?\d')),
          count(*) FILTER (regexp_matches(t, '{BeforeDay}(1[3-9]|[23]\d)[-/.] ?\d\d?[-/.] ?\d')),
          count(*) FILTER (regexp_matches(t, '{BeforeDay}\d\d?[-/.] ?(1[3-9]|[23]\d)[-/.] ?\d')),
          count(*) FILTER (is_open), any_value(t) FILTER (is_open)
        FROM (SELECT t, regexp_matches(t, '{BeforeDay}(0?[1-9]|1[0-2])[-/.] ?(0?[1-9]|1[0-2])[-/.] ?\d')
                AND TRY_CAST(regexp_extract(t, '(\d+)[-/.] ?\d+[-/.]', 1) AS INTEGER)
                  <> TRY_CAST(regexp_extract(t, '\d+[-/.] ?(\d+)[-/.]', 1) AS INTEGER) AS is_open
              FROM (SELECT plain_digits(c{column.Index}) AS t FROM {file.Table} WHERE NOT is_iso_time(c{column.Index})))
        WHERE t IS NOT NULL AND NOT is_iso_time(t)
        """).Select(row => new DateEvidence(
            row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.IsDBNull(5) ? null : row.GetString(5)))
        .Single();

    /// <summary>24/03/05: first numbers that no day has, or that are fewer than the last ones, are years.</summary>
    private bool BeginWithYears(MatchedColumn column) => database.Query($"""
        SELECT count(*) FILTER (a IS NULL) = 0 AND min(a) > 12 AND min(b) >= 1 AND max(b) <= 12 AND min(c) >= 1 AND max(c) <= 31
          AND (max(a) > 31 OR count(DISTINCT a) < count(DISTINCT c))
        FROM (SELECT TRY_CAST(parts[1] AS INTEGER) AS a, TRY_CAST(parts[2] AS INTEGER) AS b, TRY_CAST(parts[3] AS INTEGER) AS c
              FROM (SELECT regexp_extract_all(regexp_extract(plain_digits(c{column.Index}), '^\d\d[-/.] ?\d\d[-/.] ?\d\d(?:\D|$)'), '\d+') AS parts
                    FROM {file.Table} WHERE c{column.Index} IS NOT NULL))
        """).Select(row => !row.IsDBNull(0) && row.GetBoolean(0)).Single();

    /// <summary>Shops number their orders as they come: the reading in which later numbers are later days, where it is one only.</summary>
    private string? ByRisingIds(MatchedColumn time)
    {
        const int Few = 5;
        if (columns.FirstOrDefault(column => column.Field.Name is "order_id") is not { } id) return null;
        var (steps, day, month) = database.Query($"""
            SELECT count(*), count(*) FILTER (day >= day_before), count(*) FILTER (month >= month_before) FROM (
              SELECT day, month, lag(day) OVER (ORDER BY id) AS day_before, lag(month) OVER (ORDER BY id) AS month_before FROM (
                SELECT TRY_CAST(regexp_extract(c{id.Index}, '(\d+)\D*$', 1) AS BIGINT) AS id,
                  min(written_instant(c{time.Index}, 'dmy')) AS day, min(written_instant(c{time.Index}, 'mdy')) AS month
                FROM {file.Table} GROUP BY id HAVING id IS NOT NULL AND day IS NOT NULL AND month IS NOT NULL))
            WHERE day_before IS NOT NULL
            """).Select(row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2))).Single();
        if (steps < Few) return null;
        var (dayShare, monthShare) = ((double)day / steps, (double)month / steps);
        return dayShare >= 0.95 && monthShare < 0.9 ? "dmy" : monthShare >= 0.95 && dayShare < 0.9 ? "mdy" : null;
    }

    private string? ByTheFuture(MatchedColumn time)
    {
        if (nowMs == 0 || !time.Field.Required) return null;
        var (day, month) = database.Query($"""
            SELECT count(*) FILTER (written_instant(c{time.Index}, 'dmy') > {Number(nowMs)}),
              count(*) FILTER (written_instant(c{time.Index}, 'mdy') > {Number(nowMs)})
            FROM {file.Table}
            """).Select(row => (row.GetInt64(0), row.GetInt64(1))).Single();
        return day > 0 && month == 0 ? "mdy" : month > 0 && day == 0 ? "dmy" : null;
    }

    // ---------------------------------------------------------------- decimal mark

    private void DecimalMarks(Dictionary<string, string> formats)
    {
        var numbers = columns.Where(column => column.Field.Kind is "money" or "number" or "rate").ToList();
        if (numbers.Count == 0) return;
        var mark = DecimalMark(numbers);
        foreach (var column in numbers) formats[column.Field.Name] = mark;
    }

    // Comma, Point: cells that can be read with that decimal mark only; Open: cells with one mark, before three digits.
    private sealed record MarkEvidence(long Comma, long Point, long Open, string? Example);

    private string DecimalMark(List<MatchedColumn> numbers)
    {
        if (map.DecimalMark is { } told) return Decided("decimal_mark", told, "asked");
        var evidence = numbers.ConvertAll(MarksOf);
        var (comma, point) = (evidence.Sum(found => found.Comma), evidence.Sum(found => found.Point));
        if (comma + point > 0) return Decided("decimal_mark", comma > point ? "," : ".", "shown");
        // A rate has its decimals after a nought.
        var open = Enumerable.Range(0, numbers.Count).FirstOrDefault(i => evidence[i].Open > 0 && numbers[i].Field.Kind != "rate", -1);
        // Numbers of JSON and Parquet are no text that somebody wrote.
        if (open < 0 || file.Format != "csv") return ".";
        // Nobody pays a thousandth of a yen: 1,200 and 1.200 are twelve hundred.
        if (numbers[open].Field.Kind == "money" && IsWithoutDecimals() && evidence[open].Example is { } whole)
            return Decided("decimal_mark", whole.LastIndexOf(',') > whole.LastIndexOf('.') ? "." : ",", "shown");
        if (memory.Of(file.Name, "decimal_mark") is { } kept)
            return Decided("decimal_mark", kept, "kept",
                $"{numbers[open].Header}: no number shows which mark stands before the decimals; read as in the files of this source "
                    + $"before.");
        throw new UndecidedException(OpenChoice.DecimalMark,
            $"{file.Path}: nothing in {numbers[open].Header} shows whether {ForeignText.Shown(evidence[open].Example ?? "")} is a "
                + "thousand times as much: its mark may stand before decimals or before thousands.",
            "Say which mark stands before the decimals: --decimal-mark . or --decimal-mark , (\"$decimal_mark\" in --map does the same). "
                + "It is kept for the next file.");
    }

    /// <summary>The currencies the file names, or else the shop's, have no smaller unit.</summary>
    private bool IsWithoutDecimals()
    {
        var named = columns.FirstOrDefault(column => column.Field.Name == "currency") is not { } column ? []
            : database.Query($"SELECT DISTINCT c{Number(column.Index)} AS code FROM {file.Table} WHERE code IS NOT NULL LIMIT 9")
                .Select(row => Currency.TryOf(row.GetString(0))).ToList();
        return named.Count > 0 ? named.TrueForAll(code => code?.Decimals == 0) : currency?.Decimals == 0;
    }

    private MarkEvidence MarksOf(MatchedColumn column)
    {
        var values = $"(SELECT plain_digits(c{Number(column.Index)}) AS t FROM {file.Table})";
        // Most columns are plain numbers, and the expressions below need not run.
        var (written, decimals) = database.Query($"""
            SELECT count(t) FILTER (TRY_CAST(t AS DECIMAL(18,6)) IS NULL OR t[-4] = '.'), count(*) FILTER (contains(t, '.') AND t[-4] <> '.')
            FROM {values}
            """).Select(row => (row.GetInt64(0), row.GetInt64(1))).Single();
        if (written == 0) return new MarkEvidence(0, decimals, 0, null);
        return database.Query($"""
            SELECT count(*) FILTER (regexp_matches(t, ',(\d|\d\d|\d{"{4,}"})\D*$|\d,\s?{NoCents}|\d\.\d{"{3}"}\.\d{"{3}"}|\.\d.*,\d+\D*$|^\D*0,\d{"{3}"}\D*$')),
              count(*) FILTER (regexp_matches(t, '\.(\d|\d\d|\d{"{4,}"})\D*$|\d\.\s?{NoCents}|\d,\d{"{2,3}"},\d{"{3}"}|,\d.*\.\d+\D*$|^\D*0\.\d{"{3}"}\D*$')),
              count(*) FILTER (is_open), any_value(t) FILTER (is_open)
            FROM (SELECT t, regexp_matches(t, '^\D*[1-9]\d{"{0,2}"}[.,]\d{"{3}"}\D*$') AS is_open FROM {values})
            """).Select(row => new MarkEvidence(
                row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetString(3))).Single();
    }

    private string Decided(string name, string value, string basis, string? assumption = null)
    {
        _learnt.Add(new LearntChoice(file.Name, name, value, basis));
        if (assumption is not null) _assumptions.Add(assumption);
        return value;
    }

    // 12,- shows its mark as 12,00 does.
    private const string NoCents = "[-‐‑‒–—―−]";
}

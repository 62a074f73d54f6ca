using System.Globalization;
using static PredictiveRetention.Ingestion.ImportDatabase;

namespace PredictiveRetention.Ingestion;

/// <summary>Counts what became of the rows, and holds the import to it that no row and no cent went missing.</summary>
internal sealed class QualityCheck(
    ImportDatabase database, CanonicalReader reader, Currency currency, BusinessCalendar calendar, IReadOnlyList<SourceFile> files,
    IReadOnlyDictionary<string, IReadOnlyList<MatchedColumn>> columns)
{
    /// <summary>Kinds of canonical rows, with the time each is dated by and whether it is money.</summary>
    private static readonly (string View, string Time, bool HasMoney)[] s_kinds =
    [
        ("orders", "ordered_at", true), ("refunds", "refunded_at", true),
        ("events", "occurred_at", false), ("subscriptions", "started_at", false),
    ];

    private readonly string _ordersMoney = database.Variable("orders_money") ?? "orders";

    private sealed record Stored(string File, string Kind, long Count, decimal Exact, decimal Rounded, long? FirstMs, long? LastMs);

    public QualityReport Report()
    {
        var stored = s_kinds.Where(kind => database.Has(kind.View))
            .SelectMany(kind => StoredOf(kind.View, kind.Time, kind.HasMoney)).ToList();
        return new QualityReport(currency.Code, [.. files.Select(file => QualityOf(file, stored))]);
    }

    private List<Stored> StoredOf(string view, string time, bool hasMoney)
    {
        var amount = hasMoney ? "amount" : "0::DECIMAL(38,6)";
        return database.Query($"""
            SELECT source, count(*), sum({amount})::DECIMAL(38,6), sum({reader.Minor(amount)})::BIGINT, min({time}), max({time})
            FROM {CanonicalReader.Complete(view)} GROUP BY source
            """).Select(row => new Stored(
                row.GetString(0), view, row.GetInt64(1), Sign(view, row.GetString(0)) * row.GetDecimal(2),
                Sign(view, row.GetString(0)) * currency.FromMinor(row.GetInt64(3)),
                row.IsDBNull(4) ? null : row.GetInt64(4), row.IsDBNull(5) ? null : row.GetInt64(5))).ToList();
    }

    /// <summary>A refunds file holds positive money given back; inside an orders file a refund takes money away.</summary>
    private static int Sign(string view, string file) => view == "refunds" && file != "refunds" ? -1 : 1;

    private FileQuality QualityOf(SourceFile file, IReadOnlyList<Stored> all)
    {
        var stored = all.Where(rows => rows.File == file.Name).ToList();
        var (rejected, atFault) = database.Query(
            $"SELECT count(*), count(*) FILTER (NOT is_understood) FROM rejected WHERE source = {Text(file.Name)}")
            .Select(row => (row.GetInt64(0), row.GetInt64(1))).Single();
        CheckRows(file, stored, rejected);
        var cells = CellsOf(file);
        return new FileQuality(
            file.Name, file.Path, file.Records, rejected, atFault,
            [.. StoredRowsOf(file, stored, rejected)],
            ReasonsOf(file),
            [.. NotesOf(file), .. UnreadableCells(cells)],
            MoneyOf(file, MoneyIn(file, all)),
            NobodyOf(file),
            stored.Min(rows => rows.FirstMs),
            stored.Max(rows => rows.LastMs),
            cells.ToDictionary(cell => cell.Column.Field.Name, cell => Math.Round(1 - (double)cell.Read / file.SoundRecords, 6)),
            atFault == 0 ? null : RejectedByMonth(file));
    }

    /// <summary>A month that lost its rows must not look like one without any.</summary>
    private IReadOnlyList<RejectedMonth>? RejectedByMonth(SourceFile file)
    {
        var dated = columns[file.Name]
            .FirstOrDefault(column => column.Field.Required && column.Field.Kind.EndsWith("time", StringComparison.Ordinal));
        if (dated is null) return null;
        var (months, undated) = (new SortedDictionary<string, long>(StringComparer.Ordinal), 0L);
        var source = Text(file.Name);
        foreach (var row in database.Query($"""
            SELECT s.{dated.Field.Name}, count(*) FROM all_rejects AS r LEFT JOIN source_{file.Name} AS s ON s.record = r.record
            WHERE r.source = {source} AND NOT coalesce(r.is_understood, false) GROUP BY ALL
            UNION ALL SELECT NULL, count(*) FROM reject_lines WHERE source = {source} AND record IS NULL
            """))
        {
            if (row.IsDBNull(0) || !calendar.Holds(row.GetInt64(0))) undated += row.GetInt64(1);
            else
            {
                var month = BusinessCalendar.DateOf(calendar.DayOf(row.GetInt64(0))).ToString("yyyy-MM", CultureInfo.InvariantCulture);
                months[month] = months.GetValueOrDefault(month) + row.GetInt64(1);
            }
        }
        return [.. months.Select(month => new RejectedMonth(month.Key, month.Value)), .. undated > 0 ? [new RejectedMonth(null, undated)]
            : Array.Empty<RejectedMonth>()];
    }

    /// <summary>
    /// Where a row is one order, refund or event, each is stored or rejected. Customers are gathered from several files, and other tables
    /// are looked up; what an order states was given back of it is no row.
    /// </summary>
    private void CheckRows(SourceFile file, IReadOnlyList<Stored> stored, long rejected)
    {
        var isOrders = file.Name == "orders";
        if (s_kinds.All(kind => kind.View != file.Name) || (isOrders && database.Variable("orders_grain") is not (null or "order"))) return;
        var stated = isOrders ? database.Count("""
            SELECT count(*) FROM complete_refunds WHERE source = 'orders' AND refund_id = order_id || '-refund'
            """) : 0;
        var kept = stored.Sum(rows => rows.Count) - stated;
        if (kept + rejected != file.Records)
            throw new InvalidOperationException(
                $"{file.Path}: {file.Records} rows were read, but {kept} are stored and {rejected} rejected.");
    }

    private static IEnumerable<StoredRows> StoredRowsOf(SourceFile file, IReadOnlyList<Stored> stored, long rejected)
    {
        if (file.Name == "customers") yield return new StoredRows("customers", file.Records - rejected, null);
        foreach (var rows in stored)
            yield return new StoredRows(rows.Kind, rows.Count, rows.Kind is "orders" or "refunds" ? rows.Rounded : null);
    }

    private List<RejectReason> ReasonsOf(SourceFile file) => [.. database.Query($"""
        SELECT reason, count(*), sum(amount)::DECIMAL(38,6), any_value(currency), min(line),
          arg_min(value, line) FILTER (starts_with(reason, 'unreadable')), bool_and(is_understood)
        FROM rejected WHERE source = {Text(file.Name)}
        GROUP BY reason, coalesce(currency, '') ORDER BY count(*) DESC, reason
        """).Select(row => new RejectReason(
            row.GetString(0), row.GetInt64(1), row.IsDBNull(2) ? null : Plain(row.GetDecimal(2)),
            row.IsDBNull(3) ? null : row.GetString(3), row.IsDBNull(4) ? null : row.GetInt64(4),
            row.IsDBNull(5) ? null : row.GetString(5), row.GetBoolean(6)))];

    private NobodysOrders? NobodyOf(SourceFile file) => database.Query($"""
        SELECT count(*), coalesce(sum({reader.Minor("amount")}), 0)::BIGINT, coalesce(sum({reader.Minor("refunded")}), 0)::BIGINT,
          count(*) FILTER (is_valid), coalesce(sum({reader.Minor("amount")}) FILTER (is_valid), 0)::BIGINT,
          coalesce(sum({reader.Minor("refunded")}) FILTER (is_valid), 0)::BIGINT
        FROM complete_nobody WHERE source = {Text(file.Name)}
        """).Select(row => new NobodysOrders(
            row.GetInt64(0), currency.FromMinor(row.GetInt64(1)), currency.FromMinor(row.GetInt64(2)),
            row.GetInt64(3), currency.FromMinor(row.GetInt64(4)), currency.FromMinor(row.GetInt64(5))))
        .Single() is { Orders: > 0 } nobody ? nobody : null;

    private List<QualityNote> NotesOf(SourceFile file) => [.. database.Query($"""
        SELECT note, count, line FROM all_notes LEFT JOIN reject_lines USING (source, record) WHERE source = {Text(file.Name)} AND count > 0
        UNION ALL
        SELECT format('{"{}"} ({"{:.2f}"} {"{}"})', reason, amount, currency), count, line
        FROM complete_left_out LEFT JOIN reject_lines USING (source, record) WHERE source = {Text(file.Name)} AND count > 0
        """).Select(row => new QualityNote(row.GetString(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetInt64(2)))];

    /// <summary>What became of the money of a file: that of orders may be in a table of its own.</summary>
    private List<Stored> MoneyIn(SourceFile file, IReadOnlyList<Stored> all) =>
        [.. all.Where(rows => (rows.Kind == "orders" ? _ordersMoney : rows.File) == file.Name && rows.Kind is "orders" or "refunds")];

    // Read: cells with a value of the field's kind; Filled: cells with any text.
    private sealed record CellCount(MatchedColumn Column, long Read, long Filled);

    private List<CellCount> CellsOf(SourceFile file)
    {
        var used = columns[file.Name];
        if (used.Count == 0 || file.SoundRecords == 0) return [];
        var counts = string.Join(", ", used.Select(column => $"count({column.Field.Name}), count({CellText(column.Field)})"));
        return database.Query($"SELECT {counts} FROM source_{file.Name}")
            .Select(row => used.Select((column, i) => new CellCount(column, row.GetInt64(2 * i), row.GetInt64(2 * i + 1))).ToList())
            .Single();
    }

    private static string CellText(PresetField field) => field.Kind == "text" ? field.Name : field.Name + "_text";

    /// <summary>An order is not lost for the sake of its review score; a required cell that cannot be read is a reject.</summary>
    private static IEnumerable<QualityNote> UnreadableCells(IEnumerable<CellCount> cells) => cells
        .Where(cell => !cell.Column.Field.Required && cell.Filled > cell.Read)
        .Select(cell => (Cell: cell, Kind: cell.Column.Field.Kind.Replace("utc_", "", StringComparison.Ordinal)))
        .Select(cell => new QualityNote(
            $"{cell.Cell.Column.Header}: cells that are no {cell.Kind}, left empty", cell.Cell.Filled - cell.Cell.Read));

    private List<MoneyCheck> MoneyOf(SourceFile file, IReadOnlyList<Stored> stored)
    {
        // An order that is rejected takes its money with it, wherever that is written.
        var sources = file.Name == _ordersMoney ? $"source IN ('orders', {Text(file.Name)})" : $"source = {Text(file.Name)}";
        if (!database.Has("money_read")) return [];
        var taken = database.Query($"""
            SELECT currency, coalesce(sum(amount) FILTER (NOT is_understood), 0)::DECIMAL(38,6),
              coalesce(sum(amount) FILTER (is_understood), 0)::DECIMAL(38,6)
            FROM (SELECT currency, amount, is_understood FROM rejected WHERE {sources}
                  UNION ALL SELECT currency, amount, true FROM complete_left_out WHERE source = {Text(file.Name)})
            GROUP BY currency
            """).Select(row => (Code: row.IsDBNull(0) ? "" : row.GetString(0), Rejected: row.GetDecimal(1), LeftOut: row.GetDecimal(2)))
            .ToDictionary(row => row.Code);
        var unknown = database.Count(
            $"SELECT count(*) FROM rejected WHERE source = {Text(file.Name)} AND NOT is_understood AND amount IS NULL");
        return [.. database.Query($"""
            SELECT currency, sum(amount)::DECIMAL(38,6) FROM money_read WHERE source = {Text(file.Name)}
            GROUP BY currency HAVING sum(amount) IS NOT NULL ORDER BY currency
            """).Select(row => (Code: row.GetString(0), Read: row.GetDecimal(1))).ToList().Select(read =>
        {
            var (_, rejected, leftOut) = taken.GetValueOrDefault(read.Code);
            return Conserved(file, read.Code, read.Read, leftOut, rejected, stored, read.Code == currency.Code ? unknown : 0);
        })];
    }

    private MoneyCheck Conserved(
        SourceFile file, string code, decimal read, decimal leftOut, decimal rejected, IReadOnlyList<Stored> stored, long unknownRows)
    {
        var (exact, rounded) = code == currency.Code ? (stored.Sum(rows => rows.Exact), stored.Sum(rows => rows.Rounded)) : (0m, 0m);
        if (read != exact + leftOut + rejected)
            throw new InvalidOperationException(
                $"{file.Path}: {read} {code} was read, but {exact} is stored, {leftOut} left out and {rejected} rejected.");
        return new MoneyCheck(code, Plain(read), Plain(rounded), Plain(leftOut), Plain(rejected), Plain(exact - rounded), unknownRows);
    }

    /// <summary>Without the trailing zeros of DECIMAL(38,6); the division changes the scale, not the value.</summary>
    private static decimal Plain(decimal amount) => amount / 1.0000000000000000000000000000m;
}

using DuckDB.NET.Data;
using DuckDB.NET.Data.DataChunk.Reader;
using DuckDB.NET.Data.DataChunk.Writer;

namespace PredictiveRetention.Ingestion;

/// <summary>The SQL functions macros.sql expects from outside; each is called with a vector of cells at a time.</summary>
internal static class CellFunctions
{
    public static void Register(DuckDBConnection connection, Func<BusinessCalendar> calendarOf, Func<string, string?> meaningOf)
    {
        connection.RegisterScalarFunction<string, string>(
            "cell", (cells, results, count) => Rewrite(cells[0], results, count, CellText.Clean));
        connection.RegisterScalarFunction<string, string>(
            "written_id", (cells, results, count) => Rewrite(cells[0], results, count, CellText.Id));
        connection.RegisterScalarFunction<string, bool>("has_lost_digits", (cells, results, count) =>
        {
            for (ulong i = 0; i < count; i++) results.WriteValue(Cell(cells[0], i) is { } text && CellText.IsDestroyedId(text), i);
        });
        connection.RegisterScalarFunction<string, string>(
            "plain_digits", (cells, results, count) => Rewrite(cells[0], results, count, text => WrittenNumber.PlainDigits(text, '.')));
        connection.RegisterScalarFunction<long, long>("to_utc", (cells, results, count) =>
        {
            var calendar = calendarOf();
            for (ulong i = 0; i < count; i++)
            {
                if (cells[0].IsValid(i)) results.WriteValue(WallClock.ToUtc(calendar, cells[0].GetValue<long>(i)), i);
                else results.WriteNull(i);
            }
        });
        connection.RegisterScalarFunction<string, string, long>("written_instant", (cells, results, count) =>
        {
            var calendar = calendarOf();
            for (ulong i = 0; i < count; i++)
            {
                var ms = Cell(cells[0], i) is { } text ? WrittenTime.ToUtc(text, cells[1].GetValue<string>(i), calendar) : null;
                if (ms is null) results.WriteNull(i);
                else results.WriteValue(ms.Value, i);
            }
        });
        connection.RegisterScalarFunction<string, string, long>("written_utc", (cells, results, count) =>
        {
            for (ulong i = 0; i < count; i++)
            {
                var ms = Cell(cells[0], i) is { } text ? WrittenTime.ToUtc(text, cells[1].GetValue<string>(i), BusinessCalendar.Utc) : null;
                if (ms is null) results.WriteNull(i);
                else results.WriteValue(ms.Value, i);
            }
        });
        connection.RegisterScalarFunction<string, string, bool>("has_other_offset", (cells, results, count) =>
        {
            var calendar = calendarOf();
            for (ulong i = 0; i < count; i++)
            {
                var text = Cell(cells[0], i);
                results.WriteValue(text is not null && WrittenTime.HasOtherOffset(text, cells[1].GetValue<string>(i), calendar), i);
            }
        });
        connection.RegisterScalarFunction<string, string>(
            "status_word", (cells, results, count) => RewriteWords(cells[0], results, count, Vocabulary.StatusWord));
        connection.RegisterScalarFunction<string, string>("status_meaning",
            (cells, results, count) => RewriteWords(cells[0], results, count, status => meaningOf(Vocabulary.StatusWord(status))));
        connection.RegisterScalarFunction<long, long>("day_start", (cells, results, count) =>
        {
            var calendar = calendarOf();
            for (ulong i = 0; i < count; i++)
            {
                if (cells[0].IsValid(i)) results.WriteValue(calendar.StartOf(calendar.DayOf(cells[0].GetValue<long>(i))), i);
                else results.WriteNull(i);
            }
        });
        connection.RegisterScalarFunction<string, long>("customer_key", (cells, results, count) =>
        {
            for (ulong i = 0; i < count; i++) results.WriteValue(CustomerKey.Hash(cells[0].GetValue<string>(i)), i);
        });
        connection.RegisterScalarFunction<string, string>(
            "country_code", (cells, results, count) => Rewrite(cells[0], results, count, text => Country.TryOf(text)?.Code));
        connection.RegisterScalarFunction<string, string, string>("plain_number", (cells, results, count) =>
        {
            for (ulong i = 0; i < count; i++)
            {
                var number = Cell(cells[0], i) is { } text ? WrittenNumber.Plain(text, cells[1].GetValue<string>(i)[0]) : null;
                if (number is null) results.WriteNull(i);
                else results.WriteValue(number, i);
            }
        });
    }

    private static void Rewrite(IDuckDBDataReader cells, IDuckDBDataWriter results, ulong count, Func<string, string?> rewrite)
    {
        for (ulong i = 0; i < count; i++)
        {
            if (Cell(cells, i) is { } text && rewrite(text) is { } rewritten) results.WriteValue(rewritten, i);
            else results.WriteNull(i);
        }
    }

    /// <summary>As <see cref="Rewrite"/>, of words that many cells share.</summary>
    private static void RewriteWords(IDuckDBDataReader cells, IDuckDBDataWriter results, ulong count, Func<string, string?> rewrite)
    {
        var known = new Dictionary<string, string?>(StringComparer.Ordinal);
        Rewrite(cells, results, count, text =>
        {
            if (!known.TryGetValue(text, out var word)) known.Add(text, word = rewrite(text));
            return word;
        });
    }

    private static string? Cell(IDuckDBDataReader cells, ulong i) => cells.IsValid(i) ? cells.GetValue<string>(i) : null;
}

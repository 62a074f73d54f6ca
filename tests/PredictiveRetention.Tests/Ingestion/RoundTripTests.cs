using System.Globalization;
using System.Text;
using CsCheck;
using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>Whatever way a spreadsheet writes orders, the same orders come back, and what does not come back is a reject.</summary>
public sealed class RoundTripTests
{
    private sealed record Writing(Encoding Encoding, char Delimiter, char DecimalMark, bool Thousands, string DateForm, string LineEnd,
        bool QuoteAll);

    private static readonly Gen<Writing> s_writing = Gen.Select(
        OneOf<Encoding>(new UTF8Encoding(false), new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode,
            CodePagesEncodingProvider.Instance.GetEncoding(1252)!),
        OneOf(',', ';', '\t', '|'),
        OneOf('.', ','),
        Gen.Bool,
        OneOf("yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss", "dd/MM/yyyy HH:mm:ss", "MM/dd/yyyy HH:mm:ss", "dd.MM.yyyy HH:mm:ss",
            "yyyy-MM-ddTHH:mm:ssZ", "d MMM yyyy HH:mm:ss"),
        OneOf("\n", "\r\n", "\r"),
        Gen.Bool,
        (encoding, delimiter, mark, thousands, date, lineEnd,
            quoteAll) => new Writing(encoding, delimiter, mark, thousands, date, lineEnd, quoteAll));

    private static readonly Gen<string> s_text = Gen.Char["abcXYZ0123 äß€,;|\t\"'\n=-"].Array[1, 12]
        .Select(chars => "k" + new string(chars) + "k");

    private static readonly Gen<OrderRow[]> s_orders = Gen.Select(s_text, Gen.Long[0, 4_000_000_000], Gen.Long[0, 9_999_999_99], s_text)
        .Select((customer, seconds, amount, category) => new OrderRow(customer, "", seconds * 1000, amount, "EUR", Channel: category))
        .Array[1, 40]
        .Select(orders => orders.Select((order, i) => order with { OrderId = $"o{i}" }).ToArray());

    // The first two orders carry evidence of the date order and the decimal mark, as any real file does.
    private static readonly OrderRow[] s_evidence =
    [
        new("evidence", "e1", 1_709_164_800_000, 123, "EUR", Channel: "k"),
        new("evidence", "e2", 1_709_078_400_000, 1_234_567, "EUR", Channel: "k"),
    ];

    [Fact]
    public void Orders_written_in_any_form_are_read_back_identically() =>
        Gen.Select(s_writing, s_orders).Sample((writing, random) =>
        {
            OrderRow[] orders = [.. s_evidence, .. random];
            using var import = new Import { OrdersBytes = Bytes(writing, orders.Select(order => Cells(writing, order))) };
            Assert.Equal(orders.Select(AsRead), import.Stored);
            Assert.Equal(0, import.Quality.RowsRejected);
        }, iter: 30);

    [Fact]
    public void Every_row_and_cent_read_is_stored_or_rejected() =>
        Gen.Select(s_writing, s_orders, Gen.Int[0, 5].Array[40]).Sample((writing, random, damage) =>
        {
            OrderRow[] orders = [.. s_evidence, .. random];
            var rows = orders.Select((order, i) => Damaged(Cells(writing, order), i < 2 ? 0 : damage[i % damage.Length]));
            using var import = new Import { OrdersBytes = Bytes(writing, rows) };
            var stored = import.Stored;
            var quality = import.Quality;
            Assert.Equal(orders.Length, quality.RowsRead);
            Assert.Equal(orders.Length, stored.Count + quality.RowsRejected);
            var money = Assert.Single(quality.Money);
            Assert.Equal(money.Read, money.Stored + money.LeftOut + money.Rejected);
            Assert.Equal(money.Stored, stored.Sum(order => order.AmountMinor) / 100m);
        }, iter: 30);

    [Fact]
    public void Rubbish_is_rejected_row_by_row_and_never_a_crash() =>
        Gen.Select(OneOf(',', ';'), Gen.Char["ab019.,;-/:TZ()$\"'\n\r\0 é€"].Array[0, 400]).Sample((delimiter, rubbish) =>
        {
            var header = string.Join(delimiter, "customer_id", "order_id", "ordered_at", "amount");
            var sound = string.Join(delimiter, "sound", "1", "2024-01-01", "5");
            using var import = new Import { Orders = $"{header}\n{sound}\n{new string(rubbish)}" };
            var stored = import.Stored;
            Assert.Equal("sound", stored[0].CustomerId);
            Assert.Equal(import.Quality.RowsRead, stored.Count + import.Quality.RowsRejected);
            Assert.Equal(import.Quality.RowsRejected, import.Source.WriteRejects(import.FilePath("rejects.csv")));
        }, iter: 60);

    /// <summary>All 400 endings of up to three of the characters that readers of CSV disagree about.</summary>
    [Fact]
    public void Whatever_a_file_ends_in_its_sound_records_are_loaded()
    {
        using var scratch = new ScratchFolder();
        using var database = new ImportDatabase(BusinessCalendar.Utc, scratch.Path, TestContext.Current.CancellationToken);
        database.Execute(Preset.Macros);
        var path = Path.Combine(scratch.Path, "rows.csv");
        var endings = new List<string> { "" };
        for (var (from, length) = (0, 0); length < 3; length++)
        {
            var longer = endings[from..].SelectMany(ending => "x;\"\n\r\0 ", (ending, next) => ending + next).ToList();
            from = endings.Count;
            endings.AddRange(longer);
        }
        Assert.Equal(400, endings.Count);
        foreach (var ending in endings)
        {
            File.WriteAllText(path, "a;b\n1;2\n" + ending);
            var file = Load(database, path, scratch.Path, ending);
            Assert.Equal("1/2",
                database.Query($"SELECT c0 || '/' || c1 FROM {file.Table} WHERE rowid = 0").Select(row => row.GetString(0)).Single());
            database.Execute($"DROP TABLE {file.Table}");
        }
    }

    private static SourceFile Load(ImportDatabase database, string path, string scratchFolder, string ending)
    {
        try
        {
            return SourceFile.Load(
                database, "rows", path, [], FileMap.None, SourceMemory.None, scratchFolder, FileLimits.UnpackedBytes, null,
                TestContext.Current.CancellationToken);
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"A file that ends in '{Uri.EscapeDataString(ending)}' is not loaded.", fault);
        }
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static OrderRow AsRead(OrderRow order) => order with { CustomerId = order.CustomerId.Trim(), Channel = order.Channel!.Trim() };

    private static string[] Cells(Writing writing, OrderRow order)
    {
        var amount = (order.AmountMinor / 100m).ToString(writing.Thousands ? "N2" : "F2", CultureInfo.InvariantCulture);
        if (writing.DecimalMark == ',') amount = amount.Replace(',', ' ').Replace('.', ',');
        return [order.CustomerId, order.OrderId, Time(order.OrderedAtMs, writing.DateForm), amount, order.Channel!];
    }

    private static string Time(long ms, string form) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime.ToString(form.Replace("Z", "'Z'", StringComparison.Ordinal),
            CultureInfo.InvariantCulture);

    private static string[] Damaged(string[] cells, int damage) => damage switch
    {
        1 => ["", .. cells[1..]],
        2 => [.. cells[..2], "whenever", .. cells[3..]],
        3 => [.. cells[..3], "-" + cells[3], cells[4]],
        // A record that is short is rejected line by line: an unclosed quote may have joined lines that are sound on their own.
        4 => [cells[0].Replace('\n', ' '), .. cells[1..3]],
        _ => cells,
    };

    private static byte[] Bytes(Writing writing, IEnumerable<string[]> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows.Prepend(["customer_id", "order_id", "ordered_at", "amount", "channel"]))
            text.AppendJoin(writing.Delimiter, row.Select(cell => Written(cell, writing))).Append(writing.LineEnd);
        return [.. writing.Encoding.GetPreamble(), .. writing.Encoding.GetBytes(text.ToString())];
    }

    private static string Written(string cell, Writing writing) =>
        writing.QuoteAll || cell.AsSpan().IndexOfAny($"\"\r\n{writing.Delimiter}") >= 0
            ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : cell;
}

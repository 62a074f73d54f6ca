using System.Text;
using CsCheck;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>What programs leave on a cell is taken off in one place, and a cell that only looks odd stays as it is.</summary>
public sealed class CellTextTests
{
    /// <summary>Written, and what the cell says.</summary>
    internal static readonly (string Written, string? Says)[] Odd =
    [
        ("web\0", "web"), ("u\u00017", "u7"), ("\u0085x\u0090y", "xy"), ("a\tb", "a\tb"), ("\r\n a \t", "a"), ("x\ud800y", "x\uFFFDy"),
        ("x\udc00", "x\uFFFD"), ("\ud83d\ude00", "\ud83d\ude00"), ("\u2009\u202F12,50\u00A0", "12,50"), ("\uFEFF\u200Ba\u200B", "a"),
        ("\u3000東京\u3000", "東京"), ("Smith &amp; Sons", "Smith & Sons"), ("it&#39;s", "it's"), ("&nbsp;&nbsp;x&nbsp;", "x"),
        ("a &amp;amp; b", "a & b"), ("Caf&eacute;", "Café"), ("K\u200B\u00F6ln\u00AD er", "K\u00F6ln er"),
        ("a\u200Db", "a\u200Db"), ("R&D", "R&D"), ("a & b; c", "a & b; c"), ("=\"00123\"", "00123"),
        ("=\"12,50\"", "12,50"), ("=T(\"x\"\"y\")", "x\"y"), ("= \" 7 \"", "7"), ("=\"\"", null),
        ("=HYPERLINK(\"https://shop.invalid/1\",\"1001\")", "1001"), ("=1+1", "=1+1"), ("=SUM(A1:A2)", "=SUM(A1:A2)"),
        ("==\"x\"", "==\"x\""),
        ("'17850", "17850"), ("'00123", "00123"), ("'+4900000001", "+4900000001"), ("'=1+1", "=1+1"), ("'-x", "-x"), ("'@home", "@home"),
        ("'2024-01-05", "2024-01-05"), ("'t Hooft", "'t Hooft"), ("'s-Hertogenbosch", "'s-Hertogenbosch"), ("'70s vinyl", "'70s vinyl"),
        ("''", "''"), ("'", "'"), ("n/a", null), (" NaN ", null), ("\\N", null), ("\0", null), ("#N/A", "#N/A"),
        ("none at all", "none at all"),
        ("{\"a\":\"b\\u0000&quot;\"}", "{\"a\":\"b&quot;\"}"), ("{\"a\":\"\\\\u0000\"}", "{\"a\":\"\\\\u0000\"}"), ("[sale", "[sale"),
        ("C:\\new", "C:\\new"),
    ];

    [Fact]
    public void A_cell_says_what_a_person_reads_in_it() =>
        Assert.All(Odd, cell => Assert.Equal(cell.Says, CellText.Clean(cell.Written)));

    [Fact]
    public void A_heading_has_nothing_in_it_that_is_not_seen()
    {
        Assert.Equal("customer_id", CellText.Heading("\uFEFF\u200Bcustomer\u200B_id\0 "));
        Assert.Equal("none", CellText.Heading("none"));
        using var import = new Import
        {
            Orders = "cust\u200Bomer_id\u00A0;=\"order_id\";ordered\u00AD_at;am\u0001ount\na;1;2024-01-01;5\n",
        };
        Assert.Equal(500, Assert.Single(import.Stored).AmountMinor);
    }

    [Theory]
    [InlineData("17850.0", "17850")]
    [InlineData("17850.00", "17850")]
    [InlineData("00123", "00123")]
    [InlineData("1.10", "1.10")]
    [InlineData("1.000", "1.000")]
    [InlineData("1.2345678E7", "12345678")]
    [InlineData("1.234567E7", "12345670")]
    [InlineData("1E5", "1E5")]
    [InlineData("4.91511E+12", "4.91511E+12")]
    [InlineData("Anna@Example.COM", "anna@example.com")]
    [InlineData("An na@example.com", "An na@example.com")]
    [InlineData("a@b@example.com", "a@b@example.com")]
    [InlineData("A@home", "A@home")]
    [InlineData("AB\u200B12", "AB12")]
    [InlineData("１７８５０", "17850")]
    [InlineData("Ｚ－１", "Z-1")]
    [InlineData("e\u0301", "é")]
    public void One_id_has_one_spelling(string written, string id) => Assert.Equal(id, CellText.Id(written));

    [Theory]
    [InlineData("4.91511E+12", true)]
    [InlineData("1,23E+11", true)]
    [InlineData("4.9e+12", true)]
    [InlineData("5E+12", true)]
    [InlineData("4.91511E12", true)]
    [InlineData("#####", true)]
    [InlineData("###", true)]
    [InlineData("1E5", false)]
    [InlineData("12E5", false)]
    [InlineData("1.2345678E7", false)]
    [InlineData("4.9151112345678E+13", false)]
    [InlineData("#12", false)]
    [InlineData("E+12", false)]
    [InlineData("17850", false)]
    public void An_id_in_few_digits_is_told_from_one_that_looks_like_it(string id, bool isDestroyed)
    {
        Assert.Equal(isDestroyed, CellText.IsDestroyedId(id));
        using var database = new ImportDatabase(BusinessCalendar.Utc, Path.GetTempPath(), TestContext.Current.CancellationToken);
        database.Execute(Preset.Macros);
        Assert.Equal(isDestroyed ? 1 : 0, database.Count($"SELECT is_destroyed_id('{id}')::BIGINT"));
        Assert.Equal(1, database.Count($"SELECT (id_text('{id}') = '{CellText.Id(id)}')::BIGINT"));
    }

    [Fact]
    public void What_is_clean_by_its_bytes_stays_as_it_is()
    {
        string[] pieces =
        [
            "=", "'", "\"", "\t", "\n", " ", "\u00A0", "\u00AD", "\u200B", "\u3000", "\uFEFF", "\0", "\u0085", "\u007F", "&amp;", "&", ";",
            "\\", "é", "ł", "東", "{", "}", "1", "0", "x", ".", "-", "n/a", "null", "NaN", "<na>", "€",
        ];
        var clean = 0;
        Gen.Int[0, pieces.Length - 1].Array[1, 4].Sample(chosen =>
        {
            var written = string.Concat(chosen.Select(piece => pieces[piece]));
            if (!CellText.IsClean(Bytes(written))) return;
            Interlocked.Increment(ref clean);
            var field = CsvSource.Unquoted(Bytes(written), isLenient: false);
            Assert.Equal(field, CellText.Clean(field));
        }, iter: 50_000);
        Assert.InRange(clean, 1000, 49_000);
        Assert.All(Odd.Where(cell => cell.Says != cell.Written), cell => Assert.False(CellText.IsClean(Bytes(cell.Written))));
        Assert.All(["2024-01-05", "12.50", "C0012", "anna@example.com", "\"12,50\"", "Köln"], text =>
            Assert.True(CellText.IsClean(Bytes(text))));

        static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
    }

    /// <summary>Most rows are seen to be sound at once, and are so by every rule that is not asked then.</summary>
    [Fact]
    public void A_row_that_is_sound_at_once_has_no_fault()
    {
        string[] pieces =
            ["0", "1", "5", "00", "12", "A", "E", "C", "-", "_", "#", "+", ".", ",", " ", "@", "total", "guest", "n/a", "pos"];
        using var database = new ImportDatabase(BusinessCalendar.Utc, Path.GetTempPath(), TestContext.Current.CancellationToken);
        database.Execute(Preset.Macros);
        database.Execute("SET VARIABLE own_addresses = []::VARCHAR[]; SET VARIABLE shop_currency = 'EUR'; "
            + "SET VARIABLE calendar_start_ms = 0; SET VARIABLE calendar_end_ms = 1000; SET VARIABLE known_currencies = ['EUR', 'USD']");
        database.Execute("CREATE TABLE ids (id VARCHAR)");
        var ids = Enumerable.Range(0, pieces.Length).SelectMany(one => Enumerable.Range(0, pieces.Length).SelectMany(two =>
            Enumerable.Range(0, pieces.Length).Select(three => pieces[one] + pieces[two] + pieces[three]))).Concat(pieces)
            .Append(new string('1', 255)).Append(new string('1', 256)).Distinct();
        database.Execute($"INSERT INTO ids VALUES {string.Join(", ", ids.Select(id => $"({ImportDatabase.Text(id)})"))}");
        Assert.InRange(database.Count("SELECT count(*) FROM ids WHERE is_plain_id(id)"), 100, 4000);
        Assert.Equal(0, database.Count("SELECT count(*) FROM ids WHERE is_plain_id(id) AND (is_placeholder(id) OR written_id(id) <> id "
            + "OR is_sum(id) OR is_destroyed_id(id) OR customer_of(id, 'x') <> id)"));
        database.Execute("""
            CREATE TABLE sound AS
            FROM ids, (VALUES (0), (-1), (999), (1000), (NULL)) AS times (placed),
              (VALUES (0.0), (1e10), (1e10 + 1), (-1e10), (-1e10 - 1), (NULL)) AS amounts (paid),
              (VALUES ('EUR'), ('USD'), ('eur'), (NULL)) AS codes (code)
            WHERE is_sound_row(id, id, placed, paid::DECIMAL(18,6), code)
            """);
        // Two times, three amounts and one currency of each plain id that is short enough.
        Assert.Equal(6 * database.Count("SELECT count(*) FROM ids WHERE is_plain_id(id) AND length(id) <= 255"),
            database.Count("SELECT count(*) FROM sound"));
        Assert.Equal(0, database.Count("""
            SELECT count(*) FROM sound WHERE (is_too_long(id) OR id IS NULL
              OR coalesce(time_fault('', '', placed), money_fault('', '', paid::DECIMAL(18,6)), currency_fault(code)) IS NOT NULL)
            """));
    }

    /// <summary>Whatever a store holds leaves it and comes back.</summary>
    [Fact]
    public void What_is_exported_comes_back_unchanged()
    {
        string[] pieces =
        [
            "=", "+", "-", "@", "\t", "\r", "\n", "\uFF1D", "'", "\"", "1", "0", "x", " ", "&amp;", "&", ";", ",", "=\"", "T(", ")",
            "\u00A0", "\0", "\ud800", "é", "{", "}", "\\u0000", ".", "E+12", "null",
        ];
        Gen.Int[0, pieces.Length - 1].Array[1, 8].Sample(chosen =>
        {
            var written = string.Concat(chosen.Select(piece => pieces[piece]));
            if (CellText.Clean(written) is not { } kept) return;
            Assert.Equal(kept, CellText.Clean(kept));
            var cell = CsvCell.Safe(kept);
            if (cell.StartsWith('"') && cell.Length > 1 && cell.EndsWith('"') && cell != kept)
                cell = cell[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal);
            Assert.Equal(kept, CellText.Clean(cell));
        }, iter: 20_000);
    }

    [Fact]
    public void Ids_that_a_spreadsheet_would_run_are_imported_as_they_were_before_the_export()
    {
        string[] ids = ["+4900000001", "=1+1", "@home", "-x", "00123", "a,b", "say \"x\"", "'t Hooft", "12"];
        var rows = string.Concat(ids.Select((id, i) => $"{CsvCell.Safe(id)},{i},2024-01-01,5\n"));
        using var import = new Import { Orders = "customer_id,order_id,ordered_at,amount\n" + rows };
        Assert.Equal(ids, import.Stored.Select(order => order.CustomerId));
    }
}

public sealed class SqliteOddTextTests() : OddTextTests(new SqliteUnderTest());

public sealed class PostgresOddTextTests() : OddTextTests(new PostgresUnderTest());

/// <summary>Every odd text through an import into the store: the same bytes on both engines, in CSV and in JSON.</summary>
public abstract class OddTextTests(EngineUnderTest engine) : IDisposable
{
    public void Dispose()
    {
        engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_odd_text_is_stored_as_what_it_says(bool isJson)
    {
        var texts = CellTextTests.Odd.Where(cell => cell.Says is not null).ToList();
        var path = engine.FilePath(isJson ? "orders.ndjson" : "orders.csv");
        File.WriteAllText(path, isJson
            ? string.Concat(texts.Select((cell, i) =>
                $"{{\"customer_id\":\"c{i}\",\"order_id\":\"{i}\",\"ordered_at\":\"2024-01-01\",\"amount\":5,"
                    + $"\"channel\":{Json(cell.Written)}}}\n"))
            : "customer_id,order_id,ordered_at,amount,channel\n" + string.Concat(texts.Select((cell, i) =>
                $"c{i},{i},2024-01-01,5,\"{cell.Written.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n")), new UTF8Encoding(false));
        using var store = RetentionStore.Open(engine.NewAddress());
        var request = new ImportRequest { Preset = "generic", OrdersFile = path, ShopCurrency = "EUR", Calendar = BusinessCalendar.Utc };
        ImportRun.Execute(store, request, dryRun: false, null, null, TestContext.Current.CancellationToken);
        var stored = engine.Query("SELECT order_id || '|' || channel FROM orders ORDER BY order_id");
        Assert.Equal(
            texts.Select((cell, i) => Convert.ToHexString(Encoding.UTF8.GetBytes($"{i}|{cell.Says}"))).Order(StringComparer.Ordinal),
            stored.Select(text => Convert.ToHexString(Encoding.UTF8.GetBytes(text))).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(stored, text => text.Contains('\0', StringComparison.Ordinal));
    }

    /// <summary>Also within the texts of an event, which are opened later.</summary>
    [Fact]
    public void No_NUL_of_an_event_reaches_the_store()
    {
        var path = engine.FilePath("events.ndjson");
        File.WriteAllText(path, string.Concat(Enumerable.Range(0, 4).Select(i =>
            $"{{\"type\":\"track\",\"event\":\"Order Completed\",\"userId\":\"u\\u0000{i}\",\"messageId\":\"m{i}\",\"channel\":"
                + $"\"web\\u0000\",\"timestamp\":\"2026-01-0{i + 1}T10:00:00Z\",\"properties\":{{\"order_id\":\"A\\u0000{i}\",\"currency\":"
                + "\"EUR\",\"products\":[{\"price\":10,\"quantity\":1,\"category\":\"c\\u0000d\"}]}}\n")));
        using var store = RetentionStore.Open(engine.NewAddress());
        ImportRun.Execute(store, new ImportRequest { Preset = "segment", OrdersFile = path, Calendar = BusinessCalendar.Utc },
            dryRun: false, null, null, TestContext.Current.CancellationToken);
        Assert.Equal(["A0|web|cd|1000", "A1|web|cd|1000", "A2|web|cd|1000", "A3|web|cd|1000"],
            engine.Query("SELECT order_id || '|' || channel || '|' || category || '|' || amount_minor FROM orders ORDER BY order_id"));
        Assert.Equal(["u0", "u1", "u2", "u3"], engine.Query("SELECT customer_id FROM customer ORDER BY customer_id"));
    }

    /// <summary>As programs write it: halves of characters and what is beyond ASCII as escapes.</summary>
    private static string Json(string text) => '"' + string.Concat(text.Select(letter => letter is >= ' ' and < '\x7f' and not ('"' or '\\')
        ? letter.ToString() : FormattableString.Invariant($"\\u{(int)letter:x4}"))) + '"';
}

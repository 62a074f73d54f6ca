using System.Globalization;
using System.IO.Compression;
using System.Text;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>
/// Files made to end or to hold the process, or to reach beyond it: refused before DuckDB sees them, with file and place.
/// </summary>
public sealed class HostileFileTests : IDisposable
{
    private const string Header = "customer_id,order_id,ordered_at,amount";
    private const string Row = "{\"customer_id\":\"a\",\"order_id\":\"1\",\"ordered_at\":\"2024-01-01\",\"amount\":5,\"more\":";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hostile-");

    public void Dispose() => _folder.Delete(recursive: true);

    // ---------------------------------------------------------------- depth

    [Theory]
    [InlineData("orders.json", "[", "]")]
    [InlineData("orders.json", "{\"a\":", "}")]
    [InlineData("orders.ndjson", "[{\"a\":", "}]")]
    [InlineData("orders.json.gz", "{\"a\":", "}")]
    public void Json_within_64_levels_is_read_and_a_deeper_one_is_refused_with_its_line(string name, string open, string close)
    {
        var sound = Row + "1}\n";
        string Nested(int levels)
        {
            var times = levels / open.Count(Opens);
            return $"{sound}{Row}{Repeated(open, times)}1{Repeated(close, times)}}}\n";
        }
        using var deepest = new Import { OrdersName = name, OrdersBytes = Bytes(name, Nested(62)) };
        Assert.Equal(2, deepest.Source.TotalRows);
        using var deeper = new Import { OrdersName = name, OrdersBytes = Bytes(name, Nested(64)) };
        var refused = deeper.Refused();
        Assert.Equal(Failure.InputRejected, refused.Failure);
        Assert.EndsWith(
            $"{name}, line 2: objects or lists are nested deeper than 64 levels, as no export's are.",
            refused.Message, StringComparison.Ordinal);
        Refused($"{name}, line 2: objects or lists are nested deeper", () => Preview(Written(name, Bytes(name, Nested(64)))));
    }

    [Fact]
    public void Json_with_a_list_on_top_and_brackets_in_its_texts_is_as_deep_as_it_is()
    {
        var texts = $"\"{Repeated("[{", 100)}\\\"{Repeated("[{", 100)}\\\\\"";
        using var listed = new Import { OrdersName = "orders.json", Orders = "[\n" + Row + texts + "},\n" + Row + "NaN}\n]" };
        Assert.Equal(2, listed.Source.TotalRows);
        var lists = Repeated("[", 63) + Repeated("]", 63);
        using var deep = new Import { OrdersName = "orders.json", Orders = "[\n" + Row + texts + "},\n" + Row + lists + "}]" };
        Assert.Contains("line 3: objects or lists are nested deeper", deep.Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_text_that_is_not_closed_does_not_hide_the_lines_after_it()
    {
        var deep = Row + Repeated("{\"a\":", 20_000) + "1" + Repeated("}", 20_000) + "}\n";
        using var import = new Import { OrdersName = "orders.ndjson", Orders = "{\"a\":\"x\n" + deep };
        Assert.Contains("line 2: objects or lists are nested deeper", import.Refused().Message, StringComparison.Ordinal);
    }

    /// <summary>In a process of its own: what is not refused ends it.</summary>
    [Theory]
    [InlineData("orders.json")]
    [InlineData("orders.json.gz")]
    [InlineData("orders.parquet")]
    public void File_of_20_000_levels_is_refused_on_the_command_line(string name)
    {
        var path = name.EndsWith(".parquet", StringComparison.Ordinal) ? Written(name, MadeParquet.Deep(20_000))
            : Written(name, Bytes(name, Repeated("{\"a\":", 20_000) + "1" + Repeated("}", 20_000)));
        var import = Retain.Run("import", "--orders", path, "--currency", "EUR", "--dry-run");
        Assert.Equal((int)Failure.InputRejected, import.ExitCode);
        Assert.StartsWith("retain: " + path, import.Error, StringComparison.Ordinal);
        Assert.Contains("nested deeper than 64 levels", import.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Parquet_of_64_levels_is_read_and_one_level_more_is_refused()
    {
        using var deepest = new Import { OrdersName = "orders.parquet", OrdersBytes = MadeParquet.Deep(64) };
        Assert.Contains("no rows", deepest.Refused().Message, StringComparison.Ordinal);
        using var deeper = new Import { OrdersName = "orders.parquet", OrdersBytes = MadeParquet.Deep(65) };
        Assert.Contains("types are nested deeper than 64 levels", deeper.Refused().Message, StringComparison.Ordinal);
        Refused("types are nested deeper", () => FeatureTable.Read(deeper.FilePath("orders.parquet")));
    }

    // ---------------------------------------------------------------- width

    [Theory]
    [InlineData("orders.csv")]
    [InlineData("orders.csv.gz")]
    [InlineData("orders.json")]
    [InlineData("orders.parquet")]
    public void File_of_500_columns_is_opened_and_one_of_501_is_refused(string name)
    {
        Assert.Equal(500, Preview(Written(name, Wide(name, 500))).Headers.Count);
        using var wider = new Import { OrdersName = name, OrdersBytes = Wide(name, 501) };
        var why = name.EndsWith(".json", StringComparison.Ordinal) ? "line 1: more than 500 columns, as no export has."
            : "501 columns are more than any export has (500 at most): is it the right file?";
        Assert.EndsWith(why, wider.Refused().Message, StringComparison.Ordinal);
        Refused(why, () => Preview(Written(name, Wide(name, 501))));
    }

    /// <summary>Each row alone has few.</summary>
    [Theory]
    [InlineData("", "\n", "")]
    [InlineData("[", ",\n", "]")]
    public void Json_rows_that_bring_keys_of_their_own_are_counted_together(string begin, string between, string end)
    {
        string Rows(int keys) =>
            begin + string.Join(between, Enumerable.Range(0, keys).Select(i => $"{{\"k{i}\":{{\"n{i}\":{i}}}}}")) + end;
        Assert.Equal(500, Preview(Written("orders.json", Encoding.UTF8.GetBytes(Rows(500)))).Headers.Count);
        Refused("line 501: more than 500 columns", () => Preview(Written("orders.json", Encoding.UTF8.GetBytes(Rows(501)))));
    }

    [Theory]
    [InlineData("orders.csv")]
    [InlineData("orders.json")]
    [InlineData("orders.parquet")]
    public void Heading_of_200_characters_is_read_and_a_longer_one_is_refused(string name)
    {
        Assert.Contains(new string('x', 200), Preview(Written(name, Headed(name, new string('x', 200)))).Headers);
        using var longer = new Import { OrdersName = name, OrdersBytes = Headed(name, new string('x', 201)) };
        var refusal = longer.Refused().Message;
        Assert.Contains("the heading of column 2 has 201 characters (200 at most): xxx", refusal, StringComparison.Ordinal);
        Assert.True(refusal.Length < 400);
    }

    [Fact]
    public void Feature_table_has_the_same_limits()
    {
        Refused("501 columns", () => FeatureTable.Read(Written("t.csv", Wide("t.csv", 501))));
        Refused("501 columns", () => FeatureTable.Read(Written("t.parquet", Wide("t.parquet", 501))));
        Refused("201 characters", () => FeatureTable.Read(Written("h.csv", Headed("h.csv", new string('x', 201)))));
        var read = FeatureTable.Read(Written("b.csv.gz", Bytes("b.csv.gz", "id,x\nk1,1.5\nk2,\n")));
        Assert.Equal([1.5, double.NaN], read.Column("x").Numbers!);
    }

    /// <summary>Counted, not timed: every heading is made plain once, whatever is asked for how many fields.</summary>
    [Theory]
    [InlineData(50)]
    [InlineData(500)]
    [InlineData(3200)]
    public void Each_heading_is_made_plain_once(int columns)
    {
        var asked = 0;
        var headings = new Headings([.. Enumerable.Range(0, columns).Select(i => "column " + i)], heading =>
        {
            asked++;
            return HeaderNames.Plain(heading);
        });
        PresetDetection.Rank("orders.csv", headings);
        PresetDetection.Fitting("orders", headings, "generic");
        foreach (var preset in ImportRequest.Presets)
            foreach (var file in PresetDetection.Files(preset))
            {
                var fields = DeclaredFields.Read(preset).Where(field => field.File == file).ToList();
                new HeaderMatcher("orders.csv", headings, FileMap.None).Match(fields);
            }
        Assert.Equal(columns, asked);
    }

    [Fact]
    public void Equal_headings_are_numbered_as_they_come()
    {
        Assert.Equal(
            ["a", "A__2", "a__2__2", "a__3", "column_5", "column_5__2", "a__2__3"],
            HeaderNames.Distinct(["a", "A", "a__2", "a", "", "column_5", "a__2"]));
        Assert.Equal("x__500", HeaderNames.Distinct([.. Enumerable.Repeat("x", 500)])[^1]);
    }

    // ---------------------------------------------------------------- size

    [Theory]
    [InlineData("orders.csv.gz")]
    [InlineData("orders.ndjson.gz")]
    public void File_that_unpacks_to_more_than_200_times_its_size_is_refused(string name)
    {
        var id = new string('a', 10_000);
        var (beginning, line) = name.EndsWith(".csv.gz", StringComparison.Ordinal) ? (Header + "\n", $"{id},1,2024-01-01,5\n")
            : ("", $"{{\"a\":\"{id}\"}}\n");
        var packed = Packed(beginning, line, 90 << 20);
        using var import = new Import { OrdersName = name, OrdersBytes = packed };
        Assert.Contains($"{name} unpacks to more than 200 times its size", import.Refused().Message, StringComparison.Ordinal);
        Refused("200 times", () => Preview(Written(name, packed)));
    }

    [Theory]
    [InlineData("orders.csv.gz", "a,1,2024-01-01,5\n")]
    [InlineData("orders.ndjson.gz", "{\"customer_id\":\"a\",\"order_id\":\"1\",\"ordered_at\":\"2024-01-01\",\"amount\":5}\n")]
    public void What_a_file_may_unpack_to_can_be_set(string name, string line)
    {
        var path = Written(name, Packed(name.EndsWith(".csv.gz", StringComparison.Ordinal) ? Header + "\n" : "", line, 3 << 20));
        var request = new ImportRequest { Preset = "generic", OrdersFile = path, ShopCurrency = "EUR", Calendar = BusinessCalendar.Utc };
        var refused = Assert.Throws<RetentionException>(() => ImportSource.Open(request with { UnpackedBytesMax = 2 << 20 }, default));
        Assert.Contains($"{path} unpacks to more than 2 MB. If that is meant, unpack it", refused.Message, StringComparison.Ordinal);
        using var allowed = ImportSource.Open(request with { UnpackedBytesMax = 4 << 20 }, default);
        Assert.True(allowed.TotalRows > 10_000);
    }

    [Fact]
    public void Unpacking_stops_when_it_is_cancelled()
    {
        var path = Written("orders.csv.gz", Packed(Header + "\n", "a,1,2024-01-01,5\n", 3 << 20));
        using var stop = new CancellationTokenSource();
        using var unpacked = UnpackedStream.Open(path, FileLimits.UnpackedBytes, stop.Token);
        Assert.True(unpacked.Read(new byte[100], 0, 100) > 0);
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => unpacked.Read(new byte[100], 0, 100));
    }

    /// <summary>The first rows are in the first of it, and a person waits.</summary>
    [Fact]
    public void Of_a_packed_file_no_more_is_unpacked_than_its_first_rows_can_take()
    {
        var path = Written("orders.csv.gz", Packed(Header + "\n", "a,1,2024-01-01,é\n", 20 << 20));
        using var scratch = new ScratchFolder();
        var beginning = SourceText.Open(path, null, scratch.Path, FileLimits.UnpackedBytes, 5 << 20, default);
        Assert.Equal(5 << 20, new FileInfo(beginning.PlainPath).Length);
        Assert.Equal("UTF-8", beginning.EncodingName);
        var preview = FilePreview.Read(path, null, 2, FileLimits.UnpackedBytes, default);
        Assert.Equal(["a", "1", "2024-01-01", "é"], preview.Rows[1].Cells);
    }

    [Fact]
    public void Parquet_that_says_it_holds_too_much_is_refused()
    {
        using var rows = new Import { OrdersName = "orders.parquet", OrdersBytes = MadeParquet.OfRows(1_000_000_000_000, bytes: 0) };
        Assert.Contains("orders.parquet unpacks to more than 4096 MB", rows.Refused().Message, StringComparison.Ordinal);
        using var bytes = new Import { OrdersName = "orders.parquet", OrdersBytes = MadeParquet.OfRows(10, bytes: 1_000_000_000) };
        Assert.Contains("200 times its size", bytes.Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parquet_that_repeats_one_long_text_is_refused_by_what_it_holds()
    {
        var path = Path.Combine(_folder.FullName, "orders.parquet");
        Duck($"COPY (SELECT i AS order_id, repeat('x', 100000) AS note FROM range(1000) AS r(i)) TO '{path}' (COMPRESSION zstd)");
        Assert.True(new FileInfo(path).Length < 300_000);
        using var import = new Import { OrdersPath = path };
        Assert.Contains("orders.parquet unpacks to more than 200 times its size", import.Refused().Message, StringComparison.Ordinal);
        Refused("200 times", () => FeatureTable.Read(path));
    }

    /// <summary>Its footer is whole, and says nothing of what became of the columns.</summary>
    [Fact]
    public void Parquet_with_damaged_columns_is_refused_with_a_sentence()
    {
        var bytes = Parquet("SELECT md5(i::VARCHAR) AS customer_id, i AS order_id, 5 AS amount FROM range(5000) AS r(i)");
        bytes.AsSpan(8, 4000).Fill(0xA5);
        using var import = new Import { OrdersName = "orders.parquet", OrdersBytes = bytes };
        var refusal = import.Refused();
        Assert.Equal(Failure.InputRejected, refusal.Failure);
        Assert.Contains("orders.parquet cannot be read as parquet: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cell_of_more_than_a_megabyte_costs_its_row_in_csv_and_is_refused_in_json_and_parquet()
    {
        var cell = new string('x', FileLimits.CellBytes + 1);
        using var csv = new Import
        {
            Orders = $"{Header},note\na,1,2024-01-01,5,{cell[1..]}\nb,2,2024-01-01,5,{cell}\nc,3,2024-01-01,5,\n",
        };
        Assert.Equal(["1", "3"], csv.Stored.Select(order => order.OrderId));
        Assert.Equal("cell is longer than 1 MB", Assert.Single(csv.Quality.Rejected).Reason);
        using var json = new Import { OrdersName = "orders.json", Orders = Row + $"\"{cell}\"}}" };
        Assert.Contains("column 'more' has a cell of 1048577 bytes (1048576 at most)", json.Refused().Message, StringComparison.Ordinal);
        Refused("column 'more' has a cell", () => Preview(json.FilePath("orders.json")));
        var path = Path.Combine(_folder.FullName, "orders.parquet");
        Duck($"COPY (SELECT repeat('x', {FileLimits.CellBytes + 1}) AS note) TO '{path}'");
        using var parquet = new Import { OrdersPath = path };
        Assert.Contains("column 'note' has a cell of 1048577 bytes", parquet.Refused().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3_000_000)]
    public void Line_of_more_than_two_megabytes_costs_itself_wherever_it_stands(int before)
    {
        var half = new string('x', 900_000);
        var sound = string.Concat(Enumerable.Range(0, before / 25)
            .Select(i => FormattableString.Invariant($"s,{i:000000},2024-01-01,5,,,\n")));
        using var import = new Import
        {
            Orders = $"{Header},x,y,z\n{sound}a,1,2024-01-01,5,{half},{half},{half}\nb,2,2024-01-01,5,{half},{half},\n",
        };
        Assert.Contains("b", import.Source.Customers().Select(customer => customer.CustomerId));
        Assert.Contains(import.Quality.Rejected, reason => reason.Reason == "line is longer than 2 MB" && reason.Count == 1);
    }

    // ---------------------------------------------------------------- names, links and folders

    [Theory]
    [InlineData("orders[1].json")]
    [InlineData("orders*.ndjson")]
    [InlineData("orders?.parquet")]
    [InlineData("orders[1].csv")]
    public void Name_that_reads_like_a_pattern_is_the_name_of_one_file(string name)
    {
        var ending = Path.GetExtension(name);
        foreach (var (file, order) in new[] { ("orders1" + ending, "other"), (name, "own") })
        {
            var path = Path.Combine(_folder.FullName, file);
            if (ending == ".parquet")
                Duck($"COPY (SELECT 'a' AS customer_id, '{order}' AS order_id, '2024-01-01' AS ordered_at, 5 AS amount) TO '{path}'");
            else if (ending == ".csv") File.WriteAllText(path, $"{Header}\na,{order},2024-01-01,5\n");
            else File.WriteAllText(path, Row.Replace("\"order_id\":\"1\"", $"\"order_id\":\"{order}\"", StringComparison.Ordinal) + "1}\n");
        }
        using var import = new Import { OrdersPath = Path.Combine(_folder.FullName, name) };
        Assert.Equal("own", Assert.Single(import.Stored).OrderId);
    }

    [Fact]
    public void Rejects_file_replaces_a_link_of_its_name_and_follows_none()
    {
        var (target, link) = (Written("target.txt", "kept"u8.ToArray()), Path.Combine(_folder.FullName, "rejects.csv"));
        var other = Written("other.txt", "kept too"u8.ToArray());
        File.CreateSymbolicLink(link, target);
        File.CreateSymbolicLink(link + ".partial", other);
        using var import = new Import { Orders = $"{Header}\na,1,2024-01-01,5\na,2,soon,5\n" };
        Assert.Equal(1, import.Source.WriteRejects(link));
        Assert.Equal(("kept", "kept too"), (File.ReadAllText(target), File.ReadAllText(other)));
        Assert.Null(new FileInfo(link).LinkTarget);
        Assert.Contains("unreadable date", File.ReadAllText(link), StringComparison.Ordinal);
        Assert.Equal(["other.txt", "rejects.csv", "rejects.csv.partial", "target.txt"],
            _folder.EnumerateFiles().Select(file => file.Name).Order());
    }

    [Fact]
    public void Rejects_that_cannot_be_written_leave_nothing_half_behind()
    {
        var taken = _folder.CreateSubdirectory("rejects.csv");
        using var import = new Import { Orders = $"{Header}\na,1,2024-01-01,5\na,2,soon,5\n" };
        Assert.ThrowsAny<Exception>(() => import.Source.WriteRejects(taken.FullName));
        Assert.Equal([taken.FullName], Directory.EnumerateFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void What_an_import_left_behind_that_was_ended_in_the_middle_is_removed_a_day_later()
    {
        var (old, young) = (Directory.CreateTempSubdirectory("retain-import-"), Directory.CreateTempSubdirectory("retain-import-"));
        File.WriteAllText(Path.Combine(old.FullName, "half.txt"), "half");
        old.LastWriteTimeUtc -= TimeSpan.FromHours(25);
        using var longAtWork = new ScratchFolder();
        Directory.SetLastWriteTimeUtc(longAtWork.Path, old.LastWriteTimeUtc);
        using (var scratch = new ScratchFolder())
        {
            Assert.False(Directory.Exists(old.FullName));
            Assert.True(Directory.Exists(longAtWork.Path));
            Assert.True(Directory.Exists(young.FullName));
            File.WriteAllText(Path.Combine(scratch.Path, "copy.txt"), "copy");
        }
        young.Delete();
    }

    // ---------------------------------------------------------------- what is said

    [Fact]
    public void Refusal_cuts_a_header_that_is_longer_than_a_person_reads()
    {
        var headings = Enumerable.Range(0, 500).Select(i => $"{i:000}{new string('x', 197)}");
        using var import = new Import { Orders = $"{string.Join(',', headings)}\nx{new string(',', 499)}\n" };
        var refusal = import.Refused().Message;
        Assert.Contains("found: 000xxx", refusal, StringComparison.Ordinal);
        Assert.Contains(" and 450 more", refusal, StringComparison.Ordinal);
        Assert.True(refusal.Length < 8_000, $"{refusal.Length} characters");
    }

    [Fact]
    public void Nothing_a_file_holds_speaks_to_the_terminal()
    {
        const string Title = "\u001b]0;PWNED\u0007", Colour = "\u009b31m", Turned = "\u202e";
        var rows = $"a,1,2024-01-01,5,,,{Title}\na,2,{Title},5,,,\na,3,2024-01-01,5,,,\n";
        var orders = Written("orders.csv", Encoding.UTF8.GetBytes($"{Header},{Title},{Colour}{Turned}x,status\n{rows}"));
        var asked = Retain.Run("import", "--orders", orders, "--currency", "EUR", "--dry-run");
        Assert.Equal((int)Failure.InputRejected, asked.ExitCode);
        Assert.Contains("pwned", asked.Error, StringComparison.OrdinalIgnoreCase);
        var imported = Retain.Run("import", "--orders", orders, "--currency", "EUR", "--dry-run", "--statuses", "none");
        Assert.Equal(0, imported.ExitCode);
        Assert.Contains("not used: ]0;PWNED, 31mx", imported.Out, StringComparison.Ordinal);
        var missing = Written("m.csv", Encoding.UTF8.GetBytes($"{Title},{Turned}\na,1\n"));
        var refused = Retain.Run("import", "--orders", missing, "--currency", "EUR", "--dry-run");
        Assert.Equal((int)Failure.InputRejected, refused.ExitCode);
        foreach (var text in new[] { asked.Out, asked.Error, imported.Out, imported.Error, refused.Out, refused.Error })
            Assert.Equal(-1, text.AsSpan().IndexOfAny("\u001b\u0007\u009b\u202e"));
    }

    private static FilePreview Preview(string path) => FilePreview.Read(path, null, 20, FileLimits.UnpackedBytes, default);

    private static void Refused(string why, Func<object> read) =>
        Assert.Contains(why, Assert.Throws<RetentionException>(read).Message, StringComparison.Ordinal);

    private static bool Opens(char letter) => letter is '{' or '[';

    private static string Repeated(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();

    private string Written(string name, byte[] content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static byte[] Bytes(string name, string text) =>
        name.EndsWith(".gz", StringComparison.Ordinal) ? Packed(text, "", 0) : Encoding.UTF8.GetBytes(text);

    /// <summary>A beginning, then one line again and again until so many bytes are reached, packed.</summary>
    private static byte[] Packed(string beginning, string line, int bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(beginning));
            var lines = Encoding.UTF8.GetBytes(line.Length == 0 ? "" : Repeated(line, (1 << 16) / line.Length));
            for (var written = 0; written < bytes; written += lines.Length) gzip.Write(lines);
        }
        return packed.ToArray();
    }

    private static byte[] Wide(string name, int columns) =>
        OfOnes(name, [.. Enumerable.Range(0, columns).Select(i => string.Create(CultureInfo.InvariantCulture, $"c{i}"))]);

    private static byte[] Headed(string name, string heading) => OfOnes(name, ["a", heading]);

    /// <summary>One row of ones in the format of the name.</summary>
    private static byte[] OfOnes(string name, List<string> columns) => Path.GetExtension(name) switch
    {
        ".json" => Bytes(name, $"{{{string.Join(',', columns.Select(column => $"\"{column}\":1"))}}}\n"),
        ".parquet" => Parquet($"SELECT {string.Join(", ", columns.Select(column => $"1 AS {column}"))}"),
        _ => Bytes(name, $"{string.Join(',', columns)}\n{string.Join(',', columns.Select(_ => "1"))}\n"),
    };

    private static byte[] Parquet(string rows)
    {
        var folder = Directory.CreateTempSubdirectory("parquet-");
        try
        {
            var path = Path.Combine(folder.FullName, "made.parquet");
            Duck($"COPY ({rows}) TO '{path}'");
            return File.ReadAllBytes(path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Duck(string sql)
    {
        using var duck = new DuckDB.NET.Data.DuckDBConnection("Data Source=:memory:");
        duck.Open();
        using var command = duck.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

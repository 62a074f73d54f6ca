using System.Globalization;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using PredictiveRetention.Exports;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Insights;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Exports;

public sealed class ScoreFileTests() : StoreFixture(new SqliteUnderTest())
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retention-scores-");

    public override void Dispose()
    {
        base.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Parquet_HoldsTheRowsOfTheCsv_WithTypes()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        var run = Scored(store, [.. Some.Orders(200), Order("=HYPERLINK(\"x\"), a \"name\"")]);
        var (csv, parquet) = (In("s.csv"), In("it's.parquet"));
        Assert.Equal(ScoreFile.Write(store, Some.Shop, run, csv), ScoreFile.Write(store, Some.Shop, run, parquet));
        Assert.Equal(["it's.parquet", "s.csv"], Names());

        var file = parquet.Replace("'", "''", StringComparison.Ordinal);
        using var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        Assert.Equal(ScoreFile.Header.Split(','), Column("DESCRIBE SELECT * FROM read_parquet('" + file + "')", 0));
        var types = Column("DESCRIBE SELECT * FROM read_parquet('" + file + "')", 1);
        string TypeOf(string name) => types[Array.IndexOf(ScoreFile.Header.Split(','), name)];
        Assert.Equal(["VARCHAR", "DOUBLE", "BIGINT", "BOOLEAN", "DATE"],
            new[] { "customer_id", "p_churn", "orders", "lost", "as_of" }.Select(TypeOf));
        var written = File.ReadAllLines(csv)
            .Skip(1)
            .Where(line => line[0] == 'C')
            .Select(line => line.Split(','))
            .ToDictionary(cells => cells[0], cells => double.Parse(cells[1], CultureInfo.InvariantCulture));
        var read = Column("SELECT customer_id || '|' || p_churn FROM read_parquet('" + file + "') WHERE customer_id LIKE 'C%'", 0)
            .Select(line => line.Split('|'))
            .ToDictionary(cells => cells[0], cells => double.Parse(cells[1], CultureInfo.InvariantCulture));
        Assert.Equal(written.OrderBy(pair => pair.Key), read.OrderBy(pair => pair.Key));
        Assert.Equal("=HYPERLINK(\"x\"), a \"name\"",
            Assert.Single(Column("SELECT customer_id FROM read_parquet('" + file + "') WHERE customer_id NOT LIKE 'C%'", 0)));

        string[] Column(string sql, int at)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            using var reader = command.ExecuteReader();
            var values = new List<string>();
            while (reader.Read()) values.Add(reader.GetString(at));
            return [.. values];
        }
    }

    [Theory]
    [InlineData("s.csv")]
    [InlineData("s.parquet")]
    public void AFileThatFails_LeavesNothingBehind(string name)
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        var run = Scored(store, Some.Orders(20));
        Engine.Execute("UPDATE prediction SET value_tier = 200"); // of a damaged store: no tier has that number
        Assert.ThrowsAny<Exception>(() => ScoreFile.Write(store, Some.Shop, run, In(name)));
        Assert.Empty(Names());
    }

    [Fact]
    public void AnExportThatIsCancelled_LeavesNothingBehind()
    {
        foreach (var ending in ExportFile.Endings)
        {
            var table = new ExportTable([new ExportColumn("id", ColumnKind.Text)], Endless());
            Assert.Throws<OperationCanceledException>(() => ExportFile.Write(table, In("s" + ending)));
        }
        Assert.Empty(Names());

        static IEnumerable<string?[]> Endless()
        {
            for (var row = 0; row < 100_000; row++) yield return ["x"];
            throw new OperationCanceledException();
        }
    }

    [Fact]
    public void AnId_IsAsItCameForPrograms_AndOneTextInEveryListForPeople()
    {
        string[] ids = ["-1,234", "+1e5", "-12", "=1+1", "\uFF1D1+1", "\n=1+1", "a;=1+1", "a;b", "say \"x\", twice", "C7"];
        using var store = RetentionStore.Open(Engine.NewAddress());
        var run = Scored(store, ids.Select(Order));
        using StringWriter scores = new(), list = new(), figures = new();
        Csv.Rows(ScoreFile.Table(store, Some.Shop, run), scores);
        Csv.Rows(CustomerList.Table(run, Some.Shop, store.Predictions.ReadAll(run.RunId).Select(row => new ListedCustomer(row, null, ""))),
            list);
        var labelled = store.Predictions.ReadAll(run.RunId).Select(row => new FigureRow(
            "", new Dictionary<string, string> { ["customer"] = row.CustomerId }, "m", "", "", null, null, null, null, "ok", null));
        Csv.Rows(FigureFile.Table(["customer"], labelled), figures);
        Assert.Equal(ids.Order(StringComparer.Ordinal), Spelt(scores).Select(Read).Order(StringComparer.Ordinal));
        Assert.Equal(Spelt(list), Spelt(figures));
        Assert.Equal(
            ["\"'\n=1+1\"", "\"'-1,234\"", "\"a;=1+1\"", "\"a;b\"", "\"say \"\"x\"\", twice\"", "'=1+1", "'\uFF1D1+1", "+1e5", "-12", "C7"],
            Spelt(list).Order(StringComparer.Ordinal));

        static string Read(string cell) => cell.StartsWith('"') ? cell[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : cell;

        // The cell as it stands in the file, quotes included.
        static List<string> Spelt(StringWriter file) =>
            [.. Regex.Matches(file.ToString(), "^(\"(?:[^\"]|\"\")*\"|[^,\n]*),.*$", RegexOptions.Multiline)
                .Select(line => line.Groups[1].Value)];
    }

    [Fact]
    public void TheListOfCustomers_SaysWhoIsLost_AndHasAsManyDigitsAsItKnows()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        var run = Scored(store, Some.Orders(200));
        var rows = store.Predictions.ReadAll(run.RunId).ToList();
        Assert.Contains(rows, row => row.Lost);
        var list = CustomerList.Table(run, Some.Shop, rows.Select(row => new ListedCustomer(row, null, "because")));
        var names = CustomerList.Columns.Select(column => column.Name).ToList();
        Assert.All(list.Rows.Zip(rows), pair =>
        {
            var (cells, row) = pair;
            Assert.Equal(row.Lost ? "true" : "false", cells[names.IndexOf("lost")]);
            Assert.Matches(@"^[01]\.\d{4}$", cells[names.IndexOf("p_churn")]);
            Assert.All(["clv", "revenue_at_risk"], money => Assert.Matches(@"^\d+\.\d\d$", cells[names.IndexOf(money)]));
        });
    }

    [Fact]
    public void ARow_IsWrittenAtOnce_ForATerminalFlushesAtEveryWrite()
    {
        var longRow = new string('x', 5_000) + "\U0001F600"; // of two halves, which a terminal must not get apart
        var table = new ExportTable([new("id", ColumnKind.Text), new("worth", ColumnKind.Number)],
            [["a", "1"], ["b", null], [longRow, "3"]]);
        using var terminal = new Terminal();
        Assert.Equal(3, Csv.Rows(table, terminal));
        Assert.Equal(["a,1\n", "b,\n", longRow + ",3\n"], terminal.Writes);
    }

    /// <summary>Told each write as the console's own writer is.</summary>
    private sealed class Terminal : TextWriter
    {
        public List<string> Writes { get; } = [];

        public override System.Text.Encoding Encoding => System.Text.Encoding.UTF8;

        public override void Write(char value) => Writes.Add(value.ToString());

        public override void Write(string? value) => Writes.Add(value ?? "");

        public override void Write(ReadOnlySpan<char> buffer) => Writes.Add(buffer.ToString());
    }

    private Run Scored(RetentionStore store, IEnumerable<OrderRow> orders)
    {
        store.Import(orders);
        return new NightRun(store, Models, new RunSettings()).Execute(RunRequest.Replay(SimulatedHistories.End), null, default).Run;
    }

    private static OrderRow Order(string customer) => Some.Order(customer, "odd", SimulatedHistories.End.Day - 9, 12_345);

    private IEnumerable<string> Names() => _folder.EnumerateFileSystemInfos().Select(entry => entry.Name).Order(StringComparer.Ordinal);

    private string In(string name) => Path.Combine(_folder.FullName, name);
}

using System.Globalization;
using DuckDB.NET.Data;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

public sealed class ScoreParquetTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retention-parquet-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Parquet_HoldsTheRowsOfTheCsv_WithTypes()
    {
        using var engine = new SqliteUnderTest();
        using var store = RetentionStore.Open(engine.NewAddress());
        store.Import([.. Some.Orders(200), Some.Order("=HYPERLINK(\"x\"), a \"name\"", "odd", SimulatedHistories.End.Day - 9, 12_345)]);
        var run = new NightRun(store, new ModelRegistry(Path.Combine(_folder.FullName, "models")), new RunSettings()).Execute(RunRequest.Replay(SimulatedHistories.End), null, default).Run;
        var (csv, parquet) = (Path.Combine(_folder.FullName, "s.csv"), Path.Combine(_folder.FullName, "it's.parquet"));
        Assert.Equal(ScoreFile.Write(store, Some.Shop, run, csv), ScoreParquet.Write(store, Some.Shop, run, parquet));
        Assert.Equal(["it's.parquet", "models", "s.csv"], Directory.EnumerateFileSystemEntries(_folder.FullName).Select(Path.GetFileName).Order(StringComparer.Ordinal).Where(name => name != "models").Append("models").Order(StringComparer.Ordinal));

        var file = parquet.Replace("'", "''", StringComparison.Ordinal);
        using var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        Assert.Equal(ScoreFile.Header.Split(','), Column("DESCRIBE SELECT * FROM read_parquet('" + file + "')", 0));
        var types = Column("DESCRIBE SELECT * FROM read_parquet('" + file + "')", 1);
        string TypeOf(string name) => types[Array.IndexOf(ScoreFile.Header.Split(','), name)];
        Assert.Equal(["VARCHAR", "DOUBLE", "BIGINT", "BOOLEAN", "DATE"], new[] { "customer_id", "p_churn", "orders", "lost", "as_of" }.Select(TypeOf));
        var written = File.ReadAllLines(csv).Skip(1).Where(line => line[0] == 'C').Select(line => line.Split(',')).ToDictionary(cells => cells[0], cells => double.Parse(cells[1], CultureInfo.InvariantCulture));
        var read = Column("SELECT customer_id || '|' || p_churn FROM read_parquet('" + file + "') WHERE customer_id LIKE 'C%'", 0).Select(line => line.Split('|')).ToDictionary(cells => cells[0], cells => double.Parse(cells[1], CultureInfo.InvariantCulture));
        Assert.Equal(written.OrderBy(pair => pair.Key), read.OrderBy(pair => pair.Key));
        Assert.Equal("=HYPERLINK(\"x\"), a \"name\"", Assert.Single(Column("SELECT customer_id FROM read_parquet('" + file + "') WHERE customer_id NOT LIKE 'C%'", 0)));

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
}

using System.Diagnostics;
using DuckDB.NET.Data;
using Npgsql;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Benchmarks;

/// <summary>
/// The first import of a shop and then that of one day, against the floor: DuckDB reading the same file into a table, plus the canonical
/// rows written bare (COPY on PostgreSQL, one prepared INSERT in one transaction on SQLite) into a table without an index.
/// </summary>
internal static class ImportBenchmark
{
    private const int OrdersOfADay = 30_000;

    public static void Run(SimulatedShop shop, string? server)
    {
        var folder = Directory.CreateTempSubdirectory("retention-bench-");
        var database = Invariant.Text($"bench_import_{shop.Customers}");
        try
        {
            var (all, day) = (Path.Combine(folder.FullName, "orders.csv"), Path.Combine(folder.FullName, "day.csv"));
            shop.WriteCsv(all);
            shop.WriteDay(day, OrdersOfADay);
            var size = new FileInfo(all).Length / 1e6;
            Measure.Line($"import of {shop.Orders} orders, {size:F1} MB of CSV, into {(server is null ? "SQLite" : "PostgreSQL")}");
            var address = server is null
                ? "sqlite:" + Path.Combine(folder.FullName, "shop.db")
                : new NpgsqlConnectionStringBuilder(server) { Database = database }.ToString();
            if (server is not null) Create(server, database);
            var read = Seconds(() => BareRead(all));
            var write = BareWrite(shop, address);
            var first = Seconds(() => Import(all, address, "first import"));
            var dry = Seconds(() => Import(all, address, null));
            var next = Seconds(() => Import(day, address, "one day"));
            var again = Seconds(() => Import(day, address, "the same day again"));
            Measure.Line($"  floor: bare read        {read,8:F2} s");
            Measure.Line($"  floor: bare write       {write,8:F2} s");
            Measure.Line($"  read and check alone    {dry,8:F2} s = {dry / (read + write):F2} x floor");
            Measure.Line(
                $"  first import            {first,8:F2} s = {first / (read + write):F2} x floor, "
                    + $"{shop.Orders / first / 1e3:F0} k orders/s");
            Measure.Line($"  one day, {OrdersOfADay} orders  {next,8:F2} s; again {again:F2} s");
        }
        finally
        {
            folder.Delete(recursive: true);
            if (server is not null) Drop(server, database);
        }
    }

    private static double Seconds(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalSeconds;
    }

    private static void BareRead(string csv)
    {
        using var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"CREATE TABLE orders AS FROM read_csv('{csv}')";
        command.ExecuteNonQuery();
    }

    /// <summary>Seconds, the store being open; the rows are made while they are written.</summary>
    private static double BareWrite(SimulatedShop shop, string address)
    {
        using var store = RetentionStore.Open(address);
        using var connection = store.Engine.Open();
        using var transaction = store.Engine.BeginWrite(connection);
        using (var command = connection.CreateCommand())
        {
            command.Transaction = transaction;
            command.CommandText = "CREATE TABLE bare AS SELECT * FROM orders WHERE 1 = 0";
            command.ExecuteNonQuery();
        }
        var clock = Stopwatch.StartNew();
        string[] columns = ["customer_key", "order_id", "ordered_at_ms", "amount_minor", "currency", "is_valid"];
        using (var bulk = store.Engine.Bulk(connection, transaction, "bare", columns))
        {
            foreach (var order in shop.Rows())
            {
                bulk.StartRow();
                bulk.Write(CustomerKey.Hash(order.CustomerId));
                bulk.Write(order.OrderId);
                bulk.Write(order.OrderedAtMs);
                bulk.Write(order.AmountMinor);
                bulk.Write(order.Currency);
                bulk.Write(order.IsValid);
            }
            bulk.Complete();
        }
        transaction.Commit();
        var seconds = clock.Elapsed.TotalSeconds;
        using var drop = connection.CreateCommand();
        drop.CommandText = "DROP TABLE bare";
        drop.ExecuteNonQuery();
        return seconds;
    }

    /// <param name="name">What it is, for its line; null for a dry run.</param>
    private static void Import(string csv, string address, string? name)
    {
        using var store = RetentionStore.Open(address);
        var request = new ImportRequest { Preset = "generic", OrdersFile = csv, Calendar = BusinessCalendar.Utc };
        var outcome = ImportRun.Execute(store, request, dryRun: name is null, rejectsPath: null, progress: null, default);
        if (outcome.Stored is { } stored)
            Measure.Line($"  {name}: {stored.Inserted} rows new, {stored.Updated} changed, {stored.Unchanged} there already");
    }

    private static void Create(string server, string database)
    {
        Drop(server, database);
        Execute(server, "CREATE DATABASE " + database);
    }

    private static void Drop(string server, string database) => Execute(server, $"DROP DATABASE IF EXISTS {database} WITH (FORCE)");

    private static void Execute(string address, string sql)
    {
        using var connection = new NpgsqlConnection(address);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.ExecuteNonQuery();
    }
}

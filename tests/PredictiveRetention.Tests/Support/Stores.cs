using System.Data.Common;
using System.Globalization;
using Npgsql;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Storage;
using Xunit;

namespace PredictiveRetention.Tests.Support;

/// <summary>An engine the store tests run on; each store is new and gone after the test.</summary>
public abstract class EngineUnderTest : IDisposable
{
    private protected DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("retention-test-");

    /// <summary>A file beside the stores, gone with them.</summary>
    public string FilePath(string name) => Path.Combine(Folder.FullName, name);

    /// <returns>Where it is.</returns>
    public string Write(string name, string text)
    {
        File.WriteAllText(FilePath(name), text);
        return FilePath(name);
    }

    public abstract string NewAddress();

    /// <summary>Changes the newest store behind the product's back.</summary>
    public abstract void Execute(string sql);

    /// <summary>First column of each row, as text.</summary>
    public abstract List<string> Query(string sql);

    /// <summary>The newest store takes no writes from now on, also over connections that are kept.</summary>
    public abstract void MakeReadOnly();

    public abstract void MakeWritable();

    /// <summary>The newest store cannot be opened from now on, also over connections that are kept.</summary>
    public abstract void TakeAway();

    public abstract void BringBack();

    public virtual void Dispose()
    {
        if (Directory.Exists(Folder.FullName)) Folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected static List<string> FirstColumn(DbConnection connection, string sql)
    {
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var row = command.ExecuteReader();
        var column = new List<string>();
        while (row.Read()) column.Add(Convert.ToString(row.GetValue(0), CultureInfo.InvariantCulture) ?? "");
        return column;
    }
}

public sealed class SqliteUnderTest : EngineUnderTest
{
    private int _count;

    public override string NewAddress() => "sqlite:" + FilePath($"{_count++}.db");

    /// <summary>A store that begins as a copy of a file, which <see cref="SaveTo"/> wrote.</summary>
    public string NewCopyOf(string file)
    {
        var address = NewAddress();
        File.Copy(file, NewestFile);
        return address;
    }

    /// <summary>Writes the newest store into a new file.</summary>
    public void SaveTo(string file) => Execute($"VACUUM INTO '{file}'");

    public override void Execute(string sql)
    {
        using var connection = Newest();
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public override List<string> Query(string sql)
    {
        using var connection = Newest();
        return FirstColumn(connection, sql);
    }

    // A file of a format newer than this SQLite writes is read and not written, whoever asks: root may write what is protected from others.
    public override void MakeReadOnly() => SetFormat(3);

    public override void MakeWritable() => SetFormat(2);

    public override void TakeAway()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        File.Move(NewestFile, NewestFile + ".away");
        Directory.CreateDirectory(NewestFile); // no file can be made in its place
    }

    public override void BringBack()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(NewestFile);
        File.Move(NewestFile + ".away", NewestFile);
    }

    private string NewestFile => FilePath($"{_count - 1}.db");

    private void SetFormat(byte version)
    {
        const int WriteVersion = 18;
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        using var file = new FileStream(NewestFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = WriteVersion;
        file.WriteByte(version);
    }

    private Microsoft.Data.Sqlite.SqliteConnection Newest() => new($"Data Source={NewestFile};Default Timeout=60");

    public override void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        base.Dispose();
    }
}

public sealed class PostgresUnderTest : EngineUnderTest
{
    private readonly List<string> _databases = [];

    private static string? Server => Environment.GetEnvironmentVariable("RETENTION_TEST_POSTGRES");

    public override string NewAddress()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Server), "needs PostgreSQL: RETENTION_TEST_POSTGRES is not set (tests/run sets it)");
        var name = "t_" + Guid.NewGuid().ToString("N");
        Execute($"CREATE DATABASE {name}", Server);
        _databases.Add(name);
        return new NpgsqlConnectionStringBuilder(Server) { Database = name, Pooling = true }.ToString();
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var name in _databases) Execute($"DROP DATABASE IF EXISTS {name} WITH (FORCE)", Server);
    }

    public override void Execute(string sql) => Execute(sql, Newest);

    public override List<string> Query(string sql)
    {
        using var connection = new NpgsqlConnection(Newest);
        return FirstColumn(connection, sql);
    }

    public override void MakeReadOnly()
    {
        Execute($"ALTER DATABASE {_databases[^1]} SET default_transaction_read_only = on", Server);
        EndConnections();
    }

    public override void MakeWritable()
    {
        Execute($"ALTER DATABASE {_databases[^1]} RESET default_transaction_read_only", Server);
        EndConnections();
    }

    public override void TakeAway()
    {
        Execute($"ALTER DATABASE {_databases[^1]} WITH ALLOW_CONNECTIONS false", Server);
        EndConnections();
    }

    public override void BringBack() => Execute($"ALTER DATABASE {_databases[^1]} WITH ALLOW_CONNECTIONS true", Server);

    /// <summary>A statement for the server as a whole.</summary>
    public void ExecuteOnServer(string sql) => Execute(sql, Server);

    /// <summary>As a restart of the server would.</summary>
    public void EndConnections() =>
        Execute($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_databases[^1]}'", Server);

    // A kept connection may be one of those that were ended.
    private string Newest => new NpgsqlConnectionStringBuilder(Server) { Database = _databases[^1], Pooling = false }.ToString();

    private static void Execute(string sql, string? address)
    {
        using var connection = new NpgsqlConnection(address);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}

/// <summary>Shops for store tests.</summary>
internal static class Some
{
    public static readonly Shop Shop = new(Currency.Parse("GBP"), BusinessCalendar.Utc);

    /// <summary>Makes a store what a version left that had no work on actions.</summary>
    public const string Without0008 = "DROP VIEW v_actions; DROP TABLE action_work; DROP TABLE action_event; "
        + "CREATE VIEW v_actions AS SELECT 1 AS play_id; DELETE FROM schemaversions WHERE scriptname = 'schema/0008_actions.sql'";

    public static OrderRow Order(string customer, string id, int day, long amount = 1000, bool valid = true) =>
        new(customer, id, Shop.Calendar.StartOf(day) + 36_000_000, amount, "GBP", IsValid: valid);

    public static ImportResult Import(this RetentionStore store, IEnumerable<OrderRow> orders, IEnumerable<RefundRow>? refunds = null,
        IEnumerable<CustomerRow>? customers = null)
    {
        using var writer = store.Imports.Begin();
        writer.UseShop(Shop.Currency, Shop.Calendar);
        writer.Customers(customers ?? []);
        writer.Orders(orders);
        writer.Refunds(refunds ?? []);
        return writer.Commit("test", "", 0, 0, 0, "{}");
    }

    /// <summary>The simulated shop as order rows.</summary>
    public static IEnumerable<OrderRow> Orders(int customers, int seed = 1) =>
        SimulatedHistories.Customers(customers, seed: seed).SelectMany(customer => customer.Orders.Select((order,
            i) => Order("C" + customer.Key, $"O{customer.Key}-{i}", order.Day, order.AmountMinor)));
}

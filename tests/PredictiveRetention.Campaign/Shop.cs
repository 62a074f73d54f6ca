using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Campaign;

/// <summary>A store in which one trial takes place: a copy of an imported shop of 300 customers, scored in twelve shards.</summary>
internal abstract class Shop : IDisposable
{
    public const int Customers = 300;
    public const string ShardSize = "25";

    public abstract string Store { get; }

    public Night Score(string? failpoints = null, string? through = null) => new(failpoints, ScoreVerb(through ?? Store));

    public Night ScoreWithOneWorker(string failpoints) => Night.WithOneWorker(failpoints, ScoreVerb(Store));

    public Night Score(Clock clock, string? failpoints = null) => Night.Under(clock, failpoints, ScoreVerb(Store));

    /// <summary>The newest published night lies days back, so that a service that starts finds one missed.</summary>
    public void MissANight() => Execute("UPDATE run SET published_at_ms = published_at_ms - 259200000 WHERE state = 'published'");

    /// <summary>Until the query finds a row, for a minute.</summary>
    public bool Becomes(string query)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1); Thread.Sleep(50))
            if (Query(query).Count > 0) return true;
        return false;
    }

    /// <summary>Who holds a lease now.</summary>
    public List<string> Holders() =>
        Query("SELECT owner FROM run WHERE owner IS NOT NULL UNION SELECT owner FROM run_shard WHERE state = 'claimed'");

    /// <summary>
    /// What time does to the leases of those who fell silent. Rows they still have locked wait for the server to end them.
    /// </summary>
    public void LetLeasesPass(IReadOnlyCollection<string> silent)
    {
        if (silent.Count == 0) return;
        var holders = string.Join(", ", silent.Select(owner => $"'{owner}'"));
        Execute($"UPDATE run SET lease_until_ms = 0 WHERE run_id IN (SELECT run_id FROM run WHERE owner IN ({holders}){SkipLocked})");
        Execute(
            $"UPDATE run_shard SET lease_until_ms = 0 WHERE (run_id, shard) IN (SELECT run_id, shard FROM run_shard WHERE state = "
                + $"'claimed' AND owner IN ({holders}){SkipLocked})");
    }

    protected abstract string SkipLocked { get; }

    public abstract void Execute(string sql);

    public abstract List<string> Query(string sql);

    public abstract void Dispose();

    /// <summary>
    /// What is broken, by invariant; asked of the tables here and, for the rows themselves, of the product's own verification.
    /// </summary>
    public List<string> Broken(IReadOnlyList<string> checksums)
    {
        var broken = new List<string>();
        if (Query("SELECT r.run_id FROM current_run c JOIN run r ON r.run_id = c.run_id WHERE r.state = 'published'").Count != 1)
            return ["I2: no published night"];
        var run = Query("SELECT run_id FROM current_run")[0];
        var rows = Query($"SELECT count(*) FROM prediction WHERE run_id = {run}")[0];
        if (rows != Number(Customers) || Query($"SELECT count(DISTINCT customer_key) FROM prediction WHERE run_id = {run}")[0] != rows)
            broken.Add($"I1: {rows} rows of {Customers} customers");
        if (Query(
            "SELECT business_date FROM run WHERE state = 'published' AND purpose = 'night' "
            + "GROUP BY business_date HAVING count(*) > 1").Count > 0)
            broken.Add("I3: two published runs of one date");
        if (Query($"SELECT kind FROM outbox WHERE run_id = {run} AND kind = 'run.published'").Count != 1)
            broken.Add("I4: told other than once");
        if (Query($"SELECT run_id FROM run WHERE run_id = {run} AND model_version IS NOT NULL AND settings IS NOT NULL").Count != 1)
            broken.Add("I5: the run does not say what made it");
        if (Query($"SELECT shard FROM run_shard WHERE run_id = {run} AND (state <> 'done' OR fence <> attempts)").Count > 0)
            broken.Add("I6: a shard was not committed by its last holder");
        if (!Query($"SELECT checksum FROM run_shard WHERE run_id = {run} ORDER BY shard").SequenceEqual(checksums))
            broken.Add("I7: checksums differ from an undisturbed run");
        using var store = RetentionStore.Open(Store);
        broken.AddRange(store.Verifier.Verify(store.RequireShop(), null, default)
            .Where(check => !check.Holds)
            .Select(check => $"{check.Name}: {string.Join(", ", check.Broken)}"));
        return broken;
    }

    public List<string> Checksums() =>
        Query("SELECT s.checksum FROM run_shard s JOIN current_run c ON c.run_id = s.run_id ORDER BY s.shard");

    /// <summary>Shards that were claimed more than once: work that was repeated.</summary>
    public int Repeated() =>
        int.Parse(Query("SELECT coalesce(sum(s.attempts - 1), 0) FROM run_shard s JOIN current_run c ON c.run_id = s.run_id")[0],
            CultureInfo.InvariantCulture);

    public static void WriteOrders(string path)
    {
        using var writer = new StreamWriter(path);
        writer.WriteLine("customer_id,order_id,ordered_at,amount,currency");
        var random = new Random(11);
        for (var customer = 0; customer < Customers; customer++)
        {
            var day = new DateOnly(2023, 1, 1).AddDays(random.Next(600));
            for (var order = 0; order <= random.Next(12)
                && day < new DateOnly(2025, 1, 1); order++, day = day.AddDays(1 + random.Next(120)))
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"C{customer},O{customer}-{order},{day:yyyy-MM-dd}T10:00:00,{5 + random.Next(20000) / 100.0:F2},EUR"));
        }
    }

    private static string[] ScoreVerb(string store) =>
        ["score", "--store", store, "--models", Path.Combine(Path.GetTempPath(), "retention-campaign-no-models"), "--shard-size",
            ShardSize];

    protected static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}

internal sealed class PostgresShop : Shop
{
    private static int s_count;
    private readonly ThrowawayPostgres _server;

    public PostgresShop(ThrowawayPostgres server, string template, string? tablespace = null)
    {
        (_server, Database) = (server, "trial_" + Number(Interlocked.Increment(ref s_count)));
        // A template may not be in use while it is copied.
        lock (server) server.Execute("postgres",
            $"CREATE DATABASE {Database} TEMPLATE {template}{(tablespace is null ? "" : " TABLESPACE " + tablespace)}");
    }

    public string Database { get; }

    protected override string SkipLocked => " FOR UPDATE SKIP LOCKED";

    public override string Store => _server.Address(Database);

    public string Through(PostgresProxy proxy) => _server.Address(Database, proxy.Port);

    public override void Execute(string sql) => _server.Execute(Database, sql);

    public override List<string> Query(string sql) =>
        [.. _server.Query(Database, sql).Select(row => Convert.ToString(row[0], CultureInfo.InvariantCulture)!)];

    public override void Dispose() => _server.Execute("postgres", $"DROP DATABASE {Database} WITH (FORCE)");
}

internal sealed class SqliteShop : Shop
{
    private readonly string _path;

    public SqliteShop(string template, string? folder = null)
    {
        _path = Path.Combine(folder ?? Path.GetTempPath(), $"retention-campaign-{Guid.NewGuid():N}.db");
        File.Copy(template, _path);
    }

    public override string Store => "sqlite:" + _path;

    protected override string SkipLocked => "";

    public override void Execute(string sql)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public override List<string> Query(string sql)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var row = command.ExecuteReader();
        var column = new List<string>();
        while (row.Read()) column.Add(Convert.ToString(row.GetValue(0), CultureInfo.InvariantCulture)!);
        return column;
    }

    public override void Dispose()
    {
        foreach (var file in new[] { _path, _path + "-wal", _path + "-shm" }) File.Delete(file);
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={_path};Pooling=false;Default Timeout=60");
        connection.Open();
        return connection;
    }
}

using System.Data;
using System.Data.Common;
using System.Globalization;
using Dapper;
using DbUp;
using DbUp.Builder;
using Npgsql;

namespace PredictiveRetention.Storage;

/// <summary>The production engine: any number of processes, predictions in one partition a run.</summary>
internal sealed class PostgresEngine : Engine
{
    // Applications of this name, followed by the seconds it may last, are transactions of a night.
    private const string Bound = "retention, seconds: ";

    private readonly NpgsqlDataSource _source;
    private readonly string _connectionString;

    /// <param name="settings">As <see cref="StoreAddress"/> reads them.</param>
    public PostgresEngine(NpgsqlConnectionStringBuilder settings)
    {
        if (settings.ApplicationName is null) settings.ApplicationName = "PredictiveRetention";
        // The same few questions are asked all the time: the server need not plan them each time. A pooler that shares connections by
        // transaction wants 0 here.
        if (settings.Keys.All(name => name != "Max Auto Prepare")) settings.MaxAutoPrepare = 40;
        _connectionString = settings.ToString();
        _source = NpgsqlDataSource.Create(_connectionString);
    }

    public override string Name => "PostgreSQL";
    public override string NowMs => "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";
    public override string ForUpdate => " FOR UPDATE";
    public override string ForShare => " FOR SHARE";

    public override string SkipLocked(string alias) => $" FOR UPDATE OF {alias} SKIP LOCKED";

    /// <summary>Straight into the run's partition: nothing to route.</summary>
    public override string PredictionTable(long runId) => Partition(runId);

    public override string HasStore => "SELECT CASE WHEN to_regclass('schemaversions') IS NULL THEN 0 ELSE 1 END";

    public override Dictionary<string, string> SchemaVariables =>
        new()
        {
            ["clustered"] = "", ["by_run"] = "PARTITION BY LIST (run_id)", ["bytes"] = "bytea", ["false"] = "false",
            ["orders_in_time"] =
            "CREATE INDEX orders_in_time ON orders (customer_key, ordered_at_ms, order_id) INCLUDE (amount_minor) WHERE is_valid",
            ["thinned"] = "WITH (autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_scale_factor = 0.02)",
            ["plain_id"] = PlainId("customer_id"), ["at_from"] = "to_timestamp(", ["at_to"] = " / 1000.0)"
        };

    protected override string PlainCase => " COLLATE \"C\"";

    /// <summary>
    /// A day's file asks for few rows of large tables, always by their keys: were rows at random dearer than rows in order, the planner
    /// would rather read all of them.
    /// </summary>
    public override string? ImportSettings =>
        "SET LOCAL random_page_cost = 1; SET LOCAL jit = off; SET LOCAL work_mem = '128MB'; SET LOCAL maintenance_work_mem = '512MB'";

    /// <summary>A merge by order id would read the index from its first id to those of a day's file, which are its last.</summary>
    public override (string Before, string After)? OneByOne =>
        ("SET LOCAL enable_mergejoin = off; SET LOCAL enable_hashjoin = off",
            "SET LOCAL enable_mergejoin = on; SET LOCAL enable_hashjoin = on");

    public override string? Survey(string table) => "ANALYZE " + table;

    public override string IndexesOf(string table) =>
        "SELECT CAST(i.indexrelid::regclass AS text), pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
        + $"WHERE i.indrelid = '{table}'::regclass AND NOT i.indisprimary AND pg_has_role(c.relowner, 'USAGE') "
        + "AND NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')";

    public override DbConnection Open()
    {
        try
        {
            return _source.OpenConnection();
        }
        catch (NpgsqlException fault)
        {
            throw Unavailable(fault);
        }
    }

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellation)
    {
        try
        {
            return await _source.OpenConnectionAsync(cancellation);
        }
        catch (NpgsqlException fault)
        {
            throw Unavailable(fault);
        }
    }

    public override UpgradeEngineBuilder Upgrader() => DeployChanges.To.PostgresqlDatabase(_connectionString);

    public override DbTransaction BeginWrite(DbConnection connection) => connection.BeginTransaction(IsolationLevel.ReadCommitted);

    public override ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellation) =>
        connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);

    public override DbTransaction BeginSnapshot(DbConnection connection) => connection.BeginTransaction(IsolationLevel.RepeatableRead);

    public override BulkInsert Bulk(DbConnection connection, DbTransaction transaction, string table, params string[] columns) =>
        new PostgresCopyWriter((NpgsqlConnection)connection, table, columns);

    public override RowReader Rows(DbConnection connection, DbTransaction transaction, string sql) =>
        new PostgresCopyReader((NpgsqlConnection)connection, sql);

    /// <summary>
    /// A holder frozen inside its transaction would keep the row locked that others need to take over: the server ends it where it stands
    /// idle, and others where it does not (see <see cref="EndOverdue"/>). A shard's commit need not wait for the disk: if the server falls
    /// before it is written, the shard is open again, and publication, which waits, comes later.
    /// </summary>
    public override string? BoundOf(bool mayBeLost)
    {
        var seconds = mayBeLost ? 30 : 900;
        return $"SET LOCAL idle_in_transaction_session_timeout = '15s'; SET LOCAL statement_timeout = '{seconds}s'; "
            + $"SET LOCAL application_name = '{Bound}{seconds}'" + (mayBeLost ? "; SET LOCAL synchronous_commit = off" : "");
    }

    /// <summary>
    /// The server's own limits do not hold while it waits for the client's next part of a COPY. CASE, because a condition beside the cast
    /// need not be judged before it.
    /// </summary>
    public override void EndOverdue(DbConnection connection) => connection.Execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
        + "AND pid <> pg_backend_pid() AND xact_start < clock_timestamp() - make_interval(secs => "
        + $"CASE WHEN application_name ~ '^{Bound}[0-9]{{1,6}}$' THEN CAST(substr(application_name, {Bound.Length + 1}) AS int) END)");

    /// <summary>
    /// Made beside and attached: creating it as a partition would lock readers of the table out until the transaction ends.
    /// </summary>
    public override void CreatePredictionRoom(DbConnection connection, DbTransaction transaction, long runId) =>
        connection.Execute(
            $"CREATE TABLE {Partition(runId)} (LIKE prediction INCLUDING ALL); ALTER TABLE prediction ATTACH PARTITION "
                + $"{Partition(runId)} FOR VALUES IN ({runId.ToString(CultureInfo.InvariantCulture)})",
            transaction: transaction);

    public override string PredictionRoom(long runId) =>
        "SELECT CASE WHEN i.inhdetachpending THEN 'pending' WHEN EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN "
            + "'distributed' "
        + "ELSE 'attached' END FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
        + $"WHERE c.relname = '{Partition(runId)}' AND i.inhparent = 'prediction'::regclass";

    /// <summary>Citus detaches a partition only while it holds readers of the table up.</summary>
    public override IEnumerable<string> DropPredictionRoom(long runId, string? state)
    {
        var detach = $"ALTER TABLE prediction DETACH PARTITION {Partition(runId)}";
        if (state is not null) yield return detach + state switch { "pending" => " FINALIZE", "distributed" => "", _ => " CONCURRENTLY" };
        yield return $"DROP TABLE IF EXISTS {Partition(runId)}";
    }

    public override void Tidy(DbConnection connection) => connection.Execute("VACUUM (ANALYZE) customer, orders", commandTimeout: 0);

    public override void ForgetConnections() => _source.Clear();

    public override void Dispose() => _source.Dispose();

    private static string Partition(long runId) => "prediction_run_" + runId.ToString(CultureInfo.InvariantCulture);

    private RetentionException Unavailable(NpgsqlException fault)
    {
        var settings = new NpgsqlConnectionStringBuilder(_connectionString);
        return new RetentionException(
            Failure.DependencyUnavailable,
            $"PostgreSQL at {settings.Host}:{settings.Port.ToString(CultureInfo.InvariantCulture)}, database '{settings.Database}', user "
                + $"'{settings.Username}' cannot be used: {fault.Message}",
            fault);
    }
}

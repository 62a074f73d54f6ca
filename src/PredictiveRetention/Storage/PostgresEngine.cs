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

    public PostgresEngine(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            if (settings.ApplicationName is null) settings.ApplicationName = "PredictiveRetention";
            // The same few questions are asked all the time: the server need not plan them each time. A pooler that shares connections by transaction wants 0 here.
            if (!connectionString.Contains("Auto Prepare", StringComparison.OrdinalIgnoreCase)) settings.MaxAutoPrepare = 40;
            _connectionString = settings.ToString();
            _source = NpgsqlDataSource.Create(_connectionString);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            throw new RetentionException(Failure.Usage, $"The PostgreSQL connection string cannot be read: {fault.Message}", fault);
        }
    }

    public override string Name => "PostgreSQL";
    public override string NowMs => "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";
    public override string ForUpdate => " FOR UPDATE";
    public override string ForShare => " FOR SHARE";

    public override string ForUpdateOf(string alias) => " FOR UPDATE OF " + alias;

    public override string SkipLocked(string alias) => $" FOR UPDATE OF {alias} SKIP LOCKED";

    /// <summary>Straight into the run's partition: nothing to route.</summary>
    public override string PredictionTable(long runId) => Partition(runId);

    public override Dictionary<string, string> SchemaVariables => new()
    {
        ["clustered"] = "", ["by_run"] = "PARTITION BY LIST (run_id)", ["bytes"] = "bytea", ["false"] = "false",
        ["orders_in_time"] = "CREATE INDEX orders_in_time ON orders (customer_key, ordered_at_ms, order_id) INCLUDE (amount_minor) WHERE is_valid",
        ["at_from"] = "to_timestamp(", ["at_to"] = " / 1000.0)"
    };

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

    public override DbTransaction BeginSnapshot(DbConnection connection) => connection.BeginTransaction(IsolationLevel.RepeatableRead);

    public override BulkInsert Bulk(DbConnection connection, DbTransaction transaction, string table, params string[] columns) =>
        new PostgresCopyWriter((NpgsqlConnection)connection, table, columns);

    public override RowReader Rows(DbConnection connection, DbTransaction transaction, string sql) => new PostgresCopyReader((NpgsqlConnection)connection, sql);

    /// <summary>
    /// A holder frozen inside its transaction would keep the row locked that others need to take over: the server ends it where it stands idle,
    /// and others where it does not (see <see cref="EndOverdue"/>). A shard's commit need not wait for the disk: if the server falls before it is
    /// written, the shard is open again, and publication, which waits, comes later.
    /// </summary>
    public override void BoundTransaction(DbConnection connection, DbTransaction transaction, bool mayBeLost)
    {
        var seconds = mayBeLost ? 30 : 900;
        connection.Execute(
            $"SET LOCAL idle_in_transaction_session_timeout = '15s'; SET LOCAL statement_timeout = '{seconds}s'; SET LOCAL application_name = '{Bound}{seconds}'" + (mayBeLost ? "; SET LOCAL synchronous_commit = off" : ""),
            transaction: transaction);
    }

    /// <summary>The server's own limits do not hold while it waits for the client's next part of a COPY.</summary>
    public override void EndOverdue(DbConnection connection) => connection.Execute(
        $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid() AND application_name LIKE '{Bound}%' "
        + $"AND xact_start < clock_timestamp() - make_interval(secs => substr(application_name, {Bound.Length + 1})::int)");

    /// <summary>Made beside and attached: creating it as a partition would lock readers of the table out until the transaction ends.</summary>
    public override void CreatePredictionRoom(DbConnection connection, DbTransaction transaction, long runId) =>
        connection.Execute(
            $"CREATE TABLE {Partition(runId)} (LIKE prediction INCLUDING ALL); ALTER TABLE prediction ATTACH PARTITION {Partition(runId)} FOR VALUES IN ({runId.ToString(CultureInfo.InvariantCulture)})",
            transaction: transaction);

    public override void DropPredictionRoom(DbConnection connection, long runId)
    {
        var attached = connection.QuerySingleOrDefault<bool?>(
            "SELECT i.inhdetachpending FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relname = @name AND i.inhparent = 'prediction'::regclass", new { name = Partition(runId) });
        if (attached is { } pending) connection.Execute($"ALTER TABLE prediction DETACH PARTITION {Partition(runId)} {(pending ? "FINALIZE" : Distributed(connection) ? "" : "CONCURRENTLY")}");
        connection.Execute($"DROP TABLE IF EXISTS {Partition(runId)}");
    }

    /// <summary>Citus detaches a partition only while it holds readers of the table up.</summary>
    private static bool Distributed(DbConnection connection) => connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')");

    public override void Tidy(DbConnection connection) => connection.Execute("VACUUM (ANALYZE) customer, orders", commandTimeout: 0);

    public override bool IsPassing(Exception fault) => fault switch
    {
        RetentionException { InnerException: NpgsqlException inner } => IsPassing(inner),
        PostgresException server => server.IsTransient || server.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.QueryCanceled or "25P03" or PostgresErrorCodes.DiskFull,
        NpgsqlException or EndOfStreamException => true,
        _ => false,
    };

    public override void Dispose() => _source.Dispose();

    private static string Partition(long runId) => "prediction_run_" + runId.ToString(CultureInfo.InvariantCulture);

    private RetentionException Unavailable(NpgsqlException fault)
    {
        var settings = new NpgsqlConnectionStringBuilder(_connectionString);
        return new RetentionException(
            Failure.DependencyUnavailable,
            $"PostgreSQL at {settings.Host}:{settings.Port.ToString(CultureInfo.InvariantCulture)}, database '{settings.Database}', user '{settings.Username}' cannot be used: {fault.Message}",
            fault);
    }
}

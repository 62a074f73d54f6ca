using System.Data;
using System.Data.Common;
using System.Globalization;
using Dapper;
using DbUp;
using DbUp.Builder;
using Npgsql;
using NpgsqlTypes;

namespace PredictiveRetention.Storage;

/// <summary>The production engine: any number of processes, predictions in one partition a run.</summary>
internal sealed class PostgresEngine : Engine
{
    private readonly NpgsqlDataSource _source;
    private readonly string _connectionString;

    public PostgresEngine(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            if (settings.ApplicationName is null) settings.ApplicationName = "PredictiveRetention";
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

    public override Dictionary<string, string> SchemaVariables => new() { ["clustered"] = "", ["by_run"] = "PARTITION BY LIST (run_id)" };

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
        new BinaryCopy(((NpgsqlConnection)connection).BeginBinaryImport($"COPY {table} ({string.Join(", ", columns)}) FROM STDIN (FORMAT binary)"));

    public override void CreatePredictionRoom(DbConnection connection, DbTransaction transaction, long runId) =>
        connection.Execute($"CREATE TABLE IF NOT EXISTS {Partition(runId)} PARTITION OF prediction FOR VALUES IN ({runId.ToString(CultureInfo.InvariantCulture)})", transaction: transaction);

    public override void DropPredictionRoom(DbConnection connection, DbTransaction transaction, long runId) =>
        connection.Execute($"DROP TABLE IF EXISTS {Partition(runId)}", transaction: transaction);

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

    private sealed class BinaryCopy(NpgsqlBinaryImporter importer) : BulkInsert
    {
        public override void StartRow() => importer.StartRow();
        public override void Write(long value) => importer.Write(value, NpgsqlDbType.Bigint);
        public override void Write(int value) => importer.Write(value, NpgsqlDbType.Integer);
        public override void Write(double value) => importer.Write(value, NpgsqlDbType.Double);
        public override void Write(bool value) => importer.Write(value, NpgsqlDbType.Boolean);

        public override void Write(string? value)
        {
            if (value is null) importer.WriteNull(); else importer.Write(value, NpgsqlDbType.Text);
        }

        public override void WriteNull() => importer.WriteNull();
        public override void Complete() => importer.Complete();
        public override void Dispose() => importer.Dispose();
    }
}

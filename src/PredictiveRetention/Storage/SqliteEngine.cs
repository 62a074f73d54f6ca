using System.Data;
using System.Data.Common;
using System.Globalization;
using Dapper;
using DbUp;
using DbUp.Builder;
using Microsoft.Data.Sqlite;

namespace PredictiveRetention.Storage;

/// <summary>The embedded default: one file, several processes (write-ahead log), one writer at a time.</summary>
internal sealed class SqliteEngine : Engine
{
    private readonly string _connectionString;

    public SqliteEngine(string path)
    {
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RetentionException(Failure.DependencyUnavailable, $"The folder of the store {path} cannot be made: {fault.Message}",
                fault);
        }
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 60, Pooling = true }.ToString();
    }

    public override string Name => "SQLite";
    public override string NowMs => "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
    public override string ForUpdate => "";
    public override string ForShare => "";

    public override string SkipLocked(string alias) => "";

    public override string PredictionTable(long runId) => "prediction";

    public override string HasStore => "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schemaversions' COLLATE NOCASE";

    public override Dictionary<string, string> SchemaVariables =>
        new()
        {
            ["clustered"] = "WITHOUT ROWID", ["by_run"] = "WITHOUT ROWID", ["bytes"] = "blob", ["false"] = "0",
            ["orders_in_time"] = "SELECT 1", ["plain_id"] = PlainId("customer_id"),
            ["at_from"] = "strftime('%Y-%m-%dT%H:%M:%fZ', ", ["at_to"] = " / 1000.0, 'unixepoch')"
        };

    protected override string PlainCase => "";

    public override string? ImportSettings => null;

    public override string? Survey(string table) => null;

    public override string IndexesOf(string table) =>
        $"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = '{table}' AND sql IS NOT NULL";

    public override DbConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            connection.Execute(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = FILE; PRAGMA cache_size = -65536; PRAGMA "
                    + "busy_timeout = 60000;");
            return connection;
        }
        catch (SqliteException fault)
        {
            connection.Dispose();
            throw new RetentionException(Failure.DependencyUnavailable,
                $"The store {connection.DataSource} cannot be opened: {fault.Message}", fault);
        }
    }

    public override Task<DbConnection> OpenAsync(CancellationToken cancellation) => Task.FromResult(Open());

    public override UpgradeEngineBuilder Upgrader() => DeployChanges.To.SqliteDatabase(_connectionString);

    public override DbTransaction BeginWrite(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(deferred: false);

    /// <summary>The driver does nothing asynchronously: a file is read and locked where it is asked for.</summary>
    public override ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellation) =>
        new(BeginWrite(connection));

    public override DbTransaction BeginSnapshot(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(deferred: true);

    public override BulkInsert Bulk(DbConnection connection, DbTransaction transaction, string table, params string[] columns) =>
        new PreparedInsert((SqliteConnection)connection, (SqliteTransaction)transaction, table, columns);

    public override void CreatePredictionRoom(DbConnection connection, DbTransaction transaction, long runId) { }

    public override string PredictionRoom(long runId) => "SELECT 'shared'";

    public override IEnumerable<string> DropPredictionRoom(long runId, string? state) =>
        [$"DELETE FROM prediction WHERE run_id = {runId.ToString(CultureInfo.InvariantCulture)}"];

    public override RowReader Rows(DbConnection connection, DbTransaction transaction, string sql) =>
        new Reader((SqliteConnection)connection, (SqliteTransaction)transaction, sql);

    public override string? BoundOf(bool mayBeLost) => null;

    public override void EndOverdue(DbConnection connection) { }

    public override void Tidy(DbConnection connection) => connection.Execute("PRAGMA optimize");

    public override void ForgetConnections() => SqliteConnection.ClearPool(new SqliteConnection(_connectionString));

    public override void Dispose() => ForgetConnections();

    private sealed class PreparedInsert : BulkInsert
    {
        private readonly SqliteCommand _command;
        private int _next;
        private bool _pending;

        public PreparedInsert(SqliteConnection connection, SqliteTransaction transaction, string table, string[] columns)
        {
            _command = connection.CreateCommand();
            _command.Transaction = transaction;
            _command.CommandText =
                $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
            for (var i = 0; i < columns.Length; i++) _command.Parameters.Add(new SqliteParameter($"@p{i}", null));
            _command.Prepare();
        }

        public override void StartRow()
        {
            Flush();
            _next = 0;
            _pending = true;
        }

        public override void Write(long value) => Next(SqliteType.Integer, value);
        public override void Write(int value) => Next(SqliteType.Integer, value);
        public override void Write(double value) => Next(SqliteType.Real, value);
        public override void WriteReal(float value) => Next(SqliteType.Real, float.IsFinite(value) ? (double)value : DBNull.Value);
        public override void Write(bool value) => Next(SqliteType.Integer, value ? 1L : 0L);
        public override void Write(string? value) => Next(SqliteType.Text, (object?)value ?? DBNull.Value);
        public override void Write(ReadOnlySpan<byte> value) => Next(SqliteType.Blob, value.ToArray());
        public override void WriteNull() => Next(SqliteType.Integer, DBNull.Value);
        public override void Complete() => Flush();
        public override void Dispose() => _command.Dispose();

        private void Next(SqliteType type, object value)
        {
            var parameter = _command.Parameters[_next++];
            parameter.SqliteType = type;
            parameter.Value = value;
        }

        private void Flush()
        {
            if (_pending) _command.ExecuteNonQuery();
            _pending = false;
        }
    }

    private sealed class Reader : RowReader
    {
        private readonly SqliteCommand _command;
        private readonly SqliteDataReader _row;
        private int _next;

        public Reader(SqliteConnection connection, SqliteTransaction transaction, string sql)
        {
            _command = connection.CreateCommand();
            _command.Transaction = transaction;
            _command.CommandText = sql;
            _row = _command.ExecuteReader();
        }

        public override bool Read()
        {
            _next = 0;
            return _row.Read();
        }

        public override long Long() => _row.GetInt64(_next++);
        public override int Int() => _row.GetInt32(_next++);
        public override double Double() => _row.GetDouble(_next++);
        public override bool Bool() => _row.GetBoolean(_next++);
        public override string Text() => _row.GetString(_next++);

        public override bool SkipNull()
        {
            if (!_row.IsDBNull(_next)) return false;
            _next++;
            return true;
        }

        public override void Dispose()
        {
            _row.Dispose();
            _command.Dispose();
        }
    }
}

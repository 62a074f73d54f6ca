using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;
using Dapper;
using DbUp;
using DbUp.Builder;
using Microsoft.Data.Sqlite;
using SQLitePCL;

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
            ["orders_in_time"] = "SELECT 1", ["thinned"] = "", ["plain_id"] = PlainId("customer_id"),
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
        new PreparedInsert((SqliteConnection)connection, table, columns);

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

    /// <summary>
    /// One statement, bound and run by SQLite's own functions: a command with its parameters costs more than the rows it writes.
    /// </summary>
    private sealed class PreparedInsert : BulkInsert
    {
        private readonly sqlite3 _database;
        private readonly sqlite3_stmt _statement;
        private readonly bool[] _hasValue;
        private byte[] _utf8 = new byte[256];
        private int _next;
        private bool _pending;

        public PreparedInsert(SqliteConnection connection, string table, string[] columns)
        {
            _database = connection.Handle ?? throw new InvalidOperationException("The connection is closed.");
            _hasValue = new bool[columns.Length];
            Check(raw.sqlite3_prepare_v2(_database,
                $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(_ => "?"))})",
                out _statement));
        }

        public override void StartRow()
        {
            Flush();
            _next = 0;
            _pending = true;
        }

        public override void Write(long value) => Check(raw.sqlite3_bind_int64(_statement, Next(), value));
        public override void Write(int value) => Write((long)value);
        public override void Write(double value) => Check(raw.sqlite3_bind_double(_statement, Next(), value));
        public override void Write(bool value) => Write(value ? 1L : 0L);

        /// <summary>A parameter is null until it has had a value, and many columns have none in a whole file.</summary>
        public override void WriteNull()
        {
            if (!_hasValue[_next++]) return;
            _hasValue[_next - 1] = false;
            Check(raw.sqlite3_bind_null(_statement, _next));
        }

        public override void WriteReal(float value)
        {
            if (float.IsFinite(value)) Write((double)value); else WriteNull();
        }

        public override void Write(string? value)
        {
            if (value is null)
            {
                WriteNull();
                return;
            }
            if (value.Length == 0)
            {
                // No bytes would be bound as null.
                Check(raw.sqlite3_bind_text(_statement, Next(), ""));
                return;
            }
            var most = Encoding.UTF8.GetMaxByteCount(value.Length);
            if (_utf8.Length < most) _utf8 = new byte[2 * most];
            Check(raw.sqlite3_bind_text(_statement, Next(), _utf8.AsSpan(0, Encoding.UTF8.GetBytes(value, _utf8))));
        }

        public override void Write(ReadOnlySpan<byte> value) => Check(value.IsEmpty
            ? raw.sqlite3_bind_zeroblob(_statement, Next(), 0)
            : raw.sqlite3_bind_blob(_statement, Next(), value));

        public override void Complete() => Flush();
        public override void Dispose() => _statement.Dispose();

        private int Next()
        {
            _hasValue[_next] = true;
            return ++_next;
        }

        private void Flush()
        {
            if (!_pending) return;
            _pending = false;
            var code = raw.sqlite3_step(_statement);
            if (code != raw.SQLITE_DONE) SqliteException.ThrowExceptionForRC(code, _database);
            raw.sqlite3_reset(_statement);
        }

        private void Check(int code)
        {
            if (code != raw.SQLITE_OK) SqliteException.ThrowExceptionForRC(code, _database);
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

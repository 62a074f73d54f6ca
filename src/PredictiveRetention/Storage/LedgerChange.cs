using System.Data.Common;
using System.Globalization;
using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>
/// One transaction on the ledger of runs, bounded in time so that a frozen process does not keep its locks. Rows are locked in the order run,
/// shard, data. Disposed without a commit, it changes nothing.
/// </summary>
internal sealed class LedgerChange : IDisposable
{
    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;

    /// <param name="mayBeLost">What it writes can be made again, so its commit need not wait for the server's disk.</param>
    public LedgerChange(Engine engine, bool mayBeLost = false)
    {
        Engine = engine;
        _connection = engine.Open();
        try
        {
            _transaction = engine.BeginWrite(_connection);
            engine.BoundTransaction(_connection, _transaction, mayBeLost);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    public Engine Engine { get; }

    /// <summary>Renews the lease and locks the run's row, so that a take-over and this commit cannot both happen.</summary>
    /// <exception cref="LeaseLostException">Somebody took the run over, or it is in another state.</exception>
    public void Fence(Run run, RunState state)
    {
        var held = Execute(
            $"UPDATE run SET lease_until_ms = {Engine.NowMs} + @lease WHERE run_id = @RunId AND fence = @Fence AND state = @state",
            new { lease = RunLedger.LeaseMs, run.RunId, run.Fence, state = state.Word() });
        if (held != 1) throw new LeaseLostException(run.RunId);
    }

    /// <summary>The run, its row locked.</summary>
    /// <exception cref="RetentionException">There is no such run.</exception>
    public Run Lock(long runId) =>
        QuerySingleOrDefault<Run>($"SELECT * FROM run WHERE run_id = @runId{Engine.ForUpdate}", new { runId })
        ?? throw new RetentionException(Failure.NotFound, $"There is no run {runId.ToString(CultureInfo.InvariantCulture)}.");

    /// <summary>Writes down what happened to a run. Its row is locked, so the numbers of its events are in order.</summary>
    /// <returns>The event's number.</returns>
    public int Record(long runId, string? actor, string what, string? detail) => QuerySingle<int>(
        "INSERT INTO run_event (run_id, seq, at_ms, actor, what, detail) "
        + $"SELECT @runId, coalesce(max(seq), 0) + 1, {Engine.NowMs}, @actor, @what, @detail FROM run_event WHERE run_id = @runId RETURNING seq",
        new { runId, actor = actor ?? "", what, detail });

    public int Execute(string sql, object? parameters = null) => _connection.Execute(sql, parameters, _transaction);

    public T QuerySingle<T>(string sql, object? parameters = null) => _connection.QuerySingle<T>(sql, parameters, _transaction);

    public T? QuerySingleOrDefault<T>(string sql, object? parameters = null) => _connection.QuerySingleOrDefault<T>(sql, parameters, _transaction);

    public T? QueryFirstOrDefault<T>(string sql, object? parameters = null) => _connection.QueryFirstOrDefault<T>(sql, parameters, _transaction);

    public List<T> Query<T>(string sql, object? parameters = null) => _connection.Query<T>(sql, parameters, _transaction).AsList();

    /// <summary>A question over all rows of a run, however long it takes.</summary>
    public T Count<T>(string sql, object parameters) => _connection.QuerySingle<T>(sql, parameters, _transaction, commandTimeout: 0);

    /// <inheritdoc cref="Engine.Rows"/>
    public RowReader Rows(string sql) => Engine.Rows(_connection, _transaction, sql);

    /// <inheritdoc cref="Engine.Bulk"/>
    public BulkInsert Bulk(string table, params string[] columns) => Engine.Bulk(_connection, _transaction, table, columns);

    /// <inheritdoc cref="Engine.CreatePredictionRoom"/>
    public void CreatePredictionRoom(long runId) => Engine.CreatePredictionRoom(_connection, _transaction, runId);

    public void Commit() => _transaction.Commit();

    public void Dispose()
    {
        _transaction.Dispose();
        _connection.Dispose();
    }
}

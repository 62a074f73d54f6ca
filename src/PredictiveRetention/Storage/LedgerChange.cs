using System.Data.Common;
using System.Globalization;
using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>SQL and what its parameters are: what a night says as it runs and a page says while it waits is written once.</summary>
internal readonly record struct Statement(string Sql, object Parameters);

/// <summary>
/// One transaction on the ledger of runs, bounded in time so that a frozen process does not keep its locks. Rows are locked in the order
/// run, pointer, shard, data. Disposed without a commit, it changes nothing.
/// </summary>
internal sealed class LedgerChange : IDisposable, IAsyncDisposable
{
    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;

    private LedgerChange(Engine engine, DbConnection connection, DbTransaction transaction) =>
        (Engine, _connection, _transaction) = (engine, connection, transaction);

    public Engine Engine { get; }

    /// <param name="mayBeLost">What it writes can be made again, so its commit need not wait for the server's disk.</param>
    public static LedgerChange Begin(Engine engine, bool mayBeLost = false)
    {
        var connection = engine.Open();
        try
        {
            var transaction = engine.BeginWrite(connection);
            if (engine.BoundOf(mayBeLost) is { } bound) connection.Execute(bound, transaction: transaction);
            return new LedgerChange(engine, connection, transaction);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static async Task<LedgerChange> BeginAsync(Engine engine, CancellationToken cancellation)
    {
        var connection = await engine.OpenAsync(cancellation);
        try
        {
            var transaction = await engine.BeginWriteAsync(connection, cancellation);
            if (engine.BoundOf(mayBeLost: false) is { } bound)
                await connection.ExecuteAsync(new CommandDefinition(bound, transaction: transaction, cancellationToken: cancellation));
            return new LedgerChange(engine, connection, transaction);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Renews the lease and locks the run's row, so that a take-over and this commit cannot both happen.</summary>
    /// <exception cref="LeaseLostException">Somebody took the run over, or it is in another state.</exception>
    public void Fence(Run run, RunState state)
    {
        var held = Execute(
            $"UPDATE run SET lease_until_ms = {Engine.NowMs} + @lease WHERE run_id = @RunId AND fence = @Fence AND state = @state",
            new { lease = WorkerLease.Ms, run.RunId, run.Fence, state = state.Word() });
        if (held != 1) throw new LeaseLostException(run.RunId);
    }

    /// <summary>The run, its row locked.</summary>
    /// <exception cref="RetentionException">There is no such run.</exception>
    public Run Lock(long runId) => QuerySingleOrDefault<Run>(Locking(runId).Sql, new { runId }) ?? throw NoRun(runId);

    /// <inheritdoc cref="Lock"/>
    public async Task<Run> LockAsync(long runId, CancellationToken cancellation) =>
        await _connection.QuerySingleOrDefaultAsync<Run>(Command(Locking(runId), cancellation)) ?? throw NoRun(runId);

    /// <summary>Writes down what happened to a run. Its row is locked, so the numbers of its events are in order.</summary>
    public void Record(long runId, string? actor, string what, string? detail) => QuerySingle<int>(Recording(runId, actor, what, detail));

    /// <summary>See <see cref="Record"/>; answers with the event's number.</summary>
    public Statement Recording(long runId, string? actor, string what, string? detail) => new(
        "INSERT INTO run_event (run_id, seq, at_ms, actor, what, detail) SELECT @runId, coalesce(max(seq), 0) + 1, "
        + $"{Engine.NowMs}, @actor, @what, @detail FROM run_event WHERE run_id = @runId RETURNING seq",
        new { runId, actor = actor ?? "", what, detail });

    public int Execute(string sql, object? parameters = null) => _connection.Execute(sql, parameters, _transaction);

    public int Execute(Statement statement) => Execute(statement.Sql, statement.Parameters);

    public Task<int> ExecuteAsync(Statement statement, CancellationToken cancellation) =>
        _connection.ExecuteAsync(Command(statement, cancellation));

    public T QuerySingle<T>(string sql, object? parameters = null) => _connection.QuerySingle<T>(sql, parameters, _transaction);

    public T QuerySingle<T>(Statement statement) => QuerySingle<T>(statement.Sql, statement.Parameters);

    public Task<T> QuerySingleAsync<T>(Statement statement, CancellationToken cancellation) =>
        _connection.QuerySingleAsync<T>(Command(statement, cancellation));

    public T? QuerySingleOrDefault<T>(string sql, object? parameters = null) =>
        _connection.QuerySingleOrDefault<T>(sql, parameters, _transaction);

    public T? QueryFirstOrDefault<T>(string sql, object? parameters = null) =>
        _connection.QueryFirstOrDefault<T>(sql, parameters, _transaction);

    public List<T> Query<T>(string sql, object? parameters = null) => _connection.Query<T>(sql, parameters, _transaction).AsList();

    public List<T> Query<T>(Statement statement) => Query<T>(statement.Sql, statement.Parameters);

    public async Task<List<T>> QueryAsync<T>(Statement statement, CancellationToken cancellation) =>
        (await _connection.QueryAsync<T>(Command(statement, cancellation))).AsList();

    /// <summary>A question over all rows of a run, however long it takes.</summary>
    public T Count<T>(Statement statement) =>
        _connection.QuerySingle<T>(statement.Sql, statement.Parameters, _transaction, commandTimeout: 0);

    /// <inheritdoc cref="Count"/>
    public Task<T> CountAsync<T>(Statement statement, CancellationToken cancellation) => _connection.QuerySingleAsync<T>(
        new CommandDefinition(statement.Sql, statement.Parameters, _transaction, commandTimeout: 0, cancellationToken: cancellation));

    /// <inheritdoc cref="Engine.Rows"/>
    public RowReader Rows(string sql) => Engine.Rows(_connection, _transaction, sql);

    /// <inheritdoc cref="Engine.Bulk"/>
    public BulkInsert Bulk(string table, params string[] columns) => Engine.Bulk(_connection, _transaction, table, columns);

    /// <inheritdoc cref="Engine.CreatePredictionRoom"/>
    public void CreatePredictionRoom(long runId) => Engine.CreatePredictionRoom(_connection, _transaction, runId);

    public void Commit() => _transaction.Commit();

    public Task CommitAsync(CancellationToken cancellation) => _transaction.CommitAsync(cancellation);

    public void Dispose()
    {
        _transaction.Dispose();
        _connection.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private Statement Locking(long runId) => new($"SELECT * FROM run WHERE run_id = @runId{Engine.ForUpdate}", new { runId });

    private CommandDefinition Command(Statement statement, CancellationToken cancellation) =>
        new(statement.Sql, statement.Parameters, _transaction, cancellationToken: cancellation);

    private static RetentionException NoRun(long runId) =>
        new(Failure.NotFound, $"There is no run {runId.ToString(CultureInfo.InvariantCulture)}.");
}

using System.Data.Common;
using DbUp.Builder;

namespace PredictiveRetention.Storage;

/// <summary>The few things the two databases do differently; all other SQL is shared.</summary>
internal abstract class Engine : IDisposable
{
    public abstract string Name { get; }

    /// <summary>Expression for the database's own clock, UTC milliseconds: the only clock leases are judged by.</summary>
    public abstract string NowMs { get; }

    /// <summary>Appended to a SELECT that must lock its rows; SQLite locks the whole file in <see cref="BeginWrite"/> instead.</summary>
    public abstract string ForUpdate { get; }
    public abstract string ForShare { get; }

    /// <summary>Locks the row and passes over those others have locked.</summary>
    public abstract string SkipLocked(string alias);

    /// <summary>Where a run's predictions are written.</summary>
    public abstract string PredictionTable(long runId);

    /// <summary>A question that answers 1 where the database has the tables of a store, else 0.</summary>
    public abstract string HasStore { get; }

    /// <summary>Variables of the schema scripts.</summary>
    public abstract Dictionary<string, string> SchemaVariables { get; }

    /// <summary>
    /// A customer id as it is looked for when it may be spelt otherwise: without case, quotes, blanks, leading zeros and a trailing .0.
    /// An index has these words: where they change, it is to be made anew.
    /// </summary>
    /// <param name="column">The column that holds the id.</param>
    public string PlainId(string column)
    {
        var bare = $"trim(lower({column}{PlainCase}), ' =\"''')";
        return $"(ltrim(CASE WHEN substr({bare}, length({bare}) - 1) = '.0' THEN substr({bare}, 1, length({bare}) - 2) "
            + $"ELSE {bare} END, '0'))";
    }

    /// <summary>Appended to a text whose letters A to Z, and no others, are to become small.</summary>
    protected abstract string PlainCase { get; }

    /// <summary>Said at the start of an import; null where there is nothing to say.</summary>
    public abstract string? ImportSettings { get; }

    /// <summary>
    /// Said before and after a statement that looks up rows of a large table one by one, by an index; null where it does so anyway.
    /// </summary>
    public virtual (string Before, string After)? OneByOne => null;

    /// <summary>Counts the rows of a table for the planner; null where it does not ask.</summary>
    public abstract string? Survey(string table);

    /// <summary>
    /// A question for the indexes of a table besides its primary key (name, statement that makes it) that may be made anew; none where the
    /// user does not own the table.
    /// </summary>
    public abstract string IndexesOf(string table);

    public abstract DbConnection Open();

    public abstract Task<DbConnection> OpenAsync(CancellationToken cancellation);

    public abstract UpgradeEngineBuilder Upgrader();

    /// <summary>A transaction that will write: on SQLite it takes the write lock at once, so it cannot fail half-way to get it.</summary>
    public abstract DbTransaction BeginWrite(DbConnection connection);

    /// <inheritdoc cref="BeginWrite"/>
    public abstract ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellation);

    /// <summary>A transaction that sees one state of the database throughout.</summary>
    public abstract DbTransaction BeginSnapshot(DbConnection connection);

    public abstract BulkInsert Bulk(DbConnection connection, DbTransaction transaction, string table, params string[] columns);

    /// <summary>Reads a query that needs no parameters (its numbers are written into it) as fast as the engine can.</summary>
    public abstract RowReader Rows(DbConnection connection, DbTransaction transaction, string sql);

    /// <summary>
    /// Said at the start of a transaction of the night run: how long it may last and stand still, and what its commit waits for; null where
    /// there is nothing to say.
    /// </summary>
    public abstract string? BoundOf(bool mayBeLost);

    /// <summary>
    /// Ends transactions of the night run that last longer than they said, whosever they are: a frozen process would keep its locks.
    /// </summary>
    public abstract void EndOverdue(DbConnection connection);

    /// <summary>Makes room for a run's predictions (a partition on PostgreSQL).</summary>
    public abstract void CreatePredictionRoom(DbConnection connection, DbTransaction transaction, long runId);

    /// <summary>
    /// A question for how a run's room stands, to be asked before <see cref="DropPredictionRoom"/>; no row where it is gone.
    /// </summary>
    public abstract string PredictionRoom(long runId);

    /// <summary>Removes a run's predictions without holding up readers; each outside a transaction. Can be repeated.</summary>
    /// <param name="state">The answer to <see cref="PredictionRoom"/>.</param>
    public abstract IEnumerable<string> DropPredictionRoom(long runId, string? state);

    /// <summary>After a large change: lets the planner know, and the covering index be read without its table.</summary>
    public abstract void Tidy(DbConnection connection);

    /// <summary>Closes the connections that are kept open between calls.</summary>
    public abstract void ForgetConnections();

    public abstract void Dispose();
}

/// <summary>Appends many rows fast: binary COPY on PostgreSQL, one prepared INSERT on SQLite.</summary>
internal abstract class BulkInsert : IDisposable
{
    public abstract void StartRow();
    public abstract void Write(long value);
    public abstract void Write(int value);
    public abstract void Write(double value);
    public abstract void Write(bool value);
    public abstract void Write(string? value);
    public abstract void Write(ReadOnlySpan<byte> value);
    public abstract void WriteNull();

    /// <summary>A column of type real: null where the value is not a finite number.</summary>
    public abstract void WriteReal(float value);

    public void Write(long? value)
    {
        if (value is { } known) Write(known); else WriteNull();
    }

    public void Write(int? value)
    {
        if (value is { } known) Write(known); else WriteNull();
    }

    public void Write(double? value)
    {
        if (value is { } known) Write(known); else WriteNull();
    }

    public void Write(bool? value)
    {
        if (value is { } known) Write(known); else WriteNull();
    }

    /// <summary>Flushes; without it the rows are discarded.</summary>
    public abstract void Complete();

    public abstract void Dispose();
}

/// <summary>Rows of a query, read forward; within a row each column once, from the left.</summary>
internal abstract class RowReader : IDisposable
{
    public abstract bool Read();
    public abstract long Long();
    public abstract int Int();
    public abstract double Double();
    public abstract bool Bool();
    public abstract string Text();

    /// <summary>Passes over the column if it is null.</summary>
    public abstract bool SkipNull();

    public long? MaybeLong() => SkipNull() ? null : Long();
    public int? MaybeInt() => SkipNull() ? null : Int();
    public double? MaybeDouble() => SkipNull() ? null : Double();
    public bool? MaybeBool() => SkipNull() ? null : Bool();
    public string? MaybeText() => SkipNull() ? null : Text();

    public abstract void Dispose();
}

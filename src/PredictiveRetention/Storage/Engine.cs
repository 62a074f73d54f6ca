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

    /// <summary>Variables of the schema scripts.</summary>
    public abstract Dictionary<string, string> SchemaVariables { get; }

    public abstract DbConnection Open();

    public abstract Task<DbConnection> OpenAsync(CancellationToken cancellation);

    public abstract UpgradeEngineBuilder Upgrader();

    /// <summary>A transaction that will write: on SQLite it takes the write lock at once, so it cannot fail half-way to get it.</summary>
    public abstract DbTransaction BeginWrite(DbConnection connection);

    /// <summary>A transaction that sees one state of the database throughout.</summary>
    public abstract DbTransaction BeginSnapshot(DbConnection connection);

    public abstract BulkInsert Bulk(DbConnection connection, DbTransaction transaction, string table, params string[] columns);

    /// <summary>Makes room for a run's predictions (a partition on PostgreSQL).</summary>
    public abstract void CreatePredictionRoom(DbConnection connection, DbTransaction transaction, long runId);

    public abstract void DropPredictionRoom(DbConnection connection, DbTransaction transaction, long runId);

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
    public abstract void WriteNull();

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

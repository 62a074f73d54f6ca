using System.Data.Common;
using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>The SQL of one import, all of it in one transaction.</summary>
internal sealed class ImportSql(Engine engine, DbConnection connection, DbTransaction transaction)
{
    public Engine Engine => engine;

    public int Execute(string sql, object? values = null) => connection.Execute(sql, values, transaction, commandTimeout: 0);

    public T? Scalar<T>(string sql, object? values = null) => connection.ExecuteScalar<T>(sql, values, transaction, commandTimeout: 0);

    public List<T> Query<T>(string sql, object? values = null) =>
        connection.Query<T>(sql, values, transaction, commandTimeout: 0).AsList();

    public T QuerySingle<T>(string sql, object? values = null) => connection.QuerySingle<T>(sql, values, transaction, commandTimeout: 0);

    public bool IsEmpty(string table) => Scalar<long>($"SELECT count(*) FROM (SELECT 1 AS one FROM {table} LIMIT 1) o") == 0;

    /// <summary>A table of this import alone, made from a query.</summary>
    public void Make(string table, string select, string? indexed = null)
    {
        Drop(table);
        Execute($"CREATE TEMP TABLE {table} AS {select}");
        if (indexed is not null) Execute($"CREATE INDEX {table}_index ON {table} ({indexed})");
        Survey(table);
    }

    /// <summary>A table of this import alone that is still empty.</summary>
    public void MakeEmpty(string table, string columns, string from)
    {
        Drop(table);
        // LIKE and CREATE TABLE AS differ between the engines; an empty SELECT copies the column types on both.
        Execute($"CREATE TEMP TABLE {table} AS SELECT {columns} FROM {from} t WHERE 1 = 0");
    }

    /// <summary>Lets the planner know how many rows there are: nobody else looks at tables of one connection.</summary>
    public void Survey(string table)
    {
        if (engine.Survey(table) is { } statement) Execute(statement);
    }

    public BulkInsert Bulk(string table, string[] columns) => engine.Bulk(connection, transaction, table, columns);

    public void Drop(string table) => Execute($"DROP TABLE IF EXISTS {table}");
}

using System.Globalization;
using System.Text;
using DuckDB.NET.Data;

namespace PredictiveRetention.Ingestion;

/// <summary>The DuckDB database of one import: in memory, spilling to the import's scratch folder, gone when disposed.</summary>
internal sealed class ImportDatabase : IDisposable
{
    private readonly DuckDBConnection _connection = new("Data Source=:memory:");
    private readonly CancellationToken _ct;

    public ImportDatabase(BusinessCalendar calendar, string scratchFolder, CancellationToken ct)
    {
        (Calendar, _ct) = (calendar, ct);
        _connection.Open();
        CellFunctions.Register(_connection, () => Calendar, word => StatusMeanings.GetValueOrDefault(word));
        // Extensions are never fetched from the network in the middle of an import.
        Execute($"""
            SET preserve_insertion_order = true;
            SET TimeZone = 'UTC';
            SET autoinstall_known_extensions = false;
            SET temp_directory = {Text(scratchFolder)};
            """);
    }

    /// <summary>
    /// The days and wall clock that cells are read by. It may be settled by what the files say, before any time of theirs is read.
    /// </summary>
    public BusinessCalendar Calendar { get; set; }

    /// <summary>
    /// What statuses mean, by <see cref="Vocabulary.StatusWord"/>: as a source's answers have it, else as shop systems do.
    /// </summary>
    public Dictionary<string, string> StatusMeanings { get; } = new(Vocabulary.Meanings, StringComparer.Ordinal);

    public void Execute(string sql)
    {
        _ct.ThrowIfCancellationRequested();
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var stop = _ct.Register(command.Cancel);
        try
        {
            command.ExecuteNonQuery();
        }
        catch (DuckDBException) when (_ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(_ct);
        }
    }

    /// <summary>Rows of a query, one at a time, over a connection of their own: rows of two queries may be read in turns.</summary>
    public IEnumerable<DuckDBDataReader> Query(string sql)
    {
        _ct.ThrowIfCancellationRequested();
        using var connection = _connection.Duplicate();
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = Variables();
        if (command.CommandText.Length > 0) command.ExecuteNonQuery();
        command.CommandText = sql;
        command.UseStreamingMode = true;
        using var stop = _ct.Register(command.Cancel);
        using var reader = Stoppable(command.ExecuteReader);
        var rows = 0;
        while (Stoppable(reader.Read))
        {
            if ((++rows & 0xFFFF) == 0) _ct.ThrowIfCancellationRequested();
            yield return reader;
        }
    }

    private T Stoppable<T>(Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (DuckDBException) when (_ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(_ct);
        }
    }

    public DuckDBAppender Append(string table) => _connection.CreateAppender(table);

    public long Count(string sql) => Query(sql).Select(row => row.GetInt64(0)).Single();

    public bool Has(string view) =>
        Count($"""
            SELECT count(*) FROM (SELECT view_name AS name FROM duckdb_views() UNION ALL SELECT table_name FROM duckdb_tables())
            WHERE name = {Text(view)}
            """) > 0;

    public void SetVariable(string name, string sqlValue) => Execute($"SET VARIABLE {name} = {sqlValue}");

    public string? Variable(string name) =>
        Query($"SELECT getvariable({Text(name)})::VARCHAR").Select(row => row.IsDBNull(0) ? null : row.GetString(0)).Single();

    /// <summary>A text as an SQL literal; null as NULL.</summary>
    public static string Text(string? value) => value is null ? "NULL" : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A path as an SQL literal of this one file: DuckDB takes 'orders[1].json' for a pattern.</summary>
    public static string Literal(string path)
    {
        var literal = new StringBuilder(path.Length);
        foreach (var letter in path)
            if (letter is '*' or '?' or '[') literal.Append('[').Append(letter).Append(']');
            else literal.Append(letter);
        return Text(literal.ToString());
    }

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Variables belong to a connection: statements that set those of the first one again.</summary>
    private string Variables()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT name, value, type FROM duckdb_variables()";
        using var reader = command.ExecuteReader();
        var statements = new StringBuilder();
        while (reader.Read())
        {
            var (name, value, type) = (reader.GetString(0), reader.GetString(1), reader.GetString(2));
            // One that is null is listed as this word.
            statements.Append(CultureInfo.InvariantCulture, $"SET VARIABLE {name} = {(value == "NULL" ? value : Text(value))}::{type};");
        }
        return statements.ToString();
    }

    public void Dispose() => _connection.Dispose();
}

namespace PredictiveRetention.Storage;

/// <summary>Stored rows as they are, for whoever counts again what was counted.</summary>
internal sealed class PlainRows(Engine engine)
{
    /// <summary>Rows of several queries as one consistent state of the database.</summary>
    /// <param name="read">Receives what turns a query without parameters into its rows; one query at a time.</param>
    public void Read(Action<Func<string, RowReader>> read)
    {
        using var connection = engine.Open();
        using var transaction = engine.BeginSnapshot(connection);
        read(sql => engine.Rows(connection, transaction, sql));
    }
}

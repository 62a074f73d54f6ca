namespace PredictiveRetention.Storage;

public sealed partial class RetentionStore
{
    /// <summary>Rows of several queries as one consistent state of the database: for whoever counts again what was counted.</summary>
    /// <param name="read">Receives what turns a query without parameters into its rows; one query at a time.</param>
    internal void ReadPlainRows(Action<Func<string, RowReader>> read)
    {
        using var connection = _engine.Open();
        using var transaction = _engine.BeginSnapshot(connection);
        read(sql => _engine.Rows(connection, transaction, sql));
    }
}

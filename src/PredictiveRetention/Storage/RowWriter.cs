namespace PredictiveRetention.Storage;

/// <summary>How a row writes one of its columns.</summary>
internal delegate void WriteColumn<T>(BulkInsert bulk, in T row);

/// <summary>
/// The columns a kind of row is written into in bulk: a name and its write stand together, so that they cannot drift apart.
/// </summary>
internal sealed class RowWriter<T>(params (string Name, WriteColumn<T> Write)[] columns)
{
    public string[] Names { get; } = [.. columns.Select(column => column.Name)];

    public void Write(BulkInsert bulk, in T row)
    {
        bulk.StartRow();
        foreach (var (_, write) in columns) write(bulk, row);
    }

    /// <summary>Without the first columns, of a row that is begun.</summary>
    public void WriteBehind(int first, BulkInsert bulk, in T row)
    {
        foreach (var (_, write) in columns.AsSpan(first)) write(bulk, row);
    }
}

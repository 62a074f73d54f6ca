using System.Data;
using System.Globalization;

namespace PredictiveRetention.Storage;

/// <summary>Reads the views for BI tools.</summary>
public sealed class SqlViewReader
{
    private readonly Engine _engine;

    internal SqlViewReader(Engine engine) => _engine = engine;

    /// <summary>The rows of a view as invariant text, null where there is nothing; streamed.</summary>
    public IEnumerable<string?[]> Read(SqlView view)
    {
        using var connection = _engine.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {string.Join(", ", view.Columns.Select(column => column.Name))} FROM {view.Name} ORDER BY {view.Order}";
        command.CommandTimeout = 0;
        using var reader = command.ExecuteReader(CommandBehavior.SequentialAccess);
        while (reader.Read())
        {
            var cells = new string?[view.Columns.Count];
            for (var i = 0; i < cells.Length; i++) cells[i] = reader.IsDBNull(i) ? null : Text(reader.GetValue(i), view.Columns[i].Kind);
            yield return cells;
        }
    }

    private static string? Text(object value, ColumnKind kind) => (kind, value) switch
    {
        (ColumnKind.Flag, bool flag) => flag ? "true" : "false",
        (ColumnKind.Flag, _) => Convert.ToInt64(value, CultureInfo.InvariantCulture) != 0 ? "true" : "false",
        (ColumnKind.Instant, DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        // A real comes as a float from PostgreSQL and as the same number in a double from SQLite.
        (ColumnKind.Number, float single) => ((double)single).ToString("R", CultureInfo.InvariantCulture),
        (ColumnKind.Number, double number) => number.ToString("R", CultureInfo.InvariantCulture),
        (ColumnKind.Whole, double whole) => ((long)Math.Round(whole)).ToString(CultureInfo.InvariantCulture),
        (_, IFormattable other) => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}

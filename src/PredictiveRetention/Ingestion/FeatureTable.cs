using System.Globalization;
using DuckDB.NET.Data;
using static PredictiveRetention.Ingestion.ImportDatabase;

namespace PredictiveRetention.Ingestion;

/// <summary>A column of a feature table: numbers, or texts that stand for categories.</summary>
/// <param name="Numbers">NaN where a cell is empty; null for texts.</param>
/// <param name="Texts">Null where a cell is empty; null for numbers.</param>
public sealed record TableColumn(string Name, double[]? Numbers, string?[]? Texts);

/// <summary>A rectangular file, one row a customer.</summary>
/// <param name="Path">Where it was read from.</param>
public sealed record FeatureTable(string Path, int Rows, IReadOnlyList<TableColumn> Columns)
{
    /// <exception cref="RetentionException">There is no such column; those there are are named.</exception>
    public TableColumn Column(string name) =>
        Columns.FirstOrDefault(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new RetentionException(Failure.InputRejected,
            $"{Path} has no column '{name}'. It has: {ForeignText.Shown([.. Columns.Select(column => column.Name)])}.");

    /// <summary>
    /// Reads CSV (also gzipped) or Parquet. A column in which every filled cell is a number is one of numbers; any other is one of
    /// categories.
    /// </summary>
    /// <exception cref="RetentionException">The file is not there, is empty, or goes beyond <see cref="FileLimits"/>, or a row cannot be
    /// read: then with line and reason.</exception>
    public static FeatureTable Read(string path)
    {
        if (!File.Exists(path)) throw new RetentionException(Failure.NotFound, $"There is no file {path}.");
        using var scratch = new ScratchFolder();
        using var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        var isParquet = path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);
        try
        {
            if (isParquet) ParquetFooter.Check(path, FileLimits.UnpackedBytes);
            var source = isParquet ? $"read_parquet({Literal(path)})"
                : $"read_csv({Literal(CsvSource.PlainFile(path, scratch.Path, default))}, header = true, all_varchar = true, nullstr = '')";
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT COLUMNS(*)::VARCHAR FROM {source}";
            using var reader = command.ExecuteReader();
            var names = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
            FileLimits.CheckHeadings(path, names);
            var cells = names.Select(_ => new List<string?>()).ToArray();
            var (packed, held) = (new FileInfo(path).Length, 0L);
            while (reader.Read())
            {
                for (var c = 0; c < cells.Length; c++)
                {
                    var cell = reader.IsDBNull(c) ? "" : reader.GetString(c);
                    cells[c].Add(CellText.Clean(cell));
                    held += cell.Length;
                }
                // A dictionary of one long text makes little of very many cells, whatever the footer says.
                if (isParquet) FileLimits.CheckUnpacked(path, packed, held, FileLimits.UnpackedBytes);
            }
            if (cells.Length == 0 || cells[0].Count == 0) throw new RetentionException(Failure.InputRejected, $"{path} holds no row.");
            return new FeatureTable(path, cells[0].Count, [.. names.Zip(cells, Typed)]);
        }
        catch (Exception fault) when (fault is DuckDBException or IOException or UnauthorizedAccessException)
        {
            throw new RetentionException(Failure.InputRejected, $"{path} cannot be read: {fault.Message.Split('\n')[0].Trim()}", fault);
        }
    }

    private static TableColumn Typed(string name, List<string?> cells)
    {
        var numbers = new double[cells.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (cells[i] is not { } cell) numbers[i] = double.NaN;
            else if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i])
                || !double.IsFinite(numbers[i]))
                return new TableColumn(name, null, [.. cells]);
        }
        return new TableColumn(name, numbers, [.. cells]);
    }
}

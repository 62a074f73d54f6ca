using static PredictiveRetention.Ingestion.ImportDatabase;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// The tables of a preset that reads a folder, found by the names the preset declares. What is not there, what is there and is not
/// used, and what nobody knows is noted: a table that is missing must not look like one that says nothing.
/// </summary>
internal sealed class SourceFolder(ImportDatabase database, string preset, string path)
{
    private static readonly string[] s_endings = [".csv", ".csv.gz", ".parquet"];

    private sealed record Table(string File, string[] Names, string Role, string Says);

    /// <exception cref="RetentionException">There is no such folder, or a table the preset cannot do without is not in it.</exception>
    public IReadOnlyList<(string Name, string Path)> Files()
    {
        if (!Directory.Exists(path))
            throw File.Exists(path)
                ? new RetentionException(Failure.Usage,
                    $"Preset {preset} reads a folder of tables, and {path} is a file: name the folder it is in.")
                : new RetentionException(Failure.NotFound, $"{path} does not exist.");
        var tables = Tables();
        var found = tables.ToDictionary(table => table, Find);
        var missing = tables.Where(table => table.Role == "required" && found[table] is null).ToList();
        if (missing.Count > 0)
            throw new RetentionException(Failure.InputRejected,
                $"{path} has no {string.Join(", no ", missing.Select(table => table.Names[0] + ".csv"))} (or .csv.gz): "
                + $"preset {preset} cannot do without.");
        foreach (var table in tables.Where(table => table.Role == "optional" && found[table] is null))
            Note($"{table.Names[0]} is not there: {table.Says}");
        foreach (var table in tables.Where(table => table.Role == "unused" && found[table] is not null))
            Note($"{Path.GetFileName(found[table])}: {table.Says}");
        var known = found.Values.ToHashSet();
        foreach (var other in Files(path).Where(file => !known.Contains(file)))
            Note($"{Path.GetFileName(other)}: no table of this preset: not used");
        return [.. tables.Where(table => table.Role != "unused" && found[table] is not null).Select(table => (table.File, found[table]!))];
    }

    private List<Table> Tables() => [.. database
        .Query("SELECT file, array_to_string(names, '|'), role, says FROM tables")
        .Select(row => new Table(
            row.GetString(0), row.GetString(1).Split('|'), row.GetString(2), row.IsDBNull(3) ? "" : row.GetString(3)))];

    private string? Find(Table table) => table.Names
        .SelectMany(name => Files(path).Where(file =>
            s_endings.Any(ending => Path.GetFileName(file).Equals(name + ending, StringComparison.OrdinalIgnoreCase))))
        .FirstOrDefault();

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder)
        .Where(file => s_endings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
        .Order(StringComparer.Ordinal);

    private void Note(string note) => database.Execute($"INSERT INTO canonical_notes VALUES ('orders', {Text(note)}, 1, NULL)");
}

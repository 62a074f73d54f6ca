using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>Where a shop's data lives: 'sqlite:PATH' or a PostgreSQL connection string.</summary>
public static class StoreAddress
{
    private const string SqlitePrefix = "sqlite:";

    /// <summary>The embedded file in the user's data folder.</summary>
    public static string Default => SqlitePrefix + Path.Combine(DataFolder, "retention.db");

    /// <summary>Where the embedded store and the service's key are kept unless told otherwise.</summary>
    public static string DataFolder => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "PredictiveRetention");

    /// <summary>False for an embedded file that is not there yet, and for a PostgreSQL database without the tables of a store.</summary>
    /// <exception cref="RetentionException">The server cannot be reached.</exception>
    public static bool Exists(string address)
    {
        if (address.StartsWith(SqlitePrefix, StringComparison.OrdinalIgnoreCase)) return File.Exists(Path.GetFullPath(address[SqlitePrefix.Length..]));
        var engine = Engine(address);
        try
        {
            using var connection = engine.Open();
            return connection.ExecuteScalar<bool>("SELECT to_regclass('schemaversions') IS NOT NULL");
        }
        finally
        {
            engine.Dispose();
        }
    }

    internal static Engine Engine(string address)
    {
        if (address.StartsWith(SqlitePrefix, StringComparison.OrdinalIgnoreCase))
            return new SqliteEngine(Path.GetFullPath(address[SqlitePrefix.Length..]));
        if (address.Contains('=', StringComparison.Ordinal) || address.StartsWith("postgres", StringComparison.OrdinalIgnoreCase))
            return new PostgresEngine(address);
        throw new RetentionException(Failure.Usage, $"'{address}' is no store: write sqlite:PATH or a PostgreSQL connection string such as Host=localhost;Database=shop;Username=me.");
    }
}

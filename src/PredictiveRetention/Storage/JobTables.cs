using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Hangfire.PostgreSql;
using Npgsql;

namespace PredictiveRetention.Storage;

/// <summary>
/// The tables in which Hangfire keeps its queue, in the database of a store on PostgreSQL. Made and brought up to date in one transaction
/// by one process at a time: several that start at once on a new database would otherwise break each other's installation, also behind a
/// pooler, where a session's lock is another's after the first statement. A user who may not make them goes on with those that are there.
/// </summary>
public static class JobTables
{
    // Any number nobody else locks.
    private const long Installing = 0x5052_4846;
    private const string Scripts = "Hangfire.PostgreSql.Scripts.Install.v";

    /// <summary>Seconds: whoever comes while another makes them waits for it, at the lock or at the tables it has in hand.</summary>
    private const int WhileOthersInstall = 300;

    // PostgreSQL cuts what is longer.
    private const int LongestName = 63;

    /// <summary>Makes what is missing.</summary>
    /// <param name="store">The address of a store on PostgreSQL.</param>
    /// <param name="schema">Where they lie; null = <see cref="SchemaBeside"/> the store's.</param>
    /// <returns>The schema they lie in.</returns>
    /// <exception cref="RetentionException">They are not there and cannot be made.</exception>
    public static string Create(string store, string? schema)
    {
        try
        {
            using var connection = new NpgsqlConnection(StoreAddress.ConnectionString(store));
            connection.Open();
            var name = schema ?? SchemaBeside(connection.ExecuteScalar<string?>("SELECT current_schema()"));
            Install(connection, name);
            return name;
        }
        catch (DbException fault)
        {
            var why = DatabaseRefusal.Explain(fault)?.Message ?? fault.Message;
            throw new RetentionException(Failure.DependencyUnavailable, $"Hangfire's tables cannot be made: {why}", fault);
        }
    }

    /// <summary>
    /// 'hangfire' for a store in the schema 'public', 'hangfire_NAME' for one in another: two stores in one database must not run each
    /// other's jobs.
    /// </summary>
    public static string SchemaBeside(string? storeSchema)
    {
        if (storeSchema is null or "public") return "hangfire";
        var name = "hangfire_"
            + new string([.. storeSchema.Select(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) ? letter : '_')]);
        if (name.Length <= LongestName && name.EndsWith(storeSchema, StringComparison.Ordinal)) return name;
        // What cannot be kept of the name is told apart by its hash.
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(storeSchema)))[..8];
        return $"{name[..Math.Min(name.Length, LongestName - 9)]}_{hash}";
    }

    /// <summary>True for a name that can be written into a statement as it is.</summary>
    public static bool IsSchemaName(string name) =>
        name.Length is > 0 and <= LongestName && !char.IsAsciiDigit(name[0])
        && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_');

    internal static void Install(NpgsqlConnection connection, string schema)
    {
        if (!IsSchemaName(schema)) throw new ArgumentException($"'{schema}' is no name of a schema.", nameof(schema));
        var newest = ScriptsFrom(0).Last().Version;
        if (VersionIn(connection, schema) >= newest) return;
        try
        {
            using var transaction = connection.BeginTransaction();
            connection.Execute($"SELECT pg_advisory_xact_lock({Installing.ToString(CultureInfo.InvariantCulture)})",
                transaction: transaction, commandTimeout: WhileOthersInstall);
            foreach (var (version, sql) in ScriptsFrom(VersionIn(connection, schema) ?? 0))
            {
                var here = sql.Replace("'hangfire'", $"'{schema}'", StringComparison.Ordinal)
                    .Replace("\"hangfire\"", $"\"{schema}\"", StringComparison.Ordinal);
                connection.Execute(here, transaction: transaction, commandTimeout: WhileOthersInstall);
                connection.Execute($"UPDATE \"{schema}\".\"schema\" SET version = @version", new { version }, transaction);
            }
            // The scripts change it for the session, which behind a pooler is somebody else's next.
            connection.Execute("RESET search_path", transaction: transaction);
            transaction.Commit();
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            if (VersionIn(connection, schema) is null)
                throw new RetentionException(
                    Failure.DependencyUnavailable,
                    $"Hangfire's tables cannot be made: {fault.MessageText}. Run retain db migrate once as a user who may create the "
                        + $"schema '{schema}'; "
                    + "afterwards the service needs no such right.", fault);
        }
    }

    /// <summary>Null where there are no tables, or none this user may look at.</summary>
    private static int? VersionIn(NpgsqlConnection connection, string schema)
    {
        var isThere = connection.ExecuteScalar<bool>(
            "SELECT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = @schema AND "
                + "c.relname = 'schema' "
            + "AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'))",
            new { schema }, commandTimeout: WhileOthersInstall);
        return isThere
            ? connection.ExecuteScalar<int?>($"SELECT max(version) FROM \"{schema}\".\"schema\"", commandTimeout: WhileOthersInstall)
            : null;
    }

    /// <summary>Hangfire.PostgreSql carries them, numbered from 3; they tell later ones whether they have been applied.</summary>
    private static IEnumerable<(int Version, string Sql)> ScriptsFrom(int version)
    {
        var assembly = typeof(PostgreSqlStorage).Assembly;
        var numbers = assembly.GetManifestResourceNames().Where(name => name.StartsWith(Scripts, StringComparison.Ordinal))
            .Select(name => int.Parse(name[Scripts.Length..^".sql".Length], CultureInfo.InvariantCulture));
        foreach (var number in numbers.Where(number => number > version).Order())
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(Scripts + number.ToString(CultureInfo.InvariantCulture)
                + ".sql")!);
            yield return (number, reader.ReadToEnd());
        }
    }
}

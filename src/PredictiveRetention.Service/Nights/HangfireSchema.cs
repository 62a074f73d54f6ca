using Hangfire.PostgreSql;
using Npgsql;

namespace PredictiveRetention.Service.Nights;

/// <summary>
/// Hangfire's own tables, made by one process at a time: several that start at once on a new database would otherwise break each other's
/// installation. A user who may not make them goes on with those that are there.
/// </summary>
internal static class HangfireSchema
{
    public const string Name = "hangfire";

    // Any number nobody else locks; held by the session, so it is gone with a process that dies.
    private const long Installing = 0x5052_4846;

    /// <exception cref="RetentionException">The tables are not there and the user may not make them.</exception>
    public static void Prepare(string store)
    {
        using var connection = new NpgsqlConnection(store);
        connection.Open();
        Execute(connection, $"SELECT pg_advisory_lock({Installing})");
        try
        {
            PostgreSqlObjectsInstaller.Install(connection, Name);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            Execute(connection, "ROLLBACK");
            if (!IsThere(connection))
                throw new RetentionException(Failure.DependencyUnavailable, $"Hangfire's tables cannot be made: {fault.MessageText}. Start the service once as a user who may create the schema '{Name}'; afterwards it needs no such right.", fault);
        }
        finally
        {
            Execute(connection, $"SELECT pg_advisory_unlock({Installing})");
        }
    }

    private static bool IsThere(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand($"SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = '{Name}'", connection);
        return command.ExecuteScalar() is true;
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}

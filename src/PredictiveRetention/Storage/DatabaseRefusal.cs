using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace PredictiveRetention.Storage;

/// <summary>Tells a database that cannot or may not do what it was asked from a fault of this program.</summary>
public static class DatabaseRefusal
{
    /// <summary>The refusal in words for people; null where the statement itself was wrong, and for every other exception.</summary>
    public static RetentionException? Explain(Exception fault) =>
        Cause(fault) is { } cause && Read(cause) is { } refusal
            ? new RetentionException(Failure.DependencyUnavailable, refusal.Says + refusal.Detail, fault)
            : null;

    /// <summary>The refusal in words that name no host, user or file; null where it is none.</summary>
    public static string? WithoutNames(Exception fault) =>
        Cause(fault) is { } cause && Read(cause) is { } refusal
            ? refusal.Says.TrimEnd(':', ' ') + (cause.SqlState is { } state ? $" ({state})" : "")
            : null;

    /// <summary>
    /// True where the failure lies in the connection, the server or the file's state, which somebody may put right while a run waits: the
    /// same call may then succeed.
    /// </summary>
    public static bool MayPass(Exception fault) => fault switch
    {
        AggregateException several => several.Flatten().InnerExceptions.All(MayPass),
        RetentionException { InnerException: { } cause } => MayPass(cause),
        DbException database => Read(database) is { MayPass: true },
        _ => false,
    };

    private static DbException? Cause(Exception fault) => fault switch
    {
        DbException database => database,
        AggregateException several => several.Flatten().InnerExceptions.Select(Cause).FirstOrDefault(cause => cause is not null),
        RetentionException { InnerException: { } cause } => Cause(cause),
        _ => null,
    };

    private static (string Says, string Detail, bool MayPass)? Read(DbException fault) => fault switch
    {
        PostgresException server => Read(server),
        NpgsqlException => ("The database does not answer: ", fault.Message, true),
        // read-only, cannot be opened
        SqliteException { SqliteErrorCode: 8 or 14 } file => ("The store's file may not be written: ", file.Message, true),
        // no permission
        SqliteException { SqliteErrorCode: 3 or 23 } file => ("The store's file may not be written: ", file.Message, false),
        // Busy, locked, I/O error, disk full, locks of another kind.
        SqliteException { SqliteErrorCode: 5 or 6 or 10 or 13 or 15 } file => ("The store's file cannot be used now: ", file.Message, true),
        SqliteException { SqliteErrorCode: 11 or 26 } file => ("The store's file is damaged, or no store: ", file.Message, false),
        _ => null,
    };

    private static (string, string, bool)? Read(PostgresException server) => server.SqlState switch
    {
        PostgresErrorCodes.InsufficientPrivilege => (
            "The database user may not do this: ",
            $"{server.MessageText}. A night makes and drops a partition of its own, so its user must own the tables or be a member of "
                + $"the role that does.", false),
        PostgresErrorCodes.ReadOnlySqlTransaction => ("The database takes no writes now (a standby, or set to read-only).", "", true),
        // A password that was changed: a person's to put right, and a run is not to be lost for it.
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            ("The database does not let its user in: ", server.MessageText + ".", true),
        // How Citus tells of a node that is gone. Without such words it is a bug of the server.
        PostgresErrorCodes.InternalError when server.MessageText.Contains("connect", StringComparison.OrdinalIgnoreCase) => (
            "A node of the database does not answer: ", server.MessageText + ".", true),
        // Connections (those of a pooler too), resources, an operator's intervention, the server's system, limits of a transaction.
        var state when state[..2] is "08" or "53" or "57" or "58" || state is "25P03" or "25P04" || server.IsTransient => (
            "The database cannot do this now: ", server.MessageText + ".", true),
        _ => null,
    };
}

using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace PredictiveRetention.Storage;

/// <summary>Tells a database that cannot or may not do what it was asked from a fault of this program.</summary>
public static class DatabaseRefusal
{
    /// <summary>The refusal in words for people; null where the statement itself was wrong.</summary>
    public static RetentionException? Of(DbException fault) => Reason(fault) is { } reason ? new RetentionException(Failure.DependencyUnavailable, reason, fault) : null;

    private static string? Reason(DbException fault) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } server =>
            $"The database user may not do this: {server.MessageText}. A night makes and drops a partition of its own, so its user must own the tables or be a member of the role that does.",
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => "The database takes no writes now (a standby, or set to read-only).",
        // Connections, resources, an operator's intervention, the server's system.
        PostgresException { SqlState: var state } server when state[..2] is "08" or "53" or "57" or "58" || server.IsTransient => $"The database cannot do this now: {server.MessageText}.",
        PostgresException => null,
        NpgsqlException => $"The database does not answer: {fault.Message}",
        SqliteException { SqliteErrorCode: 3 or 8 or 14 or 23 } file => $"The store's file may not be written: {file.Message}",
        SqliteException { SqliteErrorCode: 5 or 6 or 10 or 13 } file => $"The store's file cannot be used now: {file.Message}",
        SqliteException { SqliteErrorCode: 11 or 26 } file => $"The store's file is damaged, or no store: {file.Message}",
        _ => null,
    };
}

using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using PredictiveRetention.Storage;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public sealed class DatabaseRefusalTests
{
    [Theory]
    // May be put right while a run waits.
    [InlineData("28P01", "password authentication failed for user \"anna\"", true, true)]
    [InlineData("28000", "no pg_hba.conf entry for host", true, true)]
    [InlineData("25006", "cannot execute UPDATE in a read-only transaction", true, true)]
    [InlineData("08P01", "server_login_retry", true, true)]
    [InlineData("08006", "connection failure", true, true)]
    [InlineData("53100", "could not extend file", true, true)]
    [InlineData("53300", "too many connections", true, true)]
    [InlineData("57P01", "terminating connection due to administrator command", true, true)]
    [InlineData("57P02", "crash shutdown", true, true)]
    [InlineData("57P03", "the database system is starting up", true, true)]
    [InlineData("57014", "canceling statement due to statement timeout", true, true)]
    [InlineData("58030", "could not read file", true, true)]
    [InlineData("25P03", "terminating connection due to idle-in-transaction timeout", true, true)]
    [InlineData("40P01", "deadlock detected", true, true)]
    [InlineData("XX000", "server closed the connection unexpectedly", true, true)]
    [InlineData("XX000", "could not connect to any active placements", true, true)]
    // Needs a person first.
    [InlineData("42501", "permission denied for table run", true, false)]
    // Faults of a statement, and bugs.
    [InlineData("XX000", "cache lookup failed for relation 1", false, false)]
    [InlineData("42P01", "relation \"nothing\" does not exist", false, false)]
    [InlineData("23505", "duplicate key value", false, false)]
    public void An_error_of_the_server_is_told_by_its_code(string state, string message, bool isRefusal, bool mayPass) =>
        AssertRead(new PostgresException(message, "ERROR", "ERROR", state), isRefusal, mayPass);

    [Theory]
    [InlineData(5, true, true)] // busy
    [InlineData(6, true, true)] // locked
    [InlineData(8, true, true)] // read-only
    [InlineData(10, true, true)] // input/output
    [InlineData(13, true, true)] // full
    [InlineData(14, true, true)] // cannot be opened
    [InlineData(3, true, false)] // no permission
    [InlineData(11, true, false)] // damaged
    [InlineData(26, true, false)] // no database
    [InlineData(1, false, false)] // wrong SQL
    [InlineData(19, false, false)] // constraint
    public void An_error_of_the_file_is_told_by_its_code(int code, bool isRefusal, bool mayPass) =>
        AssertRead(new SqliteException("/home/anna/shop.db", code), isRefusal, mayPass);

    [Fact]
    public void A_connection_that_breaks_may_be_made_again() =>
        AssertRead(new NpgsqlException("Failed to connect to 10.0.0.7"), isRefusal: true, mayPass: true);

    [Fact]
    public void Several_may_pass_where_each_may()
    {
        var (passing, not) = (new SqliteException("", 5), new InvalidOperationException());
        Assert.True(DatabaseRefusal.MayPass(new AggregateException(passing, new AggregateException(passing))));
        Assert.False(DatabaseRefusal.MayPass(new AggregateException(passing, not)));
        Assert.NotNull(DatabaseRefusal.Explain(new AggregateException(passing)));
        Assert.Null(DatabaseRefusal.Explain(not));
        var told = new AggregateException(new RetentionException(Failure.DependencyUnavailable, "The store: busy", passing));
        Assert.True(DatabaseRefusal.MayPass(told));
        Assert.NotNull(DatabaseRefusal.Explain(told));
        Assert.NotNull(DatabaseRefusal.WithoutNames(told));
    }

    [Fact]
    public void What_was_cut_short_in_the_store_does_not_pass()
    {
        Assert.False(DatabaseRefusal.MayPass(new EndOfStreamException()));
        Assert.True(DatabaseRefusal.MayPass(new NpgsqlException("Exception while reading from stream", new EndOfStreamException())));
    }

    private static void AssertRead(DbException fault, bool isRefusal, bool mayPass)
    {
        foreach (var said in new Exception[] { fault,
            new RetentionException(Failure.DependencyUnavailable, "PostgreSQL at 10.0.0.7, user 'anna': " + fault.Message, fault) })
        {
            Assert.Equal(mayPass, DatabaseRefusal.MayPass(said));
            Assert.Equal(isRefusal, DatabaseRefusal.Explain(said) is not null);
            Assert.Equal(isRefusal, DatabaseRefusal.WithoutNames(said) is not null);
            Assert.DoesNotContain("anna", DatabaseRefusal.WithoutNames(said) ?? "", StringComparison.Ordinal);
            Assert.DoesNotContain("10.0.0.7", DatabaseRefusal.WithoutNames(said) ?? "", StringComparison.Ordinal);
        }
    }
}

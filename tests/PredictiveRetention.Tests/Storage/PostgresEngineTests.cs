using System.Data.Common;
using System.Globalization;
using Npgsql;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

/// <summary>What PostgreSQL is told and asked beside the shared SQL.</summary>
public sealed class PostgresEngineTests : IDisposable
{
    private readonly PostgresUnderTest _postgres = new();

    public void Dispose() => _postgres.Dispose();

    [Fact]
    public void Questions_that_are_asked_again_are_planned_once() => Assert.NotEqual(0, Prepared(_postgres.NewAddress()));

    /// <summary>Behind a pooler that shares connections by transaction a prepared statement is not there the next time.</summary>
    [Theory]
    [InlineData("Max Auto Prepare=0")]
    [InlineData("MaxAutoPrepare=0")]
    [InlineData("maxautoprepare=0")]
    [InlineData("MAX AUTO PREPARE = 0")]
    [InlineData("MAXAUTOPREPARE=0")]
    public void Nothing_is_prepared_where_the_address_says_so_in_any_spelling(string setting) =>
        Assert.Equal(0, Prepared(_postgres.NewAddress() + ";" + setting));

    [Fact]
    public void Overdue_transactions_are_ended_and_others_left_alone_whatever_applications_call_themselves()
    {
        var address = _postgres.NewAddress();
        using var store = RetentionStore.Open(address);
        using var overdue = Begin(address, "retention, seconds: 0");
        using var other = Begin(address, "retention, seconds: soon");
        store.Runs.EndOverdue();
        Assert.Equal(1L, Scalar(other, "SELECT 1::bigint"));
        Assert.ThrowsAny<NpgsqlException>(() => Scalar(overdue, "SELECT 1::bigint"));
    }

    private static NpgsqlConnection Begin(string address, string application)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(address) { ApplicationName = application, Pooling = false }
            .ToString());
        connection.Open();
        Scalar(connection, "BEGIN; SELECT 1::bigint");
        return connection;
    }

    private static long Prepared(string address)
    {
        using var engine = StoreAddress.Engine(address);
        using var connection = engine.Open();
        for (var i = 0; i < 20; i++) Scalar(connection, "SELECT count(*) FROM pg_class");
        return Scalar(connection, "SELECT count(*) FROM pg_prepared_statements");
    }

    private static long Scalar(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}

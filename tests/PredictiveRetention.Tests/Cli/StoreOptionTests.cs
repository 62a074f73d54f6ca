using Npgsql;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Cli;

/// <summary>The address of a store on the command line and in its variable: what is wrong is said, the password never.</summary>
public sealed class StoreOptionTests
{
    [Fact]
    public void A_broken_address_is_refused_without_any_of_its_values()
    {
        foreach (var row in BrokenAddresses.All)
        {
            var (address, says) = row.Data;
            var (exit, output, error) = Retain.Run("db", "status", "--store", address);
            Assert.True(exit == 2, $"{address}: {exit} {error}");
            Assert.Contains(says, error, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("hunter", output + error, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(7, "postgres://me:hunter2@nowhere.invalid/shop")]
    [InlineData(7, "postgres://me:hunter2@127.0.0.1:1/shop?connect_timeout=2")]
    [InlineData(7, "Host=127.0.0.1;Port=1;Username=me;Password=hunter2;Database=shop")]
    public void A_server_that_does_not_answer_is_named_without_the_password(int code, string address)
    {
        foreach (var verb in new[] { "status", "migrate" })
        {
            var (exit, output, error) = Retain.RunWith([("ConnectionStrings__Retention", address)], "db", verb);
            Assert.Equal(code, exit);
            Assert.Contains("database 'shop'", error, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter", output + error, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("db", "status", "postgres://me:hunter2@db/shop")]
    [InlineData("db", "status", "--stroe", "Host=db;Password=hunter2;Database=shop")]
    [InlineData("postgres://me:hunter2@db/shop")]
    public void A_word_that_is_not_understood_is_repeated_without_a_password(params string[] words)
    {
        var (exit, output, error) = Retain.Run(words);
        Assert.Equal(2, exit);
        Assert.DoesNotContain("hunter", output + error, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("(hidden)", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_postgres_address_opens_the_store_with_any_password_and_a_query_part()
    {
        using var postgres = new PostgresUnderTest();
        var settings = new NpgsqlConnectionStringBuilder(postgres.NewAddress());
        foreach (var scheme in new[] { "postgres", "postgresql" })
        {
            var address = $"{scheme}://{settings.Username}:s%3Bcret%20%3D@{settings.Host}:{settings.Port}/{settings.Database}"
                + "?sslmode=disable&application_name=of%20a%20test&options=-c%20statement_timeout%3D60000";
            var (exit, output, error) = Retain.Run("db", "migrate", "--store", address);
            Assert.True(exit == 0, error);
            Assert.StartsWith("PostgreSQL, schema ", output, StringComparison.Ordinal);
            Assert.DoesNotContain("cret", output + error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_store_there_is_said_by_place_and_database_alone()
    {
        using var postgres = new PostgresUnderTest();
        var settings = new NpgsqlConnectionStringBuilder(postgres.NewAddress());
        var (exit, _, error) = Retain.Run("runs", "list", "--store",
            $"postgres://{settings.Username}:hunter2@{settings.Host}:{settings.Port}/{settings.Database}");
        Assert.Equal(4, exit);
        Assert.Contains($"There is no store postgresql://{settings.Host}:{settings.Port}/{settings.Database}.", error,
            StringComparison.Ordinal);
    }
}

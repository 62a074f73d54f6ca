using System.Net;
using System.Net.Sockets;
using Npgsql;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

/// <summary>A server that is away, or says no: one line that names it, exit code 7, nothing changed.</summary>
public sealed class UnavailableDatabaseTests : IDisposable
{
    private readonly PostgresUnderTest _engine = new();
    private readonly string _role = "r_" + Guid.NewGuid().ToString("N")[..12];

    public void Dispose()
    {
        _engine.Dispose();
        if (Environment.GetEnvironmentVariable("RETENTION_TEST_POSTGRES") is not { Length: > 0 } server) return;
        using var connection = new NpgsqlConnection(server);
        connection.Open();
        using var command = new NpgsqlCommand($"DROP ROLE IF EXISTS {_role}", connection);
        command.ExecuteNonQuery();
    }

    [Fact]
    public void A_server_that_is_not_there_is_named()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var (exit, output, error) = Retain.Run("score", "--store", $"Host=127.0.0.1;Port={port};Username=somebody;Database=shop");
        Assert.Equal((7, ""), (exit, output));
        Assert.StartsWith($"retain: PostgreSQL at 127.0.0.1:{port}, database 'shop', user 'somebody' cannot be used:", error,
            StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
    }

    [Fact]
    public void A_wrong_password_is_told_without_showing_it()
    {
        var address = new NpgsqlConnectionStringBuilder(_engine.NewAddress()) { Username = "locked", Password = "wrong-one" };
        _engine.Execute(
            "DO $$ BEGIN CREATE ROLE locked LOGIN PASSWORD 'right-one'; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$");
        Assert.SkipWhen(LetsIn(address.ToString()), "this server asks 'locked' for no password (the one tests/run starts does)");
        var (exit, output, error) = Retain.Run("runs", "list", "--store", address.ToString());
        Assert.Equal((7, ""), (exit, output));
        Assert.Contains("password authentication failed", error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-one", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_who_may_only_read_can_look_and_is_told_why_it_cannot_score()
    {
        var address = Shop();
        _engine.Execute($"CREATE ROLE {_role} LOGIN");
        _engine.Execute($"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {_role}");
        Assert.Equal(0, Retain.Run("runs", "list", "--store", As(address)).ExitCode);
        var (exit, output, error) = Retain.Run("score", "--store", As(address), "--models", Path.Combine(Path.GetTempPath(), _role));
        Assert.Equal((7, ""), (exit, output));
        Assert.Contains("The database user may not do this: permission denied for table run", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(["0"], _engine.Query("SELECT count(*) FROM run"));
        _engine.Execute($"DROP OWNED BY {_role}");
    }

    [Fact]
    public void A_user_who_may_not_make_the_tables_is_told_who_should()
    {
        var address = _engine.NewAddress();
        _engine.Execute($"CREATE ROLE {_role} LOGIN");
        _engine.Execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        var (exit, _, error) = Retain.Run("db", "migrate", "--store", As(address));
        Assert.Equal(7, exit);
        Assert.Contains("run retain db migrate once as their owner", error, StringComparison.Ordinal);
        _engine.Execute($"DROP OWNED BY {_role}");
    }

    [Fact]
    public void Reading_from_a_database_without_a_store_makes_none()
    {
        var (exit, _, error) = Retain.Run("runs", "list", "--store", _engine.NewAddress());
        Assert.Equal(4, exit);
        Assert.Contains("There is no store", error, StringComparison.Ordinal);
        Assert.Equal(["0"], _engine.Query("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"));
    }

    private string Shop()
    {
        var address = _engine.NewAddress();
        using var store = RetentionStore.Open(address);
        store.Import(Some.Orders(20));
        return address;
    }

    private string As(string address) => new NpgsqlConnectionStringBuilder(address) { Username = _role }.ToString();

    private static bool LetsIn(string address)
    {
        try
        {
            using var connection = new NpgsqlConnection(address + ";Pooling=false");
            connection.Open();
            return true;
        }
        catch (PostgresException)
        {
            return false;
        }
    }
}

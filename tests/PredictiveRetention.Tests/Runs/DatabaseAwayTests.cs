using Npgsql;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

public sealed class SqliteDatabaseAwayTests() : DatabaseAwayTests(new SqliteUnderTest());

public sealed class PostgresDatabaseAwayTests() : DatabaseAwayTests(new PostgresUnderTest())
{
    /// <summary>Connections that are open live on with the old password; the next one is refused.</summary>
    [Theory]
    [InlineData("snapshot")]
    [InlineData("shard-committed")]
    [InlineData("validated")]
    public void A_password_that_is_changed_in_mid_run_is_waited_for(string step)
    {
        var server = (PostgresUnderTest)Engine;
        var address = new NpgsqlConnectionStringBuilder(server.NewAddress()) { Username = "locked", Password = "of-before" };
        server.Execute("DO $$ BEGIN CREATE ROLE locked LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$");
        server.Execute("ALTER ROLE locked PASSWORD 'of-before'");
        server.Execute("GRANT ALL ON SCHEMA public TO locked");
        Assert.SkipWhen(AsksForNothing(address), "this server asks 'locked' for no password (the one tests/run starts does)");
        try
        {
            using var store = RetentionStore.Open(address.ToString());
            store.Import(Some.Orders(300));
            var said = Interrupt(store, step, () => Change("of-after"), () => Change("of-before"));
            Assert.Contains(said, fault => fault.GetBaseException() is PostgresException { SqlState: "28P01" });
        }
        finally
        {
            server.Execute("REASSIGN OWNED BY locked TO CURRENT_USER; DROP OWNED BY locked");
        }

        void Change(string password)
        {
            server.ExecuteOnServer($"ALTER ROLE locked PASSWORD '{password}'");
            server.EndConnections();
        }
    }

    [Fact]
    public async Task A_server_that_is_restarted_is_asked_on_a_new_connection()
    {
        using var store = Shop();
        ((PostgresUnderTest)Engine).EndConnections();
        Assert.True(await store.AnswersAsync(TestContext.Current.CancellationToken));
    }

    private static bool AsksForNothing(NpgsqlConnectionStringBuilder address)
    {
        try
        {
            using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(address.ToString())
            {
                Password = "none",
                Pooling = false
            }
                .ToString());
            connection.Open();
            return true;
        }
        catch (PostgresException)
        {
            return false;
        }
    }
}

/// <summary>
/// A database that is not there, or takes no writes, in the middle of a night: waited out and told, and the night is published all the
/// same.
/// </summary>
public abstract class DatabaseAwayTests(EngineUnderTest engine) : NightRunFixture(engine)
{
    public static TheoryData<string> Steps =>
        ["claimed", "snapshot", "shard-scored", "shard-committed", "validating", "validated", "figures"];

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_store_that_takes_no_writes_is_waited_for(string step)
    {
        using var store = Shop();
        Interrupt(store, step, Engine.MakeReadOnly, Engine.MakeWritable);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_store_that_is_gone_is_waited_for(string step)
    {
        using var store = Shop();
        Interrupt(store, step, Engine.TakeAway, Engine.BringBack);
    }

    [Fact]
    public void Where_patience_ends_the_run_is_left_as_it_is_and_the_next_one_ends_it()
    {
        using var store = Shop();
        var clock = new ImpatientClock();
        var heard = new HeardFaults(clock);
        var isAway = false;
        var failure = Assert.Throws<RetentionException>(() => Night(store,
            with: settings => settings with { Clock = clock, Faults = heard.Faults, OnStep = Away }));
        Assert.Equal(Failure.DependencyUnavailable, failure.Failure);
        Assert.Contains(heard.Faults.All, fault => fault.Work == Patience.Work);
        Engine.MakeWritable();
        store.Reconnect();
        Assert.Equal(RunState.Scoring, store.Runs.Find(1)!.State);
        // What the process held is free once its leases have passed.
        Engine.Execute("UPDATE run_shard SET lease_until_ms = 0");
        var result = Night(store, with: settings => settings with { Faults = heard.Faults });
        Assert.Equal((RunOutcome.Published, 1L), (result.Outcome, result.Run.RunId));
        Assert.Empty(heard.Faults.All);

        void Away(string step)
        {
            if (step != "shard-committed" || isAway) return;
            isAway = true;
            Engine.MakeReadOnly();
        }
    }

    [Fact]
    public void A_run_that_is_cancelled_while_it_waits_ends_cancelled()
    {
        using var store = Shop();
        using var stop = new CancellationTokenSource();
        var clock = new ImpatientClock { OnWait = times => { if (times == 2) stop.Cancel(); } };
        Assert.ThrowsAny<OperationCanceledException>(() => Night(
            store, with: settings => settings with { Clock = clock, OnStep = step => { if (step == "snapshot") Engine.TakeAway(); } },
            cancellation: stop.Token));
        Engine.BringBack();
    }

    /// <summary>Makes a night; at the step the database goes, and on the third pause it is back.</summary>
    /// <returns>What the night waited for.</returns>
    protected IReadOnlyList<Exception> Interrupt(RetentionStore store, string step, Action away, Action back)
    {
        var (isAway, isBack, pauses) = (false, false, 0);
        var said = new List<Exception>();
        StandingFaults? faults = null;
        var clock = new ImpatientClock
        {
            OnWait = _ =>
            {
                said.AddRange(faults!.All.Select(fault => fault.Fault));
                if (++pauses != 3) return;
                back();
                isBack = true;
            },
        };
        faults = new StandingFaults(clock);
        var result = Night(store, with: settings => settings with
        {
            Clock = clock,
            Faults = faults,
            OnStep = passed =>
            {
                if (passed != step || isAway) return;
                isAway = true;
                away();
            },
        });
        Assert.True(isBack, "nothing was waited for");
        Assert.Equal(RunOutcome.Published, result.Outcome);
        Assert.Equal(300, store.Predictions.ReadAll(result.Run.RunId).Count());
        Assert.Single(store.Runs.NewestAsync(10).GetAwaiter().GetResult());
        Assert.All(store.Verifier.Verify(Some.Shop, _ => { }, default),
            check => Assert.True(check.Holds, $"{check.Name}: {string.Join("; ", check.Broken)}"));
        Assert.DoesNotContain(faults.All, fault => fault.Work == Patience.Work);
        return said;
    }
}

using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

public sealed class SqliteRunVerifierTests() : RunVerifierTests(new SqliteUnderTest());

public sealed class PostgresRunVerifierTests() : RunVerifierTests(new PostgresUnderTest());

/// <summary>Verification is worth something only if each kind of damage is seen.</summary>
public abstract class RunVerifierTests(EngineUnderTest engine) : NightRunFixture(engine)
{
    [Theory]
    [InlineData("DELETE FROM prediction WHERE customer_key = (SELECT min(customer_key) FROM prediction)", "I1", "I7", "I8")]
    [InlineData("UPDATE prediction SET p_churn = p_churn / 2 WHERE customer_key = (SELECT min(customer_key) FROM prediction)", "I7", "I8")]
    [InlineData("UPDATE current_run SET run_id = 77", "I2")]
    [InlineData("UPDATE run SET state = 'superseded'", "I2")]
    [InlineData("DELETE FROM outbox", "I4")]
    [InlineData("UPDATE run SET model_version = NULL", "I5")]
    [InlineData("UPDATE run_shard SET fence = 0 WHERE shard = 2", "I6")]
    [InlineData("UPDATE run_shard SET checksum = 'other' WHERE shard = 2", "I7")]
    [InlineData("UPDATE order_span SET orders = orders + 1 WHERE quarter_hour = (SELECT min(quarter_hour) FROM order_span)", "I9")]
    [InlineData("UPDATE customer SET first_order_at_ms = 5 WHERE customer_key = (SELECT min(customer_key) FROM customer)", "I9")]
    [InlineData("UPDATE prediction SET play_id = 'win-back' WHERE no_action = 3", "I8", "I10")]
    public void Damage_is_found_and_named(string damage, params string[] broken)
    {
        using var store = Shop();
        Night(store);
        Assert.All(store.Verifier.Verify(Some.Shop, null, default),
            check => Assert.True(check.Holds, check.Name + ": " + string.Join("; ", check.Broken)));
        Engine.Execute(damage);
        Assert.Equal(broken, store.Verifier.Verify(Some.Shop, null, default).Where(check => !check.Holds).Select(check => check.Name));
    }
}

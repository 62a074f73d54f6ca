using Npgsql;
using PredictiveRetention.Models;
using PredictiveRetention.Runs;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

public sealed class SqliteSharedRunTests() : SharedRunTests(new SqliteUnderTest());

public sealed class PostgresSharedRunTests() : SharedRunTests(new PostgresUnderTest())
{
    [Fact]
    public void A_transaction_of_a_night_that_lasts_longer_than_it_may_is_ended_and_no_other()
    {
        var address = Engine.NewAddress();
        using var store = RetentionStore.Open(address);
        using var overdue = Transaction("retention, seconds: 0");
        using var timely = Transaction("retention, seconds: 60");
        using var stranger = Transaction("another program");
        store.Runs.EndOverdue();
        Assert.ThrowsAny<NpgsqlException>(() => Ask(overdue));
        Ask(timely);
        Ask(stranger);

        NpgsqlConnection Transaction(string name)
        {
            var connection = new NpgsqlConnection(address + ";Pooling=false");
            connection.Open();
            connection.BeginTransaction();
            using var command = new NpgsqlCommand($"SET LOCAL application_name = '{name}'", connection);
            command.ExecuteNonQuery();
            return connection;
        }

        static void Ask(NpgsqlConnection connection)
        {
            using var command = new NpgsqlCommand("SELECT 1", connection);
            command.ExecuteScalar();
        }
    }
}

/// <summary>Several workers on one night.</summary>
public abstract class SharedRunTests(EngineUnderTest engine) : NightRunFixture(engine)
{
    [Fact]
    public async Task Whoever_comes_while_shards_are_open_takes_some_and_the_night_is_published_once()
    {
        using var store = Shop();
        Task<RunResult>? joined = null;
        using var second = new ManualResetEventSlim();
        var first = Night(store, with: settings => settings with
        {
            OnStep = step =>
            {
                if (step == "snapshot")
                    joined = Task.Run(
                        () => Night(store,
                            with: inner => inner with { OnStep = taken => { if (taken == "shard-committed") second.Set(); } }),
                                TestContext.Current.CancellationToken);
                if (step == "shard-scored") Assert.True(second.Wait(TimeSpan.FromSeconds(30)), "the other never got a shard");
            },
        });
        var other = await joined!;
        Assert.Equal((RunOutcome.Published, RunOutcome.Published), (first.Outcome, other.Outcome));
        Assert.Equal(first.Run.RunId, other.Run.RunId);
        Assert.Single(await store.Runs.NewestAsync(10, TestContext.Current.CancellationToken));
        Assert.Equal(300, store.Predictions.ReadAll(first.Run.RunId).Select(row => row.CustomerKey).Distinct().Count());
        Assert.Single(await store.Runs.EventsAsync(first.Run.RunId), happened => happened.What == "published");
        Assert.All(store.Verifier.Verify(Some.Shop, null, default),
            check => Assert.True(check.Holds, check.Name + ": " + string.Join("; ", check.Broken)));
    }

    [Fact]
    public void A_shard_whose_holder_fell_silent_is_taken_over_and_only_that_one_is_repeated()
    {
        using var store = Shop();
        using var gone = new CancellationTokenSource();
        ShardClaim? abandoned = null;
        Assert.ThrowsAny<OperationCanceledException>(() => Night(store, with: settings => settings with
        {
            OnStep = step =>
            {
                if (step != "snapshot") return;
                abandoned = store.Shards.Claim(store.Runs.UnfinishedNights()[0].RunId, "a worker that was killed");
                gone.Cancel();
            },
        }, cancellation: gone.Token));
        Assert.Null(store.Runs.ClaimValidation(abandoned!.RunId, "too early"));
        var waited = false;
        var result = Night(store, with: settings => settings with
        {
            OnStep = step =>
            {
                if (step != "shard-committed" || waited || store.Shards.Progress(abandoned.RunId) is not { Done: 6, Claimed: 1 }) return;
                waited = true;
                Engine.Execute($"UPDATE run_shard SET lease_until_ms = 0 WHERE state = 'claimed'"); // the minute passes
            },
        });
        Assert.True(waited);
        Assert.Equal(RunOutcome.Published, result.Outcome);
        Assert.Equal((false, false), store.Shards.WhatBecameOf(abandoned));
        Assert.All(store.Verifier.Verify(Some.Shop, null, default), check => Assert.True(check.Holds, check.Name));
    }

    [Fact]
    public void Renewing_keeps_a_shard_from_being_taken()
    {
        using var store = Shop();
        var run = Planned(store);
        var mine = store.Shards.Claim(run, ShardLedger.Worker("me", 0))!;
        Engine.Execute("UPDATE run_shard SET lease_until_ms = 0 WHERE state = 'claimed'");
        store.Runs.Renew(run, "me");
        Assert.NotEqual(mine.Shard, store.Shards.Claim(run, ShardLedger.Worker("the other", 0))!.Shard);
        Engine.Execute("UPDATE run_shard SET lease_until_ms = 0 WHERE state = 'claimed'");
        var taken = store.Shards.Claim(run, ShardLedger.Worker("the other", 1))!;
        Assert.Equal((mine.Shard, mine.Fence + 1), (taken.Shard, taken.Fence));
        Assert.Equal(mine.Population, taken.Population);
    }

    [Fact]
    public void A_worker_that_never_heard_of_its_shard_gets_the_same_one_again()
    {
        using var store = Shop();
        var run = Planned(store);
        var unheard = store.Shards.Claim(run, ShardLedger.Worker("me", 0))!;
        Assert.NotEqual(unheard.Shard, store.Shards.Claim(run, ShardLedger.Worker("me", 1))!.Shard);
        var again = store.Shards.Claim(run, ShardLedger.Worker("me", 0))!;
        Assert.Equal((unheard.Shard, unheard.Fence + 1), (again.Shard, again.Fence));
        Assert.Equal((false, false), store.Shards.WhatBecameOf(unheard));
    }

    [Fact]
    public void A_run_whose_workers_fell_silent_is_seen_to_stand_still()
    {
        using var store = Shop();
        var run = Planned(store);
        store.Shards.Claim(run, ShardLedger.Worker("me", 0));
        Assert.True(store.Shards.Progress(run).AtWork);
        Engine.Execute("UPDATE run_shard SET lease_until_ms = 0");
        Engine.Execute("UPDATE run_event SET at_ms = at_ms - 60000");
        Assert.False(store.Shards.Progress(run).AtWork);
    }

    [Fact]
    public void Letting_go_opens_the_shards_of_all_workers_of_the_process()
    {
        using var store = Shop();
        var run = Planned(store);
        var first = store.Shards.Claim(run, ShardLedger.Worker("me", 0))!;
        store.Shards.Claim(run, ShardLedger.Worker("me", 1));
        store.Shards.Claim(run, ShardLedger.Worker("me too", 0));
        Assert.True(store.Shards.OthersAreAtWork(run, "me"));
        store.Runs.Release(run, "me");
        Assert.Equal(["me too#0"], Engine.Query("SELECT owner FROM run_shard WHERE state = 'claimed'"));
        Assert.Equal(first.Shard, store.Shards.Claim(run, ShardLedger.Worker("a third", 0))!.Shard);
    }

    [Fact]
    public void A_customer_whose_orders_vanish_while_the_run_works_is_set_aside_and_the_others_are_scored()
    {
        using var store = Shop();
        var result = Night(store, with: settings => settings with { OnStep = Remove("C7") });
        Assert.Equal(RunOutcome.Published, result.Outcome);
        Assert.Equal(299, store.Predictions.ReadAll(result.Run.RunId).Count());
        var (customer, reason) = Assert.Single(store.Shards.Quarantined(result.Run.RunId, 10));
        Assert.Equal("C7", customer);
        Assert.Contains("no order before", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_customer_whose_amounts_cannot_be_added_up_is_set_aside_and_the_others_are_scored_as_if_it_were_not_there()
    {
        using var store = Shop();
        var before = Night(store);
        var poisoned = CustomerKey.Hash("C7");
        Engine.Execute($"UPDATE orders SET amount_minor = {long.MaxValue} WHERE customer_key = {poisoned}");
        Engine.Execute(
            $"INSERT INTO orders (customer_key, order_id, ordered_at_ms, amount_minor, currency, is_valid) SELECT customer_key, "
                + $"'poison', ordered_at_ms, amount_minor, currency, is_valid FROM orders WHERE customer_key = {poisoned} LIMIT 1");
        var after = Night(store, day: 1);
        Assert.Equal(RunOutcome.Published, after.Outcome);
        var (customer, reason) = Assert.Single(store.Shards.Quarantined(after.Run.RunId, 10));
        Assert.Equal("C7", customer);
        Assert.Contains("too large", reason, StringComparison.Ordinal);
        var (then, now) = (Scores(before.Run.RunId), Scores(after.Run.RunId));
        Assert.True(then.Remove(poisoned));
        Assert.Equal(then, now);

        Dictionary<long, (double, double)> Scores(long run) =>
            store.Predictions.ReadAll(run).ToDictionary(row => row.CustomerKey, row => (row.PChurn, row.Clv));
    }

    [Fact]
    public void Too_many_set_aside_hold_the_run()
    {
        using var store = Shop();
        var result = Night(store, with: settings => settings with { OnStep = Remove("C7", "C8", "C9") });
        Assert.Equal(RunOutcome.Held, result.Outcome);
        Assert.Contains("3 of 300 customers could not be scored", result.Run.Error, StringComparison.Ordinal);
        Assert.Null(Current(store));
    }

    [Fact]
    public void Two_runs_of_one_state_of_the_data_have_the_same_checksums_shard_by_shard()
    {
        using var store = Shop();
        var first = Night(store);
        var second = Night(store, day: 1, with: settings => settings with { Parallelism = 3 });
        Assert.Equal(7, Checksums(first.Run.RunId).Count);
        Assert.Equal(Checksums(first.Run.RunId), Checksums(second.Run.RunId));

        List<string> Checksums(long run) => Engine.Query($"SELECT checksum FROM run_shard WHERE run_id = {run} ORDER BY shard");
    }

    [Fact]
    public async Task An_import_that_ends_while_shards_are_scored_is_told_with_the_run()
    {
        using var store = Shop();
        var quiet = Night(store);
        var imported = false;
        var disturbed = Night(store, day: 1, with: settings => settings with
        {
            OnStep = step =>
            {
                if (step != "shard-committed" || imported) return;
                imported = true;
                store.Import([Some.Order("C1", "late", SimulatedHistories.End.Day - 3)]);
            },
        });
        Assert.Equal(RunOutcome.Published, disturbed.Outcome);
        Assert.DoesNotContain(await store.Runs.EventsAsync(quiet.Run.RunId), happened => happened.What == "import meanwhile");
        Assert.Single(await store.Runs.EventsAsync(disturbed.Run.RunId), happened => happened.What == "import meanwhile");
    }

    private Action<string> Remove(params string[] customers) => step =>
    {
        if (step == "snapshot")
            Engine.Execute($"DELETE FROM orders WHERE customer_key IN ({string.Join(", ", customers.Select(CustomerKey.Hash))})");
    };

    private static readonly RunRecipe s_recipe = new()
    {
        ModelVersion = ModelRegistry.RuleSchema,
        ModelLevel = ModelLevel.RecencyRule,
        HorizonDays = 90,
        ClvHorizonDays = 365,
        Coverage = default,
        Cutoffs = SegmentCutoffs.From([], [], new SegmentSettings(), 90, null),
        Segments = new SegmentSettings(),
        Margin = 1,
        DataThrough = Date,
    };

    private static long Planned(RetentionStore store)
    {
        var claim = store.Runs.Claim(RunPurpose.Night, Date, SimulatedHistories.End, "maker", again: false);
        store.Runs.Snapshot(claim.Run, Some.Shop, 43, ModelRegistry.RuleSchema, s_recipe);
        return claim.Run.RunId;
    }
}

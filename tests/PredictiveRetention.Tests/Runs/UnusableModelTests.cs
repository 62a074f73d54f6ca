using PredictiveRetention.Models;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

/// <summary>
/// A night never serves a model whose files are not what was written; the previous one goes on, and somebody hears of it.
/// </summary>
public sealed class UnusableModelTests() : StoreFixture(new SqliteUnderTest())
{
    private static readonly RunRequest s_tonight = new(RunPurpose.Night, SimulatedHistories.End.Date, SimulatedHistories.End);

    [Fact]
    public async Task A_damaged_champion_is_passed_over_with_an_alarm_and_the_night_is_published_by_the_one_before()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(Some.Orders(FittedModels.Customers));
        var registry = Models;
        var (previous, champion) = (FittedModels.Promote(registry, daysBack: 30), FittedModels.Promote(registry, daysBack: 0));
        Assert.Equal(champion, registry.ChampionVersion());
        var file = Path.Combine(registry.Load(champion).Folder, "model.json");
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);

        var result = new NightRun(store, registry, new RunSettings { ShardSize = 100 }).Execute(s_tonight, null, default);

        Assert.Equal((RunOutcome.Published, previous), (result.Outcome, result.Run.ModelVersion));
        var told = Assert.Single(await store.Runs.EventsAsync(result.Run.RunId), happened => happened.What == "model passed over");
        Assert.Contains(champion, told.Detail, StringComparison.Ordinal);
        Assert.Contains("SHA-256", told.Detail, StringComparison.Ordinal);
        Assert.Single(store.Outbox.Claim("somebody", 10), happened => happened.Kind == "model.unusable");
    }

    [Fact]
    public async Task When_no_model_can_be_used_the_night_ends_clearly_and_readers_keep_what_they_have()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(Some.Orders(FittedModels.Customers));
        var registry = Models;
        var only = FittedModels.Promote(registry, daysBack: 0);
        var night = new NightRun(store, registry, new RunSettings { ShardSize = 100 });
        var published = night.Execute(s_tonight, null, default).Run.RunId;
        File.WriteAllText(Path.Combine(registry.Load(only).Folder, "model.json"), "{");

        var fault = Assert.Throws<RetentionException>(() => night.Execute(
            s_tonight with { BusinessDate = s_tonight.BusinessDate.AddDays(1) }, null, default));

        Assert.Equal(Failure.DependencyUnavailable, fault.Failure);
        Assert.Contains(only, fault.Message, StringComparison.Ordinal);
        Assert.Equal(published, (await store.Nights.CurrentAsync(TestContext.Current.CancellationToken))!.RunId);
    }

    [Fact]
    public void The_first_model_after_the_recency_rule_is_not_held_for_saying_something_else()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(Some.Orders(FittedModels.Customers));
        var registry = Models;
        var strict = new RunSettings { ShardSize = 100, Guard = new GuardBands { MaxMeanShift = 1e-9 } };
        var byRule = new NightRun(store, registry, strict).Execute(s_tonight, null, default);
        FittedModels.Promote(registry, daysBack: 0);
        var byModel = new NightRun(store, registry, strict)
            .Execute(s_tonight with { BusinessDate = s_tonight.BusinessDate.AddDays(1) }, null, default);
        Assert.Equal([RunOutcome.Published, RunOutcome.Published], new[] { byRule.Outcome, byModel.Outcome });
        Assert.NotEqual(byRule.Run.ModelVersion, byModel.Run.ModelVersion);
    }

    [Fact]
    public async Task A_replay_no_model_may_speak_about_is_refused_and_leaves_no_run()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(Some.Orders(FittedModels.Customers));
        var registry = Models;
        FittedModels.Promote(registry, daysBack: 0);
        var refused = Assert.Throws<RetentionException>(() => new NightRun(store, registry, new RunSettings())
            .Execute(RunRequest.Replay(SimulatedHistories.End.Minus(90)), null, default));
        Assert.Contains("would look into the future", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await store.Runs.NewestAsync(10, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_empty_models_folder_after_a_fitted_night_holds_the_next_until_a_person_decides()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(Some.Orders(FittedModels.Customers));
        var registry = Models;
        var version = FittedModels.Promote(registry, daysBack: 0);
        var fitted = new NightRun(store, registry, new RunSettings { ShardSize = 100 }).Execute(s_tonight, null, default);
        var empty = new ModelRegistry(Path.Combine(Path.GetDirectoryName(Models.Folder)!, "mistyped"));
        var mistyped = new NightRun(store, empty, new RunSettings { ShardSize = 100 });

        var held = mistyped.Execute(s_tonight with { BusinessDate = s_tonight.BusinessDate.AddDays(1) }, null, default);

        Assert.Equal(RunOutcome.Held, held.Outcome);
        Assert.Contains($"the recency rule (there is no model in {empty.Folder}) after a blend (model {version})", held.Run.Error,
            StringComparison.Ordinal);
        Assert.Equal(fitted.Run.RunId, (await store.Nights.CurrentAsync(TestContext.Current.CancellationToken))!.RunId);
        Assert.Contains(store.Outbox.Claim("somebody", 10), happened => happened.Kind == "run.held");

        await store.Decisions.PublishAsync(held.Run.RunId, "anna", TestContext.Current.CancellationToken);
        Assert.Equal(RunOutcome.Published,
            mistyped.Execute(s_tonight with { BusinessDate = s_tonight.BusinessDate.AddDays(2) }, null, default).Outcome);
    }

    [Fact]
    public void A_model_of_a_lesser_footing_than_the_night_before_holds_the_night()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(Some.Orders(FittedModels.Customers));
        var registry = Models;
        FittedModels.Promote(registry, daysBack: 0);
        var night = new NightRun(store, registry, new RunSettings { ShardSize = 100 });
        night.Execute(s_tonight, null, default);
        var trained = FittedModels.Fitted(0);
        var lesser = registry.Add(trained with { Model = trained.Model with { Level = ModelLevel.Btyd } }).Version;
        registry.Promote(lesser, "anna", "a slip", TimeProvider.System);

        var held = night.Execute(s_tonight with { BusinessDate = s_tonight.BusinessDate.AddDays(1) }, null, default);

        Assert.Equal(RunOutcome.Held, held.Outcome);
        Assert.StartsWith($"scored by buy-till-you-die models alone (model {lesser}) after a blend", held.Run.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_models_folder_after_a_fitted_night_replays_and_explains_nothing()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(Some.Orders(FittedModels.Customers));
        var registry = Models;
        var version = FittedModels.Promote(registry, daysBack: 0);
        new NightRun(store, registry, new RunSettings { ShardSize = 100 }).Execute(s_tonight, null, default);
        var empty = new ModelRegistry(Path.Combine(Path.GetDirectoryName(Models.Folder)!, "mistyped"));
        var replay = Assert.Throws<RetentionException>(() => new NightRun(store, empty, new RunSettings())
            .Execute(RunRequest.Replay(SimulatedHistories.End.Minus(90)), null, default));
        var explain = Assert.Throws<RetentionException>(() => ExplainRun.Execute(store, empty, "C1", SimulatedHistories.End,
            TimeProvider.System));
        Assert.All([replay, explain], refused => Assert.Contains(version, refused.Message, StringComparison.Ordinal));
        Assert.Single(await store.Runs.NewestAsync(10, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_champion_that_is_gone_is_told_and_the_night_is_published_by_the_one_before()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(Some.Orders(FittedModels.Customers));
        var registry = Models;
        var (previous, champion) = (FittedModels.Promote(registry, daysBack: 30), FittedModels.Promote(registry, daysBack: 0));
        Directory.Delete(registry.Load(champion).Folder, recursive: true);
        var result = new NightRun(store, registry, new RunSettings { ShardSize = 100 }).Execute(s_tonight, null, default);
        Assert.Equal((RunOutcome.Published, previous), (result.Outcome, result.Run.ModelVersion));
        Assert.Contains(champion,
            Assert.Single(await store.Runs.EventsAsync(result.Run.RunId, TestContext.Current.CancellationToken),
                happened => happened.What == "model passed over").Detail, StringComparison.Ordinal);
    }

    /// <summary>
    /// Looking for a shard five times a second, it does not read its model five times a second: here it could not any more.
    /// </summary>
    [Fact]
    public void While_others_are_at_work_on_the_last_shard_the_model_is_not_read_again()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(Some.Orders(FittedModels.Customers));
        var registry = Models;
        var version = FittedModels.Promote(registry, daysBack: 0);
        var folder = registry.Load(version).Folder;
        ShardClaim? theirs = null;
        var looks = 0;
        var night = new NightRun(store, registry, new RunSettings
        {
            ShardSize = 100,
            Parallelism = 1,
            OnStep = step =>
            {
                if (step == "snapshot")
                    theirs = store.Shards.Claim(store.Runs.UnfinishedNights().Single().RunId, ShardLedger.Worker("the other", 0));
                if (step == "shard-committed" && Directory.Exists(folder)) Directory.Move(folder, folder + ".gone");
            },
            OnTiming = (stage, _) =>
            {
                // Six shards are ours; then it looks for the seventh, the other's, and looks again.
                if (stage == "claim" && ++looks == 9) store.Runs.Release(theirs!.RunId, "the other");
            },
        });

        var result = night.Execute(s_tonight, null, default);

        Assert.Equal((RunOutcome.Published, version), (result.Outcome, result.Run.ModelVersion));
        Assert.Equal("none", result.Headline!.Drift!.Light);
    }
}

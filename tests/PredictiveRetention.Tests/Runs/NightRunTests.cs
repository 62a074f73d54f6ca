using PredictiveRetention.Exports;
using PredictiveRetention.Models;
using PredictiveRetention.Runs;
using PredictiveRetention.Scoring;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Playbooks;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

public sealed class SqliteNightRunTests() : NightRunTests(new SqliteUnderTest());

public sealed class PostgresNightRunTests() : NightRunTests(new PostgresUnderTest());

/// <summary>The same claims on both engines. The shop has 300 customers: too few for a model, enough for seven shards.</summary>
public abstract class NightRunTests(EngineUnderTest engine) : StoreFixture(engine)
{
    private static readonly DateOnly s_date = SimulatedHistories.End.Date;
    private static readonly RunRequest s_night = new(RunPurpose.Night, s_date, SimulatedHistories.End);

    [Fact]
    public async Task Execute_PublishesEveryCustomerOnce()
    {
        using var store = Shop();
        var result = Night(store).Execute(s_night, null, default);
        Assert.Equal(RunOutcome.Published, result.Outcome);
        Assert.Equal(300, result.Headline!.Customers);
        Assert.Equal(result.Run.RunId, (await store.Nights.CurrentAsync())!.RunId);
        var rows = store.Predictions.ReadAll(result.Run.RunId).ToList();
        Assert.Equal(300, rows.Select(row => row.CustomerId).Distinct().Count());
        Assert.All(rows, row => Assert.InRange(row.PChurn, 0, 1));
        Assert.All(rows, row => Assert.True(row.PlayId is null != row.NoAction is null, "an action or an explicit none"));
        Assert.Equal(rows.Sum(row => row.Clv), result.Headline.Clv, 1e-6);
        Assert.Equal(ModelLevel.RecencyRule, result.Run.Recipe!.ModelLevel);
    }

    [Fact]
    public void A_night_with_a_play_in_another_currency_is_refused_before_anything_is_written()
    {
        using var store = Shop();
        var settings = new RunSettings { Playbook = SomePlay.Book(SomePlay.Yaml("dollars", currency: "USD")) };

        var refused = Assert.Throws<RetentionException>(() => new NightRun(store, Models, settings).Execute(s_night, null, default));

        Assert.Contains("the play 'dollars' is in USD", refused.Message, StringComparison.Ordinal);
        Assert.Null(store.Nights.Current());
        Assert.Equal(RunOutcome.Published, Night(store).Execute(s_night, null, default).Outcome);
    }

    [Fact]
    public void The_recipe_of_a_night_keeps_the_median_order_that_costs_are_shares_of()
    {
        using var store = Shop();
        var run = Night(store).Execute(s_night, null, default).Run;
        var amounts = Some.Orders(300).Select(order => order.AmountMinor).Order().ToArray();

        Assert.Equal((amounts[(amounts.Length - 1) / 2] + amounts[amounts.Length / 2]) / 2.0, run.Recipe!.MedianOrderMinor);
        Assert.Equal(run.Recipe.MedianOrderMinor / 100, run.Recipe.Economics(Some.Shop.Currency).MedianOrder);
    }

    [Fact]
    public void Execute_SameDateAgain_DoesNothing()
    {
        using var store = Shop();
        var first = Night(store).Execute(s_night, null, default);
        var second = Night(store, step => Assert.Fail("it worked: " + step)).Execute(s_night, null, default);
        Assert.Equal(RunOutcome.AlreadyPublished, second.Outcome);
        Assert.Equal(first.Run.RunId, second.Run.RunId);
    }

    [Theory]
    [InlineData("claimed")]
    [InlineData("snapshot")]
    [InlineData("shard-scored")]
    [InlineData("shard-committed")]
    [InlineData("validating")]
    [InlineData("validated")]
    public async Task Execute_FailsAtAnyStep_LeavesTheLastPublishedScoresInPlace(string step)
    {
        using var store = Shop();
        var published = Night(store).Execute(s_night, null, default);
        var next = s_night with { BusinessDate = s_date.AddDays(1) };
        Assert.Throws<IOException>(() => Night(store, passed => { if (passed == step) throw new IOException("planted"); })
            .Execute(next, null, default));
        Assert.Equal(published.Run.RunId, (await store.Nights.CurrentAsync())!.RunId);
        Assert.Equal(300, store.Predictions.ReadAll(published.Run.RunId).Count());
        var failed = (await store.Runs.NewestAsync(1))[0];
        Assert.Equal((RunState.Failed, "planted"), (failed.State, failed.Error));
        var retried = Night(store).Execute(next, null, default);
        Assert.Equal((RunOutcome.Published, 2), (retried.Outcome, retried.Run.Attempt));
    }

    [Fact]
    public void Execute_WhileAnotherHoldsTheLease_IsBusyAndChangesNothing()
    {
        using var store = Shop();
        var held = store.Runs.Claim(s_night.Purpose, s_date, s_night.AsOf, "another process", again: false);
        Assert.Equal(ClaimOutcome.Claimed, held.Outcome);
        Assert.Equal(RunOutcome.Busy, Night(store).Execute(s_night, null, default).Outcome);
        Assert.Equal("another process", store.Runs.Find(held.Run.RunId)!.Owner);
    }

    [Fact]
    public void Execute_AfterAWorkerFellSilent_ResumesItsRunAndRepeatsNoFinishedShard()
    {
        using var store = Shop();
        var committed = 0;
        // Cancelling in the middle stands for a process that is gone: the run is left as it is, its lease let go.
        using (var gone = new CancellationTokenSource())
            Assert.ThrowsAny<OperationCanceledException>(() => Night(store,
                step => { if (step == "shard-committed" && ++committed == 3) gone.Cancel(); }, parallelism: 1)
                .Execute(s_night, null, gone.Token));
        var unfinished = Assert.Single(store.Runs.UnfinishedNights());
        Assert.Equal(RunState.Scoring, unfinished.State);
        var left = Open(store, unfinished.RunId);
        Assert.Equal(4, left);
        var resumed = 0;
        var result = Night(store, step => { if (step == "shard-committed") Interlocked.Increment(ref resumed); })
            .Execute(s_night, null, default);
        Assert.Equal((unfinished.RunId, left), (result.Run.RunId, resumed));
        Assert.Equal(300, store.Predictions.ReadAll(result.Run.RunId).Count());
        Assert.True(result.Run.Fence > unfinished.Fence);
    }

    [Fact]
    public void CommitShard_ByAWorkerThatWasOvertaken_WritesNothing()
    {
        using var store = Shop();
        // Mid-shard somebody else takes it over (here by letting go of it in the worker's name); the worker's commit must write nothing.
        ShardClaim? mine = null, theirs = null;
        using var gone = new CancellationTokenSource();
        var overtaken = Night(store, step =>
        {
            if (step == "shard-scored" && theirs is null)
            {
                var run = store.Runs.UnfinishedNights().Single();
                Release(run.RunId, shard: 0);
                theirs = store.Shards.Claim(run.RunId, "the other");
            }
            else if (step == "shard-committed") gone.Cancel();
        }, parallelism: 1);
        Assert.ThrowsAny<OperationCanceledException>(() => overtaken.Execute(s_night, null, gone.Token));
        Assert.Equal(0, theirs!.Shard);
        mine = theirs with { Fence = theirs.Fence - 1 };
        Assert.Equal((false, false), store.Shards.WhatBecameOf(mine));
        Assert.Equal((false, true), store.Shards.WhatBecameOf(theirs));
        Assert.DoesNotContain(store.Predictions.ReadAll(theirs.RunId), row => theirs.Population.Contains(row.CustomerKey));
    }

    [Fact]
    public void Execute_Twice_IsTheSameToTheLastBit()
    {
        using var store = Shop();
        var first = Night(store).Execute(s_night, null, default);
        var again = Night(store, parallelism: 1).Execute(s_night with { Again = true }, null, default);
        Assert.Equal(2, again.Run.Attempt);
        var pairs = store.Predictions.ReadAll(first.Run.RunId).Zip(store.Predictions.ReadAll(again.Run.RunId));
        Assert.All(pairs, pair => Assert.Equal(pair.First with { RunId = 0 }, pair.Second with { RunId = 0 }));
    }

    [Fact]
    public async Task Execute_Replay_IsNeverPublishedToReaders()
    {
        using var store = Shop();
        var night = Night(store).Execute(s_night, null, default);
        var replay = Night(store).Execute(RunRequest.Replay(SimulatedHistories.End.Minus(100)), null, default);
        Assert.Equal(RunOutcome.Published, replay.Outcome);
        Assert.Equal(night.Run.RunId, (await store.Nights.CurrentAsync())!.RunId);
        Assert.True(replay.Headline!.Customers < night.Headline!.Customers);
    }

    [Fact]
    public void Execute_KeepsTheLastRuns_AndDropsTheRowsOfOlderOnes()
    {
        using var store = Shop();
        var runs = Enumerable.Range(0, 5)
            .Select(day => Night(store, keep: 2).Execute(s_night with { BusinessDate = s_date.AddDays(day) }, null, default).Run)
            .ToList();
        Assert.Empty(store.Predictions.ReadAll(runs[0].RunId));
        Assert.Equal(RunState.Dropped, store.Runs.Find(runs[0].RunId)!.State);
        Assert.Equal(300, store.Predictions.ReadAll(runs[4].RunId).Count());
        Assert.Equal(300, store.Predictions.ReadAll(runs[3].RunId).Count());
    }

    [Fact]
    public async Task Predictions_PageByPage_AreEveryCustomerOnce_InEveryOrder()
    {
        using var store = Shop();
        var run = Night(store).Execute(s_night, null, default).Run;
        foreach (var order in Enum.GetValues<PredictionOrder>())
        {
            var seen = new List<PredictionRow>();
            PagePosition? after = null;
            while (await store.Predictions.PageAsync(run.RunId, new PredictionFilter(), order, after, 37) is { Count: > 0 } page)
            {
                seen.AddRange(page);
                var last = page[^1];
                after = new PagePosition(Value(last, order), last.CustomerKey);
            }
            Assert.Equal(300, seen.Select(row => row.CustomerKey).Distinct().Count());
            Assert.Equal(seen.OrderByDescending(row => Value(row, order)).ThenBy(row => row.CustomerKey).Select(row => row.CustomerId),
                seen.Select(row => row.CustomerId));
        }
    }

    [Fact]
    public async Task Predictions_Filtered_AreThoseThatMeetTheFilter()
    {
        using var store = Shop();
        var run = Night(store).Execute(s_night, null, default).Run;
        var all = store.Predictions.ReadAll(run.RunId).ToList();
        var filter = new PredictionFilter
        {
            HasAction = true, MinPChurn = 0.3,
            Lifecycle = all.First(row => row.PlayId is not null && row.PChurn >= 0.3).Lifecycle
        };
        var found = await store.Predictions.PageAsync(run.RunId, filter, PredictionOrder.Customer, null, 1000);
        Assert.NotEmpty(found);
        Assert.Equal(
            all.Where(row => row.PlayId is not null && row.PChurn >= 0.3 && row.Lifecycle == filter.Lifecycle)
                .Select(row => row.CustomerId)
                .Order(), found.Select(row => row.CustomerId).Order());
    }

    [Fact]
    public void Execute_NoOrderBeforeTheCutoff_IsAnError()
    {
        using var store = Shop();
        var failure = Assert.Throws<RetentionException>(() => Night(store)
            .Execute(RunRequest.Replay(Cutoff.On(new DateOnly(2000, 1, 1))), null, default));
        Assert.Equal(Failure.InputRejected, failure.Failure);
    }

    [Fact]
    public void Execute_ChampionThatSawTheFuture_RefusesTheReplay()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(Some.Orders(FittedModels.Customers));
        var models = Models;
        FittedModels.Promote(models);
        var failure = Assert.Throws<RetentionException>(() => new NightRun(store, models, new RunSettings())
            .Execute(RunRequest.Replay(SimulatedHistories.End.Minus(10)), null, default));
        Assert.Equal(Failure.QualityGate, failure.Failure);
        Assert.Contains("retain train --as-of", failure.Message, StringComparison.Ordinal);
        var night = new NightRun(store, models, new RunSettings()).Execute(s_night, null, default);
        Assert.NotEqual(ModelLevel.RecencyRule, night.Run.Recipe!.ModelLevel);

        // Every score says why, in words of the model's own features, and so does the file.
        var recipe = night.Run.Recipe!;
        var said = store.Predictions.ReadAll(night.Run.RunId)
            .Where(row => !row.Lost)
            .Select(row => ReasonWords.Say(StoredReasons.Read(row.Reasons), recipe.Features, Some.Shop.Currency, row.Overdue).ToList())
            .ToList();
        Assert.All(said, reasons => Assert.InRange(reasons.Count, 1, 5));
        Assert.All(said, reasons => Assert.Equal(
            reasons.OrderByDescending(reason => reason.Effect > 0).ThenByDescending(reason => Math.Abs(reason.Effect)), reasons));
        Assert.All(said, reasons => Assert.Equal(reasons.Count, reasons.Select(reason => reason.Theme).Distinct().Count()));
        Assert.Contains(said, reasons => reasons.Count > 3);
        Assert.Contains(said,
            reasons => reasons.Any(reason => reason.Words.StartsWith("no order for ", StringComparison.Ordinal)
                && reason.Words.Contains(", on average every ", StringComparison.Ordinal)));
        using var file = new StringWriter();
        Csv.Write(ScoreFile.Table(store, Some.Shop, night.Run), file);
        Assert.Contains("(raises churn)", file.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_OnceAHorizonHasPassed_SaysWhatBecameOfTheEarlierNight()
    {
        using var store = Shop();
        var past = Cutoff.On(s_date).Minus(100);
        var earlier = Night(store).Execute(new RunRequest(RunPurpose.Night, past.Date, past), null, default);
        Assert.Null(earlier.Headline!.Realised);
        // The rule's horizon is 90 days: eighty days later nothing can be said, a hundred days later it can.
        Assert.Null(Night(store)
            .Execute(new RunRequest(RunPurpose.Night, past.Plus(80).Date, past.Plus(80)), null, default).Headline!.Realised);
        var realised = Night(store).Execute(s_night, null, default).Headline!.Realised!;
        Assert.Equal((earlier.Run.RunId, past.ToString(), 90), (realised.RunId, realised.AsOf, realised.HorizonDays));

        var bought = SimulatedHistories.Customers(300)
            .ToDictionary(customer => "C" + customer.Key,
                customer => customer.Orders.Where(order => order.Day >= past.Day && order.Day < past.Day + 90).ToArray());
        var said = store.Predictions.ReadAll(earlier.Run.RunId).Where(row => !row.Lost).ToList();
        Assert.Equal(said.Count, realised.Customers);
        Assert.Equal(said.Average(row => row.PChurn), realised.PredictedChurn, 1e-9);
        Assert.Equal(said.Average(row => bought[row.CustomerId].Length == 0 ? 1.0 : 0), realised.ActualChurn, 1e-9);
        Assert.Equal(said.Sum(row => bought[row.CustomerId].Sum(order => order.AmountMinor / 100.0)), realised.ActualSpend, 1e-6);
        Assert.Equal(realised.Customers, realised.Tenths.Sum(tenth => tenth.Customers));
    }

    [Fact]
    public void Execute_WithAFittedModel_SaysWhetherItsCustomersHaveDrifted()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(Some.Orders(FittedModels.Customers));
        var models = Models;
        FittedModels.Promote(models);
        var night = new NightRun(store, models, new RunSettings()).Execute(s_night, null, default).Headline!;
        Assert.Equal(night.Customers - night.Lost, night.Drift!.Customers);
        Assert.Equal("none", night.Drift.Light);

        // Months in which hardly anybody buys: the same model, other customers.
        var later = new NightRun(store, models,
            new RunSettings { Guard = new GuardBands { MaxMeanShift = 2, MaxClvRatio = 1e9, MaxStabilityIndex = 1e9 } })
            .Execute(new RunRequest(RunPurpose.Night, s_date.AddDays(300), SimulatedHistories.End.Plus(300)), null, default).Headline!;
        Assert.Equal("drifted", later.Drift!.Light);
        Assert.Contains(later.Drift.Beyond, column => column.Name == "days_since_last_order");
    }

    [Fact]
    public void Tonight_AnOrderDatedInTheFuture_DoesNotMakeTheDataLookCurrent()
    {
        using var store = Shop();
        var before = RunRequest.Tonight(store, Some.Shop, TimeProvider.System).AsOf;
        store.Import([Some.Order("C1", "typo", BusinessCalendar.DayNumber(new DateOnly(2090, 1, 1)))]);
        Assert.Equal(before, RunRequest.Tonight(store, Some.Shop, TimeProvider.System).AsOf);
        Assert.True(before.Day <= SimulatedHistories.End.Day);
    }

    [Fact]
    public void Train_ForAPastDay_OrWithTooLittleData_LeavesAFittedChampionInPlace()
    {
        using var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(Some.Orders(700));
        var models = Models;
        var options = new TrainingOptions { Folds = 2, Horizon = Horizon.OfDays(60), ClvHorizon = Horizon.OfDays(60) };
        var champion = Train(options with { AsOf = SimulatedHistories.End.Minus(1) });
        Train(options with { AsOf = SimulatedHistories.End.Minus(50) });
        Assert.Equal(champion, models.ChampionVersion());
        // A horizon the history cannot hold twice leaves only the rule.
        Train(options with { AsOf = SimulatedHistories.End.Minus(1), Horizon = Horizon.OfDays(900) });
        Assert.Equal(champion, models.ChampionVersion());
        Assert.NotNull(models.ChallengerVersion());
        // Of days the data cannot speak about nothing is learnt: a slip of the keyboard would lock the champion out for years.
        Assert.Equal(Failure.Usage,
            Assert.Throws<RetentionException>(() => Train(options with { AsOf = SimulatedHistories.End.Plus(400) })).Failure);
        var later = Train(options with { AsOf = SimulatedHistories.End });
        Assert.Equal(later, models.ChampionVersion());
        Assert.Contains("not worse than the champion on", models.Moves()[^1].Reason, StringComparison.Ordinal);
        Assert.Equal(["promoted", "kept", "kept", "promoted"], models.Moves().Select(move => move.What));

        string Train(TrainingOptions what) => TrainingRun.Execute(store, models, what, TimeProvider.System, null, default).Loaded.Version;
    }

    private static int Open(RetentionStore store, long runId) => store.Shards.Progress(runId) is var shards ? shards.All - shards.Done : 0;

    private void Release(long runId, int shard) =>
        Engine.Execute($"UPDATE run_shard SET lease_until_ms = 0 WHERE run_id = {runId} AND shard = {shard}");

    private RetentionStore Shop()
    {
        var store = RetentionStore.Open(Engine.NewAddress());
        store.Import(Some.Orders(300));
        return store;
    }

    private NightRun Night(RetentionStore store, Action<string>? onStep = null, int parallelism = 2, int keep = 7) =>
        new(store, Models, new RunSettings { ShardSize = 43, Parallelism = parallelism, KeepRuns = keep, OnStep = onStep });

    private static double Value(PredictionRow row, PredictionOrder order) => order switch
    {
        PredictionOrder.RevenueAtRisk => row.RevenueAtRisk,
        PredictionOrder.PChurn => row.PChurn,
        PredictionOrder.Clv => row.Clv,
        PredictionOrder.ExpectedNetValue => row.ExpectedNetValue,
        _ => 0,
    };
}

using System.Net;
using Hangfire;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Nights;

public sealed class SqliteNightTests() : NightTests(new SqliteUnderTest());

public sealed class PostgresNightTests() : NightTests(new PostgresUnderTest());

/// <summary>The night run as Hangfire drives it, on both engines (and both job storages).</summary>
public abstract class NightTests(EngineUnderTest engine) : IDisposable
{
    private readonly ServiceUnderTest _service = new(engine);

    public void Dispose()
    {
        _service.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_night_asked_for_three_times_is_published_once()
    {
        using (var store = RetentionStore.Open(_service.Address)) store.Import(Some.Orders(300));
        using var admin = _service.Admin();
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.Accepted, (await admin.PostAsync("/api/v1/runs", null)).StatusCode);
        await UntilPublishedAsync();
        await UntilIdleAsync();
        var run = Assert.Single(await _service.Store.Runs.NewestAsync(10));
        Assert.Equal((RunState.Published, 1), (run.State, run.Attempt));
        Assert.Equal(300, _service.Store.Predictions.ReadAll(run.RunId).Count());
        var answer = await ServiceUnderTest.JsonAsync(await admin.GetAsync($"/api/v1/runs/{run.RunId}"));
        Assert.Equal((3, 3, 300),
            (answer.GetProperty("shardsDone").GetInt32(), answer.GetProperty("shards").GetInt32(),
                answer.GetProperty("headline").GetProperty("customers").GetInt32()));
    }

    [Fact]
    public async Task A_night_left_unfinished_is_finished_at_the_next_start()
    {
        using (var store = RetentionStore.Open(_service.Address))
        {
            store.Import(Some.Orders(300));
            using var stop = new CancellationTokenSource();
            var run = new NightRun(store, _service.Models,
                new RunSettings { ShardSize = 50, Parallelism = 1, OnStep = step => { if (step == "shard-committed") stop.Cancel(); } });
            var tonight = RunRequest.Tonight(store, store.RequireShop(), UnendingDay.Clock);
            Assert.ThrowsAny<OperationCanceledException>(() => run.Execute(tonight, null, stop.Token));
            Assert.Single(store.Runs.UnfinishedNights());
        }
        using var admin = _service.Admin();
        await UntilPublishedAsync();
        var published = Assert.Single(await _service.Store.Runs.NewestAsync(10));
        Assert.Equal(RunState.Published, published.State);
        Assert.True(published.Fence > 1);
    }

    [Fact]
    public async Task A_night_missed_while_nobody_was_there_is_made_up_for_at_the_next_start()
    {
        _service.WithPublishedNight(trained: false);
        _service.Clock.Ahead = TimeSpan.FromHours(25);
        using var admin = _service.Admin();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await _service.Store.Nights.CurrentAsync())!.RunId == 1) await Task.Delay(100, patience.Token);
        var runs = await _service.Store.Runs.NewestAsync(10);
        Assert.Equal([RunState.Published, RunState.Superseded], runs.Select(run => run.State));
        Assert.True(runs[0].BusinessDate > runs[1].BusinessDate);
    }

    [Fact]
    public async Task A_start_without_a_missed_night_makes_no_run()
    {
        _service.WithPublishedNight(trained: false);
        using var admin = _service.Admin();
        Assert.Equal(0, ((JobStorage)_service.Services.GetService(typeof(JobStorage))!).GetMonitoringApi().EnqueuedCount("nightly"));
        Assert.Single(await _service.Store.Runs.NewestAsync(10));
    }

    [Fact]
    public async Task An_older_night_left_unfinished_does_not_take_readers_back()
    {
        using (var store = RetentionStore.Open(_service.Address))
        {
            store.Import(Some.Orders(300));
            var yesterday = UnendingDay.Today.AddDays(-1);
            var abandoned = store.Runs.Claim(RunPurpose.Night, yesterday, SimulatedHistories.End, "a worker that died", again: false).Run;
            store.Runs.Release(abandoned.RunId, abandoned.Owner!);
            _service.Night(store);
        }
        using var admin = _service.Admin();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (_service.Store.Runs.UnfinishedNights().Count > 0) await Task.Delay(100, patience.Token);
        Assert.Equal(2, (await _service.Store.Nights.CurrentAsync())!.RunId);
        Assert.Equal([RunState.Published, RunState.Failed], (await _service.Store.Runs.NewestAsync(10)).Select(run => run.State));
    }

    [Fact]
    public async Task A_run_asked_for_before_anything_is_imported_is_refused_with_what_to_do()
    {
        using var admin = _service.Admin();
        var response = await admin.PostAsync("/api/v1/runs", null);
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Contains("retain import", (await ServiceUnderTest.JsonAsync(response)).GetProperty("detail").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schedule_takes_over_the_zone_of_a_shop_that_is_imported_later()
    {
        using var admin = _service.Admin();
        using (var writer = _service.Store.Imports.Begin())
        {
            writer.UseShop(Currency.Parse("GBP"), BusinessCalendar.InZone("Europe/London"));
            writer.Orders(Some.Orders(50));
            writer.Commit("test", "", 0, 0, 0, "{}");
        }
        await admin.PostAsync("/api/v1/runs", null);
        await UntilPublishedAsync();
        using var connection = ((JobStorage)_service.Services.GetService(typeof(JobStorage))!).GetConnection();
        Assert.Equal("Europe/London", connection.GetAllEntriesFromHash("recurring-job:night")["TimeZoneId"]);
    }

    [Fact]
    public void The_recurring_job_is_registered_with_its_time()
    {
        _service.Settings.Remove("Retention:Cron"); // what it is where nobody set it
        using var admin = _service.Admin();
        using var connection = ((JobStorage)_service.Services.GetService(typeof(JobStorage))!).GetConnection();
        var job = connection.GetAllEntriesFromHash("recurring-job:night");
        Assert.Equal("0 2 * * *", job["Cron"]);
    }

    private async Task UntilPublishedAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await _service.Store.Nights.CurrentAsync() is null) await Task.Delay(100, patience.Token);
    }

    private async Task UntilIdleAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var monitor = ((JobStorage)_service.Services.GetService(typeof(JobStorage))!).GetMonitoringApi();
        while (monitor.SucceededListCount() < 3) await Task.Delay(100, patience.Token);
    }
}

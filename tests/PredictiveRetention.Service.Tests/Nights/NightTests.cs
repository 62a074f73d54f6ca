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
        var run = Assert.Single(await _service.Store.RunsAsync(10));
        Assert.Equal((RunState.Published, 1), (run.State, run.Attempt));
        Assert.Equal(300, _service.Store.AllPredictions(run.RunId).Count());
        var answer = await ServiceUnderTest.JsonAsync(await admin.GetAsync($"/api/v1/runs/{run.RunId}"));
        Assert.Equal((3, 3, 300), (answer.GetProperty("shardsDone").GetInt32(), answer.GetProperty("shards").GetInt32(), answer.GetProperty("headline").GetProperty("customers").GetInt32()));
    }

    [Fact]
    public async Task A_night_left_unfinished_is_finished_at_the_next_start()
    {
        using (var store = RetentionStore.Open(_service.Address))
        {
            store.Import(Some.Orders(300));
            using var stop = new CancellationTokenSource();
            var run = new NightRun(store, _service.Models, new RunSettings { ShardSize = 50, Parallelism = 1, OnStep = step => { if (step == "shard-committed") stop.Cancel(); } });
            Assert.ThrowsAny<OperationCanceledException>(() => run.Execute(RunRequest.Tonight(store, store.RequireShop(), TimeProvider.System), null, stop.Token));
            Assert.Single(store.UnfinishedNights());
        }
        using var admin = _service.Admin();
        await UntilPublishedAsync();
        var published = Assert.Single(await _service.Store.RunsAsync(10));
        Assert.Equal(RunState.Published, published.State);
        Assert.True(published.Fence > 1);
    }

    [Fact]
    public void The_recurring_job_is_registered_with_its_time()
    {
        using var admin = _service.Admin();
        using var connection = ((JobStorage)_service.Services.GetService(typeof(JobStorage))!).GetConnection();
        var job = connection.GetAllEntriesFromHash("recurring-job:night");
        Assert.Equal("0 2 * * *", job["Cron"]);
    }

    private async Task UntilPublishedAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await _service.Store.CurrentRunAsync() is null) await Task.Delay(100, patience.Token);
    }

    private async Task UntilIdleAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var monitor = ((JobStorage)_service.Services.GetService(typeof(JobStorage))!).GetMonitoringApi();
        while (monitor.SucceededListCount() < 3) await Task.Delay(100, patience.Token);
    }
}

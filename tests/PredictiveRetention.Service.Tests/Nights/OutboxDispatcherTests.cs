using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.Extensions.Logging.Abstractions;
using PredictiveRetention.Runs;
using PredictiveRetention.Service.Nights;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Nights;

public sealed class OutboxDispatcherTests : IDisposable
{
    private HostedWork _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_store_that_cannot_be_used_is_asked_again_and_what_was_to_be_told_is_told_then()
    {
        Publish();
        _host.Engine.TakeAway();
        using var dispatcher = Dispatcher();
        await dispatcher.StartAsync(default);
        await _host.Heard.BeginsAsync(OutboxDispatcher.Work);
        _host.Clock.Advance(OutboxDispatcher.Pause);
        Assert.False(dispatcher.ExecuteTask!.IsCompleted);
        _host.Engine.BringBack();
        await TurnUntilAsync(_host.Heard.EndsAsync(OutboxDispatcher.Work));
        await dispatcher.StopAsync(default);
        Assert.All((await _host.Store.Outbox.RecentAsync(10)), happened => Assert.NotNull(happened.DeliveredAtMs));
    }

    /// <summary>An error that no waiting mends ends the process no more than one that passes.</summary>
    [Fact]
    public async Task A_table_that_is_not_there_is_a_standing_fault_and_no_end()
    {
        _host.Engine.Execute("ALTER TABLE outbox RENAME TO outbox_of_old");
        using var dispatcher = Dispatcher();
        await dispatcher.StartAsync(default);
        var standing = await _host.Heard.BeginsAsync(OutboxDispatcher.Work);
        Assert.IsType<Microsoft.Data.Sqlite.SqliteException>(standing.Fault);
        _host.Engine.Execute("ALTER TABLE outbox_of_old RENAME TO outbox");
        await TurnUntilAsync(_host.Heard.EndsAsync(OutboxDispatcher.Work));
        await dispatcher.StopAsync(default);
        Assert.False(dispatcher.ExecuteTask!.IsFaulted);
    }

    [Fact]
    public async Task A_published_night_has_its_reports_made_once_however_many_deliver()
    {
        _host.Dispose();
        _host = new HostedWork(("Retention:Reports", "monthly"));
        var run = Publish();
        foreach (var _ in new[] { "one process", "another" })
        {
            using var dispatcher = Dispatcher();
            await dispatcher.StartAsync(default);
            await UntilDeliveredAsync();
            await dispatcher.StopAsync(default);
        }
        Assert.Equal([$"ReportJob {run.RunId}"], _host.Enqueued);
    }

    [Fact]
    public async Task Where_no_reports_are_wanted_none_are_made()
    {
        Publish();
        using var dispatcher = Dispatcher();
        await dispatcher.StartAsync(default);
        await UntilDeliveredAsync();
        await dispatcher.StopAsync(default);
        Assert.Empty(_host.Enqueued);
    }

    [Fact]
    public async Task What_cannot_be_delivered_is_tried_again_after_its_lease_and_holds_nothing_else_up()
    {
        _host.Dispose();
        _host = new HostedWork(("Retention:Reports", "monthly"));
        var run = Publish();
        _host.Engine.Execute(
            $"INSERT INTO outbox (run_id, kind, subject, rule, payload, created_at_ms) VALUES ({run.RunId}, 'run.held', '', '', 'a "
                + $"test', 9000000000000)");
        using var dispatcher = Dispatcher(new NoQueue());
        await dispatcher.StartAsync(default);
        await _host.Heard.BeginsAsync(OutboxDispatcher.Delivering + "run.published");
        await UntilAsync(async () => (await _host.Store.Outbox.RecentAsync(10)).Any(happened => happened is
        {
            Kind: "run.held",
            DeliveredAtMs: not null
        }));
        await dispatcher.StopAsync(default);
        var refused = (await _host.Store.Outbox.RecentAsync(10)).Single(happened => happened.Kind == "run.published");
        Assert.Null(refused.DeliveredAtMs);
        Assert.NotNull(refused.Error);
    }

    private Run Publish()
    {
        _host.Store.Import(Some.Orders(60));
        var request = RunRequest.Tonight(_host.Store, _host.Store.RequireShop(), TimeProvider.System);
        return new NightRun(_host.Store, _host.Models, new RunSettings()).Execute(request, null, default).Run;
    }

    private OutboxDispatcher Dispatcher(IBackgroundJobClient? jobs = null) =>
        new(_host.Store, _host.Settings, jobs ?? _host.Client, _host.Heard.Faults, NullLogger<OutboxDispatcher>.Instance);

    private sealed class NoQueue : IBackgroundJobClient
    {
        public string Create(Job job, IState state) => throw new InvalidOperationException("no queue");

        public bool ChangeState(string jobId, IState state, string expectedState) => throw new InvalidOperationException("no queue");
    }

    private Task UntilDeliveredAsync() =>
        UntilAsync(async () => (await _host.Store.Outbox.RecentAsync(10)).All(happened => happened.DeliveredAtMs is not null));

    /// <summary>The first pass begins with the service: it is not waited for with the clock.</summary>
    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private async Task TurnUntilAsync(Task heard)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!heard.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            _host.Clock.Advance(OutboxDispatcher.Pause);
            await Task.Yield();
        }
        await heard;
    }
}

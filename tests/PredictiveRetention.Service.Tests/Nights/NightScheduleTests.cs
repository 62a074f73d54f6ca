using Microsoft.Extensions.Logging.Abstractions;
using PredictiveRetention.Runs;
using PredictiveRetention.Service.Nights;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Nights;

public sealed class NightScheduleTests : IDisposable
{
    private readonly HostedWork _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task The_schedule_is_set_before_the_start_is_over()
    {
        using var schedule = Schedule();
        await schedule.StartAsync(default);
        Assert.Equal("0 2 * * *", Cron());
        await schedule.StopAsync(default);
        Assert.Empty(_host.Heard.All);
    }

    [Fact]
    public async Task A_store_that_is_away_at_the_start_is_asked_again_until_the_schedule_is_set()
    {
        _host.Engine.TakeAway();
        using var schedule = Schedule();
        await schedule.StartAsync(default); // and does not end the start
        Assert.Null(Cron());
        Assert.Equal(NightSchedule.Work, Assert.Single(_host.Heard.Faults.All).Work);
        _host.Engine.BringBack();
        await TurnUntilAsync(_host.Heard.EndsAsync(NightSchedule.Work));
        Assert.Equal("0 2 * * *", Cron());
        await schedule.StopAsync(default);
    }

    [Fact]
    public async Task A_night_left_unfinished_is_begun_once_the_store_can_be_asked()
    {
        _host.Store.Import(Some.Orders(20));
        _host.Store.Runs.Claim(Storage.RunPurpose.Night, SimulatedHistories.End.Date, SimulatedHistories.End, "a worker that died",
            again: false);
        _host.Engine.TakeAway();
        using var schedule = Schedule();
        await schedule.StartAsync(default);
        Assert.Empty(_host.Enqueued);
        _host.Engine.BringBack();
        await TurnUntilAsync(_host.Heard.EndsAsync(NightSchedule.Work));
        Assert.Equal(["NightJob"], _host.Enqueued);
        await schedule.StopAsync(default);
    }

    [Fact]
    public async Task What_another_worker_has_made_is_no_fault_of_this_one_any_more()
    {
        _host.Store.Import(Some.Orders(20));
        using var schedule = Schedule();
        await schedule.StartAsync(default);
        foreach (var work in new[] { NightJob.Work, NightRun.Waiting, "another work" })
            _host.Heard.Faults.Begin(work, new InvalidOperationException());
        var tonight = RunRequest.Tonight(_host.Store, _host.Store.RequireShop(), _host.Clock);
        new NightRun(_host.Store, _host.Models, new RunSettings()).Execute(tonight, null, default); // as the other would
        await TurnUntilAsync(Task.WhenAll(_host.Heard.EndsAsync(NightJob.Work), _host.Heard.EndsAsync(NightRun.Waiting)));
        Assert.Equal("another work", Assert.Single(_host.Heard.Faults.All).Work);
        await schedule.StopAsync(default);
    }

    private NightSchedule Schedule() =>
        new(_host.Store, _host.Models, _host.Settings, _host.Clock, _host.Recurring, _host.Client, _host.Heard.Faults,
            NullLogger<NightSchedule>.Instance);

    private string? Cron()
    {
        using var connection = _host.Jobs.GetConnection();
        return connection.GetAllEntriesFromHash("recurring-job:night")?.GetValueOrDefault("Cron");
    }

    private async Task TurnUntilAsync(Task heard)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!heard.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            _host.Clock.Advance(NightSchedule.Pause);
            await Task.Yield();
        }
        await heard;
    }
}

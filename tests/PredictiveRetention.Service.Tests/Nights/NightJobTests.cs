using Microsoft.Extensions.Logging.Abstractions;
using PredictiveRetention.Service.Nights;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Nights;

/// <summary>The night as its job makes it, without a Hangfire that would run it.</summary>
public sealed class NightJobTests : IDisposable
{
    private readonly HostedWork _host = new(("Retention:Reports", "monthly"));

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_store_that_is_away_is_looked_for_again_after_a_lease_and_the_job_does_not_fail()
    {
        _host.Store.Import(Some.Orders(60));
        _host.Engine.TakeAway();
        Job().Run(default);
        Assert.Equal(NightJob.Work, Assert.Single(_host.Heard.Faults.All).Work);
        var (_, again) = Assert.Single(_host.Jobs.GetMonitoringApi().ScheduledJobs(0, 10));
        Assert.Equal(nameof(NightJob), again.Job.Type.Name);
        _host.Engine.BringBack();
        Job().Run(default);
        Assert.Equal(RunState.Published, _host.Store.Runs.Find(1)!.State);
        Assert.Empty(_host.Heard.Faults.All);
    }

    [Fact]
    public void A_fault_that_does_not_pass_is_Hangfire_s_to_see()
    {
        _host.Store.Import(Some.Orders(60));
        _host.Engine.Execute("ALTER TABLE run RENAME TO run_of_old");
        Assert.ThrowsAny<System.Data.Common.DbException>(() => Job().Run(default));
        Assert.Empty(_host.Jobs.GetMonitoringApi().ScheduledJobs(0, 10));
    }

    [Fact]
    public void Whoever_takes_part_in_a_night_makes_no_report_of_it()
    {
        _host.Store.Import(Some.Orders(60));
        Job().Run(default);
        Assert.Equal(RunState.Published, _host.Store.Runs.Find(1)!.State);
        Assert.False(Directory.Exists(_host.Settings.ReportsFolder));
    }

    private NightJob Job() => new(
        _host.Store, _host.Models, _host.Settings, TimeProvider.System, _host.Client, _host.Jobs, _host.Recurring, _host.Heard.Faults,
        NullLogger<NightJob>.Instance);
}

using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PredictiveRetention.Presentation.Reports;
using PredictiveRetention.Service.Reports;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Reports;

/// <summary>The reports after a night, made by the job the outbox asks for.</summary>
public sealed class ReportJobTests : IDisposable
{
    private readonly ServiceUnderTest _service = new ServiceUnderTest(new SqliteUnderTest()).WithPublishedNight(trained: false);

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task The_night_readers_see_gets_its_reports_and_one_that_was_overtaken_gets_none()
    {
        _service.Settings["Retention:Reports"] = "monthly";
        using (var store = RetentionStore.Open(_service.Address)) _service.Night(store, again: true);
        var job = ActivatorUtilities.CreateInstance<ReportJob>(_service.Services);
        var shelf = _service.Services.GetRequiredService<ReportShelf>();
        await job.Run(1, default);
        await job.Run(2, default);
        Assert.All(shelf.All(), report => Assert.Equal((2L, ReportKind.Monthly), (report.RunId, report.Kind)));
        Assert.NotEmpty(shelf.All());
    }

    /// <summary>The folder is shared where several processes work on nights and another shows what they made.</summary>
    [Fact]
    public async Task Two_processes_that_make_the_same_report_leave_it_whole()
    {
        var run = (await _service.Store.Nights.CurrentAsync())!;
        ReportShelf[] shelves = [ActivatorUtilities.CreateInstance<ReportShelf>(_service.Services),
            ActivatorUtilities.CreateInstance<ReportShelf>(_service.Services)];
        for (var round = 0; round < 5; round++)
            await Task.WhenAll(shelves.Select(shelf => Task.Run(() => shelf.MakeAsync(run, ReportKind.Monthly, ReportFormat.Json,
                default))));
        var file = Assert.Single(Directory.EnumerateFiles(shelves[0].Folder));
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }
}

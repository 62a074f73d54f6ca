using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PredictiveRetention.Presentation.Reports;
using PredictiveRetention.Service.Reports;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>Reports made, opened and fetched in Chromium.</summary>
public sealed class ReportsPageTests : BrowserTests
{
    [Theory]
    [InlineData("light", 1280)]
    [InlineData("dark", 360)]
    public async Task A_report_is_made_listed_opened_and_what_changed_since_the_last_is_told(string theme, int width)
    {
        var (page, errors) = await SignInAsync("/reports", theme, width);
        Assert.Equal("No report has been made yet", await page.InnerTextAsync("h1"));
        await page.SelectOptionAsync("select[name=report]", "monthly");
        await page.ClickAsync("text=Make it");
        Assert.Contains("Made, every number compared with the store", await page.InnerTextAsync("[role=status]"), StringComparison.Ordinal);
        Assert.StartsWith("Last report: Monthly segment report", await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        Assert.Contains("The first report of its kind", await page.InnerTextAsync("main"), StringComparison.Ordinal);
        await AssertFitsAsync(page, width);

        Service.Night(Service.Store, again: true);
        await page.GotoAsync(Url + "/reports");
        await page.SelectOptionAsync("select[name=report]", "monthly");
        await page.ClickAsync("text=Make it");
        Assert.Contains("what changed since run 1", await page.InnerTextAsync("main"), StringComparison.Ordinal);
        await AssertFitsAsync(page, width);
        await PictureAsync(page, $"reports-{theme}-{width}");

        await page.ClickAsync("table a:has-text('Open')");
        Assert.Equal("Monthly segment report", await page.InnerTextAsync("h1"));
        Assert.Equal("rgb(255, 255, 255)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Empty(errors);
    }
}

/// <summary>Files of reports, without a browser.</summary>
public sealed class ReportFilesTests : IDisposable
{
    private readonly ServiceUnderTest _service = new(new SqliteUnderTest());

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task After_a_night_the_reports_asked_for_lie_in_the_folder_and_only_they_are_served()
    {
        _service.Settings["Retention:Reports"] = "monthly, executive";
        _service.WithPublishedNight(trained: false);
        var run = (await _service.Store.Nights.CurrentAsync())!;
        var shelf = _service.Services.GetRequiredService<ReportShelf>();
        await shelf.MakeAfterNightAsync(run, TestContext.Current.CancellationToken);
        var files = shelf.All();
        Assert.Equal([ReportKind.Executive, ReportKind.Monthly],
            files.Where(file => file.Format == ReportFormat.Html).Select(file => file.Kind).Order());
        Assert.Equal(Chromium.Find() is null ? 2 : 4, files.Count);

        using var admin = _service.Admin();
        var name = ReportPress.NameOf(ReportKind.Monthly, run.AsOf.ToString(), run.RunId, ReportFormat.Html);
        var page = await admin.GetAsync("/reports/files/" + name);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("sandbox", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(name, (await admin.GetAsync($"/reports/files/{name}?download")).Content.Headers.ContentDisposition!.FileName);
        File.WriteAllText(Path.Combine(shelf.Folder, "notes.html"), "x");
        foreach (var other in new[] { "notes.html", "..%2Fretention.db", "%2Fetc%2Fpasswd", "executive-2020-01-01-run1.html",
            name + "%0A" })
            Assert.Equal(HttpStatusCode.NotFound, (await admin.GetAsync("/reports/files/" + other)).StatusCode);
        using var stranger = _service.Stranger();
        Assert.Equal(HttpStatusCode.Redirect, (await stranger.GetAsync("/reports/files/" + name)).StatusCode);
    }

    [Fact]
    public void A_report_that_is_none_stops_the_start()
    {
        _service.Settings["Retention:Reports"] = "executive,weekly";
        var refused = Assert.ThrowsAny<Exception>(() => _service.Services.GetRequiredService<ServiceSettings>());
        Assert.Contains("'weekly' is no report", refused.ToString(), StringComparison.Ordinal);
    }
}

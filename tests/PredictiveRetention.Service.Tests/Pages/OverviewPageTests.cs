using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>The first page as a person opens it, in Chromium.</summary>
public sealed class OverviewPageTests : BrowserTests
{
    protected override void Prepare()
    {
        Service.Settings.Remove("Retention:Cron"); // the page of jobs shows when the night is due where nobody said so
        base.Prepare();
    }

    [Theory]
    [InlineData("light", 1280)]
    [InlineData("dark", 1280)]
    [InlineData("light", 360)]
    public async Task Signing_in_shows_the_run_its_numbers_and_the_top_of_the_list_without_an_error(string theme, int width)
    {
        var (page, errors) = await SignInAsync("/", theme, width);
        await page.Locator("table.list").WaitForAsync();
        var run = (await Service.Store.Nights.CurrentAsync())!;
        Assert.Contains("that customers still buying would spend by", await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        Assert.Contains(run.ModelVersion!, await page.InnerTextAsync("main"), StringComparison.Ordinal);
        var top = Service.Store.Predictions.ReadAll(run.RunId)
            .Where(row => row is { PlayId: not null, StillBuying: true, PChurn: >= 0.1 }
                && (row.Slipping || row.RiskBand != (int)Segments.RiskBand.Low))
            .OrderByDescending(row => row.ExpectedNetValue)
            .ThenBy(row => row.CustomerKey)
            .Take(10)
            .Select(row => row.CustomerId);
        Assert.Equal(top, await page.Locator("table.list tbody th").AllInnerTextsAsync());
        await AssertFitsAsync(page, width);
        await PictureAsync(page, $"overview-{theme}-{width}");
        await page.Locator("table.list tbody a").First.ClickAsync();
        Assert.StartsWith("Customer C", await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        Assert.Empty(errors);
    }

    [Fact]
    public async Task The_jobs_the_api_reference_and_a_wrong_address_open_without_errors()
    {
        var (page, errors) = await SignInAsync("/");
        var outside = new List<string>();
        page.Request += (_,
            request) =>
        {
            if (!request.Url.StartsWith(Url, StringComparison.Ordinal)
                && !request.Url.StartsWith("data:", StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
                outside.Add(request.Url);
        };
        await page.GotoAsync(Url + "/jobs/recurring");
        await page.GetByText("0 2 * * *").WaitForAsync();
        await PictureAsync(page, "jobs");
        await page.GotoAsync(Url + "/docs/");
        await page.GetByText("what-if").First.WaitForAsync();
        await PictureAsync(page, "docs");
        Assert.Empty(errors);
        await page.GotoAsync(Url + "/customers/nobody");
        Assert.Equal("There is nothing here", await page.InnerTextAsync("h1"));
        await PictureAsync(page, "nothing");
        Assert.Empty(outside);
    }
}

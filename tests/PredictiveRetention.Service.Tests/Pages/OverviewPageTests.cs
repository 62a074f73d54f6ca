using Microsoft.Playwright;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>The first page as a person opens it, in Chromium.</summary>
public sealed class OverviewPageTests : IAsyncLifetime
{
    private readonly ServiceUnderTest _service = new ServiceUnderTest(new SqliteUnderTest());
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private string _url = "";

    public async ValueTask InitializeAsync()
    {
        var chromium = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(chromium is null, "needs Chromium");
        _service.WithPublishedNight();
        _service.UseKestrel(0);
        _service.StartServer();
        _url = _service.ClientOptions.BaseAddress.ToString().TrimEnd('/');
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        await _service.DisposeAsync();
    }

    [Theory]
    [InlineData("light", 1280)]
    [InlineData("dark", 1280)]
    [InlineData("light", 360)]
    public async Task Signing_in_shows_the_run_its_numbers_and_the_top_of_the_list_without_an_error(string theme, int width)
    {
        await using var context = await _browser!.NewContextAsync(new BrowserNewContextOptions { ColorScheme = theme == "dark" ? ColorScheme.Dark : ColorScheme.Light, ViewportSize = new ViewportSize { Width = width, Height = 800 } });
        var page = await context.NewPageAsync();
        var errors = new List<string>();
        page.Console += (_, message) => { if (message.Type == "error") errors.Add(message.Text); };
        page.PageError += (_, error) => errors.Add(error);
        await page.GotoAsync(_url + "/");
        await page.FillAsync("#adminKey", ServiceUnderTest.Key);
        await page.ClickAsync("button");
        await page.Locator("table.list").WaitForAsync();
        var run = (await _service.Store.CurrentRunAsync())!;
        var headline = PredictiveRetention.Runs.NightRun.HeadlineOf(run)!;
        Assert.StartsWith(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"About {headline.ExpectedChurners:N0} of {headline.Customers - headline.Lost:N0} customers"), await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        Assert.Contains(run.ModelVersion!, await page.InnerTextAsync("main"), StringComparison.Ordinal);
        var top = _service.Store.AllPredictions(run.RunId).Where(row => row.PlayId is not null).OrderByDescending(row => row.ExpectedNetValue).ThenBy(row => row.CustomerKey).Take(10).Select(row => row.CustomerId);
        Assert.Equal(top, await page.Locator("table.list tbody th").AllInnerTextsAsync());
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, "the page scrolls sideways");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, $"overview-{theme}-{width}.png"), FullPage = true });
        await page.Locator("table.list tbody a").First.ClickAsync();
        Assert.StartsWith("Customer C", await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        Assert.Empty(errors);
    }

    [Fact]
    public async Task The_jobs_the_api_reference_and_a_wrong_address_open_without_errors()
    {
        await using var context = await _browser!.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 800 } });
        var page = await context.NewPageAsync();
        var errors = new List<string>();
        page.Console += (_, message) => { if (message.Type == "error") errors.Add(message.Text); };
        page.PageError += (_, error) => errors.Add(error);
        var outside = new List<string>();
        page.Request += (_, request) => { if (!request.Url.StartsWith(_url, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal)) outside.Add(request.Url); };
        await page.GotoAsync(_url + "/jobs/recurring");
        await page.FillAsync("#adminKey", ServiceUnderTest.Key);
        await page.ClickAsync("button");
        await page.GetByText("0 2 * * *").WaitForAsync();
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, "jobs.png") });
        await page.GotoAsync(_url + "/docs/");
        await page.GetByText("what-if").First.WaitForAsync();
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, "docs.png") });
        Assert.Empty(errors);
        await page.GotoAsync(_url + "/customers/nobody");
        Assert.Equal("There is nothing here", await page.InnerTextAsync("h1"));
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, "nothing.png") });
        Assert.Empty(outside);
    }
}

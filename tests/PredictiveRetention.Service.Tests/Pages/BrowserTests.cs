using Microsoft.Playwright;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>The service over a published night, and Chromium to look at it.</summary>
public abstract class BrowserTests : IAsyncLifetime
{
    /// <summary>Null where there is none.</summary>
    public static string? Chromium { get; } = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    protected ServiceUnderTest Service { get; } = new(new SqliteUnderTest());

    protected string Url { get; private set; } = "";

    /// <summary>The shop that is looked at.</summary>
    protected virtual void Prepare() => Service.WithPublishedNight();

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(Chromium is null, "needs Chromium");
        Prepare();
        Service.UseKestrel(0);
        Service.StartServer();
        Url = Service.ClientOptions.BaseAddress.ToString().TrimEnd('/');
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(Launch(Chromium!));
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        await Service.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public static BrowserTypeLaunchOptions Launch(string chromium) => new()
    {
        ExecutablePath = chromium,
        Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--no-first-run"],
    };

    /// <summary>A page that was opened at the path and signed in to; the list receives what the console says of errors.</summary>
    protected async Task<(IPage Page, List<string> Errors)> SignInAsync(string path, string theme = "light", int width = 1280)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = theme == "dark" ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new ViewportSize { Width = width, Height = 800 }
        });
        var page = await context.NewPageAsync();
        var errors = new List<string>();
        page.Console += (_, message) => { if (message.Type == "error") errors.Add(message.Text); };
        page.PageError += (_, error) => errors.Add(error);
        await page.GotoAsync(Url + path);
        await page.FillAsync("#adminKey", ServiceUnderTest.Key);
        await page.ClickAsync("button");
        return (page, errors);
    }

    /// <summary>Kept beside the tests, to be looked at.</summary>
    protected static Task PictureAsync(IPage page, string name) =>
        page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, name + ".png"), FullPage = true });

    protected static async Task AssertFitsAsync(IPage page, int width) =>
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, "the page scrolls sideways");
}

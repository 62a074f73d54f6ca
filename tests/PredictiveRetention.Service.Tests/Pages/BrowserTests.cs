using Microsoft.Playwright;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>The service over a published night, and Chromium to look at it.</summary>
public abstract class BrowserTests : IAsyncLifetime
{
    private readonly List<IBrowserContext> _contexts = [];

    protected ServiceUnderTest Service { get; } = new(new SqliteUnderTest());

    protected string Url { get; private set; } = "";

    /// <summary>The shop that is looked at.</summary>
    protected virtual void Prepare() => Service.WithPublishedNight();

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OneChromium.File is null, "needs Chromium");
        Prepare();
        Service.UseKestrel(0);
        Service.StartServer();
        Url = Service.ClientOptions.BaseAddress.ToString().TrimEnd('/');
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var context in _contexts) await context.DisposeAsync();
        await Service.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A page that was opened at the path and signed in to; the list receives what the console says of errors.</summary>
    protected async Task<(IPage Page, List<string> Errors)> SignInAsync(string path, string theme = "light", int width = 1280)
    {
        var context = await OneChromium.ContextAsync(theme, width);
        _contexts.Add(context);
        var page = await context.NewPageAsync();
        var errors = new List<string>();
        page.Console += (_, message) => { if (message.Type == "error") errors.Add(message.Text); };
        page.PageError += (_, error) => errors.Add(error);
        await page.GotoAsync(Url + path);
        await page.FillAsync("#adminKey", ServiceUnderTest.Key);
        await page.ClickAsync("button");
        return (page, errors);
    }

    /// <summary>The folder where pictures of the pages are wanted, to be looked at; null where they are not.</summary>
    public static string? Pictures { get; } = Environment.GetEnvironmentVariable("RETENTION_TEST_PICTURES") is { Length: > 0 } folder
        ? Directory.CreateDirectory(folder).FullName
        : null;

    public static Task PictureAsync(IPage page, string name) => Pictures is null
        ? Task.CompletedTask
        : page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Pictures, name + ".png"), FullPage = true });

    protected static async Task AssertFitsAsync(IPage page, int width) =>
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, "the page scrolls sideways");
}

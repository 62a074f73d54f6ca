using Microsoft.Playwright;
using PredictiveRetention.Service.Tests.Pages;
using Xunit;

[assembly: AssemblyFixture(typeof(OneChromium))]

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>One Chromium for the tests of a process, started by the first that asks; each test opens a context of its own.</summary>
public sealed class OneChromium : IAsyncDisposable
{
    private static IPlaywright? s_playwright;
    private static IBrowser? s_browser;

    /// <summary>Null where there is none.</summary>
    public static string? File { get; } = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome" }.FirstOrDefault(System.IO.File.Exists);

    /// <summary>Tests run one after the other; one that ended the browser leaves a new one to the next.</summary>
    public static async Task<IBrowser> BrowserAsync()
    {
        if (s_browser is { IsConnected: true }) return s_browser;
        s_playwright ??= await Playwright.CreateAsync();
        return s_browser = await s_playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = File,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-first-run", "--renderer-process-limit=1", "--disable-features=BackForwardCache,SpareRendererForSitePerProcess"],
        });
    }

    /// <summary>A context of a test's own.</summary>
    public static async Task<IBrowserContext> ContextAsync(string theme, int width)
    {
        var browser = await BrowserAsync();
        return await browser.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = theme == "dark" ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new ViewportSize { Width = width, Height = 800 },
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (s_browser is not null) await s_browser.DisposeAsync();
        s_playwright?.Dispose();
    }
}

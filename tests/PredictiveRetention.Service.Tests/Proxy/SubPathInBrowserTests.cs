using Microsoft.Playwright;
using PredictiveRetention.Service.Tests.Pages;
using Xunit;

namespace PredictiveRetention.Service.Tests.Proxy;

/// <summary>What scripts ask for, ours and those of others, is seen in a browser alone.</summary>
public sealed class SubPathInBrowserTests : BrowserTests
{
    private const string Path = "/tools/retain";

    protected override void Prepare()
    {
        base.Prepare();
        Service.Settings["Retention:PathBase"] = Path;
    }

    [Fact]
    public async Task Pages_jobs_and_the_reference_of_the_api_ask_for_nothing_outside_of_their_path()
    {
        var (page, errors) = await SignInAsync(Path + "/");
        await page.WaitForURLAsync(Url + Path + "/");
        var outside = new List<string>();
        var asked = 0;
        page.Request += (_, request) =>
        {
            asked++;
            var isOfAHost = request.Url.StartsWith("http", StringComparison.Ordinal);
            if (isOfAHost && !request.Url.StartsWith(Url + Path + "/", StringComparison.Ordinal)) outside.Add(request.Url);
        };
        foreach (var route in (string[])["/", "/risk", "/customers", "/segments", "/retention", "/data", "/jobs", "/jobs/recurring",
            "/docs/"])
        {
            await page.GotoAsync(Url + Path + route, new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle });
            errors.RemoveAll(error => route.StartsWith("/jobs", StringComparison.Ordinal)); // of its own scripts
        }
        await page.ClickAsync("text=/predictions/ >> nth=0");
        await page.GotoAsync(Url + Path + "/");
        await page.ClickAsync("nav a:has-text('Value')");
        await page.WaitForURLAsync(Url + Path + "/value");
        await page.ClickAsync("form.theme button");
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        Assert.EndsWith(Path + "/value", page.Url, StringComparison.Ordinal);
        Assert.Empty(outside);
        Assert.Empty(errors);
        Assert.True(asked > 20, $"{asked} requests");
    }
}

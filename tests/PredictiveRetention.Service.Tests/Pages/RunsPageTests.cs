using PredictiveRetention.Presentation.Writing;
using PredictiveRetention.Runs;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>A held night, decided upon in Chromium.</summary>
public sealed class RunsPageTests : BrowserTests
{
    [Theory]
    [InlineData("light", 1280)]
    [InlineData("dark", 360)]
    public async Task A_held_night_is_announced_published_and_taken_back_by_buttons(string theme, int width)
    {
        var store = Service.Store;
        var first = (await store.Nights.CurrentAsync())!;
        var tonight = RunRequest.Tonight(store, store.RequireShop(), UnendingDay.Clock);
        var strict = new RunSettings { ShardSize = 100, Guard = new GuardBands { MaxMeanShift = -1 } };
        var tomorrow = tonight with { BusinessDate = tonight.BusinessDate.AddDays(1) };
        var held = new NightRun(store, Service.Models, strict).Execute(tomorrow, null, default);
        Assert.Equal(RunOutcome.Held, held.Outcome);

        var (page, errors) = await SignInAsync("/", theme, width);
        Assert.Contains("is held", await page.InnerTextAsync("main"), StringComparison.Ordinal);
        await page.ClickAsync("text=Decide");
        Assert.EndsWith("waits for a decision", await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        await AssertFitsAsync(page, width);
        await PictureAsync(page, $"runs-held-{theme}-{width}");

        await page.ClickAsync("text=Publish anyway");
        Assert.EndsWith(Day(held.Run.BusinessDate), await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        Assert.Equal(held.Run.RunId, (await store.Nights.CurrentAsync())!.RunId);

        await page.ClickAsync("text=Go back to it");
        Assert.EndsWith(Day(first.BusinessDate), await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        Assert.Equal(first.RunId, (await store.Nights.CurrentAsync())!.RunId);
        Assert.Equal("admin, dashboard", (await store.Runs.EventsAsync(first.RunId))[^1].Actor);
        Assert.Empty(errors);
    }

    private static string Day(DateOnly day) =>
        new Writer(WorkspaceCulture.For(Currency.Parse("GBP")), Currency.Parse("GBP"), TimeZoneInfo.Utc).Day(day);
}

using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>Versions, drift and what became of predictions, looked at in Chromium.</summary>
public sealed class ModelsPageTests : BrowserTests
{
    protected override void Prepare() => Service.WithTwoVersions();

    [Theory]
    [InlineData("light", 1280)]
    [InlineData("dark", 360)]
    public async Task A_person_reads_the_models_makes_one_champion_and_goes_back(string theme, int width)
    {
        var first = Service.Models.ChampionVersion()!;
        var other = Service.Models.Versions().Single(version => version != first);
        var (page, errors) = await SignInAsync("/models", theme, width);
        Assert.Equal($"Model {first} is in use", await page.InnerTextAsync("h1"));
        var text = await page.InnerTextAsync("main");
        Assert.Contains("no published night is a horizon old yet", text, StringComparison.Ordinal);
        Assert.Contains("None: last night's customers are like those the model was made for", text, StringComparison.Ordinal);
        Assert.Contains("which is before the champion's", text, StringComparison.Ordinal);
        await AssertFitsAsync(page, width);
        await PictureAsync(page, $"models-{theme}-{width}");

        await page.ClickAsync("text=Make champion");
        Assert.StartsWith($"Model {other} is in use", await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        Assert.Equal(other, Service.Models.ChampionVersion());
        await page.ClickAsync("text=Go back to the champion before");
        Assert.StartsWith($"Model {first} is in use", await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        Assert.Equal("admin, dashboard", Service.Models.Moves()[^1].By);

        await page.ClickAsync($"th a:has-text(\"{first}\")");
        Assert.Equal($"Model {first}", await page.InnerTextAsync("h1"));
        Assert.True(await page.Locator("article table").CountAsync() >= 4);
        await AssertFitsAsync(page, width);
        await PictureAsync(page, $"model-card-{theme}-{width}");
        Assert.Empty(errors);
    }
}

using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PredictiveRetention.Playbooks;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>The list of customers at risk as somebody works with it.</summary>
public sealed class RiskInBrowserTests : BrowserTests
{
    protected override void Prepare() => Service.WithPublishedNight(trained: false);

    [Fact]
    public async Task Filters_go_into_the_address_the_file_is_the_list_and_the_theme_is_kept()
    {
        var (page, errors) = await SignInAsync("/risk");

        await page.FillAsync("#min_p_churn", "0.3");
        await page.ClickAsync("form.filters button");
        await AtAsync(page, "min_p_churn=0\\.3");
        // A choice of a list submits the form itself.
        await page.SelectOptionAsync("#sort", "clv");
        await AtAsync(page, "min_p_churn=0\\.3.*sort=clv");
        await page.SelectOptionAsync("#value_tier", "High");
        await AtAsync(page, "value_tier=High.*sort=clv");
        Assert.Equal(("0.3", "clv", "High"),
            (await page.InputValueAsync("#min_p_churn"), await page.InputValueAsync("#sort"), await page.InputValueAsync("#value_tier")));
        var tiers = await page.Locator("table.list tbody td[data-label='Value tier']").AllInnerTextsAsync();
        Assert.NotEmpty(tiers);
        Assert.All(tiers, tier => Assert.Equal("High", tier));
        var expected =
            Service.Store.Predictions.ReadAll((await Service.Store.Nights.CurrentAsync(TestContext.Current.CancellationToken))!.RunId)
            .Where(row => row.PChurn >= 0.3 && row.ValueTier == (int)PredictiveRetention.Segments.ValueTier.High)
            .Where(row => (NoAction?)row.NoAction is not (NoAction.HeldOut or NoAction.ControlGroup)) // in no list people act on
            .OrderByDescending(row => row.Clv)
            .Select(row => row.CustomerId)
            .ToList();
        var shown = await page.Locator("table.list tbody th a").AllInnerTextsAsync();
        Assert.Equal(expected.Take(shown.Count), shown);

        var download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync(".more a[href^='/risk.csv']"));
        var file = CsvText.Rows(await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken));
        Assert.Equal("customer_id", file[0][0]);
        Assert.Equal(shown[0], file[1][0]);
        Assert.Equal(expected, file.Skip(1).Select(row => row[0]));

        // Gone back to, the form says what the list is of, not what was chosen before leaving.
        await page.EvaluateAsync("history.back()");
        await AtAsync(page, "value_tier=&");
        await Assertions.Expect(page.Locator("#value_tier")).ToHaveValueAsync("");
        await page.ClickAsync("text=Reset");
        await AtAsync(page, "/risk$");

        await page.ClickAsync("form[action='/theme'] button");
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await AtAsync(page, "/risk$");
        var ground = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        await page.ReloadAsync();
        Assert.Equal(("dark", ground),
            (await page.GetAttributeAsync("html", "data-theme"),
                await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor")));
        await page.GotoAsync(Url + "/value");
        Assert.Equal("dark", await page.GetAttributeAsync("html", "data-theme"));
        await page.ClickAsync("form[action='/theme'] button");
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        Assert.NotEqual(ground, await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Empty(errors);
    }

    /// <summary>Once the address is so, and the page is there with its script.</summary>
    private static async Task AtAsync(IPage page, string pattern)
    {
        await Assertions.Expect(page).ToHaveURLAsync(new Regex(pattern));
        await page.WaitForLoadStateAsync(LoadState.Load);
    }
}

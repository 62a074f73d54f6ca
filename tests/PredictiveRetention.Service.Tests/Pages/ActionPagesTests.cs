using AngleSharp.Html.Dom;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>Working through the list in Chromium.</summary>
public sealed class ActionPagesTests : BrowserTests
{
    [Theory]
    [InlineData("light", 1280)]
    [InlineData("dark", 360)]
    public async Task Customers_are_picked_given_to_somebody_found_again_and_finished(string theme, int width)
    {
        var (page, errors) = await SignInAsync("/risk?has_action=true&sort=expected_net_value", theme, width);
        var top = (await page.Locator("table.list tbody th").AllInnerTextsAsync()).Take(2).ToList();
        await page.Locator("input[name=pick]").Nth(0).CheckAsync();
        await page.Locator("input[name=pick]").Nth(1).CheckAsync();
        await page.GetByLabel("Owner").Last.FillAsync("Ann");
        await page.Locator("#picked-due").FillAsync("2030-01-31");
        await page.ClickAsync("text=Change the picked");
        Assert.Equal("2 saved.", await page.InnerTextAsync("#saved"));
        Assert.Equal("saved", await page.EvaluateAsync<string>("document.activeElement.id"));
        await PictureAsync(page, $"actions-{theme}-{width}");

        await page.WaitForLoadStateAsync(); // a choice made before the page's script is there is no submit
        await page.SelectOptionAsync("#owner", "Ann");
        await page.WaitForURLAsync(url => url.Contains("owner=Ann", StringComparison.Ordinal));
        Assert.Equal(top, await page.Locator("table.list tbody th").AllInnerTextsAsync());
        Assert.Contains("Ann, due 31 Jan 2030", await page.InnerTextAsync("table.list tbody tr"), StringComparison.Ordinal);

        await page.Locator("table.list tbody a").First.ClickAsync();
        await page.Locator("select[name=status]").SelectOptionAsync("done");
        await page.Locator("input[name=note]").FillAsync("<b>called</b>");
        await page.ClickAsync("text=Save");
        Assert.Equal("1 saved.", await page.InnerTextAsync("#saved"));
        Assert.Equal("<b>called</b>", await page.InputValueAsync("input[name=note]"));
        await AssertFitsAsync(page, width);
        await PictureAsync(page, $"actions-customer-{theme}-{width}");

        await page.GotoAsync(Url + "/");
        Assert.DoesNotContain(top[0], await page.Locator("table.list tbody th").AllInnerTextsAsync());
        Assert.Contains(top[1], await page.Locator("table.list tbody th").AllInnerTextsAsync());
        Assert.Equal(("Ann", ActionStatus.Done),
            ((await Service.Store.Work.OfCustomerAsync(top[0]))[0].Owner, (await Service.Store.Work.OfCustomerAsync(top[0]))[0].Status));
        Assert.Equal(["admin, dashboard", "admin, dashboard"],
            (await Service.Store.Work.EventsAsync(top[0])).Select(change => change.Actor));
        Assert.Empty(errors);
    }
}

/// <summary>The forms of the list as a browser without scripts posts them.</summary>
public sealed class ActionFormsTests : IDisposable
{
    private readonly ServiceUnderTest _service = new ServiceUnderTest(new SqliteUnderTest()).WithPublishedNight(trained: false);

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task A_form_is_refused_with_words_and_never_overwrites_what_somebody_else_said()
    {
        using var admin = _service.Admin();
        var (_, page) = await PageReader.ReadAsync(admin, "/risk?has_action=true");
        var picks = page.QuerySelectorAll("input[name=pick]").Select(box => box.GetAttribute("value")!).Take(2).ToList();
        Assert.Equal("1 saved.", await PostAsync(admin, page, [("pick", picks[0]), ("owner", "Ann")]));
        Assert.StartsWith("1 saved; 1 were changed by somebody else meanwhile",
            await PostAsync(admin, page, [("pick", picks[0]), ("pick", picks[1]), ("owner", "Ben")]), StringComparison.Ordinal);
        var ids = picks.Select(pick => pick.Split('|', 3)[2]).ToList();
        var owners = await Task.WhenAll(ids.Select(async id => (await _service.Store.Work.OfCustomerAsync(id))[0].Owner));
        Assert.Equal(["Ann", "Ben"], owners);

        Assert.Equal("Nothing was changed: pick customers in the list first.", await PostAsync(admin, page, [("owner", "Cid")]));
        Assert.StartsWith("Nothing was saved: a due date",
            await PostAsync(admin, page, [("pick", "1|" + picks[0].Split('|', 2)[1]), ("due", "soon")]), StringComparison.Ordinal);
        Assert.StartsWith("Nothing was saved: an owner has at most 100 characters",
            await PostAsync(admin, page, [("pick", "1|" + picks[0].Split('|', 2)[1]), ("owner", new string('x', 101))]),
            StringComparison.Ordinal);
        Assert.StartsWith("Nothing was saved: the form", await PostAsync(admin, page, [("pick", "rubbish"), ("owner", "Ann")]),
            StringComparison.Ordinal);
        Assert.Equal(1, (await _service.Store.Work.OfCustomerAsync(ids[0]))[0].Version);
    }

    [Theory]
    [InlineData("https://elsewhere.example/risk")]
    [InlineData("//elsewhere.example")]
    [InlineData("/risk\r\nSet-Cookie: a=b")]
    [InlineData("/runs")]
    public async Task A_form_leads_back_to_pages_of_the_list_only(string back)
    {
        using var admin = _service.Admin();
        var (_, page) = await PageReader.ReadAsync(admin, "/risk");
        using var response = await admin.PostAsync("/actions/picked", Form(page, [("back", back)]));
        Assert.Equal("/risk?saved=0", response.Headers.Location!.OriginalString);
    }

    private static async Task<string> PostAsync(HttpClient admin, IHtmlDocument page, IEnumerable<(string, string)> fields)
    {
        using var response = await admin.PostAsync("/actions/picked", Form(page, [("back", "/risk?has_action=true&saved=7"), .. fields]));
        var (status, shown) = await PageReader.ReadAsync(admin, response.Headers.Location!.OriginalString);
        Assert.Equal(200, status);
        return PageReader.TextOf(shown.QuerySelector("#saved")!);
    }

    private static FormUrlEncodedContent Form(IHtmlDocument page, IEnumerable<(string Name, string Value)> fields) =>
        new([KeyValuePair.Create("__RequestVerificationToken",
            page.QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!),
                .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
}

using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>Every page in every state a shop can be in: it opens, and says what the state is.</summary>
public sealed class StateTests : IDisposable
{
    /// <summary>Opened by who is not signed in yet.</summary>
    private const string SignIn = "/sign-in";

    private readonly ServiceUnderTest _service = new(new SqliteUnderTest());

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task With_a_published_night_every_page_opens_and_announces_nothing()
    {
        _service.WithWholeShop();
        foreach (var (route, page) in await OpenAllAsync())
        {
            Assert.True(page.QuerySelector("h1") is not null, $"{route} has no heading");
            Assert.True(page.QuerySelector(".strip") is null, $"{route} announces: {page.QuerySelector(".strip")?.TextContent}");
        }
    }

    [Fact]
    public async Task Orders_that_are_no_sale_are_nothing_to_learn_from()
    {
        using (var store = RetentionStore.Open(_service.Address))
            store.Import([Some.Order("a", "1", 19_000), Some.Order("a", "2", 19_003), Some.Order("a", "3", 18_000, valid: false),
                Some.Order("b", "1", 19_500, valid: false)]);
        Assert.Equal(["1", "4"], await ThereIsAsync());
    }

    [Fact]
    public async Task Of_a_shop_whose_orders_all_were_refused_nothing_is_said_to_be_enough()
    {
        using (var store = RetentionStore.Open(_service.Address))
            store.Import(Enumerable.Range(0, 3000).Select(i => Some.Order("c" + i, "1", 18_000 + i / 3, valid: false)));
        Assert.Equal(["0", "0"], await ThereIsAsync());
    }

    /// <summary>Customers and days, as the page without a night says them.</summary>
    private async Task<IEnumerable<string>> ThereIsAsync()
    {
        using var admin = _service.Admin();
        var (_, page) = await PageReader.ReadAsync(admin, "/");
        Assert.Equal("Nothing has been scored yet", page.QuerySelector("h1")!.TextContent);
        return page.QuerySelectorAll("table.data tbody tr").Take(2).Select(row => row.QuerySelector("td")!.TextContent);
    }

    [Fact]
    public async Task Every_link_of_the_navigation_leads_to_a_page()
    {
        _service.WithWholeShop();
        using var admin = _service.Admin();
        var (_, overview) = await PageReader.ReadAsync(admin, "/");
        var links = overview.QuerySelectorAll("nav a").Select(link => link.GetAttribute("href")!).ToList();
        Assert.Contains("/value", links);
        var closed = new List<string>();
        foreach (var link in links)
            if ((await admin.GetAsync(link)) is { } answer && (int)answer.StatusCode >= 400)
                closed.Add($"{link}: {(int)answer.StatusCode}");
        Assert.Empty(closed);
    }

    [Fact]
    public async Task Links_of_every_page_lead_somewhere()
    {
        _service.WithWholeShop();
        using var admin = _service.Admin();
        var dead = new List<string>();
        var seen = new HashSet<string>();
        foreach (var (route, page) in await OpenAllAsync())
            // The first links of a kind stand for the rest: a row of a table links as the one above it does.
            foreach (var link in page.QuerySelectorAll("main a[href]")
                .Select(link => link.GetAttribute("href")!)
                .Where(link => link.StartsWith('/'))
                .Select(link => link.Split('#')[0])
                .GroupBy(link => link.Split('?')[0].Split('=')[0])
                .SelectMany(kind => kind.Distinct().Take(6)))
            {
                if (!seen.Add(link)) continue;
                using var answer = await admin.GetAsync(link);
                if ((int)answer.StatusCode >= 400) dead.Add($"{route} links to {link}: {(int)answer.StatusCode}");
            }
        Assert.True(dead.Count == 0, string.Join(Environment.NewLine, dead));
    }

    [Fact]
    public async Task Of_an_empty_store_every_page_opens_and_those_of_figures_say_what_to_do_next() =>
        await AssertNothingYetAsync("No orders have been imported yet");

    [Fact]
    public async Task Of_a_shop_that_has_not_been_scored_every_page_opens_and_those_of_figures_say_what_to_do_next()
    {
        _service.Store.Import(Some.Orders(50));
        await AssertNothingYetAsync("Nothing has been scored yet");
    }

    [Fact]
    public async Task Of_a_stale_night_every_page_says_so()
    {
        _service.WithWholeShop();
        using var started = _service.Admin(); // a night that was missed before the start would be made up for
        _service.Clock.Ahead = TimeSpan.FromHours(37);
        foreach (var (route, page) in await OpenAllAsync())
            Assert.True(Announces(page, "more than 36 hours old"), $"{route} does not say that its scores are old");
    }

    [Fact]
    public async Task Of_a_held_night_every_page_says_so_and_leads_to_the_decision()
    {
        _service.WithWholeShop();
        var store = _service.Store;
        var tonight = RunRequest.Tonight(store, store.RequireShop(), UnendingDay.Clock);
        var held = new NightRun(store, _service.Models, new RunSettings { ShardSize = 400, Guard = new GuardBands { MaxMeanShift = -1 } })
            .Execute(tonight with { BusinessDate = tonight.BusinessDate.AddDays(1) }, null, default);
        Assert.Equal(RunOutcome.Held, held.Outcome);
        foreach (var (route, page) in await OpenAllAsync())
        {
            Assert.True(Announces(page, "is held"), $"{route} does not say that the night is held");
            Assert.True(page.QuerySelector(".strip a[href='/runs']") is not null, $"{route} does not lead to the decision");
        }
    }

    [Fact]
    public async Task Of_a_failed_night_every_page_says_so_and_why()
    {
        _service.WithWholeShop();
        var store = _service.Store;
        var tonight = RunRequest.Tonight(store, store.RequireShop(), UnendingDay.Clock);
        var run = store.Runs.Claim(Storage.RunPurpose.Night, tonight.BusinessDate.AddDays(1), tonight.AsOf, "a worker of this test",
            again: false).Run;
        store.Runs.Fail(run, "planted fault");
        foreach (var (route, page) in await OpenAllAsync())
        {
            Assert.True(Announces(page, "failed"), $"{route} does not say that the night failed");
            Assert.True(Announces(page, "planted fault"), $"{route} does not say why");
        }
    }

    /// <summary>A shop of orders alone: what needs more says what it needs instead of showing zeros.</summary>
    [Fact]
    public async Task Without_events_customers_and_subscriptions_every_page_opens_and_what_needs_them_says_so()
    {
        _service.WithPublishedNight(trained: false);
        foreach (var (route, page) in (await OpenAllAsync()).Where(page => page.Route is "/audience" or "/experience" or "/engagement"))
            Assert.True(PageReader.MainOf(page).Contains("not available", StringComparison.OrdinalIgnoreCase),
                $"{route} does not say what is not available");
    }

    private async Task AssertNothingYetAsync(string said)
    {
        var ofFigures = Routes.OfFigures.ToHashSet();
        Assert.Contains("/value", ofFigures);
        foreach (var (route, page) in (await OpenAllAsync()).Where(page => ofFigures.Contains(page.Route)))
        {
            Assert.True(PageReader.MainOf(page).Contains(said, StringComparison.Ordinal), $"{route} does not say: {said}");
            Assert.True(page.QuerySelector("main .lead code, main .lead a, main form[action='/nights/first'] button") is not null,
                $"{route} says no next step");
        }
    }

    private static bool Announces(AngleSharp.Html.Dom.IHtmlDocument page, string words) =>
        page.QuerySelectorAll(".strip").Any(strip => PageReader.TextOf(strip).Contains(words, StringComparison.Ordinal));

    private async Task<List<(string Route, AngleSharp.Html.Dom.IHtmlDocument Page)>> OpenAllAsync()
    {
        using var admin = _service.Admin();
        var pages = new List<(string, AngleSharp.Html.Dom.IHtmlDocument)>();
        var closed = new List<string>();
        foreach (var route in (await Routes.OfAsync(_service)).Where(route => route != SignIn))
        {
            var (status, page) = await PageReader.ReadAsync(admin, route);
            if (status == 200) pages.Add((route, page));
            else closed.Add($"{route}: {status} {PageReader.MainOf(page)}");
        }
        Assert.True(closed.Count == 0, string.Join(Environment.NewLine, closed));
        return pages;
    }
}

using AngleSharp.Html.Dom;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>Two published nights of a shop, the second of which is shown.</summary>
public sealed class TwoNights : IDisposable
{
    public TwoNights()
    {
        Service.WithPublishedNight(trained: false);
        var store = Service.Store;
        First = Current(store);
        var tonight = RunRequest.Tonight(store, store.RequireShop(), UnendingDay.Clock);
        new NightRun(store, Service.Models, new RunSettings { ShardSize = 100 })
            .Execute(tonight with { BusinessDate = tonight.BusinessDate.AddDays(1) }, null, default);
        Second = Current(store);
        Assert.NotEqual(First, Second);
    }

    public ServiceUnderTest Service { get; } = new(new SqliteUnderTest());

    public long First { get; }

    public long Second { get; }

    public void Dispose() => Service.Dispose();

    private static long Current(RetentionStore store) => store.Nights.Current()!.RunId;
}

/// <summary>The list of customers at risk, page after page and as a file.</summary>
public sealed class RiskPagingTests(TwoNights nights) : IClassFixture<TwoNights>
{
    [Theory]
    [InlineData("revenue_at_risk", "")]
    [InlineData("p_churn", "")]
    [InlineData("clv", "&lost=false")]
    [InlineData("expected_net_value", "&value_tier=LOW")]
    public async Task Pages_by_the_next_link_have_everybody_once_in_order_and_are_the_file(string sort, string filter)
    {
        using var admin = nights.Service.Admin();
        var shown = new List<string>();
        for (var next = $"/risk?sort={sort}{filter}"; next is not null;)
        {
            var (status, page) = await PageReader.ReadAsync(admin, next);
            Assert.True(status == 200, $"{next}: {status} {PageReader.MainOf(page)}");
            shown.AddRange(Customers(page));
            Assert.True(shown.Count < 10_000, "the list has no end");
            next = page.QuerySelector("a[rel=next]")?.GetAttribute("href");
        }
        var file = CsvText.Rows(await admin.GetStringAsync($"/risk.csv?sort={sort}{filter}"));
        Assert.Equal(file.Skip(1).Select(row => row[0]), shown);
        Assert.Equal(shown.Count, shown.Distinct().Count());
        var rows = nights.Service.Store.Predictions.ReadAll(nights.Second).ToDictionary(row => row.CustomerId);
        // Who is left alone is in no list people act on.
        var alone = rows.Values.Where(row => (NoAction?)row.NoAction is NoAction.HeldOut or NoAction.ControlGroup).ToList();
        Assert.NotEmpty(alone);
        Assert.Empty(shown.Intersect(alone.Select(row => row.CustomerId)));
        if (filter.Length == 0) Assert.Equal(rows.Count, shown.Count + alone.Count);
        Assert.True(shown.Count > 25, $"{shown.Count} customers fill no second page");
        var values = shown.Select(id => Value(rows[id], sort)).ToList();
        Assert.Equal(values.OrderDescending(), values);
    }

    [Fact]
    public async Task Links_beside_a_later_page_lead_to_the_first_and_to_the_file_of_the_same_filters()
    {
        using var admin = nights.Service.Admin();
        var (_, first) = await PageReader.ReadAsync(admin, "/risk?lost=false&sort=clv");
        var (_, second) = await PageReader.ReadAsync(admin, Next(first));
        var back = second.QuerySelectorAll(".more a")
            .Single(link => link.GetAttribute("href")!.StartsWith("/risk?", StringComparison.Ordinal) && link.GetAttribute("rel") != "next")
            .GetAttribute("href")!;
        Assert.Equal(Customers(first), Customers((await PageReader.ReadAsync(admin, back)).Page));
        var file = CsvText.Rows(await admin.GetStringAsync(second.QuerySelector(".more a[download]")!.GetAttribute("href")!));
        Assert.Equal(Customers(first)[0], file[1][0]);
    }

    [Fact]
    public async Task A_list_that_began_with_an_earlier_night_goes_on_with_it_and_says_so_when_that_is_gone()
    {
        using var admin = nights.Service.Admin();
        var (_, old) = await PageReader.ReadAsync(admin, $"/risk?run={nights.First}");
        var link = Next(old).Replace($"run={nights.First}&", "", StringComparison.Ordinal);
        Assert.DoesNotContain("run=", link, StringComparison.Ordinal);
        var (status, later) = await PageReader.ReadAsync(admin, link);
        Assert.Equal(200, status);
        Assert.Contains($"run={nights.First}", later.QuerySelector(".more a[download]")!.GetAttribute("href"), StringComparison.Ordinal);

        nights.Service.Store.RunRows.DropOld(RunPurpose.Night, 1);
        Assert.Equal(RunState.Dropped, (await nights.Service.Store.Runs.FindAsync(nights.First))!.State);
        var (gone, page) = await PageReader.ReadAsync(admin, link);
        Assert.Equal(410, gone);
        Assert.Contains("This list has expired", PageReader.MainOf(page), StringComparison.Ordinal);
        Assert.Equal("/risk", page.QuerySelector("main section a")!.GetAttribute("href"));
        Assert.Equal(404, (await PageReader.ReadAsync(admin, $"/risk?run={nights.First}0")).Status);
    }

    [Fact]
    public async Task A_cursor_of_other_filters_or_of_nothing_is_refused()
    {
        using var admin = nights.Service.Admin();
        var (_, first) = await PageReader.ReadAsync(admin, "/risk?lost=false");
        var cursor = Next(first).Split("cursor=")[1];
        foreach (var route in (string[])[$"/risk?lost=true&cursor={cursor}", $"/risk?lost=false&sort=clv&cursor={cursor}",
            "/risk?cursor=nonsense", "/risk?cursor=" + new string('A', 2000)])
            await AssertRefusedAsync(admin, route, "It is not a cursor of this listing");
    }

    [Theory]
    [InlineData("business_segment=Nobody", "'Nobody' is not one of")]
    [InlineData("risk_band=", null)]
    [InlineData("play=no-such-play", "'no-such-play' is not one of")]
    [InlineData("min_p_churn=2", "2 is not from 0 to 1")]
    [InlineData("min_clv=much", "'much' is not a number")]
    [InlineData("sort=shoe_size", "'shoe_size' is not one of")]
    [InlineData("limit=0", "1 to 1000")]
    [InlineData("colour=red", "It is not known")]
    [InlineData("lost=true&lost=false", "more than once")]
    [InlineData("run=x", "'x' is not the number of a run")]
    public async Task A_filter_value_that_is_not_known_is_refused_with_what_is_allowed(string query, string? said)
    {
        using var admin = nights.Service.Admin();
        if (said is null) Assert.Equal(200, (await PageReader.ReadAsync(admin, "/risk?" + query)).Status);
        else
        {
            await AssertRefusedAsync(admin, "/risk?" + query, said);
            using var file = await admin.GetAsync("/risk.csv?" + query);
            Assert.Equal(400, (int)file.StatusCode);
            Assert.Equal("application/problem+json", file.Content.Headers.ContentType?.MediaType);
        }
    }

    [Theory]
    [InlineData("min_clv", "much", "Numbers are written as 1,234.5.")]
    [InlineData("risk_band", "Huge", "'Huge' is not one of")]
    [InlineData("sort", "shoe_size", "'shoe_size' is not one of")]
    public async Task A_filter_that_cannot_be_read_is_told_at_its_field_and_the_others_stay(string field, string value, string said)
    {
        using var admin = nights.Service.Admin();
        const string Others = "business_segment=VIP&value_tier=High&owner=Ann&min_p_churn=0.3&lost=false";
        var (status, page) = await PageReader.ReadAsync(admin, $"/risk?{Others}&{field}={value}");
        Assert.Equal(400, status);
        Assert.Contains(said, PageReader.TextOf(page.QuerySelector($"label[for={field}] [role=alert]")!), StringComparison.Ordinal);
        foreach (var (name, kept) in new[] { ("business_segment", "VIP"), ("value_tier", "High"), ("owner", "Ann") })
            Assert.Equal(kept, page.QuerySelector($"#{name} option[selected]")?.GetAttribute("value"));
        Assert.Equal("0.3", page.QuerySelector("#min_p_churn")!.GetAttribute("value"));
        Assert.Equal("false", page.QuerySelector("form.filters input[name=lost]")!.GetAttribute("value"));
        Assert.Null(page.QuerySelector("main table.list"));
    }

    [Fact]
    public async Task A_customer_is_found_by_an_id_in_any_case()
    {
        using var admin = nights.Service.Admin();
        var id = nights.Service.Store.Predictions.ReadAll(nights.Second).First(row => row.CustomerId.Any(char.IsAsciiLetter)).CustomerId;
        foreach (var asked in new[] { id, id.ToLowerInvariant(), id.ToUpperInvariant() })
        {
            using var answer = await admin.GetAsync("/customers?q=" + Uri.EscapeDataString(asked));
            Assert.Equal("/customers/" + Uri.EscapeDataString(id), answer.Headers.Location?.OriginalString);
        }
    }

    [Fact]
    public async Task A_number_of_a_filter_is_read_as_the_workspace_writes_it()
    {
        using var admin = nights.Service.Admin();
        var plain = CsvText.Rows(await admin.GetStringAsync("/risk.csv?min_clv=1000"));
        var (status, page) = await PageReader.ReadAsync(admin, "/risk?min_clv=1,000");
        Assert.Equal(200, status);
        Assert.Equal("1,000", page.QuerySelector("#min_clv")!.GetAttribute("value"));
        Assert.Equal(plain, CsvText.Rows(await admin.GetStringAsync("/risk.csv?min_clv=1,000")));
        Assert.Equal(plain.Skip(1).Take(25).Select(row => row[0]), Customers(page));
        using var api = await admin.GetAsync("/api/v1/predictions?min_clv=1,000");
        Assert.Equal((400, "application/problem+json"), ((int)api.StatusCode, api.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Filters_that_nobody_matches_say_so_and_offer_everybody()
    {
        using var admin = nights.Service.Admin();
        var (status, page) = await PageReader.ReadAsync(admin, "/risk?min_clv=1000000000");
        Assert.Equal(200, status);
        Assert.Contains("No customer matches these filters.", PageReader.MainOf(page), StringComparison.Ordinal);
        Assert.NotNull(page.QuerySelector("main .empty a[href='/risk']"));
        Assert.Null(page.QuerySelector("a[rel=next]"));
        Assert.Single(CsvText.Rows(await admin.GetStringAsync("/risk.csv?min_clv=1000000000")));
    }

    [Fact]
    public async Task The_file_says_of_each_customer_what_the_page_says()
    {
        using var admin = nights.Service.Admin();
        var (_, page) = await PageReader.ReadAsync(admin, "/risk?sort=revenue_at_risk");
        var file = CsvText.Rows(await admin.GetStringAsync("/risk.csv?sort=revenue_at_risk"));
        string Cell(List<string> row, string name) => row[file[0].IndexOf(name)];
        var why = page.QuerySelectorAll("td[data-label='Why']").Select(PageReader.TextOf).ToList();
        Assert.Equal(why, file.Skip(1).Take(why.Count).Select(row => Cell(row, "reason")));
        Assert.All(file.Skip(1), row => Assert.True(Cell(row, "reason").Length > 0, row[0]));
        foreach (var row in file.Skip(1).Take(10))
        {
            var answer = await ServiceUnderTest.JsonAsync(await admin.GetAsync($"/api/v1/predictions/{row[0]}"));
            var words = answer.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetProperty("words").GetString()).ToList();
            if (words.Count > 0) Assert.Contains(Cell(row, "reason"), words);
        }
        var rows = nights.Service.Store.Predictions.ReadAll(nights.Second).ToDictionary(row => row.CustomerId);
        Assert.All(file.Skip(1), row => Assert.Equal(rows[row[0]].Lost ? "true" : "false", Cell(row, "lost")));
        Assert.All(file.Skip(1), row => Assert.Matches(@"^[01]\.\d{4}$", Cell(row, "p_churn")));
    }

    private static async Task AssertRefusedAsync(HttpClient admin, string route, string said)
    {
        var (status, page) = await PageReader.ReadAsync(admin, route);
        Assert.True(status == 400, $"{route}: {status}");
        Assert.Contains(said, PageReader.TextOf(page.QuerySelector("main [role=alert]")!), StringComparison.Ordinal);
        Assert.NotNull(page.QuerySelector("main a[href='?']"));
    }

    private static string Next(IHtmlDocument page) => page.QuerySelector("a[rel=next]")!.GetAttribute("href")!;

    private static List<string> Customers(IHtmlDocument page) =>
        [.. page.QuerySelectorAll("main table.list tbody th a").Select(PageReader.TextOf)];

    private static double Value(PredictionRow row, string sort) => sort switch
    {
        "p_churn" => row.PChurn,
        "clv" => row.Clv,
        "expected_net_value" => row.ExpectedNetValue,
        _ => row.RevenueAtRisk,
    };
}

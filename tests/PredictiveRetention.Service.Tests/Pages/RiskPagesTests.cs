using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>The list of customers and what leads to it, over a shop with every source.</summary>
public sealed class RiskPagesTests(RiskPagesTests.Shop shop) : IClassFixture<RiskPagesTests.Shop>
{
    private HttpClient Admin => shop.Admin;

    private ServiceUnderTest Service => shop.Service;

    [Theory]
    [InlineData("business_segment")]
    [InlineData("rfm_segment")]
    [InlineData("persona")]
    [InlineData("lifecycle")]
    [InlineData("value_tier")]
    [InlineData("frequency_class")]
    [InlineData("clv_tier")]
    [InlineData("engagement_segment")]
    [InlineData("risk_band")]
    public async Task A_group_of_customers_leads_to_exactly_those(string taxonomy)
    {
        var (_, page) = await PageReader.ReadAsync(Admin, "/segments?by=" + taxonomy);
        var rows = page.QuerySelectorAll("#sizes tbody tr").Where(row => row.QuerySelector("th a") is not null).ToList();
        var sum = 0;
        foreach (var row in rows)
        {
            var shown = int.Parse(PageReader.TextOf(row.QuerySelector("td.number")!).TrimEnd('*'), NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
            var link = row.QuerySelector("th a")!.GetAttribute("href")!;
            Assert.Equal((link, shown), (link, (await ListAsync(link)).Count));
            sum += shown;
        }
        Assert.True(rows.Count >= 2);
        Assert.Equal(Service.Store.AllPredictions(1).Count(), sum);
    }

    [Fact]
    public async Task A_country_of_the_map_leads_to_its_customers()
    {
        var (_, page) = await PageReader.ReadAsync(Admin, "/audience");
        var row = page.QuerySelector("#country-list tbody tr")!;
        var shown = int.Parse(PageReader.TextOf(row.QuerySelector("td.number")!), NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        Assert.Equal(shown, (await ListAsync(row.QuerySelector("th a")!.GetAttribute("href")!)).Count);
        Assert.Contains(PageReader.TextOf(row.QuerySelector("th a")!), PageReader.TextOf(page.QuerySelector("h1")!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sort=p_churn&lost=false")]
    [InlineData("sort=clv&value_tier=High")]
    [InlineData("limit=40&risk_band=High&sort=expected_net_value")]
    public async Task Pages_show_every_customer_of_the_file_once_and_in_its_order(string question)
    {
        var seen = new List<string>();
        for (var address = "/risk?" + question; address is not null;)
        {
            var (status, page) = await PageReader.ReadAsync(Admin, address);
            Assert.Equal(200, status);
            seen.AddRange(page.QuerySelectorAll("table.list tbody th").Select(PageReader.TextOf));
            address = page.QuerySelector("a[rel=next]")?.GetAttribute("href");
        }
        Assert.True(seen.Count > 25);
        Assert.Equal(await ListAsync("/risk?" + question), seen);
    }

    [Fact]
    public async Task A_cursor_is_of_its_question_and_of_a_night_that_is_kept()
    {
        var (_, page) = await PageReader.ReadAsync(Admin, "/risk?value_tier=High");
        var next = page.QuerySelector("a[rel=next]")!.GetAttribute("href")!;
        Assert.Equal(400, (await PageReader.ReadAsync(Admin, next.Replace("High", "Mid", StringComparison.Ordinal))).Status);
        Assert.Equal(400, (await PageReader.ReadAsync(Admin, "/risk?cursor=rubbish")).Status);
        // The same position in a night there is not, as one that was dropped long ago.
        var cursor = QueryHelpers.ParseQuery(next.Split('?')[1])["cursor"].ToString();
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split('|');
        Assert.Equal("1", parts[0]);
        var gone = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join('|', ["99", .. parts[1..]])));
        var (status, expired) = await PageReader.ReadAsync(Admin, next.Replace(cursor, gone, StringComparison.Ordinal));
        Assert.Equal(410, status);
        Assert.Equal("This list has expired", PageReader.TextOf(expired.QuerySelector("h1")!));
        Assert.Equal("/risk", expired.QuerySelector("main a")!.GetAttribute("href"));
    }

    [Fact]
    public async Task A_filter_that_matches_nobody_says_so_and_one_that_is_unknown_is_refused()
    {
        var (status, nobody) = await PageReader.ReadAsync(Admin, "/risk?min_clv=99999999");
        Assert.Equal(200, status);
        Assert.StartsWith("No customer matches these filters.", PageReader.TextOf(nobody.QuerySelector(".empty")!), StringComparison.Ordinal);
        Assert.Empty(await ListAsync("/risk?min_clv=99999999"));
        foreach (var wrong in (string[])["business_segment=Whales", "country=XX", "status=finished", "shoe_size=44", "min_p_churn=much"])
        {
            var (refused, page) = await PageReader.ReadAsync(Admin, "/risk?" + wrong);
            Assert.Equal((wrong, 400), (wrong, refused));
            Assert.True(PageReader.MainOf(page).Length > 20);
            Assert.Equal(HttpStatusCode.BadRequest, (await Admin.GetAsync("/risk.csv?" + wrong)).StatusCode);
        }
    }

    [Theory]
    [InlineData("/segments?by=shoe_size")]
    [InlineData("/retention?by=week")]
    [InlineData("/retention?kind=quick")]
    [InlineData("/retention?scenario=luck")]
    [InlineData("/audience?metric=shoe_size")]
    [InlineData("/value?run=99")]
    public async Task Choices_there_are_not_are_refused_with_those_there_are(string address)
    {
        var (status, page) = await PageReader.ReadAsync(Admin, address);
        Assert.InRange(status, 400, 404);
        Assert.True(PageReader.MainOf(page).Length > 20, PageReader.MainOf(page));
    }

    /// <summary>Ids of the file behind a list.</summary>
    private async Task<List<string>> ListAsync(string link)
    {
        using var answer = await Admin.GetAsync(link.Replace("/risk", "/risk.csv", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(',')[0])];
    }

    public sealed class Shop : IDisposable
    {
        public Shop()
        {
            Service = new ServiceUnderTest(new SqliteUnderTest()).WithWholeShop();
            Admin = Service.Admin();
        }

        public ServiceUnderTest Service { get; }

        public HttpClient Admin { get; }

        public void Dispose()
        {
            Admin.Dispose();
            Service.Dispose();
        }
    }
}

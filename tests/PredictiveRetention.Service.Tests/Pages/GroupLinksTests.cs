using System.Globalization;
using System.Net;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>From a group of customers to the list of them, over a shop with every source.</summary>
public sealed class GroupLinksTests(GroupLinksTests.Shop shop) : IClassFixture<GroupLinksTests.Shop>
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
        Assert.Equal(Service.Store.Predictions.ReadAll(1).Count(), sum);
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

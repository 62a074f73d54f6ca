using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>From a group of customers to the list of them, over a shop with every source.</summary>
public sealed partial class GroupLinksTests(GroupLinksTests.Shop shop) : IClassFixture<GroupLinksTests.Shop>
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
            var shown = int.Parse(PageReader.TextOf(row.QuerySelector("td.number")!).TrimEnd('*'), NumberStyles.AllowThousands,
                CultureInfo.InvariantCulture);
            var link = row.QuerySelector("th a")!.GetAttribute("href")!;
            Assert.Equal((link, shown), (link, (await ListAsync(link)).Count + await LeftAloneAsync(link)));
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
        var shown = int.Parse(PageReader.TextOf(row.QuerySelector("td.number")!), NumberStyles.AllowThousands,
            CultureInfo.InvariantCulture);
        var link = row.QuerySelector("th a")!.GetAttribute("href")!;
        Assert.Equal(shown, (await ListAsync(link)).Count + await LeftAloneAsync(link));
        Assert.Contains(PageReader.TextOf(row.QuerySelector("th a")!), PageReader.TextOf(page.QuerySelector("h1")!),
            StringComparison.Ordinal);
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

    [Fact]
    public async Task A_choice_there_is_not_leaves_the_others_as_they_were()
    {
        var (status, page) = await PageReader.ReadAsync(Admin, "/retention?by=week&kind=rolling");
        Assert.Equal(400, status);
        Assert.Equal("'week' is none of: month, quarter.", PageReader.TextOf(page.QuerySelector("label[for=by] [role=alert]")!));
        Assert.Equal("rolling", page.QuerySelector("#kind option[selected]")!.GetAttribute("value"));
    }

    [Theory]
    [InlineData("/settings")]
    [InlineData("/glossary")]
    [InlineData("/integrations")]
    public async Task No_name_of_a_setting_is_an_empty_box(string address)
    {
        var (_, page) = await PageReader.ReadAsync(Admin, address);
        Assert.All(page.QuerySelectorAll("main code"), code => Assert.NotEqual("", code.TextContent.Trim()));
    }

    [Fact]
    public async Task The_glossary_offers_every_team_once_and_what_is_for_all_of_them_under_each()
    {
        var (_, page) = await PageReader.ReadAsync(Admin, "/glossary");
        var teams = page.QuerySelectorAll("#team option").Select(PageReader.TextOf).ToList();
        Assert.DoesNotContain(teams, team => team.Equals("all", StringComparison.OrdinalIgnoreCase));
        foreach (var team in teams.Skip(1))
        {
            var (_, shown) = await PageReader.ReadAsync(Admin, "/glossary?team=" + Uri.EscapeDataString(team));
            Assert.NotNull(shown.GetElementById("customers"));
        }
    }

    /// <summary>Colours are eight; more series than that stand together, and the legend has a key for each that is drawn.</summary>
    [Theory]
    [InlineData("/segments?by=rfm_segment")]
    [InlineData("/segments?by=persona")]
    [InlineData("/segments")]
    [InlineData("/")]
    [InlineData("/retention")]
    public async Task A_chart_has_a_colour_for_each_of_its_series_and_its_legend_has_the_same(string address)
    {
        var (_, page) = await PageReader.ReadAsync(Admin, address);
        foreach (var figure in page.QuerySelectorAll("figure.chart"))
            foreach (var plot in figure.QuerySelectorAll(".plot"))
            {
                var series = plot.QuerySelectorAll("g[class*=rz-series-]").SelectMany(group => group.ClassList)
                    .Select(name => Series().Match(name)).Where(match => match.Success)
                    .Select(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).Distinct().ToList();
                if (plot.QuerySelector(".rz-scatter-series") is not null && series.Count > 8) Assert.Contains("alike", plot.ClassList);
                else Assert.All(series, at => Assert.InRange(at, 0, 7));
                var keys = figure.QuerySelectorAll(".legend .key").Select(key => key.ClassList.Single(name => name != "key")).ToList();
                Assert.Equal(keys.Distinct(), keys);
                // A line of small groups alone has neither a point nor a key.
                if (plot.QuerySelector(".rz-column-series, .rz-stacked-column-series") is not null && series.Count > 1)
                    Assert.Equal(series.Order().Select(at => $"s{at}"), keys);
            }
    }

    [GeneratedRegex("^rz-series-([0-9]+)$")]
    private static partial Regex Series();

    [GeneratedRegex("([0-9,]+) more match and are in no list")]
    private static partial Regex More();

    /// <summary>How many more the page of a list says there are, left alone for the measure.</summary>
    private async Task<int> LeftAloneAsync(string link)
    {
        var more = More().Match(PageReader.MainOf((await PageReader.ReadAsync(Admin, link)).Page));
        return more.Success ? int.Parse(more.Groups[1].ValueSpan, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Ids of the file behind a list.</summary>
    private async Task<List<string>> ListAsync(string link)
    {
        using var answer = await Admin.GetAsync(link.Replace("/risk", "/risk.csv", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(line => line.Split(',')[0])];
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

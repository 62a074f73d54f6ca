using System.Net.Http.Headers;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>Lists a person downloads begin with a byte order mark, for a spreadsheet; those a program asks for do not.</summary>
public sealed class DownloadTests : IDisposable
{
    private static readonly byte[] s_mark = [0xEF, 0xBB, 0xBF];

    private readonly ServiceUnderTest _service = new ServiceUnderTest(new SqliteUnderTest()).WithWholeShop();

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task Every_list_a_page_offers_begins_with_a_byte_order_mark_and_the_same_for_a_program_does_not()
    {
        using var admin = _service.Admin();
        var links = new HashSet<string>();
        foreach (var route in await Routes.OfAsync(_service))
            links.UnionWith((await PageReader.ReadAsync(admin, route)).Page.QuerySelectorAll("main a[download], main a[href*='.csv']")
                .Select(link => link.GetAttribute("href")!));
        var lists = 0;
        foreach (var link in links.GroupBy(link => link.Split("&run=")[0]).Select(alike => alike.First()))
        {
            using var answer = await admin.GetAsync(link);
            if (answer.Content.Headers.ContentType?.MediaType != "text/csv") continue;
            lists++;
            var file = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            Assert.True(file.AsSpan().StartsWith(s_mark), $"{link} begins without the mark");
            Assert.False(file.AsSpan(3).StartsWith(s_mark), $"{link} begins with two");
            if (!link.Contains("format=spreadsheet", StringComparison.Ordinal)) continue;
            var program = await admin.GetByteArrayAsync(link.Replace("format=spreadsheet", "format=csv", StringComparison.Ordinal));
            Assert.Equal(file[3..], program);
        }
        Assert.True(lists > 30, $"{lists} lists");
        Assert.Contains(links, link => link.StartsWith("/risk.csv", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_program_accepts_has_no_mark()
    {
        using var admin = _service.Admin();
        admin.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/csv"));
        Assert.Equal("pair,metric,"u8.ToArray(), (await admin.GetByteArrayAsync("/api/v1/insights/kpis"))[..12]);
    }
}
